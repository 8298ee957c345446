"""A Bot API server, and Ribao's adapter before it."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.telegram.adapter import TelegramAdapter
from bot.config import TelegramSettings
from tests.telegram.server import TOKEN, TelegramServer, telegram_server


@pytest.fixture(autouse=True)
def _token_nowhere(tmp_path: Path) -> Iterator[None]:
    """With everything logged, the token is in no record (``tests.conftest``) and in no file."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    logging.getLogger("aiosqlite").setLevel(logging.INFO)  # it knows no token, and tells a lot
    yield
    root.setLevel(before)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes(), path


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
