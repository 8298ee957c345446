"""The rows of one item in all tables that hold a part of it: reading and writing them together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.curation.changes import fields_of, with_fields
from bot.model import Item, StoredItem
from bot.store import search
from bot.store.bulk import execute_many
from bot.store.codec import item_to_row, row_to_item, standing_to_row, topics_to_rows
from bot.store.engine import Database
from bot.store.search import Placed
from bot.store.tables import item_topics, items, not_removed, revisions, standings

BATCH = 500
"""Items in one transaction: large enough to be fast, small enough to let others in between."""

T = TypeVar("T")

WHOLE = select(items, (~not_removed()).label("removed"))
"""What ``codec.row_to_item`` reads."""


async def load(
    connection: AsyncConnection, condition: ColumnElement[bool], *, lock: bool = False
) -> list[StoredItem]:
    """The items for which the condition holds; with ``lock`` nobody else can change them now."""
    query = WHOLE.where(condition).order_by(items.c.id)
    if lock:
        query = query.with_for_update(of=items)
    return [row_to_item(row) for row in await connection.execute(query)]


async def insert(
    database: Database, connection: AsyncConnection, new: Sequence[tuple[Item, datetime]]
) -> dict[str, int]:
    """Store new items; their ids by key."""
    if not new:
        return {}
    await execute_many(connection, items.insert(), [item_to_row(item, seen) for item, seen in new])
    keys = [item.key for item, _ in new]
    stored = select(items.c.key, items.c.id).where(items.c.key.in_(keys))
    ids = {row.key: row.id for row in await connection.execute(stored)}
    await _insert_parts(database, connection, [(ids[item.key], item, seen) for item, seen in new])
    return ids


async def rewrite(
    database: Database, connection: AsyncConnection, placed: Sequence[Placed]
) -> None:
    """Write stored items anew."""
    if not placed:
        return
    await connection.execute(
        update(items).where(items.c.id == bindparam("row_id")),
        [{"row_id": row_id, **item_to_row(item, seen)} for row_id, item, seen in placed],
    )
    await withdraw(connection, [row_id for row_id, _, _ in placed])
    await _insert_parts(database, connection, placed)


async def withdraw(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Take away all by which readers' searches find the items; the items themselves stay."""
    await connection.execute(delete(item_topics).where(item_topics.c.item_id.in_(ids)))
    await connection.execute(delete(standings).where(standings.c.item_id.in_(ids)))


async def _insert_parts(
    database: Database, connection: AsyncConnection, placed: Sequence[Placed]
) -> None:
    topics = [row for each in placed for row in topics_to_rows(*each)]
    await execute_many(connection, database.insert(item_topics).on_conflict_do_nothing(), topics)
    await execute_many(connection, standings.insert(), [standing_to_row(*each) for each in placed])
    await search.put(database, connection, placed)


async def edited_fields(
    connection: AsyncConnection, ids: Sequence[int]
) -> Mapping[int, frozenset[str]]:
    """The fields of the items that people changed, by id: a source must not overrule them."""
    query = select(revisions.c.item_id, revisions.c.changes).where(revisions.c.item_id.in_(ids))
    found: dict[int, frozenset[str]] = {}
    for row in await connection.execute(query):
        found[row.item_id] = found.get(row.item_id, frozenset()).union(row.changes)
    return found


def kept(names: frozenset[str], before: Item, after: Item) -> Item:
    """``after``, with those fields as they were."""
    fields = {name: value for name, value in fields_of(before).items() if name in names}
    return with_fields(after, fields)


def batches(values: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """The values in pieces of at most ``size``."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
