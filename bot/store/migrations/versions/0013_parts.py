"""A part has its row only once the part before it is sent.

Those that were made before their turn go: they come again, when it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        sa.text(
            "DELETE FROM deliveries WHERE part > 1 AND bulletin_id = 0 AND attempt = 0"
            " AND state IN ('ready', 'dead') AND EXISTS (SELECT 1 FROM deliveries AS earlier"
            " WHERE earlier.chat_id = deliveries.chat_id AND earlier.day = deliveries.day"
            " AND earlier.bulletin_id = 0 AND earlier.part < deliveries.part"
            " AND earlier.state <> 'sent')"
        )
    )
