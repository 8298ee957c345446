"""Many ids as one parameter: found by an index, which one careless type takes away."""

from sqlalchemy import select

from bot.store import Store
from bot.store.among import among
from bot.store.tables import chats
from tests.bot.store.plans import plan_of


async def test_sqlite_finds_each_id_by_its_index(store: Store) -> None:
    plan = await plan_of(store, select(chats.c.id).where(among(chats.c.id, [1, 2])))
    assert "SEARCH chats USING INTEGER PRIMARY KEY" in plan
    assert "SCAN chats" not in plan
