"""Migrations give exactly the schema of the tables, keep the data, and refuse what is newer."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.errors import NewerDatabase, StoreError
from bot.store import Store, migrate, open_store
from bot.store.engine import open_database
from tests.bot.store.builders import add_chat
from tests.bot.store.conftest import differences, is_migrated, spoil

HEAD = migrate.HEAD
REVISION = "SELECT version_num FROM alembic_version"


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", migrate.SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config())


def schema(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'alembic%'"
        )
        return {" ".join(sql.split()) for name, sql in rows if is_migrated(name)}


def value(path: Path, query: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute(query).fetchone()
        return found


def set_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_the_revisions_are_those_of_the_scripts() -> None:
    found = [script.revision for script in scripts().walk_revisions()]
    assert tuple(reversed(found)) == migrate.REVISIONS
    assert scripts().get_heads() == [migrate.HEAD]


def structure(path: Path) -> dict[str, object]:
    """What SQLite knows of each table, however it came to be."""
    pragmas = (
        "SELECT * FROM pragma_table_xinfo(?)",
        "SELECT * FROM pragma_foreign_key_list(?)",
        "SELECT * FROM pragma_index_list(?)",
    )
    with closing(sqlite3.connect(path)) as connection:

        def rows(query: str, *names: str) -> list[tuple[object, ...]]:
            # The first is the number of the row.
            return sorted((row[1:] for row in connection.execute(query, names)), key=repr)

        tables = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'alembic%'"
        )
        return {
            name: (
                [rows(pragma, name) for pragma in pragmas],
                [word in sql for word in ("AUTOINCREMENT", "WITHOUT ROWID")],
                rows(
                    "SELECT 0, name, sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index'",
                    name,
                ),
            )
            for name, sql in tables.fetchall()
            if is_migrated(name)
        }


def test_migrations_give_the_schema_of_a_new_database(tmp_path: Path, path: Path) -> None:
    migrated = tmp_path / "migrated.db"
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.begin() as connection:
        migrate.run_migrations(connection)
    with engine.connect() as connection:
        assert differences(connection) == []
    engine.dispose()
    assert structure(migrated) == structure(path)
    assert value(migrated, REVISION) == value(path, REVISION) == HEAD


async def test_upgrading_again_changes_nothing(store: Store, path: Path) -> None:
    before = schema(path)
    await migrate.upgrade(store.database)
    assert await migrate.check(store.database) is migrate.State.CURRENT
    assert schema(path) == before


def test_a_current_database_opens_without_alembic(url: str) -> None:
    code = f"""
import asyncio, sys
from bot.store import open_store

async def main():
    await (await open_store({url!r})).close()

