"""Work in parallel, but in order within a lane: what one chat sends never overtakes itself."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

Work = Callable[[], Awaitable[None]]


class Lanes:
    """Runs work as it comes: at most ``limit`` lanes at a time, each one thing after the other."""

    def __init__(self, limit: int) -> None:
        self._waiting: dict[Hashable, deque[Work]] = {}
        self._places = asyncio.Semaphore(limit)
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, lane: Hashable, work: Work) -> None:
        """Queue work. It must not raise; what it raises all the same is lost to asyncio's log."""
        if lane in self._waiting:
            self._waiting[lane].append(work)
            return
        self._waiting[lane] = deque([work])
        task = asyncio.create_task(self._drive(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, lane: Hashable) -> None:
        queue = self._waiting[lane]
        try:
            async with self._places:
                while queue:
                    await queue.popleft()()
        finally:
            del self._waiting[lane]

    async def drain(self, seconds: float) -> None:
        """Let what was begun come to its end, for at most ``seconds``; the rest is cancelled."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
