"""What is set for a chat on its platform alone."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("chats", sa.Column("options", sa.Text))
