"""A Discord, and Ribao's adapter before it."""

from collections.abc import AsyncIterator

import pytest

from adapters.discord.adapter import DiscordAdapter
from bot.config import DiscordSettings
from tests.discord.server import TOKEN, DiscordServer, discord_server


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """Each request that Discord would refuse fails the test, unless it asked for that."""
    async with discord_server() as running:
        yield running
    assert [*running.problems, *running.unanswered()] == []


def settings_for(server: DiscordServer) -> DiscordSettings:
    return DiscordSettings(api_url=server.url, gateway_url=server.gateway_url)


@pytest.fixture
async def adapter(server: DiscordServer) -> AsyncIterator[DiscordAdapter]:
    async with DiscordAdapter.open(TOKEN, settings_for(server)) as opened:
        yield opened
