"""A Bot API server, and Ribao's adapter before it."""

from collections.abc import AsyncIterator

import pytest

from adapters.telegram.adapter import TelegramAdapter
from bot.config import TelegramSettings
from tests.telegram.server import TOKEN, TelegramServer, telegram_server


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """Each request that Telegram would refuse fails the test, unless it asked for that."""
    async with telegram_server() as running:
        yield running
    assert running.problems == []


@pytest.fixture
async def adapter(server: TelegramServer) -> AsyncIterator[TelegramAdapter]:
    async with TelegramAdapter.open(TOKEN, TelegramSettings(base_url=server.url)) as opened:
        yield opened
