"""Transactions that meet on PostgreSQL, each in the very order that would lose or keep a row."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, text

from bot.model import Bulletin, DeliveryState
from bot.store import Store, open_store
from bot.store.tables import bulletins, deliveries
from tests.bot.store.acknowledge import uncertain
from tests.bot.store.builders import NOW, add_chat
from tests.bot.store.test_ledger import claim, make_ready, states

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
OURS = f"{WAITING} AND datname = current_database()"


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
async def other_store(url: str, store: Store) -> AsyncIterator[Store]:
    """As another process would see the same database."""
    other = await open_store(url)
    yield other
    await other.close()


async def until_waiting(store: Store, transactions: int) -> None:
    """Until so many transactions wait for others."""
    async with asyncio.timeout(30):
        while True:
            async with store.database.read() as connection:
                if await connection.scalar(text(OURS)) == transactions:
                    return
            await asyncio.sleep(0.01)


async def test_what_becomes_uncertain_in_the_middle_is_left_to_the_next_look(
    store: Store, other_store: Store
) -> None:
    """It was buried once, by a statement that saw more than the one before it."""
    for name in "12":
        await make_ready(store, await add_chat(store, name))
    doubtful, _in_hand = await claim(store, "me")
    await uncertain(store.ledger, doubtful, "cut")
    async with other_store.database.write() as connection:
        query = select(deliveries.c.id).where(deliveries.c.id == doubtful.id).with_for_update()
        await connection.execute(query)
        settling = asyncio.create_task(store.ledger.settle_uncertain(1))
        await until_waiting(other_store, 1)
        assert await other_store.ledger.reclaim(NOW, ["me"]) == 1
    assert await settling == (1, 0)
    assert await states(store) == ["ready", "uncertain"]
    assert await store.ledger.settle_uncertain(1) == (1, 0)


async def test_what_is_published_while_a_chat_is_forgotten_goes_with_it(
    store: Store, other_store: Store
) -> None:
    chat = await add_chat(store)
    word = Bulletin("verdict 1", "For ann.")
    async with store.database.engine.connect() as connection:
        # Another bulletin of that key, which then does not come to be.
        row = {"key": word.key, "payload": "", "created_at": NOW}
        await connection.execute(bulletins.insert().values(row))
        publishing = asyncio.create_task(other_store.ledger.publish(word, {chat.id: NOW}, NOW))
        await until_waiting(store, 1)
        erasing = asyncio.create_task(store.chats.erase(chat.id))
        await until_waiting(store, 2)
        await connection.rollback()
    assert await publishing == 1
    await erasing
    assert sum((await store.ledger.counts()).values()) == 0
    async with store.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(bulletins)) == 0
    assert await store.ledger.progress(word.key) == {}


async def test_an_acknowledgement_that_meets_a_takeover_is_refused_or_final(
    store: Store, other_store: Store
) -> None:
    """Who comes second sees what the first one wrote, and changes nothing."""
    await make_ready(store, await add_chat(store))
    (row,) = await claim(store, "me")
    async with other_store.database.write() as connection:
        query = select(deliveries.c.id).where(deliveries.c.id == row.id).with_for_update()
        await connection.execute(query)
        taking = asyncio.create_task(other_store.ledger.take_over(("telegram", "bot"), "you"))
        await until_waiting(other_store, 1)
        settling = asyncio.create_task(uncertain(store.ledger, row, "cut"))
        await until_waiting(other_store, 2)
    taken, settled = await taking, await settling
    assert (taken, settled) in {(1, False), (0, True)}
    assert (await store.ledger.counts())[DeliveryState.UNCERTAIN] == 1
