"""Counts of each source's last fetch; turns of hosts; stars of repositories."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "source_counts",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
        sa.Column("dropped", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_source_counts"),
    )
    op.create_table(
        "host_turns",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("free_at", _INSTANT, nullable=False),
        sa.Column("owner", sa.Text),
        sa.PrimaryKeyConstraint("host", name="pk_host_turns"),
    )
    op.create_table(
        "star_snapshots",
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("taken_at", _INSTANT, nullable=False),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("repository", "day", name="pk_star_snapshots"),
        sqlite_with_rowid=False,
    )
