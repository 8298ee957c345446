"""What the core asks of the outside. Each port is as small as its use.

All instants are timezone-aware and in UTC. Implementations raise only the errors of
``bot.errors`` (stores: ``StoreError``); anything else is a bug.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.imported import Digest
from bot.model import (
    Bulletin,
    Candidate,
    Chat,
    ChatAddress,
    ChatKind,
    ChatStatus,
    Delivery,
    DeliveryState,
    Editions,
    Fetched,
    FetchState,
    Issue,
    Item,
    Kept,
    Occurrence,
    PlannedDelivery,
    Schedule,
    SearchQuery,
    Section,
    Sighting,
    StoredItem,
    Subscription,
    TopicFilter,
    Window,
)

Account = tuple[str, str]
"""A platform, and the bot account on it."""


class Clock(Protocol):
    """The time of day. Decisions take ``now`` as an argument; only the edges ask a clock."""

    def now(self) -> datetime: ...


class Timetable(Protocol):
    """When a schedule fires next. The scheduler's rule, as the core sees it."""

    def __call__(self, schedule: Schedule, after: datetime) -> Occurrence | None:
        """The first occurrence strictly after ``after``; None if there is none."""
        ...


class WindowBook(Protocol):
    """When the issues come that are due at one instant, if they are too many to come at once."""

    async def of(self, account: Account, instant: datetime) -> Window | None:
        """The window of who is due at ``instant``; None if all of them are sent at once."""
        ...


class Source(Protocol):
    """One source of items."""

    @property
    def name(self) -> str: ...

    @property
    def host(self) -> str:
        """The host that it asks. Sources with the same are read one after the other."""
        ...

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        """Read what is new. ``state`` is what the last fetch returned.

        Raises ``SourceError`` when the source can't be read; the caller keeps the failure count.
        """
        ...


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a batch of items: stored, already known, or known and enriched."""

    new: int = 0
    known: int = 0
    enriched: int = 0


class ItemStore(Protocol):
    async def add(self, items: Sequence[Item], now: datetime) -> Added:
        """Store the items, in batches, with their topics; ``now`` becomes ``first_seen``.

        An item of a story that is known (``bot.digest.stories``) is not stored again. It may enrich
        the stored one: code links, links, images, authors, languages of summary and abstract,
        signals and topics that were missing are added, and the higher value of a count stays. A
        sample item that is fetched for real becomes a fetched one, first seen now. One that a
        further source brings within ``RENEWAL`` is first seen anew.
        """
        ...

    async def has_fetched(self, until: datetime) -> bool:
        """Whether any item other than the sample edition was first seen at or before ``until``."""
        ...

    async def count(self) -> int: ...

    async def candidates(
        self,
        wanted: TopicFilter,
        *,
        since: datetime,
        until: datetime,
        sample: bool,
        limit: int,
        sections: frozenset[Section] | None = None,
        timeless: bool = False,
    ) -> tuple[Candidate, ...]:
        """Items that ``wanted`` may want, by standing, the best first, at most ``limit``.

        First seen after ``since`` and at or before ``until``; only the sample edition with
        ``sample`` (whatever its dates), never it without. For keywords this is a superset (a
        substring match); ``digest.select`` decides. With ``sections`` only those.
        ``timeless``: their standing, and order, is without what they are worth for being new.
        """
        ...

    async def load(self, ids: Sequence[int]) -> tuple[StoredItem, ...]:
        """The items with these ids, in the order asked for; unknown ids are skipped."""
        ...

    async def find(self, key: str) -> StoredItem | None:
        """The item with this canonical key, or whose story has a sighting with it."""
        ...


class StoryStore(Protocol):
    """What several sources told of one story; see docs/stories.md."""

    async def sightings(self, item_id: int) -> tuple[Sighting, ...]:
        """Those of the story that the item is, or is part of, the first one first.

        One without ``id`` for a story that was told once. None for an unknown id.
        """
        ...

    async def root(self, item_id: int) -> int:
        """The id of the item that the item is part of by now; its own if of none."""
        ...

    async def part(self, item_id: int, number: int, now: datetime) -> int | None:
        """Take sighting ``number`` (from 1) out of the story, for good; the id of its item.

        If it was an item of its own before, it is that item again, with all that was part of it.
        None if there is no such sighting, or nothing to take it from.
        """
        ...


class Shelf(Protocol):
    """What persons keep of the items: their saved ones, and their thumbs up and down.

    A person is ``platform:id``, the same in every chat.
    """

    async def save(self, person: str, item_id: int, now: datetime) -> bool:
        """False if it was saved already."""
        ...

    async def unsave(self, person: str, item_id: int) -> bool:
        """False if it was not saved."""
        ...

    async def saved(self, person: str, limit: int, offset: int = 0) -> tuple[Kept, ...]:
        """The saved items, the latest saved first."""
        ...

    async def count_saved(self, person: str) -> int: ...

    async def is_saved(self, person: str, item_id: int) -> bool: ...

    async def vote(self, person: str, item_id: int, vote: int, now: datetime) -> None:
        """Give a thumb, 1 or -1, in place of an earlier one; 0 takes it back.

        The item's signal ``VOTES`` follows, in the same transaction.
        """
        ...

    async def votes(self, person: str) -> tuple[Kept, ...]:
        """The person's thumbs, the latest first."""
        ...

    async def forget(self, person: str) -> None:
        """Erase all of the person. What the thumbs added up to stays, without a name."""


