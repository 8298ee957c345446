"""Stories: what several sources told, which items became one, and where each stands."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    _create_standings()
    _create_sightings()
    op.create_table(
        "item_marks",
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("mark", "item_id", name="pk_item_marks"),
        _item("item_marks", "item_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merged_items",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("into_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_merged_items"),
        _item("merged_items", "item_id"),
        _item("merged_items", "into_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_merged_items_into_id", "merged_items", ["into_id"])
    names = ("source", "key", "other_source", "other_key")
    op.create_table(
        "partings",
        *(sa.Column(name, sa.Text, nullable=False) for name in names),
        sa.Column("parted_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(*names, name="pk_partings"),
        sqlite_with_rowid=False,
    )
    if not op.get_context().as_sql:
        _fill_standings(op.get_bind())


def _create_standings() -> None:
    op.create_table(
        "standings",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("standing", sa.Float, nullable=False),
        sa.Column("origins", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_standings"),
        _item("standings", "item_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_standings_standing_item_id", "standings", ["standing", "item_id"])


def _create_sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("match_kind", sa.Text),
        sa.Column("match_detail", sa.Text),
        sa.Column("origin_id", _ID),
        sa.Column("content", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
        _item("sightings", "item_id"),
        _item("sightings", "origin_id"),
        sqlite_autoincrement=True,
    )
    for column in ("item_id", "key", "origin_id"):
        op.create_index(f"ix_sightings_{column}", "sightings", [column])


def _item(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_items"
    return sa.ForeignKeyConstraint([column], ["items.id"], name=name, ondelete="CASCADE")


def _fill_standings(connection: Any) -> None:
    """By when an item came; its signals count from its next sight on. Half a point for a day."""
    seconds = (
        "first_seen / 1000000.0"
        if connection.dialect.name == "sqlite"
        else "extract(epoch FROM first_seen)"
    )
    since_2020 = f"({seconds} - 1577836800) / 86400 * 0.5"
    connection.execute(
        sa.text(f"INSERT INTO standings SELECT id, {since_2020}, '' FROM items")  # noqa: S608
    )
