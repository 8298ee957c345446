"""Items: storing them once, and finding those that a reader may want."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.curation.changes import fields_of, with_fields
from bot.curation.nouns import Decide
from bot.model import SAMPLE_SOURCE, Candidate, Item, Section, StoredItem, TopicFilter
from bot.ports import Added
from bot.store import search
from bot.store.candidates import Search, find
from bot.store.codec import item_to_row, row_to_item, topics_to_rows
from bot.store.engine import Database, Queue, retried
from bot.store.enrich import enriched
from bot.store.tables import item_topics, items, not_removed, removed_items, revisions

BATCH = 500
"""Items in one transaction: large enough to be fast, small enough to let others in between."""

T = TypeVar("T")

_WHOLE = select(items, (~not_removed()).label("removed"))
"""What ``codec.row_to_item`` reads."""


class SqlItemStore:
    """``bot.ports.ItemStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Fetched items are never erased, so the first one stays the first.
        self._first_fetched: datetime | None = None

    async def add(self, items: Sequence[Item], now: datetime) -> Added:
        """Store or enrich the items; each batch of ``BATCH`` is one transaction."""
        tally: Counter[str] = Counter()
        for batch in _batches(items, BATCH):
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
        keys = [item.key for item in batch]
        known = await connection.execute(
            _WHOLE.where(items.c.key.in_(keys)).order_by(items.c.id).with_for_update(of=items)
        )
        stored = {row.key: row_to_item(row) for row in known}
        before = {key: row.item for key, row in stored.items()}
        edited = await _edited(connection, stored)
        after, tally = _merge(before, batch, edited)
        await self._insert(connection, [after[key] for key in after if key not in stored], now)
        await self._update(
            connection,
            [(stored[key], after[key]) for key in stored if after[key] != before[key]],
            now,
        )
        return tally

    async def _insert(
        self, connection: AsyncConnection, new: Sequence[Item], now: datetime
    ) -> None:
        if not new:
            return
        await connection.execute(items.insert(), [item_to_row(item, now) for item in new])
        keys = [item.key for item in new]
        stored = select(items.c.key, items.c.id).where(items.c.key.in_(keys))
        ids = {row.key: row.id for row in await connection.execute(stored)}
        placed = [(ids[item.key], item, now) for item in new]
        await self._insert_topics(connection, placed)
        await search.put(self._database, connection, placed)

    async def _update(
        self,
        connection: AsyncConnection,
        changes: Sequence[tuple[StoredItem, Item]],
        now: datetime,
    ) -> None:
        if not changes:
            return
        rows = [(old.id, item, _first_seen(old, item, now)) for old, item in changes]
        await connection.execute(
            update(items).where(items.c.id == bindparam("row_id")),
            [{"row_id": row_id, **item_to_row(item, seen)} for row_id, item, seen in rows],
        )
        ids = [row_id for row_id, _, _ in rows]
        await connection.execute(delete(item_topics).where(item_topics.c.item_id.in_(ids)))
        await self._insert_topics(connection, rows)
        await search.put(self._database, connection, rows)

    async def take_in(
        self, connection: AsyncConnection, item: Item, now: datetime
    ) -> tuple[int, bool]:
        """Store or enrich one item in the caller's transaction: its id, and whether it is new."""
        await self._database.queue(connection, Queue.ITEMS)
        tally = await self._add_to(connection, [item], now)
        found = await connection.execute(select(items.c.id).where(items.c.key == item.key))
        return found.scalar_one(), tally["new"] > 0

    async def revise(
        self, connection: AsyncConnection, item_id: int, decide: Decide
    ) -> tuple[StoredItem, StoredItem] | None:
        """Change an item by a person's wish, in the caller's transaction: before and after.

        None if there is no such item. Raises the wish's ``Refusal``.
        """
        found = await connection.execute(
            _WHOLE.where(items.c.id == item_id).with_for_update(of=items)
        )
        row = found.one_or_none()
        if row is None:
            return None
        before = row_to_item(row)
        after = decide(before)
        if after.item != before.item:
            await self._update(connection, [(before, after.item)], before.first_seen)
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

    async def _insert_topics(
        self, connection: AsyncConnection, seen: Iterable[tuple[int, Item, datetime]]
    ) -> None:
        rows = [row for row_id, item, first in seen for row in topics_to_rows(row_id, item, first)]
        if rows:
            insert = self._database.insert(item_topics).on_conflict_do_nothing()
            await connection.execute(insert, rows)

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
    ) -> tuple[Candidate, ...]:
        if not (wanted.everything or wanted.topics or wanted.keywords):
            return ()
        asked = Search(wanted, since, until, sample, limit, sections)
        async with self._database.read() as connection:
            return await find(connection, asked)

    async def load(self, ids: Sequence[int]) -> tuple[StoredItem, ...]:
        found: dict[int, StoredItem] = {}
        async with self._database.read() as connection:
            for batch in _batches(ids, BATCH):
                rows = await _load(connection, items.c.id.in_(batch))
                found |= {row.id: row for row in rows}
        return tuple(found[item_id] for item_id in ids if item_id in found)

    async def find(self, key: str) -> StoredItem | None:
        async with self._database.read() as connection:
            return next(iter(await _load(connection, items.c.key == key)), None)


async def _edited(
    connection: AsyncConnection, stored: Mapping[str, StoredItem]
) -> Mapping[str, set[str]]:
    """The fields that people changed, by the item's key: a source must not overrule them."""
    keys = {row.id: key for key, row in stored.items()}
    query = select(revisions.c.item_id, revisions.c.changes).where(
        revisions.c.item_id.in_(list(keys))
    )
    found: dict[str, set[str]] = {}
    for row in await connection.execute(query) if keys else ():
        found.setdefault(keys[row.item_id], set()).update(row.changes)
    return found


def _merge(
    known: dict[str, Item], batch: Sequence[Item], edited: Mapping[str, set[str]]
) -> tuple[dict[str, Item], Counter[str]]:
    """What each key of the batch comes to, given what is known; and how many were what."""
    merged = dict(known)
    tally: Counter[str] = Counter()
    for item in batch:
        old = merged.get(item.key)
        merged[item.key] = item if old is None else _enriched(old, item, edited)
        if old is None:
            tally["new"] += 1
        else:
            tally["known" if merged[item.key] == old else "enriched"] += 1
    return merged, tally


def _enriched(old: Item, new: Item, edited: Mapping[str, set[str]]) -> Item:
    """The old item with what the new one adds, but for the fields that people changed."""
    merged = enriched(old, new)
    names = edited.get(old.key)
    if not names:
        return merged
    kept = {name: value for name, value in fields_of(old).items() if name in names}
    return with_fields(merged, kept)


def _first_seen(old: StoredItem, item: Item, now: datetime) -> datetime:
    """A sample item that was now fetched counts as first seen now."""
    return old.first_seen if old.item.source == item.source else now


async def _load(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[StoredItem]:
    rows = (await connection.execute(_WHOLE.where(condition))).all()
    return [row_to_item(row) for row in rows]


def _batches(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
