"""What a command handler works with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.broadcasts import BroadcastStore
from bot.commands.reply import Reply
from bot.commands.results import LastResults
from bot.curation.ports import RevisionStore
from bot.curation.submissions import Submissions
from bot.editor import Editor
from bot.errors import Refusal
from bot.messages import Messages
from bot.model import Chat, ChatAddress, ChatKind, Compilation
from bot.overview import Observer
from bot.ports import (
    EditionStore,
    Extras,
    IssueStore,
    ItemSearch,
    ItemStore,
    Ledger,
    Rights,
    Shelf,
    StoryStore,
)
from bot.sourcebook import Sourcebook
from bot.subscriptions import Readers
from bot.topics import Taxonomy
from bot.web.bindery import Bindery


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or pressed button, as every adapter hands it over.

    ``language`` is what the platform says of the person's language, if anything; ``pressed``: it
    is the command of a button; ``unfinished``: it is still being written, and the choices of the
    reply are how its argument may go on.
    """

    chat: ChatAddress
    kind: ChatKind
    title: str
    sender_id: str
    text: str
    language: str | None = None
    pressed: bool = False
    unfinished: bool = False

    @property
    def sender(self) -> str:
        """The person who writes, as ``platform:id``."""
        return f"{self.chat.platform}:{self.sender_id}"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the core that handlers use."""

    readers: Readers
    editor: Editor
    issues: IssueStore
    editions: EditionStore
    ledger: Ledger
    items: ItemStore
    stories: StoryStore
    search: ItemSearch
    revisions: RevisionStore
    shelf: Shelf
    submissions: Submissions
    taxonomy: Taxonomy
    sources: Sourcebook
    broadcasts: BroadcastStore
    observer: Observer
    rights: Rights
    bindery: Bindery
    extras: Extras | None = None
    operators: frozenset[str] = frozenset()
    """Who runs this Ribao, as ``platform:id`` of the person."""
    keywords: Mapping[str, Compilation] = field(default_factory=dict)
    """What a message brings that is no more than such a word; see ``bot.commands.keywords``."""
    results: LastResults = field(default_factory=LastResults)


@dataclass(frozen=True, slots=True)
class Context:
    """One command at work. ``chat`` is the one that it is about; ``say`` speaks to who asked."""

    incoming: Incoming
    chat: Chat
    now: datetime
    say: Messages
    services: Services

    @property
    def today(self) -> date:
        """The local date in the chat's zone."""
        return self.now.astimezone(ZoneInfo(self.chat.schedule.zone)).date()

    @property
    def sender(self) -> str:
        """The person who writes, as ``platform:id``."""
        return self.incoming.sender

    @property
    def person(self) -> str | None:
        """The sender, where the chat is theirs alone; None where it is not just about them."""
        return self.sender if self.incoming.kind is ChatKind.PRIVATE else None

    @property
    def from_operator(self) -> bool:
        """Whether the sender runs this Ribao."""
        return self.sender in self.services.operators

    async def authorise(self) -> None:
        """Raise ``Refusal`` unless the sender may change something where they write."""
        if self.incoming.kind is ChatKind.PRIVATE:
            return
        rights, here = self.services.rights, self.incoming
        if not await rights.may_manage(here.sender_id, here.chat):
            raise Refusal("error.admins_only")

    def authorise_operator(self) -> None:
        """Raise ``Refusal`` unless the sender runs this Ribao."""
        if not self.from_operator:
            raise Refusal("error.operators_only")


Handler = Callable[[Context, str], Awaitable[Reply]]
"""Answers a command: its context, and the rest of the line, stripped."""


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the command table.

    Its words stand in the catalogue: ``usage.NAME``, ``help.NAME`` and ``example.NAME``.
    ``changes`` marks what only an administrator may do in a group. ``for_channels``: it can be
    given for a channel, as ``/channel #name time 08:30``. ``for_operators``: only those who run
    this Ribao may use it, and only they see it in ``/help``.
    """

    name: str
    handler: Handler
    aliases: tuple[str, ...] = ()
    changes: bool = False
    for_channels: bool = False
    for_operators: bool = False
