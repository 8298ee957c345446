"""Copies of a whole database: as a backup, or from one engine to the other."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store import migrate, search
from bot.store.backup import backup, new_file
from bot.store.engine import Database, open_database
from bot.store.tables import metadata

BATCH = 500
"""Rows that are in memory at a time; some hold a whole issue."""

_LAST_ID = "SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass)"
_SET_LAST_ID = ("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)",)
_SET_LAST_ID_SQLITE = (
    "DELETE FROM sqlite_sequence WHERE name = :name",
    "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)",
)

Progress = Callable[[str, int], None]
"""Called with the name of a table and how many rows of it were copied."""


async def back_up(database: Database, target: Path) -> None:
    """Write a complete, consistent copy to the new file ``target``, an SQLite database of Ribao's.

    Raises ``StoreError`` if ``target`` exists or can't be written.
    """
    if database.path:
        await backup(database, target)
        return
    async with new_file(target):
        copy = await open_database(f"sqlite:///{target}")
        try:
            await migrate.upgrade(copy)
            await transfer(database, copy)
        finally:
            await copy.close()


async def transfer(
    source: Database, target: Database, progress: Progress = lambda *_: None
) -> None:
    """Copy all rows as they are at one instant; the target gets all of them or none.

    Both have the schema of this version. Raises ``StoreError`` if the target holds anything.
    """
    async with source.snapshot() as reading, target.write() as writing:
        for table in metadata.sorted_tables:
            if await writing.scalar(select(func.count()).select_from(table)):
                raise StoreError(f"{target.name} holds data already; a copy needs an empty one.")
        for table in metadata.sorted_tables:
            progress(table.name, await _copy(table, reading, writing))
        await _keep_counting(target, writing, await _last_ids(source, reading))
        await search.rebuild(target, writing)


async def _copy(table: Table, reading: AsyncConnection, writing: AsyncConnection) -> int:
    # By their keys: a row may refer to an older one of its own table.
    rows = await reading.stream(select(table).order_by(*table.primary_key))
    copied = 0
    async for batch in rows.mappings().partitions(BATCH):
        await writing.execute(table.insert(), [dict(row) for row in batch])
        copied += len(batch)
    return copied


async def _last_ids(database: Database, connection: AsyncConnection) -> Mapping[str, int]:
    """By table: the last id that was ever given, perhaps to a row that is gone."""
    if database.path:
        given = await connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {row.name: row.seq for row in given}
    names = [table.name for table in _numbered()]
    found = {name: await connection.scalar(text(_LAST_ID), {"name": name}) for name in names}
    return {name: number for name, number in found.items() if number}


async def _keep_counting(
    database: Database, connection: AsyncConnection, last_ids: Mapping[str, int]
) -> None:
    for table in _numbered():
        there = await connection.scalar(select(func.max(table.c.id))) or 0
        last = max(there, last_ids.get(table.name, 0))
        if not last:
            continue
        for statement in _SET_LAST_ID if database.path is None else _SET_LAST_ID_SQLITE:
            await connection.execute(text(statement), {"name": table.name, "last": last})


def _numbered() -> list[Table]:
    return [table for table in metadata.sorted_tables if "id" in table.c]
