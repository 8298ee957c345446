"""The tables. A change here needs a new migration beside ``migrations/versions``."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Time,
    UniqueConstraint,
    and_,
    literal_column,
    select,
    text,
)

from bot.curation.nouns import Status
from bot.model import SAMPLE_SOURCE, ChatKind, ChatStatus, DeliveryState
from bot.store.instants import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is declared INTEGER.
_Id = BigInteger().with_variant(Integer(), "sqlite")


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _json(name: str) -> Column[Any]:
    return Column(name, JSON, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Instant, nullable=nullable)


def _owned_by(table: str, name: str, **options: Any) -> Column[int]:
    """A reference to a row, without which this row has no meaning and is deleted as well."""
    key = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(name, _Id, key, nullable=False, **options)


meta = Table("meta", metadata, Column("key", Text, primary_key=True), _text("value"))

# What candidates need stands first: SQLite then never reads the pages that a long row overflows to.
items = Table(
    "items",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _text("section"),
    _text("source"),
    Column("published", Text),
    _instant("first_seen"),
    _json("signals"),
    _json("topics"),
    _text("title"),
    _text("url"),
    _json("authors"),
    Column("authors_more", Boolean, nullable=False),
    Column("venue", Text),
    Column("language", Text),
    _json("images"),
    _json("code_urls"),
    _json("links"),
    Column("arxiv_id", Text),
    _json("arxiv_categories"),
    Column("note", Text),
    _json("summary"),
    _json("abstract"),
    _text("text"),
    Index(None, "first_seen", "id"),
)

# By which the newest items of a topic are found; all else about topics is in ``items.topics``.
# ``first_seen`` is a copy of the item's.
item_topics = Table(
    "item_topics",
    metadata,
    _owned_by("items", "item_id", primary_key=True),
    Column("topic_id", Text, primary_key=True),
    _instant("first_seen"),
    Index(None, "topic_id", "first_seen", "item_id"),
    sqlite_with_rowid=False,
)

# Items that an operator took out of the paper. They are few, and a column at the end of the long
# rows of ``items`` would have to be read for each candidate.
removed_items = Table(
    "removed_items",
    metadata,
    _owned_by("items", "item_id", primary_key=True),
    sqlite_with_rowid=False,
)

# What people did to items. ``changes`` holds before and after by field. ``person`` is platform:id.
revisions = Table(
    "revisions",
    metadata,
    Column("id", _Id, primary_key=True),
    _owned_by("items", "item_id", index=True),
    _instant("at"),
    _text("kind"),
    Column("person", Text, index=True),
    _json("changes"),
    Column("undoes", _Id),
    sqlite_autoincrement=True,
)

# What persons saved, and their thumbs; ``person`` is platform:id.
saved_items = Table(
    "saved_items",
    metadata,
    Column("person", Text, primary_key=True),
    _owned_by("items", "item_id", primary_key=True, index=True),
    _instant("saved_at"),
    sqlite_with_rowid=False,
)

votes = Table(
    "votes",
    metadata,
    Column("person", Text, primary_key=True),
    _owned_by("items", "item_id", primary_key=True, index=True),
    Column("vote", Integer, nullable=False),
    _instant("voted_at"),
    sqlite_with_rowid=False,
)

# ``key`` is that of the address as it was sent in. ``person`` is platform:id; ``chat_id`` is where
# the answer goes.
submissions = Table(
    "submissions",
    metadata,
    Column("id", _Id, primary_key=True),
    _text("key"),
    _text("status"),
    Column("person", Text),
    Column("chat_id", _Id, ForeignKey("chats.id", ondelete="SET NULL"), index=True),
    _instant("created_at"),
    _json("item"),
    _text("remark"),
    _text("credit"),
    _instant("look_at", nullable=True),
    Column("attempts", Integer, nullable=False),
    _text("trouble"),
    _json("edited"),
    Column("reviewer", Text),
    _instant("reviewed_at", nullable=True),
    _text("reason"),
    Column("item_id", _Id, ForeignKey("items.id", ondelete="SET NULL"), index=True),
    Index(None, "person", "created_at"),
    sqlite_autoincrement=True,
)

# What a chat is still to be told of its submission: one row until the ledger has it.
notices = Table(
    "notices",
    metadata,
    Column("id", _Id, primary_key=True),
    _owned_by("chats", "chat_id", index=True),
    _owned_by("submissions", "submission_id", index=True),
    sqlite_autoincrement=True,
)

# What decides which items come first: apart from ``items`` so that it lies together and small.
# ``origins`` holds the people and site that an item comes from, one a line.
standings = Table(
    "standings",
    metadata,
    _owned_by("items", "item_id", primary_key=True),
    Column("standing", Float, nullable=False),
    _text("origins"),
    Index(None, "standing", "item_id"),
    # Without this SQLite would choose a number of its own for the row instead of the item's.
    sqlite_with_rowid=False,
)

# What each source told of a story that several told; a story with none here was told once, as it
# stands in ``items``. ``match_kind`` and ``match_detail`` say why it is of this story.
# ``origin_id`` is the item that it was before two stored items became one.
sightings = Table(
    "sightings",
    metadata,
    Column("id", _Id, primary_key=True),
    _owned_by("items", "item_id", index=True),
    _text("source"),
    Column("key", Text, nullable=False, index=True),
    _instant("seen_at"),
    Column("match_kind", Text),
    Column("match_detail", Text),
    Column("origin_id", _Id, ForeignKey("items.id", ondelete="CASCADE"), index=True),
    _json("content"),
    sqlite_autoincrement=True,
)

# By what else than its key a story may be found again: hashes of titles and of further keys.
# Just where to look; ``bot.digest.stories`` decides. One that is out of date does no harm.
item_marks = Table(
    "item_marks",
    metadata,
    Column("mark", BigInteger, primary_key=True),
    _owned_by("items", "item_id", primary_key=True),
    sqlite_with_rowid=False,
)

# Items that were found to be the same story as another, which they are now part of. Their rows stay
# for what refers to them: who saw one has seen the other.
merged_items = Table(
    "merged_items",
    metadata,
    _owned_by("items", "item_id", primary_key=True),
    _owned_by("items", "into_id", index=True),
    sqlite_with_rowid=False,
)

# Pairs of sightings that somebody took apart, each as source and key: they never merge again.
partings = Table(
    "partings",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("other_source", Text, primary_key=True),
    Column("other_key", Text, primary_key=True),
    _instant("parted_at"),
    sqlite_with_rowid=False,
)

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    _instant("checked_at", nullable=True),
    _instant("not_before", nullable=True),
    Column("failures", Integer, nullable=False),
    _instant("failing_since", nullable=True),
    Column("error", Text),
)

source_counts = Table(
    "source_counts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("new", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    _json("dropped"),
)

# Whose turn it is to ask a host of which all processes together may ask little.
host_turns = Table(
    "host_turns",
    metadata,
    Column("host", Text, primary_key=True),
    _instant("free_at"),
    Column("owner", Text),
)

star_snapshots = Table(
    "star_snapshots",
    metadata,
    Column("repository", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    _instant("taken_at"),
    Column("stars", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The ids of chats, issues and deliveries are never given twice, even after an erasure: what is
# still in somebody's hands must not be taken for another.
chats = Table(
    "chats",
    metadata,
    Column("id", _Id, primary_key=True),
    _text("platform"),
    _text("account"),
    _text("address"),
    _text("thread"),
    _text("kind"),
    _text("title"),
    _text("language"),
    Column("send_at", Time, nullable=False),
    _text("zone"),
    _text("days"),
    _text("status"),
    Column("quiet_start", Time),
    Column("quiet_end", Time),
    _instant("paused_until", nullable=True),
    _instant("active_since", nullable=True),
    _instant("next_due", nullable=True),
    _text("layout"),
    _instant("changed_at", nullable=True),
    Column("added_by", Text),
    _instant("created_at"),
    Column("options", Text),
    # ``ChatAddress.place``, for statements that plan for many chats at once.
    Column("place", Float, nullable=False, server_default=text("0")),
    UniqueConstraint("platform", "account", "address", "thread"),
    sqlite_autoincrement=True,
)

# Which editions a chat takes; none here is the daily issue.
chat_editions = Table(
    "chat_editions",
    metadata,
    _owned_by("chats", "chat_id", primary_key=True),
    Column("kind", Text, primary_key=True),
    sqlite_with_rowid=False,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", _Id, primary_key=True),
    _owned_by("chats", "chat_id"),
    _text("kind"),
    _text("value"),
    Column("excluded", Boolean, nullable=False),
    _instant("created_at"),
    UniqueConstraint("chat_id", "kind", "value"),
    sqlite_autoincrement=True,
)

issues = Table(
    "issues",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("day", Date, nullable=False),
    _text("language"),
    _text("layout"),
    _instant("created_at"),
    _json("content"),
    sqlite_autoincrement=True,
)

issue_items = Table(
    "issue_items",
    metadata,
    _owned_by("issues", "issue_id", primary_key=True),
    Column("position", Integer, primary_key=True),
    _owned_by("items", "item_id", index=True),
    sqlite_with_rowid=False,
)

# Digests that were imported from files. ``content`` is the head; ``place`` says under which
# headings and number an item stood there.
digests = Table(
    "digests",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    _text("layout"),
    _text("language"),
    _text("file"),
    _instant("imported_at"),
    _json("content"),
    sqlite_autoincrement=True,
)

digest_items = Table(
    "digest_items",
    metadata,
    _owned_by("digests", "digest_id", primary_key=True),
    Column("position", Integer, primary_key=True),
    _owned_by("items", "item_id", index=True),
    _json("place"),
    sqlite_with_rowid=False,
)

chat_issues = Table(
    "chat_issues",
    metadata,
    _owned_by("chats", "chat_id", primary_key=True),
    Column("day", Date, primary_key=True),
    _owned_by("issues", "issue_id", primary_key=True, index=True),
    _instant("until"),
    _instant("shown_at"),
    sqlite_with_rowid=False,
)

# Messages that are no issues; ``key`` names them for good.
bulletins = Table(
    "bulletins",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _text("payload"),
    _instant("created_at"),
    sqlite_autoincrement=True,
)

# A draft until it is confirmed; ``by`` is platform:id.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", _Id, primary_key=True),
    _text("text"),
    Column("by", Text),
    _instant("created_at"),
    _instant("confirmed_at", nullable=True),
    _instant("published_at", nullable=True),
    sqlite_autoincrement=True,
)

NO_BULLETIN = 0
"""In ``bulletin_id`` of what is part of an issue."""

# Each is a part of an issue, or a bulletin. ``bulletin_id`` is never NULL, and so no foreign key,
# that one index may refuse the same part and the same bulletin twice.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Id, primary_key=True),
    _owned_by("chats", "chat_id"),
    Column("day", Date, nullable=False),
    Column("part", Integer, nullable=False),
    _text("state"),
    _instant("due_at"),
    Column("attempt", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("owner", Text),
    _instant("lease_until", nullable=True),
    _instant("not_before", nullable=True),
    Column("reason", Text),
    Column("late", Boolean, nullable=False),
    Column("issue_id", _Id, ForeignKey("issues.id", ondelete="CASCADE"), index=True),
    _instant("until", nullable=True),
    Column("message_id", Text),
    _instant("created_at"),
    _instant("sent_at", nullable=True),
    Column("bulletin_id", _Id, nullable=False),
    UniqueConstraint("chat_id", "day", "part", "bulletin_id"),
    sqlite_autoincrement=True,
)

payloads = Table(
    "payloads",
    metadata,
    _owned_by("issues", "issue_id", primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    _text("payload"),
)


# ``epoch`` fences: it grows with each change of hands.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    _text("owner"),
    Column("epoch", Integer, nullable=False),
    _instant("lease_until"),
)

# The last time that a platform told a bot account to wait.
holds = Table(
    "holds",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    _instant("until"),
    Column("seconds", Float, nullable=False),
    _text("reason"),
)


def not_removed() -> ColumnElement[bool]:
    """The item is still in the paper, by itself. Every query that finds items for readers needs it.

    Neither has an operator removed it, nor is it part of another item by now.
    """
    # Two conditions, because SQLite then looks into each table by its key.
    return and_(
        items.c.id.not_in(select(removed_items.c.item_id)),
        items.c.id.not_in(select(merged_items.c.item_id)),
    )


def is_one_of(column: ColumnElement[str], *words: str) -> ColumnElement[bool]:
    """``column`` is one of ``words``, which are written into the statement itself.

    A partial index is used only if the statement repeats the index's condition; a bound value
    would hide it. ``words`` are our own states, never what a person wrote.
    """
    values: list[ColumnElement[str]] = [literal_column(f"'{word}'") for word in words]
    return column == values[0] if len(values) == 1 else column.in_(values)


def _partial(
    name: str, condition: ColumnElement[bool], *columns: Any, unique: bool = False
) -> None:
    Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_partial("ix_items_sample", is_one_of(items.c.source, SAMPLE_SOURCE), items.c.id)
# The database itself refuses a second submission of an address that waits for review.
_partial(
    "uq_submissions_pending",
    is_one_of(submissions.c.status, Status.PENDING),
    submissions.c.key,
    unique=True,
)
_partial(
    "ix_chats_due",
    is_one_of(chats.c.status, ChatStatus.ACTIVE) & chats.c.active_since.is_not(None),
    chats.c.next_due,
    chats.c.id,
)
_partial(
    "ix_chats_paused",
    is_one_of(chats.c.status, ChatStatus.PAUSED),
    chats.c.paused_until,
    chats.c.id,
)
_partial(
    "ix_chats_channels",
    is_one_of(chats.c.kind, ChatKind.CHANNEL),
    chats.c.platform,
    chats.c.account,
)
_partial(
    "ix_deliveries_planned",
    is_one_of(deliveries.c.state, DeliveryState.PLANNED),
    deliveries.c.due_at,
    deliveries.c.chat_id,
)
_partial(
    "ix_deliveries_claimable",
    is_one_of(deliveries.c.state, DeliveryState.READY, DeliveryState.RETRY),
    deliveries.c.due_at,
    deliveries.c.chat_id,
    deliveries.c.day,
    deliveries.c.part,
)
_partial(
    "ix_deliveries_uncertain",
    is_one_of(deliveries.c.state, DeliveryState.UNCERTAIN),
    deliveries.c.due_at,
)
IS_BULLETIN = deliveries.c.bulletin_id != literal_column(str(NO_BULLETIN))
_partial("ix_deliveries_bulletin_id", IS_BULLETIN, deliveries.c.bulletin_id)
# The database itself refuses a second message in flight to one chat.
_partial(
    "uq_deliveries_sending",
    is_one_of(deliveries.c.state, DeliveryState.SENDING),
    deliveries.c.chat_id,
    unique=True,
)