class ItemSearch(Protocol):
    """Finds items by their texts. Follows every change of the items by itself."""

    async def find(self, query: SearchQuery, limit: int) -> tuple[int, ...]:
        """The ids of at most ``limit`` items that fulfil the query.

        First those whose titles have all its phrases, then those that have them anywhere, each
        by date, newest first.
        """
        ...

    async def frequencies(self, terms: Sequence[str], most: int) -> tuple[int, ...]:
        """In how many items each term occurs; counting stops at ``most``."""
        ...

    async def with_most_of(self, terms: Sequence[str], limit: int) -> tuple[int, ...]:
        """The ids of at most ``limit`` items with any of the terms, those with most of them first.

        How one weighs against another is the engine's own; the caller ranks what it gets.
        """
        ...


class ChatStore(Protocol):
    async def find(self, address: ChatAddress) -> Chat | None: ...

    async def get(self, chat_id: int) -> Chat | None: ...

    async def add(self, chat: Chat, now: datetime) -> Chat:
        """Store a new chat (its ``id`` is ignored); returns it with its id.

        If the address is already there, returns the stored chat unchanged.
        """
        ...

    async def save(self, chat: Chat) -> None:
        """Write all settings of an existing chat.

        What was planned for it and not begun is withdrawn, to be planned anew.
        """
        ...

    async def erase(self, chat_id: int, person: str | None = None) -> None:
        """Forget the chat and all that belongs to it, in one transaction.

        With a ``person`` (``platform:id``) also that they set up channels, which stay.
        """
        ...

    async def get_all(self, chat_ids: Sequence[int]) -> Mapping[int, Chat]:
        """The chats that are there, by id."""
        ...

    async def scheduled(self, *, after_id: int, limit: int) -> tuple[Chat, ...]:
        """Every chat with ``active_since`` that is not gone, by id from ``after_id``."""
        ...

    async def channels(self, platform: str, account: str) -> tuple[Chat, ...]:
        """Channels of one bot account, by title."""
        ...

    async def set_status(self, chat_id: int, status: ChatStatus) -> None: ...

    async def counts(self) -> tuple[int, int]:
        """How many chats there are, and how many of them get a daily issue."""
        ...

    async def audience(self) -> Mapping[str, int]:
        """By platform, how many chats with a daily issue are not gone; all platforms of chats."""
        ...

    async def due_counts(self, until: datetime) -> Mapping[Account, Mapping[datetime, int]]:
        """How many chats of each account get something next at which instant, up to ``until``.

        Who takes round-ups alone counts where one is due on that day.
        """
        ...

    async def move(self, chat_id: int, new_id: str) -> int:
        """The chat has another id on its platform; returns the chat that now holds all of it.

        That is another one where the new address is known already: the two become one, with the
        subscriptions and the history of both.
        """
        ...

    async def plan_anew(self, now: datetime) -> None:
        """Ask for all chats to be planned anew, as after a jump of the clock or new time zones.

        What lies after ``now`` in a chat's past is set to ``now``.
        """
        ...


