"""Subscriptions: their order, their opposites, their end."""

import pytest

from bot.errors import StoreError
from bot.model import FollowKind, Subscription
from bot.store import Store
from tests.bot.store.builders import NOW, add_chat

pytestmark = pytest.mark.both_engines

NLP = Subscription(FollowKind.TOPIC, "nlp")
WORD = Subscription(FollowKind.KEYWORD, "nlp")
ALL = Subscription(FollowKind.ALL, "")
NEVER = Subscription(FollowKind.TOPIC, "nlp", excluded=True)


async def test_in_the_order_in_which_they_were_made(store: Store) -> None:
    chat = await add_chat(store)
    for subscription in (WORD, NLP, ALL):
        assert await store.subscriptions.add(chat.id, subscription, NOW)
    assert await store.subscriptions.of(chat.id) == (WORD, NLP, ALL)


async def test_adding_again_says_so_and_keeps_the_order(store: Store) -> None:
    chat = await add_chat(store)
    await store.subscriptions.add(chat.id, NLP, NOW)
    await store.subscriptions.add(chat.id, ALL, NOW)
    assert not await store.subscriptions.add(chat.id, NLP, NOW)
    assert await store.subscriptions.of(chat.id) == (NLP, ALL)


async def test_the_opposite_is_replaced(store: Store) -> None:
    chat = await add_chat(store)
    await store.subscriptions.add(chat.id, NLP, NOW)
    await store.subscriptions.add(chat.id, WORD, NOW)
    assert await store.subscriptions.add(chat.id, NEVER, NOW)
    assert await store.subscriptions.of(chat.id) == (WORD, NEVER)
    assert await store.subscriptions.add(chat.id, NLP, NOW)
    assert await store.subscriptions.of(chat.id) == (WORD, NLP)


async def test_removing_takes_it_in_either_sense(store: Store) -> None:
    chat = await add_chat(store)
    await store.subscriptions.add(chat.id, NEVER, NOW)
    await store.subscriptions.add(chat.id, WORD, NOW)
    assert await store.subscriptions.remove(chat.id, NLP)
    assert not await store.subscriptions.remove(chat.id, NLP)
    assert await store.subscriptions.of(chat.id) == (WORD,)


async def test_one_chat_does_not_touch_another(store: Store) -> None:
    one, two = await add_chat(store, "1"), await add_chat(store, "2")
    for chat in (one, two):
        await store.subscriptions.add(chat.id, NLP, NOW)
        await store.subscriptions.add(chat.id, WORD, NOW)
    await store.subscriptions.add(one.id, NEVER, NOW)
    assert await store.subscriptions.clear(one.id) == 2
    assert await store.subscriptions.clear(one.id) == 0
    assert await store.subscriptions.of(two.id) == (NLP, WORD)


async def test_a_chat_that_is_not_there_can_follow_nothing(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.subscriptions.add(999, NLP, NOW)
