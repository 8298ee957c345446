"""What readers sent in, and what they are still to be told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("chat_id", _ID),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("item", sa.JSON, nullable=False),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("credit", sa.Text, nullable=False),
        sa.Column("look_at", _INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("edited", sa.JSON, nullable=False),
        sa.Column("reviewer", sa.Text),
        sa.Column("reviewed_at", _INSTANT),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("item_id", _ID),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        _reference("submissions", "chat_id", "chats", "SET NULL"),
        _reference("submissions", "item_id", "items", "SET NULL"),
        sqlite_autoincrement=True,
    )
    for columns in (["chat_id"], ["item_id"], ["person", "created_at"]):
        op.create_index(f"ix_submissions_{'_'.join(columns)}", "submissions", columns)
    pending = sa.text("status = 'pending'")
    op.create_index(
        "uq_submissions_pending",
        "submissions",
        ["key"],
        unique=True,
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_table(
        "notices",
        sa.Column("id", _ID, nullable=False),
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("submission_id", _ID, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("not_before", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        _reference("notices", "chat_id", "chats", "CASCADE"),
        _reference("notices", "submission_id", "submissions", "CASCADE"),
        sqlite_autoincrement=True,
    )
    for column in ("chat_id", "submission_id"):
        op.create_index(f"ix_notices_{column}", "notices", [column])


def _reference(table: str, column: str, owner: str, then: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{owner}"
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete=then)
