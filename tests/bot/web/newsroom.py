"""A Ribao whose web edition is built into a folder, day after day."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config import WebSettings
from bot.model import Item
from bot.topics import Taxonomy
from bot.web.build import Report
from tests.conversation import Conversation, SetClock, conversation

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
TOPICS = frozenset({"cv", "detection", "nlp", "rl"})
ONE_DAY = timedelta(days=1)


@dataclass
class Newsroom:
    """``folder`` is where the site lies."""

    talk: Conversation
    folder: Path

    async def build(self) -> Report:
        builder = await self.talk.app.site_builder(self.folder)
        return await builder.build(self.talk.clock.now())

    async def next_day(self, *items: Item) -> Report:
        """The items come in, and a day later the site is built."""
        await self.talk.fetch(*items)
        self.talk.clock.move(ONE_DAY)
        return await self.build()

    def page(self, place: str) -> str:
        return (self.folder / place).read_text("utf-8")

    def files(self, pattern: str = "**/*") -> dict[str, tuple[bytes, int]]:
        """All files by their place, with content and time of change."""
        return {
            str(path.relative_to(self.folder)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in self.folder.glob(pattern)
            if path.is_file() and ".ribao" not in path.parts
        }


@asynccontextmanager
async def newsroom(tmp_path: Path, **web: object) -> AsyncIterator[Newsroom]:
    """Without sample: the first news came on Monday."""
    settings = WebSettings(**web)  # type: ignore[arg-type]
    async with conversation(tmp_path / "data", SetClock(MONDAY), web=settings) as talk:
        # A site has a page and two feeds for each topic and language: with few it is quick.
        few = Taxonomy(topic for topic in talk.app.taxonomy.topics if topic.id in TOPICS)
        yield Newsroom(replace(talk, app=replace(talk.app, taxonomy=few)), tmp_path / "site")
