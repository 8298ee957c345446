"""What people did to items, and the items that they took out."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "removed_items",
        sa.Column("item_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_removed_items"),
        _item("removed_items"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revisions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("undoes", _ID),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        _item("revisions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revisions_item_id", "revisions", ["item_id"])
    op.create_index("ix_revisions_person", "revisions", ["person"])


def _item(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_item_id_items"
    return sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=name, ondelete="CASCADE")
