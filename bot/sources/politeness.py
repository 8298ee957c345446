"""Turns: one request at a time to a host, and a pause after it, for all sources together.

arXiv asks for one request in three seconds over one connection, for all machines that one runs
(https://info.arxiv.org/help/api/tou.html); so its turns are held in the database.
"""

import asyncio
import math
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.errors import SourceError
from bot.ports import TurnStore

GAP = 1.0
"""Seconds between the end of a request to a host and the beginning of the next."""

SHARED_GAPS: Mapping[str, float] = {"arxiv.org": 3.0}
"""Seconds for hosts, with all their subdomains, whose turns hold across processes and machines."""

LEASE = timedelta(seconds=40)
"""For how long a process holds a turn that it never gives back, because it was killed. A request
takes 20 s at most."""

LONGEST_PAUSE = 10.0
"""Seconds to wait for a host that asked to be left alone; longer, and it is asked another time."""

_LOOK_AGAIN = 1.0  # seconds; a turn may be given back earlier than it was said to be
_HOSTS_KEPT = 200


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0


def group_of(host: str) -> str:
    """The host that ``host`` shares its turns with, usually itself."""
    name = host.lower().rstrip(".")
    return next((h for h in SHARED_GAPS if name == h or name.endswith(f".{h}")), name)


class Politeness:
    """Gives out turns. One for each event loop; ``turns`` is what all of an installation share."""

    def __init__(
        self,
        turns: TurnStore | None = None,
        *,
        gap: float = GAP,
        shared_gaps: Mapping[str, float] = SHARED_GAPS,
    ) -> None:
        self._turns = turns
        self._gap = gap
        self._shared_gaps = shared_gaps
        self._hosts: dict[str, _Host] = {}
        self._owner = secrets.token_hex(8)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the turn to send one request to ``host``; the block is that request.

        A block that raises a ``SourceError`` with ``retry_after`` keeps the host closed so long.
        Raises ``SourceError`` when the host is closed for longer than ``LONGEST_PAUSE``.
        """
        group = group_of(host)
        here = self._host(group)
        async with here.turn:
            seconds = here.free_at - asyncio.get_running_loop().time()
            _refuse_if_longer(seconds, LONGEST_PAUSE, host)
            await asyncio.sleep(max(seconds, 0))
            shared = self._turns if group in self._shared_gaps else None
            if shared is not None:
                await self._take(shared, group)
            pause = self._shared_gaps.get(group, self._gap)
            try:
                yield
            except SourceError as error:
                pause = max(pause, error.retry_after or 0)
                raise
            finally:
                here.free_at = asyncio.get_running_loop().time() + pause
                if shared is not None:
                    free_at = datetime.now(UTC) + timedelta(seconds=pause)
                    await shared.give_back(group, self._owner, free_at)

    async def _take(self, shared: TurnStore, group: str) -> None:
        while True:
            now = datetime.now(UTC)
            free_at = await shared.take(group, self._owner, now, now + LEASE)
            if free_at is None:
                return
            seconds = (free_at - now).total_seconds()
            # Twice, because the other's clock, or its way to the database, is not ours.
            _refuse_if_longer(seconds, 2 * LEASE.total_seconds(), group)
            await asyncio.sleep(min(max(seconds, 0), _LOOK_AGAIN))

    def _host(self, group: str) -> _Host:
        if len(self._hosts) > _HOSTS_KEPT:
            now = asyncio.get_running_loop().time()
            kept = self._hosts.items()
            self._hosts = {h: one for h, one in kept if one.turn.locked() or one.free_at > now}
        return self._hosts.setdefault(group, _Host())


def _refuse_if_longer(seconds: float, longest: float, host: str) -> None:
    if seconds > longest:
        reason = f"{host} asked to be left alone, for another {math.ceil(seconds / 60)} min"
        raise SourceError(reason, retry_after=seconds)
