"""The nouns of Ribao, as frozen values. No behaviour that needs a clock, a store or a platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

LANGUAGES = ("en", "zh-CN", "zh-TW")
"""Languages of the interface, as BCP 47 tags; the first is the fallback."""

Localized = Mapping[str, str]
"""A text by BCP 47 language tag."""

SAMPLE_SOURCE = "sample"
"""Name of the source of the edition that ships with Ribao."""

WEB = "web"
"""Name of the platform on which nobody chats: its channels are the editions of the web site."""

PICK = "pick"
"""Name of the signal of an item that the editor picked; its value is 1."""


class Section(StrEnum):
    """Where an item stands in an issue."""

    TOOLS = "tools"
    PROJECTS = "projects"
    POSTS = "posts"
    RESOURCES = "resources"
    PAPERS = "papers"
    USE_CASES = "use-cases"
    NEWS = "news"
    EDUCATION = "education"
    ETHICS = "ethics"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Link:
    """A further link of an item, with the words that say what it is."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """That an item belongs to a topic: how sure (0 to 1), and why, in words for `/why`."""

    id: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news: a paper, tool, project, post or data set. All texts are plain text.

    ``key`` is the canonical key by which the same story is known again (``arxiv:1706.03762``).
    ``published`` is ISO 8601 and only as exact as it is known: ``2022``, ``2022-06``,
    ``2022-06-27`` or ``2022-06-27T08:00:00+00:00``. ``authors_more`` says that the list of authors
    is known to be incomplete.
    """

    key: str
    title: str
    url: str
    section: Section
    published: str | None = None
    authors: tuple[str, ...] = ()
    authors_more: bool = False
    venue: str | None = None
    language: str | None = None
    summary: Localized = field(default_factory=dict)
    abstract: Localized = field(default_factory=dict)
    images: tuple[str, ...] = ()
    code_urls: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    arxiv_id: str | None = None
    arxiv_categories: tuple[str, ...] = ()
    topics: tuple[TopicMatch, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item in the store. ``first_seen`` (UTC) is when Ribao first stored it.

    ``removed``: an operator took it out of the paper; it is shown nowhere, but kept.
    """

    id: int
    first_seen: datetime
    item: Item
    removed: bool = False


VOTES = "votes"
"""Name of the signal that counts readers' thumbs, those down taken from those up."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An item that a person saved, or gave a thumb: ``vote`` is 1 or -1, 0 for one only saved."""

    item_id: int
    at: datetime
    vote: int = 0


class MatchKind(StrEnum):
    """Why two items are one story."""

    KEY = "key"
    CODE = "code"
    PAPER = "paper"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Match:
    """That two items are one story, and why; ``detail`` is what the words of ``kind`` speak of.

    ``KEY``: the key that both have. ``CODE``: the repository that the paper names as its code.
    ``PAPER``: the paper that the post presents. ``TITLE``: how alike, in per cent.
    """

    kind: MatchKind
    detail: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one source told of a story, and since when (UTC).

    ``match`` says why it is of this story; None for the first. ``origin`` is the id of the item
    that it was before two stored items were found to be one. ``id`` is the store's, None before.
    """

    item: Item
    seen_at: datetime
    match: Match | None = None
    origin: int | None = None
    id: int | None = None

    @property
    def name(self) -> tuple[str, str]:
        """Source and key: what a source tells under the same key is the same sighting."""
        return self.item.source, self.item.key


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


class ChatStatus(StrEnum):
    """``GONE``: the platform says that the bot is shut out; subscriptions are kept."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """Where a chat is: a platform, the bot account that serves it, the platform's own id.

    ``thread`` is a forum topic or thread inside the chat, empty for the chat itself.
    """

    platform: str
    account: str
    id: str
    thread: str = ""

    @property
    def place(self) -> float:
        """The chat's own place in a crowd, from 0 to below 1: the same every day."""
        name = "\0".join((self.platform, self.account, self.id, self.thread))
        return int.from_bytes(sha256(name.encode()).digest()[:6]) / 2**48

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}" + (f"/{self.thread}" if self.thread else "")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A local time of day on some days of the week, in an IANA time zone.

    ``days`` holds ISO weekdays, 1 (Monday) to 7 (Sunday).
    """

    at: time
    zone: str
    days: frozenset[int] = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One appearance of a schedule: the intended local date, and its instant in UTC."""

    day: date
    instant: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """Between which instants (UTC) a crowd that shares an hour gets its issues."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of local time in which messages come without a sound. May cross midnight."""

    start: time
    end: time

    def contains(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True)
