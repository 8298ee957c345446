"""Holds leases: what only one of several processes may do at a time is done by who has the lease.

A lease is a row in the database with an owner, an epoch and an end. Its holder prolongs it; whoever
asks once it is over gets it, with the next epoch. See docs/delivery.md.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.errors import StoreError
from bot.owners import is_gone
from bot.ports import Clock, Lease, LeaseStore

log = logging.getLogger(__name__)

TERM = timedelta(seconds=10)
"""After a kill on another machine somebody else goes on when this is over, within 15 s in all."""

RENEW_SECONDS = 2.5
_MARGIN_SECONDS = 1.0
_PAUSE_SECONDS = 1.0

Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""What is done while a lease is held; the event says that it must come to its end."""


class Keeper:
    """The leases of one process."""

    def __init__(self, leases: LeaseStore, clock: Clock, owner: str) -> None:
        self._leases = leases
        self._clock = clock
        self.owner = owner
        self._held: dict[str, tuple[Lease, float]] = {}
        self._asked: set[str] = set()

    def held(self, name: str) -> Lease | None:
        """The lease, while it is surely ours: by the monotonic time since it was asked for."""
        lease, until = self._held.get(name, (None, 0.0))
        return lease if time.monotonic() < until else None

    @property
    def leases(self) -> dict[str, bool]:
        """All leases that were asked for with an answer, and whether they are held."""
        return {name: self.held(name) is not None for name in self._asked}

    async def take(self, name: str, term: timedelta = TERM) -> Lease | None:
        """Take the lease or prolong it; None while another process holds it."""
        asked = time.monotonic()
        now = await self._leases.now(self._clock.now())
        gone = [owner for owner in await self._leases.owners() if is_gone(owner)]
        lease = await self._leases.acquire(name, self.owner, now, now + term, gone)
        self._asked.add(name)
        if lease is None:
            self._held.pop(name, None)
        else:
            self._held[name] = lease, asked + term.total_seconds() - _MARGIN_SECONDS
        return lease

    async def release(self) -> None:
        """Give up all leases, so that others need not wait."""
        now = await self._leases.now(self._clock.now())
        for lease, _ in self._held.values():
            await self._leases.release(lease, now)
        self._held.clear()

    @asynccontextmanager
    async def holding(self, names: Sequence[str]) -> AsyncIterator[set[str]]:
        """Hold those of the leases that are free, and prolong them meanwhile."""
        taken = {name for name in names if await self.take(name)}
        prolonging = asyncio.create_task(self._prolong(taken))
        try:
            yield taken
        finally:
            prolonging.cancel()
            await self.release()

    async def _prolong(self, names: set[str]) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                for name in names:
                    await self.take(name)
            except StoreError as error:
                log.warning("leases: %s", error)

    async def watch(self, name: str, work: Work, stop: asyncio.Event) -> None:
        """Do the work whenever the lease is held, until ``stop`` or until it ends by itself.

        It begins anew where the database is away for a while.
        """
        while not stop.is_set():
            try:
                if lease := await self.take(name):
                    log.info("%s: begun, as epoch %d", name, lease.epoch)
                    if await self._work(lease, work, stop):
                        return
            except StoreError as error:
                log.error("%s: %s It is tried again.", name, error)  # noqa: TRY400
            await wait_for(stop, _PAUSE_SECONDS)

    async def _work(self, lease: Lease, work: Work, stop: asyncio.Event) -> bool:
        """Work until the lease went through other hands, it is to stop, or it ends by itself.

        True for the latter.
        """
        end = asyncio.Event()
        task = asyncio.create_task(work(end))
        try:
            while not (task.done() or stop.is_set() or await self._lost(lease)):
                await _first(task, stop, RENEW_SECONDS)
            by_itself = task.done()
            end.set()
            await task
            return by_itself
        finally:
            task.cancel()

    async def _lost(self, lease: Lease) -> bool:
        try:
            return await self.take(lease.name) != lease
        except StoreError as error:
            # Whether it is lost is not known; ``held`` says no in good time.
            log.warning("%s: %s", lease.name, error)
            return False


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Sleep, but not beyond the event."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


async def _first(task: asyncio.Task[None], stop: asyncio.Event, seconds: float) -> None:
    stopping = asyncio.create_task(stop.wait())
    waiting: list[asyncio.Task[Any]] = [task, stopping]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
