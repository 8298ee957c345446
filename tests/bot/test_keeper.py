"""Of several processes one works at a time, and another goes on when it ends."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from bot import keeper
from bot.errors import StoreError
from bot.keeper import Keeper
from bot.store import open_store
from tests.conversation import Conversation
from tests.scheduler.test_service import WallClock


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "RENEW_SECONDS", 0.02)
    monkeypatch.setattr(keeper, "_PAUSE_SECONDS", 0.02)


class Worker:
    """Works until told to end; knows whether it does."""

    def __init__(self) -> None:
        self.works = asyncio.Event()
        self.begun = 0

    async def __call__(self, end: asyncio.Event) -> None:
        self.begun += 1
        self.works.set()
        await end.wait()
        self.works.clear()


async def test_the_second_stands_by_and_goes_on_when_the_first_stops(talk: Conversation) -> None:
    names = [f"elsewhere:{n}:x" for n in "ab"]  # as if on other machines
    keepers = [Keeper(talk.app.store.leases, WallClock(), name) for name in names]
    workers, stops = (Worker(), Worker()), (asyncio.Event(), asyncio.Event())
    first = asyncio.create_task(keepers[0].watch("send", workers[0], stops[0]))
    await asyncio.wait_for(workers[0].works.wait(), 10)
    second = asyncio.create_task(keepers[1].watch("send", workers[1], stops[1]))
    await asyncio.sleep(0.2)  # time enough for what must not come
    assert not workers[1].works.is_set()
    assert keepers[0].held("send") is not None
    assert keepers[1].held("send") is None
    assert [keeper.leases for keeper in keepers] == [{"send": True}, {"send": False}]
    stops[0].set()
    await first
    await keepers[0].release()
    await asyncio.wait_for(workers[1].works.wait(), 10)
    assert not workers[0].works.is_set()
    stops[1].set()
    await second


async def test_who_slept_through_its_lease_knows_and_stops(talk: Conversation) -> None:
    leases, clock = talk.app.store.leases, WallClock()
    sleeper = Keeper(leases, clock, "elsewhere:1:x")
    worker, stop = Worker(), asyncio.Event()
    watching = asyncio.create_task(sleeper.watch("send", worker, stop))
    await asyncio.wait_for(worker.works.wait(), 10)
    # Another process found the lease over, as after a SIGSTOP.
    now = clock.now()
    taken = await leases.acquire("send", "b", now, now + keeper.TERM, gone=["elsewhere:1:x"])
    assert taken is not None
    async with asyncio.timeout(10):
        while worker.works.is_set():  # noqa: ASYNC110 - it ends in its own time
            await asyncio.sleep(0.01)
    assert sleeper.held("send") is None
    stop.set()
    await watching
    assert worker.begun == 1


async def test_a_lease_is_not_trusted_beyond_its_term(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Keeper(talk.app.store.leases, WallClock(), f"here:{os.getpid()}:x")
    assert await held.take("send")
    later = time.monotonic() + keeper.TERM.total_seconds()
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert held.held("send") is None


async def test_work_begins_anew_when_the_database_was_away(
    talk: Conversation, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'other.db'}")
    worker, stop = Worker(), asyncio.Event()
    failed: list[bool] = []

    async def work(end: asyncio.Event) -> None:
        if not failed:
            failed.append(True)
            raise StoreError("The database is away.")
        await worker(end)

    watching = asyncio.create_task(
        Keeper(store.leases, WallClock(), "elsewhere:1:x").watch("send", work, stop)
    )
    await asyncio.wait_for(worker.works.wait(), 10)
    assert "The database is away." in caplog.text
    stop.set()
    await watching
    await store.close()