class Chat:
    """A person, group or channel and its settings.

    ``active_since`` (UTC) is when the daily issue was last switched on; None while it is off.
    Nothing that was due before it is sent. ``next_due`` (UTC) is a cache for the scheduler; None
    asks it to compute anew. ``changed_at`` (UTC) is when the schedule was last changed;
    ``added_by`` is the platform's id of who set up a channel; ``options`` what is set on its
    platform alone (``bot.ports.Extras``).
    """

    id: int
    address: ChatAddress
    kind: ChatKind
    title: str
    language: str
    schedule: Schedule
    status: ChatStatus = ChatStatus.ACTIVE
    quiet: QuietHours | None = None
    paused_until: datetime | None = None
    active_since: datetime | None = None
    next_due: datetime | None = None
    layout: str = "daily"
    changed_at: datetime | None = None
    added_by: str | None = None
    options: str = ""


DAILY_ONLY = frozenset({"daily"})
"""The editions of a chat that asked for no others."""


@dataclass(frozen=True, slots=True)
class Editions:
    """Which editions a chat takes: ``daily``, ``weekly``, ``monthly``, ``yearly``.

    ``zone`` and ``days`` are those of its schedule.
    """

    kinds: frozenset[str]
    zone: str
    days: frozenset[int]


class FollowKind(StrEnum):
    """What a subscription names. ``ALL`` is the whole paper, with an empty value."""

    ALL = "all"
    TOPIC = "topic"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat follows a topic or a keyword, or with ``excluded`` never wants to see it."""

    kind: FollowKind
    value: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class TopicFilter:
    """Which items a reader wants.

    Topic ids are expanded to their descendants, keywords are in ``bot.topics.normal_form``.

    An item is wanted when ``everything`` is set or it has one of ``topics`` or ``keywords``, and
    it has none of the excluded ones.
    """

    everything: bool = False
    topics: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    excluded_topics: frozenset[str] = frozenset()
    excluded_keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms (see ``bot.digest.terms``) that stand next to each other, in this order.

    With ``open_end`` the last is only how a term begins.
    """

    terms: tuple[str, ...]
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for. An item has to fulfil all of it.

    Of each set of ``topics`` the item has one, of ``excluded`` and ``excluded_topics`` none. Its
    date, that of ``published`` or else of ``first_seen``, is from ``since`` up to ``until``, both
    included.
    """

    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    topics: tuple[frozenset[str], ...] = ()
    excluded_topics: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Compilation:
    """What saying one of ``words`` brings: items of these sections, of the last ``days``.

    Empty ``sections`` are all, empty ``topics`` those of the chat; no days are today's issue.
    """

    words: tuple[str, ...]
    sections: frozenset[Section] = frozenset()
    topics: tuple[str, ...] = ()
    days: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """The little of a stored item that choosing and ranking need; the rest is loaded once chosen.

    ``topics`` maps topic id to confidence. ``standing`` is the part of its score that is the same
    for all readers, ``origins`` are the people and the site that it is from; see
    ``bot.digest.rank``. ``text`` is the item's normalised text, loaded only for a filter that has
    keywords, and empty otherwise.
    """

    id: int
    key: str
    section: Section
    source: str
    topics: Mapping[str, float]
    standing: float
    origins: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why an item stands in an issue, and where. What the numbers mean: docs/ranking.md.

    ``topics`` and ``keywords`` are those that the reader follows and the item has; with
    ``everything`` the whole paper is followed, and ``topics`` are all of the item's. ``appeared``
    is the instant (ISO 8601) from which it counts, ``place`` its place by score among all of the
    section that the reader could have got, before ``deducted`` was taken off for variety.
    """

    topics: tuple[TopicMatch, ...]
    keywords: tuple[str, ...]
    everything: bool
    appeared: str
    signals: tuple[tuple[str, float], ...]
    fit: float
    heat: float
    weight: float
    deducted: float
    place: int
    among: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as it stands in an issue, its texts already in the reader's language.

    ``id`` is the item's; ``section`` is one of the daily issue, ``kind`` the item's own.
    ``original`` is the introduction in English where the reader's is another language, ``note``
    what the editor says of it. ``issued`` is the date (ISO 8601) of the reader's daily issue that a
    round-up has it from. What has a default is missing in issues of earlier versions of Ribao.
    """

    number: int
    title: str
    url: str
    section: Section
    published: str
    field: str
    tasks: tuple[str, ...]
    authors: tuple[str, ...]
    authors_more: bool
    venue: str
    introduction: str
    abstract: str
    code_urls: tuple[str, ...]
    links: tuple[Link, ...]
    images: tuple[str, ...]
    why: Why | None = None
    id: int | None = None
    kind: Section | None = None
    original: str = ""
    note: str = ""
    issued: str = ""


@dataclass(frozen=True, slots=True)
class IssueSection:
    """A section of an issue. ``left_out`` counts what matched but had no room."""

    section: Section
    icon: str
    title: str
    entries: tuple[Entry, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Issue:
    """One day's paper for one set of topics in one language: all of it, and no markup.

    ``notices`` are sentences for the reader: that it is a sample, why there is nothing.
    ``previous`` and ``next`` are the dates of the chat's neighbouring issues. ``call`` tells by
    which word the papers can be had. ``span`` is what a round-up is of: ``2026-W47``, ``2026-11``
    or ``2026``. ``supplements`` are round-ups that come with a daily issue.
    """

    title: str
    day: date
    dateline: str
    number: int
    language: str
    layout: str
    topics: tuple[str, ...]
    sections: tuple[IssueSection, ...]
    notices: tuple[str, ...] = ()
    previous: date | None = None
    next: date | None = None
    call: str = ""
    span: str = ""
    supplements: tuple["Issue", ...] = ()

    @property
    def count(self) -> int:
        return sum(len(section.entries) for section in self.sections)


class DeliveryState(StrEnum):
    """The ledger's states; see docs/delivery.md for the transitions."""

    PLANNED = "planned"
    READY = "ready"
    SENDING = "sending"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DEAD = "dead"
    EXPIRED = "expired"


