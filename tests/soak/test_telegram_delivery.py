"""Deliveries through Telegram's SDK, killed at every step and in long storms (`make soak`)."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conversation import NOON, SetClock
from tests.telegram.deliveries import kill_and_pick_up, prepare, storm
from tests.telegram.server import TelegramServer, telegram_server
from tests.telegram.test_day import at_work

pytestmark = [pytest.mark.soak, pytest.mark.asyncio, pytest.mark.timeout(3600)]

READERS, FAULTS = 30, 200


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as running:
        yield running
    assert running.problems == []


async def test_killed_at_every_step(tmp_path: Path, server: TelegramServer) -> None:
    await prepare(tmp_path / "prepared", server)
    statuses: Counter[int] = Counter()
    for step in range(200):
        folder = tmp_path / str(step)
        status = await kill_and_pick_up(tmp_path / "prepared", folder, server, step)
        statuses[status] += 1
        if status == 0:
            break
    assert statuses[0] == 1
    print(f"killed at {statuses.total() - 1} steps")


@pytest.mark.parametrize("seed", range(5))
async def test_storms(tmp_path: Path, server: TelegramServer, seed: int) -> None:
    await prepare(tmp_path, server, READERS)
    async with at_work(tmp_path, server, SetClock(NOON)) as ribao:
        print(dict(await storm(ribao, READERS, FAULTS, seed)))
