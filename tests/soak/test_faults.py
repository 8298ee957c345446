"""20,000 deliveries through a Bot API server that fails by chance (`make soak`).

``pytest -m soak -rP tests/soak/test_faults.py`` tells the figures; ``SOAK_CHATS`` takes fewer.
"""

import os

import pytest

from tests.conversation import Conversation
from tests.telegram.faults import FaultyServer, deliver, fill, look_for_violations
from tests.telegram.server import serving

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

CHATS = int(os.environ.get("SOAK_CHATS", "2000"))
WORDS = 10
PER_SECOND = 100


async def test_through_all_faults_everything_arrives_within_the_limits(talk: Conversation) -> None:
    store = talk.app.store
    async with serving(FaultyServer(hang=20.0)) as server:
        deliveries = await fill(store, server, CHATS, WORDS)
        await deliver(store, talk.app.editor, server, PER_SECOND)
        print(await look_for_violations(store, server, deliveries, PER_SECOND))
