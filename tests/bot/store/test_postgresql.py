"""What is special to PostgreSQL: what can go wrong with a server, and what several processes do."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, select, text, update

from bot.errors import StoreError
from bot.store import Store, open_store, postgresql
from bot.store.engine import Contended, Database, open_database, retried
from bot.store.tables import meta
from tests.bot.store.builders import NOW, add_chat, an_item
from tests.databases import PostgresqlDatabases

CANARY = "hunter2-canary"


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def own(postgresql_databases: PostgresqlDatabases) -> Iterator[str]:
    """The URL of a database that nobody else uses afterwards."""
    yield postgresql_databases.bare()
    postgresql_databases.erase()


async def administer(url: str, statements: str) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string()
    connection = await asyncpg.connect(plain)
    await connection.execute(statements)
    await connection.close()


async def refusal(url: str) -> str:
    """The one sentence with which a database can't be opened."""
    with pytest.raises(StoreError) as caught:
        await (await open_database(url)).close()
    sentence = str(caught.value)
    assert CANARY not in sentence
    assert "\n" not in sentence
    return sentence


def changed(url: str, *, username: str = "ribao", database: str | None = None) -> str:
    parsed = make_url(url)
    database = database or parsed.database
    parsed = parsed.set(password=CANARY, username=username, database=database)
    return parsed.render_as_string(hide_password=False)


async def test_a_database_that_does_not_exist(url: str) -> None:
    said = await refusal(changed(url, database="no_such"))
    assert said.startswith("The database no_such on /")
    assert said.endswith("does not exist; create it with: createdb no_such")


async def test_a_user_that_does_not_exist(url: str) -> None:
    assert "refuses the user of the database URL" in await refusal(changed(url, username="nobody"))


async def test_a_wrong_password(own: str) -> None:
    name = make_url(own).database
    await administer(own, f"CREATE ROLE guarded_{name} LOGIN PASSWORD 'right'")
    said = await refusal(changed(own, username=f"guarded_{name}"))
    assert "refuses the password of the database URL" in said
    await administer(own, f"DROP ROLE guarded_{name}")


async def test_nothing_listens(tmp_path: Path, unused_tcp_port: int) -> None:
    for where in (f"@127.0.0.1:{unused_tcp_port}/db", f"@/db?host={tmp_path}"):
        said = await refusal(f"postgresql://me:{CANARY}{where}")
        assert "can't be reached: " in said


@pytest.fixture
async def silent() -> AsyncIterator[int]:
    """The port of something that accepts connections and says nothing."""

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(wait, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_no_answer(monkeypatch: pytest.MonkeyPatch, silent: int) -> None:
    monkeypatch.setattr(postgresql, "CONNECT_SECONDS", 0.1)
    said = await refusal(f"postgresql://me:{CANARY}@127.0.0.1:{silent}/db?sslmode=disable")
    assert said.endswith("can't be reached: there is no answer.")


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        ("localhost", "names no database"),
        ("localhost/db?charset=utf8", "unknown option charset; known: host"),
    ],
)
async def test_an_unusable_url(rest: str, sentence: str) -> None:
    assert sentence in await refusal(f"postgresql://me:{CANARY}@{rest}")


