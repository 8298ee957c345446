"""The database itself: opening it, reading and writing it, and telling its errors in one sentence.

The other modules of the store hold plain SQLAlchemy Core statements, which serve both SQLite and
PostgreSQL; what is special to one of them is in ``bot.store.sqlite`` and ``bot.store.postgresql``.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import orjson
from sqlalchemy import URL, Table, func, select, text
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database_url import parse_url
from bot.errors import StoreError
from bot.store import postgresql, sqlite

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 15.0
"""How long a statement waits for another process's write before it gives up."""


def encode_json(value: Any) -> str:
    """JSON; frozen values by their fields, dates as ISO text."""
    return orjson.dumps(value).decode()


_JSON: dict[str, Any] = {"json_serializer": encode_json, "json_deserializer": orjson.loads}


class Queue(Enum):
    """What one process does at a time. The numbers are those of PostgreSQL's advisory locks."""

    MIGRATIONS = 0x5249_0001
    ITEMS = 0x5249_0002
    SUBMISSIONS = 0x5249_0003


class Contended(StoreError):
    """Another transaction got in the way, which only PostgreSQL has; see ``retried``."""


def retried(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Do ``work``, which is one transaction, again if another one got in its way."""

    @wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for pause in postgresql.PAUSES:
            try:
                return await work(*args, **kwargs)
            except Contended:
                # By chance, lest the two meet again.
                await asyncio.sleep(random.uniform(0, pause))  # noqa: S311
        return await work(*args, **kwargs)

    return run


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. ``path`` is the file of an SQLite database, None for a server."""

    engine: AsyncEngine
    path: Path | None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; on SQLite all statements in it see one snapshot."""
        with self.translated_errors():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading all of one instant, for as long as that takes."""
        with self.translated_errors():
            async with self.engine.connect() as connection:
                if self.path is None:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
                        await connection.execute(text(f"SET LOCAL {setting} = 0"))
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end of the block, rolled back if it raises.

        It takes SQLite's write lock at its beginning: a transaction that reads first and then
        turns to writing fails, without waiting, if another process wrote in between. Writers of
        this process queue here, since SQLite's own waiting is by sleeps that grow. On PostgreSQL
        each statement sees what was committed before it, and only rows are locked; what touches
        several of them is to be ``retried``.
        """
        turn = self._turn if self.path else nullcontext()
        with self.translated_errors():
            async with turn, self.engine.connect() as connection:
                await connection.execution_options(begin_with="BEGIN IMMEDIATE")
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def outside_transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection for the few statements of SQLite that refuse to run in a transaction."""
        with self.translated_errors():
            async with self.engine.connect() as connection:
                await connection.execution_options(begin_with=None)
                yield connection

    @asynccontextmanager
    async def migration(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for changing the schema: one at a time, and as long as it takes."""
        if self.path:
            async with self.write() as connection:
                yield connection
            return
        engine = postgresql.create_engine(self.engine.url, until_done=True)
        try:
            with self.translated_errors():
                async with engine.begin() as connection:
                    await self.queue(connection, Queue.MIGRATIONS)
                    yield connection
        finally:
            await engine.dispose()

    async def queue(self, connection: AsyncConnection, kind: Queue) -> None:
        """Wait until no other process is in a transaction of this kind; then keep them waiting.

        On SQLite there is only one transaction that writes, so there is nothing to wait for.
        """
        if self.path is None:
            await connection.execute(select(func.pg_advisory_xact_lock(kind.value)))

    def insert(self, table: Table) -> sqlite_dialect.Insert | postgresql_dialect.Insert:
        """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
        return sqlite_dialect.insert(table) if self.path else postgresql_dialect.insert(table)

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Errors of the database become ``StoreError``; mistakes in our statements stay."""
        try:
            yield
        except DBAPIError as error:
            sentence = self._sentence(error)
            if sentence is None:
                raise
            kind = Contended if postgresql.is_contention(error) else StoreError
            raise kind(sentence) from error
        except PoolTimeout as error:
            raise StoreError(f"{self.name} has no free connection.") from error
        except TimeoutError as error:
            raise StoreError(f"{self.name} can't be reached: there is no answer.") from error
        except OSError as error:
            raise StoreError(f"{self.name} can't be reached: {error.strerror or error}.") from error

    def _sentence(self, error: DBAPIError) -> str | None:
        if self.path is None:
            return postgresql.sentence(self.name, self.engine.url.database, error)
        if isinstance(error, ProgrammingError):
            return None
        return sqlite.sentence(self.name, error.orig)

    @property
    def name(self) -> str:
        """What to call it in a sentence; never holds a password."""
        if self.path:
            return f"The database {self.path}"
        url = self.engine.url
        return f"The database {url.database} on {url.host or url.query.get('host', 'localhost')}"

    async def close(self) -> None:
        """Close all connections. Must be called before the event loop ends."""
        await self.engine.dispose()


async def open_database(
    url: str, *, create: bool = True, busy_seconds: float = BUSY_SECONDS
) -> Database:
    """Open the database at ``url`` (``sqlite:///path/to/file`` or ``postgresql://...``).

    With ``create`` an SQLite file is created along with its folder. ``busy_seconds`` is how long
    to wait for another process that writes. Raises ``StoreError``.
    """
    try:
        parsed = parse_url(url)
    except ValueError as error:
        raise StoreError(str(error)) from None
    if parsed.get_backend_name() == "postgresql":
        return await _open_postgresql(parsed)
    path = Path(str(parsed.database))
    await asyncio.to_thread(sqlite.prepare, path, create=create, busy_seconds=busy_seconds)
    return Database(sqlite.create_engine(parsed, busy_seconds, **_JSON), path)


async def _open_postgresql(url: URL) -> Database:
    database = Database(postgresql.create_engine(url, **_JSON), None)
    try:
        async with database.read() as connection:
            encoding = await connection.scalar(text("SHOW server_encoding"))
    except BaseException:
        await database.close()
        raise
    if encoding != "UTF8":
        await database.close()
        raise StoreError(
            f"{database.name} can't hold all languages: its encoding is {encoding}, not UTF8."
        )
    return database