GRACE = timedelta(minutes=5)
"""Up to here an issue counts as punctual. A pass comes every 20 s and may have a backlog."""

CATCH_UP = timedelta(hours=6)
"""Up to here a late issue is still sent, and says so; later its items come with the next one."""

BULLETIN_LIFE = timedelta(days=3)
"""Up to here a bulletin is still sent; what is no issue has none that follows it."""

TERMINAL_STATES = frozenset({DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.EXPIRED})


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """An issue that is due: what the scheduler asks the ledger to write down.

    With ``expired`` the row is written as a record that the day was missed; nothing is sent.
    """

    chat_id: int
    day: date
    due_at: datetime
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A message that is no issue, such as a verdict on a submission or a word of the operator.

    ``key`` names it for good: each chat gets it once. ``payload`` is the rendered message, in the
    terms of the adapter of all chats that get it.
    """

    key: str
    payload: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger: part ``part`` (from 1) of a chat's issue of one local date.

    Or a ``bulletin``'s only part; then ``day`` is the date in UTC on which it was published.
    ``payload`` is the rendered message, in the adapter's own terms; present once it is claimed.
    ``attempt`` counts claims: with ``owner`` it fences the acknowledgement. ``first`` is the
    platform's id of part 1, where that was sent and this is a later part; known once it is claimed.
    """

    id: int
    chat_id: int
    day: date
    part: int
    state: DeliveryState
    due_at: datetime
    attempt: int = 0
    owner: str | None = None
    payload: str = ""
    bulletin: bool = False
    first: str = ""


@dataclass(frozen=True, slots=True)
class FetchState:
    """What is remembered of a source between fetches. All instants UTC.

    ``failures`` counts failures in a row, ``failing_since`` and ``error`` describe them;
    ``not_before`` is the earliest next try. ``new``, ``known`` and ``dropped`` (by reason) count
    what the last fetch brought that was not answered with "not modified".
    """

    etag: str | None = None
    last_modified: str | None = None
    checked_at: datetime | None = None
    not_before: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error: str | None = None
    new: int = 0
    known: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one fetch brought: items in the source's order, and what was dropped, by reason.

    ``feeds`` are further sources, where a source is a list of them.
    """

    items: tuple[Item, ...]
    state: FetchState
    dropped: Mapping[str, int] = field(default_factory=dict)
    not_modified: bool = False
    feeds: tuple["SourceSpec", ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as the operator configured it. ``topics`` are declared for each of its items.

    ``url`` is an address, or the path of a file for a kind that reads files. What the others mean
    is for the kind to say: ``query`` and ``words`` what is asked for, ``days`` how far back,
    ``minimum`` the votes, points or stars that an item needs. ``public``: nobody configured this
    address, so it may only be on the open internet.
    """

    name: str
    kind: str
    url: str
    section: Section = Section.POSTS
    topics: tuple[str, ...] = ()
    language: str | None = None
    query: str = ""
    words: tuple[str, ...] = ()
    days: int = 0
    minimum: int = 0
    public: bool = False