async def test_too_many_connections(own: str) -> None:
    role = f"crowd_{make_url(own).database}"
    await administer(own, f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0")
    assert "too many programs use the server" in await refusal(changed(own, username=role))
    await administer(own, f"DROP ROLE {role}")


def test_an_encoding_that_can_not_hold_chinese(postgresql_databases: PostgresqlDatabases) -> None:
    url = postgresql_databases.bare("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    assert "its encoding is LATIN1, not UTF8" in asyncio.run(refusal(url))
    postgresql_databases.erase()


FAILING = """
    CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '{code}'; END $$;
    CREATE OR REPLACE TRIGGER failing BEFORE INSERT ON items EXECUTE FUNCTION fail();
"""
READ_ONLY = "ALTER DATABASE {name} SET default_transaction_read_only = on"


async def test_a_server_that_can_not_write(own: str) -> None:
    await (await open_store(own)).close()
    sentences = {
        FAILING.format(code="53100"): "the server's disk is full",
        FAILING.format(code="53200"): "out of memory",
        FAILING.format(code="XX000"): "reported an error: no space left on device",
        READ_ONLY.format(name=make_url(own).database): "the server is read-only",
    }
    for statements, sentence in sentences.items():
        await administer(own, statements)
        store = await open_store(own)
        with pytest.raises(StoreError, match=sentence):
            await store.items.add([an_item()], NOW)
        assert await store.items.count() == 0
        await store.close()


async def test_a_user_without_rights(own: str) -> None:
    await (await open_store(own)).close()
    role = f"weak_{make_url(own).database}"
    await administer(own, f"CREATE ROLE {role} LOGIN")
    with pytest.raises(StoreError, match="refuses its user a right that Ribao needs: permission"):
        await open_store(changed(own, username=role))
    await administer(own, f"DROP ROLE {role}")


async def say_in(database: Database, *statements: str) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_what_takes_too_long_is_given_up(store: Store) -> None:
    with pytest.raises(StoreError, match="took longer than 30 seconds"):
        await say_in(store.database, "SET LOCAL statement_timeout = 20", "SELECT pg_sleep(9)")
    lock = "LOCK TABLE items"
    async with store.database.write() as connection:
        await connection.execute(text(lock))
        with pytest.raises(StoreError, match="locked by another program for too long"):
            await say_in(store.database, "SET LOCAL lock_timeout = 20", lock)


async def test_a_cut_connection_is_replaced(store: Store) -> None:
    for _ in range(2):
        with pytest.raises(StoreError, match="has gone away"):
            await say_in(store.database, "SELECT pg_terminate_backend(pg_backend_pid())")
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'ribao'"
    )
    for _ in range(3):
        await asyncio.gather(*(store.items.count() for _ in range(5)))
        url = store.database.engine.url.render_as_string(hide_password=False)
        await administer(url, others)
        assert await store.items.count() == 0


async def test_a_session_does_not_depend_on_the_servers_settings(own: str) -> None:
    name = make_url(own).database
    await administer(
        own,
        f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable';"
        f"ALTER DATABASE {name} SET statement_timeout = 1",
    )
    store = await open_store(own)
    async with store.database.read() as connection:
        for setting, value in {
            "transaction_isolation": "read committed",
            "statement_timeout": "30s",
            "lock_timeout": "15s",
            "idle_in_transaction_session_timeout": "8s",
            "application_name": "ribao",
        }.items():
            assert await connection.scalar(text(f"SHOW {setting}")) == value
    await store.close()


async def test_a_pooler_meets_no_settings_and_no_name_twice(url: str) -> None:
    pooled = f"{url}&prepared_statement_cache_size=0"
    one, two = await open_store(pooled), await open_store(pooled)
    for store in (one, two):
        await add_chat(store)
        async with store.database.read() as connection:
            names = "SELECT name FROM pg_prepared_statements"
            (own,) = (await connection.execute(text(names))).scalars()
            assert own.startswith("ribao_")
            assert await connection.scalar(text("SHOW application_name")) != "ribao"
        await store.close()


class Crossing:
    """Two writers that take the same two rows in opposite order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._both_hold_one = asyncio.Barrier(2)
        self.attempts = 0

    async def write(self, first: str, second: str) -> None:
        self.attempts += 1
        async with self._database.write() as connection:
            for key in (first, second):
                value = meta.c.value + first
                await connection.execute(update(meta).where(meta.c.key == key).values(value=value))
                if key == first and self.attempts <= 2:
                    await self._both_hold_one.wait()

    async def run(self, *, again: bool) -> Sequence[object]:
        write = retried(self.write) if again else self.write
        both = asyncio.gather(write("a", "b"), write("b", "a"), return_exceptions=True)
        outcomes: Sequence[object] = await both
        return outcomes


async def test_of_two_in_each_others_way_one_begins_again(store: Store) -> None:
    await say_in(store.database, "INSERT INTO meta VALUES ('a', ''), ('b', '')")
    await say_in(store.database, "SET deadlock_timeout = 20")
    outcomes = await Crossing(store.database).run(again=False)
    assert [type(outcome) for outcome in outcomes if outcome] == [Contended]
    crossing = Crossing(store.database)
    assert not any(await crossing.run(again=True))
    assert crossing.attempts == 3
    async with store.database.read() as connection:
        values = (await connection.execute(select(meta.c.value))).scalars().all()
    assert {"".join(sorted(value)) for value in values} in ({"aab"}, {"abb"})


async def test_what_always_fails_is_not_tried_for_ever(store: Store) -> None:
    tries = 0

    @retried
    async def add_twice() -> None:
        nonlocal tries
        tries += 1
        async with store.database.write() as connection:
            await connection.execute(meta.insert(), [{"key": "a", "value": ""}] * 2)

    with pytest.raises(StoreError, match="duplicate key"):
        await add_twice()
    assert tries == len(postgresql.PAUSES) + 1


async def test_two_fetches_of_the_same_items_at_once(url: str, store: Store) -> None:
    other = await open_store(url)
    items = [an_item(str(number)) for number in range(300)]
    added = await asyncio.gather(
        store.items.add(items, NOW),
        other.items.add(items[::-1], NOW),
        store.items.add(items[100:], NOW),
    )
    assert sum(each.new for each in added) == 300
    assert sum(each.known for each in added) == 500
    assert await store.items.count() == 300
    await other.close()
