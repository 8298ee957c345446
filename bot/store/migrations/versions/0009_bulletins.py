"""Bulletins: messages that are no issues go through the ledger, too; the notices among them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bulletins"),
        sa.UniqueConstraint("key", name="uq_bulletins_key"),
        sqlite_autoincrement=True,
    )
    _let_deliveries_be_bulletins()
    for column in ("attempt", "not_before"):
        op.drop_column("notices", column)


def _let_deliveries_be_bulletins() -> None:
    # SQLite can't change a constraint: the table is copied, and must go on counting where it was.
    counted = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'")
    sqlite = op.get_bind().dialect.name == "sqlite"
    last = op.get_bind().execute(counted).scalar() if sqlite else None
    of_none = sa.Column("bulletin_id", _ID, nullable=False, server_default="0")
    with op.batch_alter_table("deliveries", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(of_none)
        table.drop_constraint("uq_deliveries_chat_id_day_part", type_="unique")
        table.create_unique_constraint(
            "uq_deliveries_chat_id_day_part_bulletin_id",
            ["chat_id", "day", "part", "bulletin_id"],
        )
    with op.batch_alter_table("deliveries", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.alter_column("bulletin_id", server_default=None)
    where = sa.text("bulletin_id != 0")
    op.create_index(
        "ix_deliveries_bulletin_id",
        "deliveries",
        ["bulletin_id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    if last is not None:
        keep = sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'deliveries'")
        op.get_bind().execute(keep, {"last": last})
