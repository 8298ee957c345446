"""Items: storing them once, and finding those that a reader may want."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.curation.nouns import Decide
from bot.digest.stories import traits_of
from bot.model import SAMPLE_SOURCE, Candidate, Item, Section, StoredItem, TopicFilter
from bot.ports import Added
from bot.store import itemrows, search
from bot.store.candidates import Search, find
from bot.store.codec import row_to_item
from bot.store.engine import Database, Queue, retried
from bot.store.stories import gathering_for, ids_by_key, store_gathering
from bot.store.tables import items, removed_items


class SqlItemStore:
    """``bot.ports.ItemStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Fetched items are never erased, so the first one stays the first.
        self._first_fetched: datetime | None = None

    async def add(self, items: Sequence[Item], now: datetime) -> Added:
        """Store or enrich the items; each batch of ``itemrows.BATCH`` is one transaction."""
        tally: Counter[str] = Counter()
        for batch in itemrows.batches(items):
            tally += await self._add_batch(batch, now)
        return Added(**tally)

    @retried
    async def _add_batch(self, batch: Sequence[Item], now: datetime) -> Counter[str]:
        async with self._database.write() as connection:
            # What is known must not change between looking and writing, and several processes
            # may fetch the same at the same time.
            await self._database.queue(connection, Queue.ITEMS)
            return await self._add_to(connection, batch, now)

    async def _add_to(
        self, connection: AsyncConnection, batch: Sequence[Item], now: datetime
    ) -> Counter[str]:
        traits = [traits_of(item, now) for item in batch]
        gathering = await gathering_for(connection, traits)
        for each in traits:
            gathering.take(each)
        await store_gathering(self._database, connection, gathering)
        return gathering.tally

    async def take_in(
        self, connection: AsyncConnection, item: Item, now: datetime
    ) -> tuple[int, bool]:
        """Store or enrich one item in the caller's transaction: its id, and whether it is new."""
        await self._database.queue(connection, Queue.ITEMS)
        tally = await self._add_to(connection, [item], now)
        ids = await ids_by_key(connection, [item.key])
        return ids[item.key], tally["new"] > 0

    async def revise(
        self, connection: AsyncConnection, item_id: int, decide: Decide
    ) -> tuple[StoredItem, StoredItem] | None:
        """Change an item by a person's wish, in the caller's transaction: before and after.

        None if there is no such item. Raises the wish's ``Refusal``.
        """
        found = await connection.execute(
            itemrows.WHOLE.where(items.c.id == item_id).with_for_update(of=items)
        )
        row = found.one_or_none()
        if row is None:
            return None
        before = row_to_item(row)
        after = decide(before)
        if after.item != before.item:
            placed = [(item_id, after.item, before.first_seen)]
            await itemrows.rewrite(self._database, connection, placed)
        if after.removed and not before.removed:
            await connection.execute(removed_items.insert().values(item_id=item_id))
        if before.removed and not after.removed:
            await connection.execute(delete(removed_items).filter_by(item_id=item_id))
        if after.removed:
            await search.drop(self._database, connection, [item_id])
        elif before.removed:
            placed = [(item_id, after.item, before.first_seen)]
            await search.put(self._database, connection, placed)
        return before, after

    async def has_fetched(self, until: datetime) -> bool:
        if self._first_fetched is None:
            first = select(func.min(items.c.first_seen)).where(items.c.source != SAMPLE_SOURCE)
            async with self._database.read() as connection:
                self._first_fetched = await connection.scalar(first)
        return self._first_fetched is not None and self._first_fetched <= until

    async def count(self) -> int:
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(items)) or 0

    async def candidates(
        self,
        wanted: TopicFilter,
        *,
        since: datetime,
        until: datetime,
        sample: bool,
        limit: int,
        sections: frozenset[Section] | None = None,
        timeless: bool = False,
    ) -> tuple[Candidate, ...]:
        if not (wanted.everything or wanted.topics or wanted.keywords):
            return ()
        asked = Search(wanted, since, until, sample, limit, sections, timeless)
        async with self._database.read() as connection:
            return await find(connection, asked)

    async def load(self, ids: Sequence[int]) -> tuple[StoredItem, ...]:
        found: dict[int, StoredItem] = {}
        async with self._database.read() as connection:
            for batch in itemrows.batches(ids):
                found |= {r.id: r for r in await itemrows.load(connection, items.c.id.in_(batch))}
        return tuple(found[item_id] for item_id in ids if item_id in found)

    async def find(self, key: str) -> StoredItem | None:
        async with self._database.read() as connection:
            found = (await ids_by_key(connection, [key])).values()
            return next(iter(await itemrows.load(connection, items.c.id.in_(found))), None)