class SubscriptionStore(Protocol):
    async def of(self, chat_id: int) -> tuple[Subscription, ...]:
        """In the order in which they were made."""
        ...

    async def of_all(self, chat_ids: Sequence[int]) -> Mapping[int, tuple[Subscription, ...]]:
        """The same for many chats; those without any are left out."""
        ...

    async def add(self, chat_id: int, subscription: Subscription, now: datetime) -> bool:
        """False if it was there already. Replaces the opposite (``excluded`` flipped) one."""
        ...

    async def remove(self, chat_id: int, subscription: Subscription) -> bool:
        """Removes it whether it includes or excludes; False if it was not there."""
        ...

    async def clear(self, chat_id: int) -> int:
        """Removes all; returns how many."""
        ...


class EditionStore(Protocol):
    """Which editions chats take; without others it is the daily issue."""

    async def of_all(self, chat_ids: Sequence[int]) -> Mapping[int, Editions]:
        """By chat; those that take just the daily issue are left out."""
        ...

    async def set(self, chat_id: int, kinds: frozenset[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class ComposedIssue:
    """An issue with the ids of its items, and the instant up to which items were looked at."""

    issue: Issue
    item_ids: tuple[int, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """That a chat was shown an issue of that date, which looked at items up to ``until``."""

    day: date
    issue_id: int
    until: datetime


class IssueStore(Protocol):
    async def save(self, composed: ComposedIssue, now: datetime) -> int:
        """Store the issue by its content; the same content gives the same id."""
        ...

    async def save_all(self, composed: Sequence[ComposedIssue], now: datetime) -> list[int]:
        """The same for several, in one transaction; returns their ids in the same order."""
        ...

    async def show(self, chat_id: int, issue_id: int, until: datetime, now: datetime) -> None:
        """Record that a chat was shown the issue for its local date. Idempotent."""
        ...

    async def shown(self, chat_id: int, day: date) -> Issue | None:
        """The issue that the chat was shown last for that date."""
        ...

    async def last(self, chat_id: int) -> Issue | None:
        """The issue that the chat was shown last, for whatever date."""
        ...

    async def last_items(self, chat_id: int, day: date | None = None) -> tuple[int, ...]:
        """The ids of the items in the issue that the chat was shown last, in its order.

        With ``day``, last for that date.
        """
        ...

    async def days_of(self, chat_id: int, item_ids: Sequence[int]) -> Mapping[int, date]:
        """In which of the chat's issues items stood, by item; of several the last."""
        ...

    async def days(self, chat_id: int) -> tuple[date, ...]:
        """The dates of the chat's issues, ascending."""
        ...

    async def history(
        self, chat_ids: Sequence[int], after: date | None = None
    ) -> Mapping[int, tuple[Shown, ...]]:
        """What each chat was shown, in the order of dates and time; chats without any left out.

        With ``after`` only for later dates.
        """
        ...

    async def load(self, issue_ids: Sequence[int]) -> Mapping[int, tuple[Issue, tuple[int, ...]]]:
        """The issues, each with the ids of its items in its order; unknown ids are left out."""
        ...

    async def removed_items(self, issue_ids: Sequence[int]) -> Mapping[int, frozenset[int]]:
        """The items of these issues that an operator took out of the paper since, by issue."""
        ...

    async def item_ids(self, issue_ids: Sequence[int]) -> Mapping[int, frozenset[int]]:
        """The items in each of these issues, and those that they are part of by now.

        Issues without any are left out.
        """
        ...

    async def first_day(self, today: date) -> date:
        """The date of this installation's number 1; ``today`` becomes it at the first call."""
        ...


class DigestStore(Protocol):
    """Published digests that were imported from files."""

    async def add(self, digest: Digest, file: str, now: datetime) -> bool:
        """Store the head, and references to the items of its entries, which are stored already.

        False, and nothing is written, if the same digest is there already.
        """
        ...

    async def load(self, digest_id: int) -> Digest | None:
        """The digest, its items as they are stored now."""
        ...

    async def ids(self) -> tuple[int, ...]:
        """In the order in which they were imported."""
        ...

    async def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided for a chat: deliveries to plan, when to look at it again, and its waking."""

    chat: Chat
    deliveries: tuple[PlannedDelivery, ...]
    next_due: datetime | None
    woken: bool = False


Planner = Callable[[Chat], Plan]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a chat with some schedule gets next, and when to look at it again.

    ``occurrence`` is None if it gets nothing. With a ``window`` each chat's delivery is due at the
    chat's own place in it, else at the occurrence's instant.
    """

    occurrence: Occurrence | None
    next_due: datetime | None
    window: Window | None = None


AheadOf = Callable[[Account, Schedule], Ahead]


@dataclass(frozen=True, slots=True)
class Commission:
    """A planned delivery that is to be composed, with what the issue depends on."""

    delivery_id: int
    chat_id: int
    day: date
    due_at: datetime
    account: Account
    language: str
    layout: str


@dataclass(frozen=True, slots=True)
class Made:
    """That a planned delivery has its issue, which looked at items up to ``until``."""

    delivery_id: int
    issue_id: int
    until: datetime
    platform: str
    payloads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a claimed delivery: the state that it is to have, and why.

    ``READY`` gives it back untried. ``not_before`` is for ``RETRY`` and ``UNCERTAIN``;
    ``message_id`` and ``late`` are for ``SENT``. Nothing else goes to the chat before
    ``hold_until``.
    """

    delivery: Delivery
    state: DeliveryState
    reason: str | None = None
    not_before: datetime | None = None
    message_id: str | None = None
    late: bool = False
    hold_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A row of the ledger as the operator sees it."""

    delivery: Delivery
    chat: ChatAddress
    sent_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """That ``owner`` holds what goes by ``name``; ``epoch`` counts the changes of hands."""

    name: str
    owner: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Hold:
    """That an account must not send before ``until``; the wait was ``seconds`` long when told."""

    until: datetime
    seconds: float
    reason: str


class Ledger(Protocol):
    """The deliveries: one row per chat, local issue date and part; see docs/delivery.md."""

    async def plan_due(
        self, now: datetime, until: datetime, decide: Planner, *, after_id: int, limit: int
    ) -> int | None:
        """Plan for a page of the chats that come due at or before ``until``, in one transaction.

        Those are the active chats whose ``next_due`` is None or has come by then, and the paused
        ones whose pause is over at ``now``; by id from ``after_id``. They are read, decided on
        and written without any change getting in between. Returns the last id, None at the end.
        """
        ...

    async def plan_ahead(
        self, now: datetime, until: datetime, ahead_of: AheadOf, *, limit: int
    ) -> int:
        """Plan for some of the active chats that come due after ``now`` and by ``until``, at once.

        Nothing is to be made up for with these, so those with equal schedules are planned alike.
        One transaction; returns how many chats they were: less than ``limit`` at the end.
        """
        ...

    async def plan(self, deliveries: Iterable[PlannedDelivery], now: datetime) -> int:
        """Write part 1 of each as ``planned`` (or ``expired``); those already there stay.

        Returns how many were new.
        """
        ...

    async def publish(self, bulletin: Bulletin, due: Mapping[int, datetime], now: datetime) -> int:
        """Have a bulletin sent to chats, by id, to each from its instant on; in one transaction.

        It goes through the same bucket, lease and retries as issues. Returns how many chats were
        new to it: publishing the same key again is harmless, and so may be done in pages.
        """
        ...

    async def progress(self, key: str) -> Mapping[DeliveryState, int]:
        """How many deliveries of the bulletin are in each state; states with none left out."""
        ...

    async def planned(
        self,
        accounts: Sequence[Account],
        until: datetime,
        *,
        limit: int,
        after: Commission | None = None,
    ) -> tuple[Commission, ...]:
        """Rows still ``planned`` of active chats of these accounts, due at or before ``until``.

        The longest due first, those that come after ``after`` in that order.
        """
        ...

    async def unfinished(self, chat_ids: Sequence[int], due_before: datetime) -> set[int]:
        """Those of the chats that still wait for an issue that was due before that."""
        ...

    async def ready(self, made: Sequence[Made]) -> int:
        """``planned`` -> ``ready``, with the payloads of all parts, in one transaction.

        Returns how many were still ``planned``. If an issue was rendered for the platform before,
        those payloads are used, so that all parts fit.
        """
        ...

    async def claim(
        self,
        owner: str,
        accounts: Sequence[Account],
        now: datetime,
        lease_until: datetime,
        limit: int,
        *,
        fence: Lease | None = None,
    ) -> tuple[Delivery, ...]:
        """Take up to ``limit`` rows of these accounts that may be sent now, as ``sending``.

        Those are ``ready`` rows, and ``retry`` rows whose wait is over, of active chats, that are
        due; one per chat at a time, the longest due first. It is committed before this returns.
        With a ``fence`` nothing is taken once that lease has gone to somebody else.
        """
        ...

    async def settle(self, outcomes: Sequence[Outcome], now: datetime) -> set[int]:
        """Write what came of claimed deliveries, in one transaction.

        Returns the ids of those whose claims were still held; the others change nothing. A chat
        is recorded as shown the issue with part 1. A part that is ``sent`` brings the row of the
        next one along, ``ready``: so parts keep their order, and none comes after a ``dead`` one.
        """
        ...

    async def next_wait(
        self, accounts: Sequence[Account], now: datetime, until: datetime
    ) -> datetime | None:
        """The first instant up to ``until`` at which a chat may get its next part, if any."""
        ...

    async def abandon(self, delivery_id: int, reason: str) -> bool:
        """``planned`` -> ``dead``: it can't be composed."""
        ...

    async def withdraw(self, delivery_ids: Sequence[int]) -> int:
        """Take back what is ``planned``: nothing is to come on that day. Returns how many."""
        ...

    async def owners(self) -> tuple[str, ...]:
        """The owners of all rows in ``sending``."""
        ...

    async def reclaim(self, now: datetime, gone: Sequence[str] = ()) -> int:
        """``sending`` rows become ``uncertain`` if their lease is over or their owner is gone.

        Returns how many.
        """
        ...

    async def take_over(self, account: Account, owner: str) -> int:
        """``sending`` rows of an account become ``uncertain`` unless they are the owner's."""
        ...

    async def withdraw_beyond(self, due_after: datetime) -> int:
        """Take back what is planned for later: the clock was ahead. Returns how many."""
        ...

    async def settle_uncertain(self, max_doubts: int) -> tuple[int, int]:
        """``uncertain`` rows become ``ready``; ``dead`` those in doubt more than ``max_doubts``.

        A doubt is an ``uncertain`` of the platform. That a process ended in the middle is none: a
        kill costs at most one repeat of a message, and must never cost the message.
        Returns (ready, dead).
        """
        ...

    async def expire(self, due_before: datetime) -> int:
        """Rows not yet sent and due before that become ``expired``. Returns how many."""
        ...

    async def prune(self, before: date) -> int:
        """Erase finished rows of dates before that. Returns how many."""
        ...

    async def entries(self, state: DeliveryState | None, limit: int) -> tuple[Entered, ...]:
        """Rows in that state, or in any, the newest first."""
        ...

    async def resend(self, delivery_id: int, now: datetime) -> bool:
        """``dead`` -> ``ready`` once more, at an operator's wish; the later parts follow it.

        False if it is not dead or has no issue.
        """
        ...

    async def of_chat(self, chat_id: int) -> tuple[Delivery, ...]:
        """All rows of a chat, without payloads, the oldest first."""
        ...

    async def counts(self) -> Mapping[DeliveryState, int]: ...

    async def messages_per_issue(self) -> Mapping[str, float]:
        """Of the latest issues, on average, by platform; at least 1."""
        ...

    async def queue(self) -> Mapping[DeliveryState, int]:
        """How many rows are in each of the states that are not final."""
        ...


class LeaseStore(Protocol):
    """Who does what only one process may do at a time, and until when an account must not send."""

    async def now(self, local: datetime) -> datetime:
        """The time by which leases run: the database server's, or ``local`` where there is none."""
        ...

    async def acquire(
        self, name: str, owner: str, now: datetime, until: datetime, gone: Sequence[str] = ()
    ) -> Lease | None:
        """Take the lease, or prolong it; None while another holds it.

        Owners that are ``gone`` hold nothing, and nobody longer than twice the term asked for:
        then the clock was set back. The epoch grows with each change of hands.
        """
        ...

    async def owners(self) -> tuple[str, ...]: ...

    async def release(self, lease: Lease, now: datetime) -> None:
        """Give the lease up, if it is still held."""
        ...

    async def hold(self, account: Account, wait: Hold) -> None:
        """Remember that the account must not send."""
        ...

    async def holds(self) -> Mapping[Account, Hold]:
        """The last wait of each account, over or not."""
        ...

    async def all(self, now: datetime) -> tuple[tuple[Lease, datetime], ...]:
        """Who holds which lease at ``now``, and until when, by name."""
        ...


class Notes(Protocol):
    """A few words that Ribao keeps for itself, by key."""

    async def get(self, key: str) -> str | None: ...

    async def put(self, key: str, value: str) -> None: ...

    async def erase(self, beginning: str) -> None:
        """Erase all whose keys begin so."""
        ...


class TurnStore(Protocol):
    """Whose turn it is to ask a host, for all processes and machines of one installation."""

    async def take(self, host: str, owner: str, now: datetime, until: datetime) -> datetime | None:
        """Take the turn until then and return None, or return the instant when it will be free."""
        ...

    async def give_back(self, host: str, owner: str, free_at: datetime) -> None:
        """The turn is free for anyone from ``free_at``, unless ``owner`` has lost it already."""
        ...


@dataclass(frozen=True, slots=True)
class Stars:
    """How many stars a repository had at an instant."""

    count: int
    at: datetime


class StarStore(Protocol):
    async def record(self, stars: Mapping[str, int], now: datetime) -> Mapping[str, Stars]:
        """Remember the stars of repositories (``owner/name``); returns what they had before.

        That is the latest snapshot of at least a day ago, else the oldest; none for a repository
        that is seen for the first time. One snapshot a day is kept, for a month.
        """
        ...


class SourceStore(Protocol):
    async def states(self) -> Mapping[str, FetchState]: ...

    async def save(self, name: str, state: FetchState) -> None: ...


class Renderer(Protocol):
    """Makes an issue into messages of one platform."""

    def render(self, issue: Issue) -> tuple[str, ...]:
        """Payloads, one per message, in order, at least one; the same for the same issue."""
        ...

    def plain(self, text: str) -> str:
        """The payload of a message that says just ``text``, which is short."""
        ...

    def mark_late(self, payload: str, language: str) -> str:
        """The first payload of an issue, saying that it comes late."""
        ...


class Sender(Protocol):
    """Hands one rendered message to one platform."""

    async def send(
        self,
        chat: ChatAddress,
        payload: str,
        *,
        key: str,
        silent: bool,
        options: str = "",
        first: str = "",
    ) -> str:
        """Send; returns the platform's id of the message.

        ``key`` is the same for every attempt at this message, for platforms that know
        idempotent sends; ``options`` are those of the chat (see ``Extras``); ``first`` is the id
        of the issue's first message, where this is a later one. Raises a ``DeliveryError``.
        """
        ...


class Extras(Protocol):
    """What can be set for a chat on one platform alone.

    The core keeps it as a text that only the platform reads, empty where nothing is set. The
    words are in the catalogue, as ``option.NAME``.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    def shown(self, options: str) -> Mapping[str, str]:
        """The value of each name, empty where it is not set."""
        ...

    async def change(self, chat: ChatAddress, options: str, name: str, value: str) -> str:
        """The options with one of the names set, or taken back with "off".

        Raises ``Refusal`` for what can't be there.
        """
        ...


class Rights(Protocol):
    """Asks the platform, freshly, what a person may do."""

    async def resolve(self, text: str, sender_id: str) -> tuple[ChatAddress, ChatKind, str] | None:
        """The chat that ``text`` (``@name``, ``#name``, an id) names: address, kind, title.

        None if there is no such chat that the bot can see.
        """
        ...

    async def may_manage(self, sender_id: str, chat: ChatAddress) -> bool: ...

    async def lacking(self, chat: ChatAddress) -> tuple[str, ...]:
        """The permissions that the bot lacks to write there, by the names the platform shows.

        None where the platform has no such names, or the chat can't be seen.
        """
        ...

    async def private_chat(self, person_id: str) -> ChatAddress | None:
        """Where one writes to a person alone; None if that can't be."""
        ...

    async def may_post(self, chat: ChatAddress) -> bool:
        """Whether the bot itself may write there."""
        ...
