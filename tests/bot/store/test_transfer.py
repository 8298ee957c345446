"""Copies of a database, between all pairs of engines, hold everything and go on counting."""

from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    Text,
    Time,
    delete,
    select,
)

from bot.errors import StoreError
from bot.model import FetchState
from bot.store import Store, open_store
from bot.store.engine import Database
from bot.store.instants import Instant
from bot.store.tables import metadata, sources
from bot.store.transfer import back_up, transfer
from tests.bot.store.builders import NOW, add_chat, an_item
from tests.conftest import ENGINES
from tests.databases import Databases

pytestmark = pytest.mark.both_engines

ROWS = 7


def value(column: Column[Any], number: int) -> Any:
    """Something that fits into the column, and is another one in each row."""
    if column.foreign_keys or column.name == "id":
        return number
    if column.nullable and number == 1:
        return None
    values = {
        JSON: {"键": [number, None, "\u2028\\'", 0.1], "a": {}},
        Boolean: bool(number % 2),
        Date: date(2026, 3, number),
        Time: time(23, 59, number),
        Instant: NOW + timedelta(microseconds=number),
        BigInteger: number,
        Integer: -number,
        Float: number + 0.1,
        Text: f"{column.name} {number} 文\t'\"%:\n",
    }
    return values[type(column.type)]


async def fill(database: Database) -> None:
    """Rows in every table that there is; the last ones are erased again."""
    async with database.write() as connection:
        for table in metadata.sorted_tables:
            rows = [{c.name: value(c, n) for c in table.columns} for n in range(1, ROWS + 1)]
            await connection.execute(table.insert(), rows)
        for table in reversed(metadata.sorted_tables):
            if "id" in table.c:
                await connection.execute(delete(table).where(table.c.id == ROWS))


async def content(database: Database) -> dict[str, list[Any]]:
    async with database.read() as connection:
        return {
            table.name: list(await connection.execute(select(table).order_by(*table.primary_key)))
            for table in metadata.sorted_tables
        }


@pytest.fixture(params=ENGINES)
def others(request: pytest.FixtureRequest) -> Databases:
    """Where the copies are."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
async def target(others: Databases, target_url: str) -> AsyncIterator[Store]:
    store = await open_store(target_url)
    yield store
    await store.close()


@pytest.fixture
def target_url(others: Databases) -> str:
    return others.new()


async def test_everything_is_copied(store: Store, target: Store) -> None:
    await fill(store.database)
    before = await content(store.database)
    told: dict[str, int] = {}
    await transfer(store.database, target.database, told.__setitem__)
    assert await content(target.database) == await content(store.database) == before
    assert told == {name: len(rows) for name, rows in before.items()}
    assert all(told.values())


async def test_ids_go_on_where_they_were(store: Store, target: Store) -> None:
    for name in "ab":
        last = await add_chat(store, name)
    await store.chats.erase(last.id)
    await store.items.add([an_item("1"), an_item("2")], NOW)
    await transfer(store.database, target.database)
    assert (await add_chat(target, "c")).id > last.id
    await target.items.add([an_item("3")], NOW)
    assert await target.items.count() == 3


async def test_only_an_empty_database_is_copied_into(store: Store, target: Store) -> None:
    await add_chat(store)
    kept = await add_chat(target, "kept")
    with pytest.raises(StoreError, match="holds data already"):
        await transfer(store.database, target.database)
    assert (await target.chats.scheduled(after_id=0, limit=9)) == (kept,)


async def test_a_copy_is_of_one_instant_and_whole_or_nothing(store: Store, target: Store) -> None:
    await fill(store.database)
    before = await content(store.database)

    class Enough(Exception):
        pass

    def stop(table: str, rows: int) -> None:
        if table == metadata.sorted_tables[-1].name:
            raise Enough

    with pytest.raises(Enough):
        await transfer(store.database, target.database, stop)
    assert not any((await content(target.database)).values())
    async with store.database.snapshot() as snapshot:
        await snapshot.execute(select(sources))
        await store.sources.save("later", FetchState())
        assert len((await snapshot.execute(select(sources))).all()) == len(before["sources"])


async def test_a_backup_can_be_opened(store: Store, tmp_path: Path) -> None:
    await fill(store.database)
    file = tmp_path / "copy.db"
    await back_up(store.database, file)
    assert file.stat().st_mode & 0o777 == 0o600
    copy = await open_store(f"sqlite:///{file}", upgrade=False)
    assert await content(copy.database) == await content(store.database)
    await copy.close()


async def test_a_backup_replaces_nothing(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    file.write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        await back_up(store.database, file)
    assert file.read_text() == "precious"
    with pytest.raises(StoreError, match="can't be written"):
        await back_up(store.database, tmp_path / "no" / "copy.db")
