"""What can go wrong with the database file, and the one sentence that tells of it."""

import asyncio
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import CompileError, StatementError

from bot.errors import StoreError
from bot.store import Store, open_store
from bot.store.engine import Database, open_database
from bot.store.tables import items, meta, sources
from tests.bot.store.builders import NOW, add_chat, an_item


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program's write transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def pragma(database: Database, name: str) -> object:
    async with database.read() as connection:
        return await connection.scalar(text(f"PRAGMA {name}"))


async def set_pragma(database: Database, setting: str) -> None:
    """On the one connection that is open and will be used again."""
    async with database.outside_transaction() as connection:
        await connection.execute(text(f"PRAGMA {setting}"))


async def test_the_file_is_set_up_for_safety(store: Store) -> None:
    assert await pragma(store.database, "journal_mode") == "wal"
    assert await pragma(store.database, "synchronous") == 2
    assert await pragma(store.database, "foreign_keys") == 1
    assert await pragma(store.database, "busy_timeout") == 15_000


async def test_the_folder_is_created_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "ribao.db"
    await (await open_store(f"sqlite:///{path}")).close()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("no url at all", "can't be read"),
        ("mysql://host/db", "begins with mysql:"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///file:ribao.db?mode=ro&uri=true", "takes no options"),
    ],
)
async def test_an_unusable_url(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence):
        await open_database(url)


async def test_postgresql_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(StoreError, match="asyncpg, which is not installed") as caught:
        await open_database("postgresql://me:secret@localhost/ribao")
    assert "secret" not in str(caught.value)


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "ribao.db"
    path.write_text("Dear diary, " * 1000)
    with pytest.raises(StoreError, match=r"ribao\.db is damaged, or is no database"):
        await open_store(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear diary")


@pytest.fixture
def damaged(path: Path) -> None:
    """All pages but the first are garbage."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


async def test_a_file_damaged_in_the_middle(url: str, damaged: None) -> None:
    with pytest.raises(StoreError, match="is damaged; restore it from a backup"):
        await (await open_store(url)).items.count()


async def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened"):
        await open_store(f"sqlite:///{tmp_path}")


async def test_a_file_in_the_folders_place(path: Path) -> None:
    with pytest.raises(StoreError, match="can't hold the database: File exists"):
        await open_store(f"sqlite:///{path}/ribao.db")


async def test_a_database_that_may_only_be_read(store: Store) -> None:
    # Root may write any file, so this stands in for a disk that is mounted read-only.
    await set_pragma(store.database, "query_only=ON")
    assert await store.items.count() == 0
    with pytest.raises(StoreError, match="its disk is read-only"):
        await store.items.add([an_item()], NOW)


async def test_a_full_disk(store: Store) -> None:
    await set_pragma(store.database, "max_page_count=50")
    big = an_item(abstract={"en": "word " * 100_000})
    with pytest.raises(StoreError, match="the disk is full"):
        await store.items.add([big], NOW)
    assert await store.items.count() == 0
    await set_pragma(store.database, "max_page_count=1000000")
    await store.items.add([big], NOW)
    assert await store.items.count() == 1


async def test_waits_for_another_process_but_not_for_ever(url: str, path: Path) -> None:
    database = await open_database(url, busy_seconds=0.2)
    with locked(path), pytest.raises(StoreError, match="locked by another process for too long"):
        async with database.write():
            pass
    async with database.write() as connection:
        await connection.execute(meta.insert().values(key="a", value="b"))
    await database.close()


async def test_reading_goes_on_while_another_process_writes(store: Store, path: Path) -> None:
    with locked(path):
        assert await store.issues.days(1) == ()


async def test_writers_of_two_processes_take_turns(store: Store, url: str) -> None:
    other = await open_store(url)
    chats = [add_chat(each, f"{n}") for n in range(20) for each in (store, other)]
    ids = {chat.id for chat in await asyncio.gather(*chats)}
    assert len(ids) == 20
    await other.close()


async def test_a_block_that_raises_changes_nothing(store: Store) -> None:
    async def fail() -> None:
        async with store.database.write() as connection:
            await connection.execute(meta.insert().values(key="a", value="b"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.database.read() as connection:
        assert (await connection.execute(select(meta))).all() == []


async def test_a_cancelled_write_changes_nothing_and_blocks_nobody(store: Store) -> None:
    other = await open_database(f"sqlite:///{store.database.path}", busy_seconds=0.5)
    caught = []  # Keeps the tracebacks, as a log or a cycle of references would.
    for tenths in range(5, 65, 5):
        task = asyncio.create_task(store.items.add([an_item(str(n)) for n in range(499)], NOW))
        await asyncio.sleep(tenths / 10_000)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as error:
            await task
        caught.append(error)
        async with other.write() as connection:
            assert (await connection.execute(select(items.c.id))).all() == []
    await other.close()


async def test_our_own_mistakes_are_not_disguised(store: Store) -> None:
    with pytest.raises(CompileError):
        async with store.database.write() as connection:
            await connection.execute(meta.insert().values(key="a", no_such_column=1))
    with pytest.raises((StatementError, ValueError), match="time zone"):
        await store.items.add([an_item()], datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 3, 1, 9, 30, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
async def test_an_instant_comes_back_to_the_microsecond_in_utc(
    store: Store, moment: datetime
) -> None:
    async with store.database.write() as connection:
        await connection.execute(sources.insert().values(name="a", failures=0, checked_at=moment))
        found = await connection.scalar(select(sources.c.checked_at))
    assert found == moment
    assert found.tzinfo is UTC
