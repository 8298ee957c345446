"""Digests that were imported, and which items stood in them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("imported_at", _INSTANT, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("fingerprint", name="uq_digests_fingerprint"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "digest_items",
        sa.Column("digest_id", _ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("place", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("digest_id", "position", name="pk_digest_items"),
        _reference("digest_id", "digests"),
        _reference("item_id", "items"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_digest_items_item_id", "digest_items", ["item_id"])


def _reference(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_digest_items_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete="CASCADE")
