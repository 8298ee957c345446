"""Each chat's place in a window: so a crowd is planned by a few statements."""

import sqlalchemy as sa
from alembic import op

from bot.model import ChatAddress

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "chats", sa.Column("place", sa.Float, nullable=False, server_default=sa.text("0"))
    )
    connection = op.get_bind()
    page = sa.text(
        "SELECT id, platform, account, address, thread FROM chats WHERE id > :last"
        " ORDER BY id LIMIT 1000"
    )
    put = sa.text("UPDATE chats SET place = :place WHERE id = :id")
    last = 0
    while rows := connection.execute(page, {"last": last}).all():
        places = [{"id": id_, "place": ChatAddress(*address).place} for id_, *address in rows]
        connection.execute(put, places)
        last = rows[-1].id
