"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, nullable=False),
        _text("value"),
        _primary("meta", "key"),
    )
    _create_items()
    _create_sources()
    _create_chats()
    _create_issues()
    _create_deliveries()


def _create_items() -> None:
    op.create_table(
        "items",
        sa.Column("id", _ID, nullable=False),
        _text("key"),
        _text("section"),
        _text("source"),
        sa.Column("published", sa.Text),
        _instant("first_seen"),
        _json("signals"),
        _json("topics"),
        _text("title"),
        _text("url"),
        _json("authors"),
        sa.Column("authors_more", sa.Boolean, nullable=False),
        sa.Column("venue", sa.Text),
        sa.Column("language", sa.Text),
        _json("images"),
        _json("code_urls"),
        _json("links"),
        sa.Column("arxiv_id", sa.Text),
        _json("arxiv_categories"),
        sa.Column("note", sa.Text),
        _json("summary"),
        _json("abstract"),
        _text("text"),
        _primary("items", "id"),
        sa.UniqueConstraint("key", name="uq_items_key"),
    )
    op.create_index("ix_items_first_seen_id", "items", ["first_seen", "id"])
    _partial_index("ix_items_sample", "items", ["id"], "source = 'sample'")
    op.create_table(
        "item_topics",
        sa.Column("item_id", _ID, nullable=False),
        _text("topic_id"),
        _instant("first_seen"),
        _primary("item_topics", "item_id", "topic_id"),
        _owner("item_topics", "item_id", "items"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_item_topics_topic_id_first_seen_item_id",
        "item_topics",
        ["topic_id", "first_seen", "item_id"],
    )


def _create_sources() -> None:
    op.create_table(
        "sources",
        _text("name"),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        _instant("checked_at", nullable=True),
        _instant("not_before", nullable=True),
        sa.Column("failures", sa.Integer, nullable=False),
        _instant("failing_since", nullable=True),
        sa.Column("error", sa.Text),
        _primary("sources", "name"),
    )


def _create_chats() -> None:
    op.create_table(
        "chats",
        sa.Column("id", _ID, nullable=False),
        _text("platform"),
        _text("account"),
        _text("address"),
        _text("thread"),
        _text("kind"),
        _text("title"),
        _text("language"),
        sa.Column("send_at", sa.Time, nullable=False),
        _text("zone"),
        _text("days"),
        _text("status"),
        sa.Column("quiet_start", sa.Time),
        sa.Column("quiet_end", sa.Time),
        _instant("paused_until", nullable=True),
        _instant("active_since", nullable=True),
        _instant("next_due", nullable=True),
        _text("layout"),
        _instant("changed_at", nullable=True),
        sa.Column("added_by", sa.Text),
        _instant("created_at"),
        _primary("chats", "id"),
        sa.UniqueConstraint(
            "platform",
            "account",
            "address",
            "thread",
            name="uq_chats_platform_account_address_thread",
        ),
        sqlite_autoincrement=True,
    )
    _partial_index(
        "ix_chats_due",
        "chats",
        ["next_due", "id"],
        "status = 'active' AND active_since IS NOT NULL",
    )
    _partial_index("ix_chats_paused", "chats", ["paused_until", "id"], "status = 'paused'")
    _partial_index("ix_chats_channels", "chats", ["platform", "account"], "kind = 'channel'")
    op.create_table(
        "subscriptions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("chat_id", _ID, nullable=False),
        _text("kind"),
        _text("value"),
        sa.Column("excluded", sa.Boolean, nullable=False),
        _instant("created_at"),
        _primary("subscriptions", "id"),
        sa.UniqueConstraint("chat_id", "kind", "value", name="uq_subscriptions_chat_id_kind_value"),
        _owner("subscriptions", "chat_id", "chats"),
        sqlite_autoincrement=True,
    )


def _create_issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", _ID, nullable=False),
        _text("digest"),
        sa.Column("day", sa.Date, nullable=False),
        _text("language"),
        _text("layout"),
        _instant("created_at"),
        _json("content"),
        _primary("issues", "id"),
        sa.UniqueConstraint("digest", name="uq_issues_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "issue_items",
        sa.Column("issue_id", _ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        _primary("issue_items", "issue_id", "position"),
        _owner("issue_items", "issue_id", "issues"),
        _owner("issue_items", "item_id", "items"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_issue_items_item_id", "issue_items", ["item_id"])
    op.create_table(
        "chat_issues",
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("issue_id", _ID, nullable=False),
        _instant("until"),
        _instant("shown_at"),
        _primary("chat_issues", "chat_id", "day", "issue_id"),
        _owner("chat_issues", "chat_id", "chats"),
        _owner("chat_issues", "issue_id", "issues"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_chat_issues_issue_id", "chat_issues", ["issue_id"])


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        _text("state"),
        _instant("due_at"),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("doubts", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        _instant("lease_until", nullable=True),
        _instant("not_before", nullable=True),
        sa.Column("reason", sa.Text),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("issue_id", _ID),
        _instant("until", nullable=True),
        sa.Column("message_id", sa.Text),
        _instant("created_at"),
        _instant("sent_at", nullable=True),
        _primary("deliveries", "id"),
        sa.UniqueConstraint("chat_id", "day", "part", name="uq_deliveries_chat_id_day_part"),
        _owner("deliveries", "chat_id", "chats"),
        _owner("deliveries", "issue_id", "issues"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_issue_id", "deliveries", ["issue_id"])
    _partial_index(
        "ix_deliveries_planned", "deliveries", ["due_at", "chat_id"], "state = 'planned'"
    )
    _partial_index(
        "ix_deliveries_claimable",
        "deliveries",
        ["due_at", "chat_id", "day", "part"],
        "state IN ('ready', 'retry')",
    )
    _partial_index("ix_deliveries_uncertain", "deliveries", ["due_at"], "state = 'uncertain'")
    _partial_index(
        "uq_deliveries_sending", "deliveries", ["chat_id"], "state = 'sending'", unique=True
    )
    op.create_table(
        "payloads",
        sa.Column("issue_id", _ID, nullable=False),
        _text("platform"),
        sa.Column("part", sa.Integer, nullable=False),
        _text("payload"),
        _primary("payloads", "issue_id", "platform", "part"),
        _owner("payloads", "issue_id", "issues"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _INSTANT, nullable=nullable)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _owner(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{owner}"
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")


def _partial_index(
    name: str, table: str, columns: list[str], condition: str, *, unique: bool = False
) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
