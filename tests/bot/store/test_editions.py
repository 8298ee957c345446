"""Which editions a chat takes, beside its schedule; gone with the chat."""

import pytest

from bot.model import DAILY_ONLY, Editions
from bot.store import Store
from tests.bot.store.builders import add_chat

pytestmark = pytest.mark.both_engines


async def test_editions_are_kept_by_chat(store: Store) -> None:
    one, other = await add_chat(store, "1"), await add_chat(store, "2")
    await store.editions.set(one.id, frozenset({"weekly", "yearly"}))
    schedule = one.schedule
    kept = Editions(frozenset({"weekly", "yearly"}), schedule.zone, schedule.days)
    assert await store.editions.of_all([one.id, other.id]) == {one.id: kept}
    await store.editions.set(one.id, DAILY_ONLY)
    assert await store.editions.of_all([one.id]) == {}
    await store.editions.set(one.id, frozenset({"weekly"}))
    await store.chats.erase(one.id)
    assert await store.editions.of_all([one.id]) == {}