asyncio.run(main())
sys.exit("alembic" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_an_upgrade_keeps_the_data_and_a_copy(
    store: Store, url: str, path: Path, one_more: None
) -> None:
    await add_chat(store, "kept")
    await store.close()
    database = await open_database(url)
    assert await migrate.check(database) is migrate.State.OLDER
    with pytest.raises(StoreError, match="not yet upgraded"):
        await migrate.require(database)
    await migrate.upgrade(database)
    assert await migrate.check(database) is migrate.State.CURRENT
    await database.close()
    assert value(path, "SELECT address || coalesce(mood, '-') FROM chats") == "kept-"
    copy = path.with_name(f"ribao.db.{HEAD}.bak")
    assert value(copy, "SELECT address FROM chats") == "kept"
    assert value(copy, "SELECT version_num FROM alembic_version") == HEAD


def test_deliveries_are_kept_and_numbered_on_where_bulletins_come_in(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    engine = create_engine(f"sqlite:///{path}")
    config = alembic_config()
    with engine.begin() as config.attributes["connection"]:
        command.upgrade(config, "0008")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO deliveries (id, chat_id, day, part, state, due_at, attempt, doubts, late,"
            " created_at) VALUES (5, 1, '2026-03-01', 1, 'sent', 0, 1, 0, 0, 0)"
        )
        connection.execute("UPDATE sqlite_sequence SET seq = 9 WHERE name = 'deliveries'")
    with engine.begin() as config.attributes["connection"]:
        command.upgrade(config, "0009")
    engine.dispose()
    assert value(path, "SELECT id || state || bulletin_id FROM deliveries") == "5sent0"
    assert value(path, "SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'") == 9


def test_parts_that_wait_for_an_earlier_one_come_again_with_it(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    engine = create_engine(f"sqlite:///{path}")
    config = alembic_config()
    with engine.begin() as config.attributes["connection"]:
        command.upgrade(config, "0012")
    parts = {
        1: [("sent", 1), ("ready", 0), ("ready", 0)],
        2: [("dead", 2), ("dead", 0)],
        3: [("sent", 1), ("retry", 3), ("ready", 0)],
        4: [("sent", 1), ("sent", 1)],
    }
    rows = [
        (chat, part, state, attempt)
        for chat, some in parts.items()
        for part, (state, attempt) in enumerate(some, 1)
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executemany(
            "INSERT INTO deliveries (chat_id, day, part, state, due_at, attempt, doubts, late,"
            " created_at, bulletin_id) VALUES (?, '2026-03-01', ?, ?, 0, ?, 0, 0, 0, 0)",
            rows,
        )
    with engine.begin() as config.attributes["connection"]:
        command.upgrade(config, "0013")
    engine.dispose()
    kept = "SELECT group_concat(chat_id || '.' || part) FROM deliveries ORDER BY id"
    assert value(path, kept) == "1.1,1.2,2.1,3.1,3.2,4.1,4.2"


async def test_a_copy_never_replaces_another(url: str, path: Path, one_more: None) -> None:
    for name in (f"ribao.db.{HEAD}.bak", f"ribao.db.{HEAD}.2.bak"):
        path.with_name(name).write_text("precious")
    await (await open_store(url)).close()
    assert path.with_name(f"ribao.db.{HEAD}.bak").read_text() == "precious"
    assert value(path.with_name(f"ribao.db.{HEAD}.3.bak"), "SELECT count(*) FROM chats") == 0


async def test_a_fresh_database_needs_no_copy(tmp_path: Path) -> None:
    await (await open_store(f"sqlite:///{tmp_path}/new/ribao.db")).close()
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["ribao.db"]


async def test_an_upgrade_that_fails_leaves_all_as_it_was(
    url: str, path: Path, one_more: Path
) -> None:
    spoil(one_more)
    before = schema(path)
    with pytest.raises(StoreError):
        await open_store(url)
    assert schema(path) == before
    assert value(path, "SELECT version_num FROM alembic_version") == HEAD


@pytest.mark.parametrize("upgrade", [True, False])
def test_a_newer_database_is_refused_untouched(url: str, path: Path, upgrade: bool) -> None:
    set_revision(path, "0999")
    before = path.read_bytes()
    with pytest.raises(NewerDatabase, match="newer version of Ribao"):
        asyncio.run(open_store(url, upgrade=upgrade))
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.bak")) == []


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(StoreError, match="another program"):
        await open_store(f"sqlite:///{path}")
    assert schema(path) == {"CREATE TABLE bookmarks (url TEXT)"}


def test_nothing_is_created_without_an_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ribao.db"
    with pytest.raises(StoreError, match="There is no database"):
        asyncio.run(open_store(f"sqlite:///{path}", upgrade=False))
    assert not path.parent.exists()


async def test_an_empty_file_is_not_used_without_an_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "ribao.db"
    path.touch()
    with pytest.raises(StoreError, match="not yet upgraded"):
        await open_store(f"sqlite:///{path}", upgrade=False)


async def test_two_processes_may_create_the_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    for store in await asyncio.gather(*(open_store(url) for _ in range(4))):
        await store.close()
