"""What persons saved, and their thumbs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    _create("saved_items", sa.Column("saved_at", _INSTANT, nullable=False))
    _create(
        "votes",
        sa.Column("vote", sa.Integer, nullable=False),
        sa.Column("voted_at", _INSTANT, nullable=False),
    )


def _create(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("person", "item_id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=f"fk_{table}_item_id_items", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{table}_item_id", table, ["item_id"])
