"""20,000 deliveries and 200 kills on each engine; the server or the disk gone (`make soak`).

``pytest -m soak -rP tests/soak/test_crash.py`` tells the figures; ``SOAK_KILLS`` takes fewer.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.model import FetchState
from bot.store import Store, open_store
from tests.bot.store.crashes import (
    finish,
    kill_at_random,
    look_for_violations,
    prepare,
    senders,
)
from tests.bot.store.sink import Sink, sink
from tests.postgresql import Server, missing, server

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

KILLS = int(os.environ.get("SOAK_KILLS", "200"))
DELIVERIES = 100 * KILLS
PARTS_AND_DAYS = 2 * 50


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await open_store(url)
    yield store
    await store.close()


@pytest.mark.both_engines
async def test_killed_senders_lose_nothing(store: Store, url: str, engine: str) -> None:
    await prepare(store, readers=DELIVERIES // PARTS_AND_DAYS, days=50)
    with sink(slowest=0.15) as receiving, senders(url, receiving) as running:
        start = time.monotonic()
        await kill_at_random(store, running, KILLS)
        await finish(store, running, seconds=1800)
        figures = await look_for_violations(store, running)
    print(f"{engine}: {figures}, {time.monotonic() - start:.0f} s")


class Outages:
    """How long after each outage the next message came."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.waits: list[float] = []

    async def recovered(self) -> None:
        before, start = len(self._sink.arrived), time.monotonic()
        async with asyncio.timeout(10):
            while len(self._sink.arrived) == before:  # noqa: ASYNC110 - seen from a thread
                await asyncio.sleep(0.01)
        self.waits.append(time.monotonic() - start)


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody else is using."""
    if reason := missing():
        pytest.skip(f"no PostgreSQL to test with: {reason}")
    with server(tmp_path) as own:
        yield own


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
async def test_a_server_that_is_restarted_again_and_again(
    restarted: Server, how: signal.Signals
) -> None:
    """Fast (SIGINT), and as if it crashed (SIGQUIT)."""
    url = restarted.url("postgres")
    store = await open_store(url)
    await prepare(store, readers=30, days=10)
    await store.close()
    with sink(slowest=0.05) as receiving, senders(url, receiving) as running:
        outages = Outages(receiving)
        await outages.recovered()
        while any(process.poll() is None for _, process in running.running):
            await asyncio.sleep(2)
            if len(receiving.arrived) < 500:
                os.kill(restarted.pid, how)
                await outages.recovered()
    store = await open_store(url)
    figures = await look_for_violations(store, running)
    await store.close()
    print(
        f"{how.name}: {figures}, {len(outages.waits) - 1} restarts, "
        f"at most {max(outages.waits[1:]):.1f} s until the next message",
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)]
    if (
        not (mount and umount)
        or subprocess.run(command, check=False, capture_output=True).returncode
    ):
        pytest.skip("a file system can't be mounted here")
    yield disk
    subprocess.run([umount, "--lazy", str(disk)], check=True)


def fill(ballast: Path) -> None:
    """Take all room that is left."""
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(b"x" * 1024)


async def fill_until_nothing_can_be_written(ballast: Path, store: Store) -> None:
    async def write_on() -> None:
        # New rows each time: what is only written over needs no room.
        for number in count():
            fill(ballast)
            name = f"{time.monotonic()} {number}"
            await store.sources.save(name, FetchState(error="x" * 100_000))

    with pytest.raises(StoreError, match="the disk is full"):
        await write_on()


async def test_a_full_disk(small_disk: Path) -> None:
    url, ballast = f"sqlite:///{small_disk}/ribao.db", small_disk / "ballast"
    store = await open_store(url)
    await prepare(store, readers=30, days=25)
    with sink(slowest=0.02) as receiving, senders(url, receiving) as running:
        outages = Outages(receiving)
        await outages.recovered()
        for _ in range(3):
            await fill_until_nothing_can_be_written(ballast, store)
            await asyncio.sleep(2)
            ballast.unlink()
            await outages.recovered()
            await asyncio.sleep(1)
        await finish(store, running, seconds=120)
        figures = await look_for_violations(store, running)
    await store.close()
    print(
        f"full disk: {figures}, full {len(outages.waits) - 1} times, "
        f"at most {max(outages.waits[1:]):.1f} s until the next message",
    )
