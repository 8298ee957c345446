"""Delivery through the unmodified SDK: killed, and in a storm of faults. In full: tests/soak."""

import signal
from datetime import timedelta
from pathlib import Path

import pytest

from bot.keeper import Keeper
from bot.monitor.metrics import Metrics
from bot.monitor.state import Watcher
from tests.conversation import NOON, SetClock
from tests.telegram.deliveries import DUE, kill_and_pick_up, prepare, storm
from tests.telegram.server import Fault, TelegramServer
from tests.telegram.test_day import at_work

pytestmark = pytest.mark.asyncio

STEPS = (14, 15)
"""Before and after the message is handed over."""


@pytest.mark.parametrize("step", STEPS)
async def test_a_push_that_is_killed_loses_nothing(
    tmp_path: Path, server: TelegramServer, step: int
) -> None:
    await prepare(tmp_path / "prepared", server)
    status = await kill_and_pick_up(tmp_path / "prepared", tmp_path / "killed", server, step)
    assert status == -signal.SIGKILL


async def test_a_storm_loses_nothing(tmp_path: Path, server: TelegramServer) -> None:
    await prepare(tmp_path, server, readers=6)
    async with at_work(tmp_path, server, SetClock(NOON)) as ribao:
        met = await storm(ribao, readers=6, faults=20, seed=3)
    assert met.total() >= 20


async def test_no_figure_holds_the_token(tmp_path: Path, server: TelegramServer) -> None:
    await prepare(tmp_path, server)
    clock = SetClock(DUE)
    async with at_work(tmp_path, server, clock) as ribao:
        app, metrics = ribao.app, Metrics()
        keeper = Keeper(app.store.leases, clock, "test")
        courier = app.courier([ribao.adapter], meter=metrics)
        server.fail("sendMessage", Fault(401, "Unauthorized"), Fault(cut=True))
        for _ in range(3):
            await app.tick([ribao.adapter]).prepare(clock.now())
            await courier.deliver(clock.now())
            clock.move(timedelta(minutes=6))
        watcher = Watcher(app.store, app.sourcebook, courier, keeper, clock)
        text = metrics.text(await watcher.look()).decode()
    assert 'ribao_deliveries_total{outcome="retried",platform="telegram"}' in text
    assert "canary" not in text
