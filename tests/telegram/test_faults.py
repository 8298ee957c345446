"""Telegram refuses, breaks off and asks to wait by chance: nothing is lost, and nobody hurried."""

from tests.conversation import Conversation
from tests.telegram.faults import FaultyServer, deliver, fill, look_for_violations
from tests.telegram.server import serving


async def test_through_all_faults_everything_arrives_within_the_limits(talk: Conversation) -> None:
    store = talk.app.store
    async with serving(FaultyServer()) as server:
        deliveries = await fill(store, server, chats=40, words=3)
        await deliver(store, talk.app.editor, server, per_second=30)
        await look_for_violations(store, server, deliveries, per_second=30)
    assert set(server.met) == {"wait", "5xx", "reset before", "reset after"}
