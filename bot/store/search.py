"""Finding items by their texts, through an index that follows them.

The index is derived from the items: whoever opens a database whose index was made by other rules
makes it anew.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digest.terms import RULES
from bot.model import Item, SearchQuery
from bot.store.codec import row_to_item
from bot.store.engine import Database
from bot.store.entries import Engine, entry, item_id, span
from bot.store.fts import Fts5
from bot.store.tables import items, not_removed
from bot.store.tsearch import TextSearch

log = logging.getLogger(__name__)

BATCH = 1000
"""Items that are indexed at once where all of them are."""

FEW = 200
"""The titles of so few items are quicker looked at than found."""

Placed = tuple[int, Item, datetime]
"""An item's id, the item, and when it was first seen."""


def _engine(database: Database) -> Engine:
    return Fts5() if database.path else TextSearch()


async def put(database: Database, connection: AsyncConnection, placed: Sequence[Placed]) -> None:
    """Enter new or changed items, in the transaction that writes them."""
    if placed:
        await _engine(database).put(connection, [entry(*each) for each in placed])


async def drop(database: Database, connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Let items be found no more, in the transaction that takes them away."""
    if ids:
        await _engine(database).drop(connection, ids)


async def prepare(database: Database) -> None:
    """Make the index if there is none, or one by other rules."""
    async with database.read() as connection:
        if await _rules(connection) == RULES:
            return
    async with database.migration() as connection:
        if await _rules(connection) != RULES:  # else another process was faster
            await rebuild(database, connection)


async def _rules(connection: AsyncConnection) -> str | None:
    """The rules by which the index was made; None if there is none."""
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("item_search_rules")):
        return None
    rules: str | None = await connection.scalar(text("SELECT rules FROM item_search_rules"))
    return rules


async def rebuild(database: Database, connection: AsyncConnection) -> None:
    """Make the index anew, in the caller's transaction."""
    await _engine(database).create(connection)
    await connection.execute(text("DROP TABLE IF EXISTS item_search_rules"))
    await connection.execute(text("CREATE TABLE item_search_rules (rules TEXT NOT NULL)"))
    await connection.execute(
        text("INSERT INTO item_search_rules (rules) VALUES (:rules)"), {"rules": RULES}
    )
    whole = select(items, (~not_removed()).label("removed")).where(not_removed())
    last = 0
    while rows := (
        await connection.execute(whole.where(items.c.id > last).order_by(items.c.id).limit(BATCH))
    ).all():
        if not last:
            log.info("making the search index")
        stored = [row_to_item(row) for row in rows]
        await put(database, connection, [(s.id, s.item, s.first_seen) for s in stored])
        last = stored[-1].id


class SqlItemSearch:
    """``bot.ports.ItemSearch`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine = _engine(database)

    async def find(self, query: SearchQuery, limit: int) -> tuple[int, ...]:
        keys = span(query.since, query.until)
        async with self._database.read() as connection:
            found = await self._engine.find(connection, query, keys, limit)
            if not query.phrases or len(found) < min(limit, 2):
                return _ids(found)
            if len(found) < min(limit, FEW):
                first = await self._engine.in_titles(connection, query, found)
            else:
                first = await self._engine.find(connection, query, keys, limit, titles=True)
        return _ids(dict.fromkeys((*first, *found)))[:limit]

    async def frequencies(self, terms: Sequence[str], most: int) -> tuple[int, ...]:
        if not terms:
            return ()
        async with self._database.read() as connection:
            return tuple(await self._engine.frequencies(connection, terms, most))

    async def with_most_of(self, terms: Sequence[str], limit: int) -> tuple[int, ...]:
        if not terms:
            return ()
        async with self._database.read() as connection:
            return _ids(await self._engine.with_most_of(connection, terms, limit))


def _ids(keys: Iterable[int]) -> tuple[int, ...]:
    return tuple(map(item_id, keys))
