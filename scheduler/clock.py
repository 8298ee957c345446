"""Notices that the clock was set back, or that time zones changed, and has all planned anew.

What is planned rests on instants that were computed before; both make them wrong.
"""

import logging
import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from bot.ports import ChatStore, Ledger, Notes

log = logging.getLogger(__name__)

SET_BACK = timedelta(minutes=1)
"""A clock that goes back by less was merely corrected."""

GAP = timedelta(days=1)
"""After a leap, or a rest, of so long the clock is not trusted with erasing anything."""

STEADY = timedelta(days=2)

_LAST, _STEADY_SINCE, _ZONES = "clock", "clock_steady_since", "tzdata"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the clock showed at the last pass, and since when it has gone steadily."""

    last: datetime
    steady_since: datetime


def look(before: Seen | None, now: datetime) -> tuple[Seen, bool]:
    """What is to be remembered of ``now``, and whether the clock was set back. Pure."""
    if before is None:
        return Seen(now, now), False
    set_back = now < before.last - SET_BACK
    leapt = now - before.last > GAP
    return Seen(now, now if set_back or leapt else before.steady_since), set_back


class ClockGuard:
    """Looks at the clock at the beginning of each pass."""

    def __init__(self, notes: Notes, chats: ChatStore, ledger: Ledger) -> None:
        self._notes = notes
        self._chats = chats
        self._ledger = ledger

    async def check(self, now: datetime, ahead: timedelta) -> None:
        """``ahead`` is how far passes plan; what is planned beyond comes from a clock set back."""
        seen, set_back = look(await self._seen(), now)
        if set_back:
            log.warning("The clock was set back; all that is to come is planned anew.")
            await self._ledger.withdraw_beyond(now + ahead)
            await self._chats.plan_anew(now)
        zones = zones_version()
        known = await self._notes.get(_ZONES)
        if known is not None and known != zones:
            log.info("Time zones are those of %s now; all is planned anew.", zones)
            await self._chats.plan_anew(now)
        if known != zones:
            await self._notes.put(_ZONES, zones)
        await self._notes.put(_LAST, seen.last.isoformat())
        await self._notes.put(_STEADY_SINCE, seen.steady_since.isoformat())

    async def is_steady(self, now: datetime) -> bool:
        """Whether the clock has gone evenly for two days, so that what is old really is."""
        seen = await self._seen()
        return seen is not None and now - seen.steady_since >= STEADY

    async def _seen(self) -> Seen | None:
        last, since = [await self._notes.get(key) for key in (_LAST, _STEADY_SINCE)]
        if last is None or since is None:
            return None
        return Seen(datetime.fromisoformat(last), datetime.fromisoformat(since))


def zones_version() -> str:
    """The version of the rules that ``zoneinfo`` works by: the system's, else the package's."""
    for folder in zoneinfo.TZPATH:
        for name in ("+VERSION", "tzdata.zi"):
            try:
                with Path(folder, name).open(encoding="utf-8") as file:
                    return f"{folder}: {file.readline(100).strip('# ').strip()}"
            except OSError:
                continue
    return f"package: {version('tzdata')}"
