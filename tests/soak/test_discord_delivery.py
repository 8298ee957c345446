"""Kills and storms on Discord: nothing lost, nothing twice, nothing above the headers' limits.

``pytest -m soak -rP tests/soak/test_discord_delivery.py`` tells the figures.
"""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conversation import SetClock
from tests.discord.conftest import places, ribao, server
from tests.discord.kills import finished, pushed
from tests.discord.server import DiscordServer, Json
from tests.discord.storms import weathered
from tests.discord.working import HALL, NEWS, THREAD, Ribao, at_work

__all__ = ["places", "ribao", "server"]

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

MORNINGS = 20
KILLS = 5
"""In each morning; then a push comes to its end."""

STORMS = 30


async def test_pushes_are_killed_each_morning_until_one_comes_to_its_end(
    tmp_path: Path, server: DiscordServer, places: dict[int, Json]
) -> None:
    here, clock, some = [places[HALL], places[NEWS], places[THREAD]], SetClock(), random.Random(3)
    async with at_work(tmp_path, server, clock) as working:
        for place in here:
            await server.command(working.ann, place, "subscribe", "all")
    server.messages.clear()
    kills = 0
    for _ in range(MORNINGS):
        clock.move(timedelta(days=1))
        for message in (some.choice((1, 2, 3)) for _ in range(KILLS)):
            taken = some.random() < 0.5
            kills += await pushed(server, tmp_path, clock.now(), message=message, taken=taken)
            clock.move(timedelta(seconds=61))
        # What a morning leaves behind for six hours is given up, and the next issue comes instead.
        assert not await pushed(server, tmp_path, clock.now())
    async with at_work(tmp_path, server, clock) as working:
        sent = await finished(working, here)
    print(f"{sent} messages, {kills} kills: none lost, none twice")


@pytest.mark.parametrize("seed", range(STORMS))
async def test_storms(ribao: Ribao, places: dict[int, Json], seed: int) -> None:
    here = [places[HALL], places[NEWS], places[THREAD]]
    for place in here:
        await ribao.server.command(ribao.ann, place, "subscribe", "all")
    ribao.server.bucket = (5, 0.3)
    sent = await weathered(ribao, here, seed)
    print(f"{sent} messages, {len(ribao.server.requests)} requests")
