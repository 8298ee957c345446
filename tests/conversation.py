"""A whole Ribao on a real database, talked to as a platform would, at a clock that tests set."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from adapters.console.adapter import ConsoleAdapter
from adapters.console.render import as_text, reply_lines
from adapters.console.session import address_of
from bot.app import App, open_app
from bot.commands.context import Incoming
from bot.commands.dispatch import Dispatcher
from bot.commands.reply import IssueBlock, Reply
from bot.config import AccessSettings, Settings
from bot.model import Chat, ChatAddress, ChatKind, Issue, Item, Section, TopicMatch
from scheduler.tick import Tick

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
"""A Wednesday."""


_NO_LIMIT = {"access": AccessSettings(per_minute=100_000)}
"""At a clock that stands still everything comes within a minute."""


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by

    def set(self, now: datetime) -> None:
        self._now = now


class ConsoleWithRights(ConsoleAdapter):
    """The console with the rights of a real platform, once ``administrators`` names some."""

    administrators: dict[str, set[str]] | None = None
    """By the chat's id; None: whoever sits there may do everything, as at the console."""

    async def may_manage(self, sender_id: str, chat: ChatAddress) -> bool:
        if self.administrators is None:
            return await super().may_manage(sender_id, chat)
        return sender_id in self.administrators.get(chat.id, set())


@dataclass
class Conversation:
    """People at one Ribao. ``say`` gives the reply as text, ``ask`` as it is."""

    app: App
    adapter: ConsoleWithRights
    clock: SetClock
    dispatcher: Dispatcher

    async def hear(
        self,
        text: str,
        *,
        who: str = "ann",
        chat: str | None = None,
        kind: ChatKind = ChatKind.PRIVATE,
        language: str | None = None,
    ) -> Reply | None:
        """The reply, None if there is none; ``chat`` is a group in which ``who`` writes."""
        where = chat or who
        incoming = Incoming(address_of(where), kind, where, who, text, language)
        return await self.dispatcher.handle(incoming, self.clock.now())

    async def ask(self, text: str, who: str = "ann", **more: Any) -> Reply:
        reply = await self.hear(text, who=who, **more)
        assert reply is not None, "no answer"
        return reply

    async def say(self, text: str, who: str = "ann", **more: Any) -> str:
        return as_text(reply_lines(await self.ask(text, who, **more)))

    async def read(self, text: str = "/today", who: str = "ann") -> Issue:
        """The issue in the reply."""
        reply = await self.ask(text, who)
        issues = [block.issue for block in reply.blocks if isinstance(block, IssueBlock)]
        assert len(issues) == 1, as_text(reply_lines(reply))
        return issues[0]

    async def chat(self, who: str = "ann") -> Chat:
        found = await self.app.readers.find(address_of(who))
        assert found is not None
        return found

    async def fetch(self, *items: Item) -> None:
        """As if a source had brought the items now."""
        await self.app.store.items.add(items, self.clock.now())

    async def inbox(self, chat: str) -> list[str]:
        return [message.text for message in await self.adapter.mailbox.last(chat, 1000)]

    async def tell(self) -> Counter[str]:
        """Send all notices; returns what became of them."""
        await self.app.herald([self.adapter]).publish(self.clock.now())
        return await self.tick().courier.deliver(self.clock.now())

    def tick(self) -> Tick:
        return self.app.tick([self.adapter])


@asynccontextmanager
async def conversation(
    data_dir: Path, clock: SetClock | None = None, *, url: str | None = None, **settings: Any
) -> AsyncIterator[Conversation]:
    """Without the ``url`` of a database it is an SQLite file in ``data_dir``."""
    clock = clock or SetClock()
    if url:
        settings["database"] = {"url": url}
    else:
        for name, content in (await _fresh_files(clock.now())).items():
            _put(data_dir / name, content)
    async with (
        open_app(Settings(data_dir=data_dir, **{**_NO_LIMIT, **settings}), clock) as app,
        ConsoleWithRights.open(data_dir, "ann") as adapter,
    ):
        yield Conversation(app, adapter, clock, app.dispatcher(adapter))


_FILES = ("ribao.db", "console.db")
_made: dict[datetime, dict[str, bytes]] = {}


async def _fresh_files(now: datetime) -> dict[str, bytes]:
    """The files as they are after the first start. Made once: it takes longer than most tests."""
    if now not in _made:
        with TemporaryDirectory() as name:
            folder = Path(name)
            async with (
                open_app(Settings(data_dir=folder), SetClock(now)),
                ConsoleAdapter.open(folder, "ann"),
            ):
                pass
            _made[now] = {name: (folder / name).read_bytes() for name in _FILES}
    return _made[now]


def _put(path: Path, content: bytes) -> None:
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def titles(issue: Issue) -> list[str]:
    return [entry.title for section in issue.sections for entry in section.entries]


def item(key: str, *topics: str, section: Section = Section.PAPERS, **changes: Any) -> Item:
    """A fetched item; texts are made from its key."""
    made = Item(
        key=key,
        title=f"Title of {key}",
        url=f"https://example.org/{key}",
        section=section,
        published="2026-11-18",
        authors=("Ada Lovelace", "Alan Turing"),
        summary={"en": f"Summary of {key}."},
        language="en",
        topics=tuple(TopicMatch(topic, 1.0, "declared") for topic in topics),
        source="test",
    )
    return replace(made, **changes)
