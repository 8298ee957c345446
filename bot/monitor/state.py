"""How things stand: what waits, who was told to wait, which sources fail, which leases are held."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.delivery.courier import Courier
from bot.errors import StoreError
from bot.keeper import Keeper
from bot.model import DeliveryState
from bot.ports import Account, Clock
from bot.sourcebook import Sourcebook
from bot.store import Store

log = logging.getLogger(__name__)

MOST_SOURCES = 1_000
"""So many sources have a figure of their own; a list of feeds may bring any number."""

_FRESH_SECONDS = 1.0
_PATIENCE_SECONDS = 3.0
_SOURCES_SECONDS = 20.0
"""The list of sources is read anew each time, which takes the event loop 8 ms."""


@dataclass(frozen=True, slots=True)
class State:
    """One look. What the database says is missing where it does not answer.

    ``waits`` are seconds that an account must still wait, ``failures`` those of each source in a
    row, ``pace`` the share of a platform's limit that was used in the last second; ``leases`` are
    all that this process asked for, and whether it holds them.
    """

    database_answers: bool = False
    queue: Mapping[DeliveryState, int] = field(default_factory=dict)
    waits: Mapping[Account, float] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    pace: Mapping[str, float] = field(default_factory=dict)
    leases: Mapping[str, bool] = field(default_factory=dict)


class Watcher:
    """Looks, at most once a second: whoever asks often must not load the database."""

    def __init__(
        self, store: Store, sources: Sourcebook, courier: Courier, keeper: Keeper, clock: Clock
    ) -> None:
        self._store = store
        self._sources = sources
        self._courier = courier
        self._keeper = keeper
        self._clock = clock
        self._turn = asyncio.Lock()
        self._seen = State()
        self._seen_at = float("-inf")
        self._failures: Mapping[str, int] = {}
        self._failures_at = float("-inf")

    async def look(self) -> State:
        """How things stand, as of at most a second ago. Answers within 3 s, whatever happens."""
        async with self._turn:
            if time.monotonic() - self._seen_at > _FRESH_SECONDS:
                self._seen = await self._look()
                self._seen_at = time.monotonic()
        return self._seen

    async def _look(self) -> State:
        here = State(pace=self._pace(), leases=self._keeper.leases)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return replace(
                    here,
                    queue=await self._store.ledger.queue(),
                    waits=await self._waits(),
                    failures=await self._failures_of_late(),
                    database_answers=True,
                )
        except StoreError as error:
            log.warning("figures are missing: %s", error)
        except TimeoutError:
            log.warning("figures are missing: no answer of the database in %s s", _PATIENCE_SECONDS)
        return here

    async def fits(self) -> bool:
        """Whether the schema is that of this version."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._store.require_schema()
        except (StoreError, TimeoutError):
            return False
        return True

    def _pace(self) -> dict[str, float]:
        """By platform, of its busiest account."""
        now = time.monotonic()
        used: dict[str, float] = {}
        for (platform, _), sender in self._courier.senders.items():
            used[platform] = max(used.get(platform, 0.0), sender.pacer.used(now))
        return used

    async def _waits(self) -> dict[Account, float]:
        now = self._clock.now()
        holds = await self._store.leases.holds()
        left = {account: (holds[account].until - now).total_seconds() for account in holds}
        idle = dict.fromkeys(self._courier.senders, 0.0)
        return idle | {account: max(seconds, 0.0) for account, seconds in left.items()}

    async def _failures_of_late(self) -> Mapping[str, int]:
        if time.monotonic() - self._failures_at > _SOURCES_SECONDS:
            sources = (await self._sources.all())[:MOST_SOURCES]
            self._failures = {s.name: s.state.failures if s.state else 0 for s in sources}
            self._failures_at = time.monotonic()
        return self._failures
