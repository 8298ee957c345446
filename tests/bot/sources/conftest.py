"""Fixtures for sources: a server on the loopback, a fetcher, and documents to read."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model import SourceSpec
from bot.ports import Stars
from bot.sources.http import Fetcher
from bot.sources.parser import Parser
from bot.sources.politeness import Politeness
from bot.sources.tools import Tools
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
    async with Fetcher(contact="mailto:ops@example.org", politeness=Politeness(gap=0)) as fetcher:
        yield fetcher


@pytest.fixture
async def hasty() -> AsyncIterator[Fetcher]:
    """A fetcher that has little patience and little room."""
    async with Fetcher(seconds=0.2, max_bytes=10_000, politeness=Politeness(gap=0)) as fetcher:
        yield fetcher


@pytest.fixture
async def cramped() -> AsyncIterator[Fetcher]:
    """A fetcher that has little room, and all the time of a busy machine."""
    async with Fetcher(seconds=20, max_bytes=10_000, politeness=Politeness(gap=0)) as fetcher:
        yield fetcher


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    """One process that parses for all tests, as one serves all sources of a pass."""
    parser = Parser()
    yield parser
    parser.close()


class NoStars:
    """Remembers nothing: every repository is seen for the first time."""

    async def record(self, stars: Mapping[str, int], now: datetime) -> Mapping[str, Stars]:
        del stars, now
        return {}


@pytest.fixture
def tools(fetcher: Fetcher, parser: Parser) -> Tools:
    return Tools(fetcher, parser, NoStars())
