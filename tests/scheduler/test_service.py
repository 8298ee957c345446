"""The timer: passes come, do not overlap, survive faults, and end with the stop."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import StoreError
from scheduler.service import Job, Scheduler

SOON = timedelta(milliseconds=20)


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Passes:
    """Counts passes, and lets a test wait for them, hold them, or make them fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.started = asyncio.Semaphore(0)
        self.may_end = asyncio.Event()
        self.at_once = self.most_at_once = self.ended = 0

    async def __call__(self, now: datetime) -> None:
        assert now.tzinfo is not None
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.started.release()
        try:
            await self.may_end.wait()
            if self.error is not None:
                raise self.error
        finally:
            self.at_once -= 1
            self.ended += 1

    async def until_started(self, times: int) -> None:
        async with asyncio.timeout(10):
            for _ in range(times):
                await self.started.acquire()


async def test_passes_come_again_and_again() -> None:
    passes = Passes()
    passes.may_end.set()
    scheduler = Scheduler((Job("tick", passes, SOON),), WallClock())
    scheduler.start()
    await passes.until_started(3)
    await scheduler.stop()


async def test_passes_do_not_overlap() -> None:
    passes = Passes()
    scheduler = Scheduler((Job("tick", passes, SOON),), WallClock())
    scheduler.start()
    await passes.until_started(1)
    await asyncio.sleep(5 * SOON.total_seconds())  # time enough for passes that must not come
    passes.may_end.set()
    await passes.until_started(2)
    await scheduler.stop()
    assert passes.most_at_once == 1


async def test_a_fault_is_logged_and_the_next_pass_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    passes = Passes(StoreError("The disk is full."))
    passes.may_end.set()
    scheduler = Scheduler((Job("tick", passes, SOON),), WallClock())
    with caplog.at_level(logging.ERROR, "scheduler.service"):
        scheduler.start()
        await passes.until_started(2)
        await scheduler.stop()
    assert "tick: The disk is full." in caplog.messages[0]
    assert not any(record.exc_info for record in caplog.records)


async def test_a_stop_waits_for_the_pass_that_runs() -> None:
    passes = Passes()
    scheduler = Scheduler((Job("tick", passes, SOON),), WallClock())
    scheduler.start()
    await passes.until_started(1)
    stopping = asyncio.create_task(scheduler.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    passes.may_end.set()
    await stopping
    assert (passes.ended, passes.at_once) == (1, 0)


async def test_the_first_pass_may_be_put_off() -> None:
    passes = Passes()
    jobs = (Job("fetch", passes, timedelta(hours=1), first_after=timedelta(hours=1)),)
    scheduler = Scheduler(jobs, WallClock())
    scheduler.start()
    await asyncio.sleep(5 * SOON.total_seconds())  # time enough for a pass that must not come
    await scheduler.stop()
    assert passes.ended == passes.at_once == 0
