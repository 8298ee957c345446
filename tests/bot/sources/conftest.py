"""Fixtures for sources: a server on the loopback, a fetcher, and documents to read."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model import SourceSpec
from bot.sources.http import Fetcher
from tests.bot.sources.server import LoopbackServer

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
SPEC = SourceSpec(name="Example", kind="feed", url="https://blog.example.org/feed.xml")
_FEEDS = Path(__file__).parents[2] / "data" / "feeds"


def document(name: str) -> bytes:
    """One of our own documents."""
    return (_FEEDS / name).read_bytes()


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    server = LoopbackServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def neighbour() -> AsyncIterator[LoopbackServer]:
    """Another server on the same machine, that nobody configured."""
    server = LoopbackServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(contact="mailto:ops@example.org") as fetcher:
        yield fetcher


@pytest.fixture
async def hasty() -> AsyncIterator[Fetcher]:
    """A fetcher that has little patience and little room."""
    async with Fetcher(seconds=0.2, max_bytes=10_000) as fetcher:
        yield fetcher
