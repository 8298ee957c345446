"""What persons keep of the items: saved ones, and thumbs up and down."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Delete, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import VOTES, Kept
from bot.store import itemrows
from bot.store.engine import Database
from bot.store.tables import items, saved_items, votes


class SqlShelf:
    """``bot.ports.Shelf`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, person: str, item_id: int, now: datetime) -> bool:
        insert = (
            self._database.insert(saved_items)
            .values(person=person, item_id=item_id, saved_at=now)
            .on_conflict_do_nothing()
        )
        async with self._database.write() as connection:
            return (await connection.execute(insert)).rowcount > 0

    async def unsave(self, person: str, item_id: int) -> bool:
        async with self._database.write() as connection:
            gone = await connection.execute(_of(saved_items, person, item_id))
            return gone.rowcount > 0

    async def saved(self, person: str, limit: int, offset: int = 0) -> tuple[Kept, ...]:
        query = (
            select(saved_items.c.item_id, saved_items.c.saved_at)
            .where(saved_items.c.person == person)
            .order_by(saved_items.c.saved_at.desc(), saved_items.c.item_id.desc())
            .limit(limit)
            .offset(offset)
        )
        async with self._database.read() as connection:
            return tuple(Kept(*row) for row in await connection.execute(query))

    async def count_saved(self, person: str) -> int:
        query = select(func.count()).where(saved_items.c.person == person)
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def is_saved(self, person: str, item_id: int) -> bool:
        query = select(saved_items.c.item_id).where(
            saved_items.c.person == person, saved_items.c.item_id == item_id
        )
        async with self._database.read() as connection:
            return await connection.scalar(query) is not None

    async def vote(self, person: str, item_id: int, vote: int, now: datetime) -> None:
        async with self._database.write() as connection:
            await connection.execute(_of(votes, person, item_id))
            if vote:
                values = {"person": person, "item_id": item_id, "vote": vote, "voted_at": now}
                await connection.execute(self._database.insert(votes).values(values))
            await _count(self._database, connection, item_id)

    async def votes(self, person: str) -> tuple[Kept, ...]:
        query = (
            select(votes.c.item_id, votes.c.voted_at, votes.c.vote)
            .where(votes.c.person == person)
            .order_by(votes.c.voted_at.desc(), votes.c.item_id.desc())
        )
        async with self._database.read() as connection:
            return tuple(Kept(*row) for row in await connection.execute(query))

    async def forget(self, person: str) -> None:
        async with self._database.write() as connection:
            for table in (saved_items, votes):
                await connection.execute(delete(table).where(table.c.person == person))


def _of(table: Table, person: str, item_id: int) -> Delete:
    return delete(table).where(table.c.person == person, table.c.item_id == item_id)


async def _count(database: Database, connection: AsyncConnection, item_id: int) -> None:
    """Bring the item's signal up to date with all thumbs."""
    total = await connection.scalar(
        select(func.coalesce(func.sum(votes.c.vote), 0)).where(votes.c.item_id == item_id)
    )
    for stored in await itemrows.load(connection, items.c.id == item_id, lock=True):
        counted = {**stored.item.signals, VOTES: float(total or 0)}
        item = replace(stored.item, signals=counted)
        await itemrows.rewrite(database, connection, [(item_id, item, stored.first_seen)])
