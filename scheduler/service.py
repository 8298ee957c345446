"""The timer: APScheduler runs a few fixed jobs, never one per reader.

Each job asks the store what is to be done, so a missed or doubled run does no harm.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import BotError
from bot.ports import Clock

log = logging.getLogger(__name__)

DRAIN_SECONDS = 8.0
"""A stop takes at most 10 s in all; the rest is for closing connections."""

Pass = Callable[[datetime], Awaitable[object]]
"""One pass of a job as of an instant."""


@dataclass(frozen=True, slots=True)
class Job:
    """A fixed job: its name, what it runs, how often, and after which delay at first."""

    name: str
    run: Pass
    every: timedelta
    first_after: timedelta = timedelta(0)


class Scheduler:
    """Runs jobs until it is stopped. A failing pass is logged and the next one runs."""

    def __init__(self, jobs: tuple[Job, ...], clock: Clock) -> None:
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        # A late run is better than none, one is enough, and passes must not overlap.
        self._timer = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for job in jobs:
            self._timer.add_job(
                self._guarded(job),
                "interval",
                seconds=job.every.total_seconds(),
                next_run_time=clock.now() + job.first_after,
                id=job.name,
            )

    def start(self) -> None:
        """Start the timer in the running event loop."""
        self._timer.start()

    async def stop(self) -> None:
        """Start no further pass, and let those that run come to their end within 8 s."""
        self._timer.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        self._timer.shutdown(wait=False)

    def _guarded(self, job: Job) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            task = asyncio.create_task(self._run(job), name=job.name)
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await task

        return run

    async def _run(self, job: Job) -> None:
        try:
            await job.run(self._clock.now())
        except BotError as error:
            log.error("%s: %s The next pass tries again.", job.name, error)  # noqa: TRY400
