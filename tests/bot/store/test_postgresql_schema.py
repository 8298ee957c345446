"""The schema on PostgreSQL: created once by many, upgraded whole or not at all."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from bot.errors import NewerDatabase, StoreError
from bot.store import migrate, open_store
from bot.store.engine import Database, Queue, open_database
from bot.store.tables import metadata
from tests.bot.store.builders import add_chat
from tests.bot.store.conftest import differences, is_migrated, mend, spoil
from tests.databases import PostgresqlDatabases


@pytest.fixture
def url(postgresql_databases: PostgresqlDatabases) -> Iterator[str]:
    """Of a database that holds nothing at all."""
    yield postgresql_databases.bare()
    postgresql_databases.erase()


async def tables(url: str) -> set[str]:
    database = await open_database(url)
    async with database.read() as connection:
        found = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await database.close()
    return set(filter(is_migrated, found))


async def execute(url: str, statement: str) -> None:
    database = await open_database(url)
    async with database.write() as connection:
        await connection.execute(text(statement))
    await database.close()


async def test_many_processes_may_create_the_schema_at_once(url: str) -> None:
    for store in await asyncio.gather(*(open_store(url) for _ in range(4))):
        await store.close()
    assert await tables(url) == {*metadata.tables, "alembic_version"}


STRUCTURE = """
SELECT tablename || ': ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT table_name || ': ' || concat_ws(' ', column_name, data_type, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public'
"""


async def structure(url: str) -> set[str]:
    database = await open_database(url)
    async with database.read() as connection:
        found = set((await connection.execute(text(STRUCTURE))).scalars())
    await database.close()
    return {line for line in found if is_migrated(line) and not line.startswith("alembic")}


async def test_migrations_give_the_schema_of_a_new_database(
    url: str, postgresql_databases: PostgresqlDatabases
) -> None:
    await (await open_store(url)).close()
    migrated = await asyncio.to_thread(postgresql_databases.bare)
    database = await open_database(migrated)
    async with database.migration() as connection:
        await connection.run_sync(migrate.run_migrations)
        assert await connection.run_sync(differences) == []
    await database.close()
    assert await structure(migrated) == await structure(url)


async def test_nothing_is_created_without_an_upgrade(url: str) -> None:
    with pytest.raises(StoreError, match="not yet upgraded"):
        await open_store(url, upgrade=False)
    assert await tables(url) == set()


async def test_another_programs_database_is_refused(url: str) -> None:
    await execute(url, "CREATE TABLE bookmarks (url text)")
    with pytest.raises(StoreError, match="another program"):
        await open_store(url)
    assert await tables(url) == {"bookmarks"}


async def test_a_newer_database_is_refused_untouched(url: str) -> None:
    await (await open_store(url)).close()
    await execute(url, "UPDATE alembic_version SET version_num = '0999'")
    for upgrade in (True, False):
        with pytest.raises(NewerDatabase, match="newer version of Ribao"):
            await open_store(url, upgrade=upgrade)


@pytest.fixture
async def older(url: str) -> str:
    """A database with a chat, before this version has a migration more."""
    store = await open_store(url)
    await add_chat(store, "kept")
    await store.close()
    return url


async def moods(url: str) -> list[str]:
    database = await open_database(url)
    query = text("SELECT address || coalesce(mood, '-') FROM chats")
    async with database.read() as connection:
        found = list((await connection.execute(query)).scalars())
    await database.close()
    return found


async def test_an_upgrade_keeps_the_data(older: str, one_more: Path) -> None:
    with pytest.raises(StoreError, match="not yet upgraded"):
        await open_store(older, upgrade=False)
    for store in await asyncio.gather(*(open_store(older) for _ in range(3))):
        await store.close()
    assert await moods(older) == ["kept-"]


async def test_an_upgrade_that_fails_leaves_all_as_it_was(older: str, one_more: Path) -> None:
    spoil(one_more)
    with pytest.raises(DBAPIError, match="no such column"):
        await open_store(older)
    with pytest.raises(StoreError, match="not yet upgraded"):
        await open_store(older, upgrade=False)
    mend(one_more)
    await (await open_store(older)).close()
    assert await moods(older) == ["kept-"]


async def test_a_process_that_dies_in_an_upgrade_blocks_nobody(older: str, one_more: Path) -> None:
    database = await open_database(older)
    with pytest.raises(StoreError, match="has gone away"):
        await _die_in_an_upgrade(database)
    await (await open_store(older)).close()
    await database.close()
    assert await moods(older) == ["kept-"]


async def _die_in_an_upgrade(database: Database) -> None:
    async with database.migration() as connection:
        await connection.execute(text("ALTER TABLE chats ADD COLUMN mood text"))
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        raw.driver_connection.terminate()  # All that a server sees of a kill.
        await database.queue(connection, Queue.MIGRATIONS)
