"""What passes of the scheduler need to be measured: a clock that stands, a courier, a watch."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.app import App
from bot.delivery.courier import Courier
from bot.delivery.outlet import Outlet
from bot.ports import Account


@dataclass
class Clock:
    """Stands at the instant that the morning is prepared for."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


def courier_of(app: App, clock: Clock, outlets: Mapping[Account, Outlet]) -> Courier:
    store = app.store
    return Courier(
        store.ledger,
        store.chats,
        store.issues,
        app.editor,
        store.leases,
        outlets=outlets,
        clock=clock,
    )


class Stalls:
    """The longest time for which the event loop did not come round, and the most it ran then.

    On a machine that others use as well a loop also waits for its turn on a core: what it did in
    between, in processor time of its thread, is the part that is its own.
    """

    def __init__(self) -> None:
        self.worst = 0.0
        self.worst_own = 0.0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()

    async def _watch(self) -> None:
        while True:
            start, own = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            self.worst = max(self.worst, time.perf_counter() - start - 0.001)
            self.worst_own = max(self.worst_own, time.thread_time() - own)
