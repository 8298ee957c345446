"""A Discord, and Ribao's adapter before it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from tests.conversation import SetClock
from tests.discord.server import TOKEN, DiscordServer, Json, discord_server
from tests.discord.working import (
    ANN,
    CLUB,
    DIRECT,
    EDITORS,
    EVE,
    FORUM,
    HALL,
    HERS,
    NEWS,
    OWNER,
    THREAD,
    Ribao,
    at_work,
    settings_for,
)


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """Each request that Discord would refuse fails the test, unless it asked for that."""
    async with discord_server() as running:
        yield running
    assert [*running.problems, *running.unanswered()] == []


@pytest.fixture
async def adapter(server: DiscordServer) -> AsyncIterator[DiscordAdapter]:
    async with DiscordAdapter.open(TOKEN, settings_for(server)) as opened:
        yield opened


@pytest.fixture
def places(server: DiscordServer) -> dict[int, Json]:
    """A server with a hall, a news channel, a forum and a thread; Ann may manage it."""
    server.guild(CLUB, "Club", owner=OWNER)
    server.role(CLUB, EDITORS, 1 << 5)
    server.member(CLUB, ANN, EDITORS)
    server.member(CLUB, EVE)
    hall = server.channel(HALL, CLUB, "hall")
    news = server.channel(NEWS, CLUB, "news")
    forum = server.channel(FORUM, CLUB, "papers", 15)
    thread = server.thread(THREAD, hall, "cats")
    direct, hers = (
        server.direct(DIRECT, server.user(ANN)),
        server.direct(HERS, server.user(EVE, "Eve")),
    )
    return {HALL: hall, NEWS: news, FORUM: forum, THREAD: thread, DIRECT: direct, HERS: hers}


@pytest.fixture
async def ribao(
    tmp_path: Path, server: DiscordServer, places: dict[int, Json]
) -> AsyncIterator[Ribao]:
    async with at_work(tmp_path, server, SetClock()) as working:
        yield working
