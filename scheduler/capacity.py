"""What accounts can send, held against what is due: windows for crowds, and the forecast."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.model import Window
from bot.ports import Account, ChatStore, Ledger, Notes
from scheduler.spread import (
    Load,
    Table,
    Turn,
    issues_per_minute,
    still_kept,
    turns,
    windows,
)

COUNTED_EVERY = timedelta(minutes=15)
HORIZON = timedelta(hours=25)
"""A day, and until the next counting: each reader's next issue is within it."""

_NOTE = "windows"
_NEVER = datetime.min.replace(tzinfo=UTC)

RateOf = Callable[[str], float | None]
"""Messages a second that an account of this platform may send; None: no limit."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next 24 hours of one account. Without a limit everything goes within its minute."""

    account: Account
    per_second: float | None
    messages_per_issue: float
    turns: tuple[Turn, ...]

    @property
    def issues(self) -> int:
        return sum(turn.issues for turn in self.turns)

    @property
    def longest_wait(self) -> timedelta:
        """How long after their hour the last reader has the issue."""
        return max((turn.wait for turn in self.turns), default=timedelta(0))


class WindowBook:
    """``bot.ports.WindowBook``: the windows as they were counted last, kept as a note."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    async def of(self, account: Account, instant: datetime) -> Window | None:
        return (await self.load()).windows.get(account, {}).get(instant)

    async def load(self) -> Table:
        note = await self._notes.get(_NOTE)
        return _decoded(note) if note else Table(_NEVER)

    async def save(self, table: Table) -> None:
        await self._notes.put(_NOTE, _encoded(table))


class Capacity:
    """Counts what is due, and lays out windows for it."""

    def __init__(self, book: WindowBook, chats: ChatStore, ledger: Ledger, rate_of: RateOf) -> None:
        self._book = book
        self._chats = chats
        self._ledger = ledger
        self._rate_of = rate_of

    async def table(self, now: datetime, planned_until: datetime) -> Table:
        """The windows to plan by up to ``planned_until``; counted anew every 15 minutes.

        One process at a time, as only one plans.
        """
        table = await self._book.load()
        if timedelta(0) <= now - table.made_at < COUNTED_EVERY:
            return table
        table = await self._counted(table, now, planned_until)
        await self._book.save(table)
        return table

    async def _counted(self, before: Table, now: datetime, planned_until: datetime) -> Table:
        kept = {
            account: still_kept(some, now, planned_until)
            for account, some in before.windows.items()
        }
        found = {account: some for account, some in kept.items() if some}
        for each in await self._loads(now + HORIZON):
            if each.per_minute is not None:
                some = windows(each.load, each.per_minute, now, kept.get(each.account, {}))
                if some:
                    found[each.account] = some
        return Table(now, found)

    async def forecast(self, now: datetime) -> tuple[Forecast, ...]:
        """What the next 24 hours bring, by account; windows that are running already count."""
        known = (await self._book.load()).windows
        forecasts = []
        for each in await self._loads(now + timedelta(days=1)):
            free_at = max(
                [now, *(w.end for at, w in known.get(each.account, {}).items() if at <= now)]
            )
            per_minute = each.per_minute
            found = (
                turns(each.load, per_minute, free_at)
                if per_minute is not None
                else (Turn(at, n, Window(at, at)) for at, n in sorted(each.load.items()))
            )
            forecasts.append(
                Forecast(each.account, each.per_second, each.messages_per_issue, tuple(found))
            )
        return tuple(forecasts)

    async def _loads(self, until: datetime) -> list["_AccountLoad"]:
        lengths = await self._ledger.messages_per_issue()
        return [
            _AccountLoad(account, self._rate_of(account[0]), lengths.get(account[0], 1.0), load)
            for account, load in sorted((await self._chats.due_counts(until)).items())
        ]


@dataclass(frozen=True, slots=True)
class _AccountLoad:
    account: Account
    per_second: float | None
    messages_per_issue: float
    load: Load

    @property
    def per_minute(self) -> float | None:
        if self.per_second is None:
            return None
        return issues_per_minute(self.per_second, self.messages_per_issue)


def _encoded(table: Table) -> str:
    rows = [
        (*account, *(at.isoformat() for at in (minute, window.start, window.end)))
        for account, some in table.windows.items()
        for minute, window in some.items()
    ]
    return json.dumps({"made_at": table.made_at.isoformat(), "windows": rows})


def _decoded(note: str) -> Table:
    found = json.loads(note)
    tables: dict[Account, dict[datetime, Window]] = {}
    for platform, account, *instants in found["windows"]:
        minute, start, end = map(datetime.fromisoformat, instants)
        tables.setdefault((platform, account), {})[minute] = Window(start, end)
    return Table(datetime.fromisoformat(found["made_at"]), tables)
