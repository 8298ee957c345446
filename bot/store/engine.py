"""The database itself: opening it, reading and writing it, and telling its errors in one sentence.

The other modules of the store hold plain SQLAlchemy Core statements, which serve both SQLite and
PostgreSQL; what is special to SQLite is in ``bot.store.sqlite``.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Table, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreError
from bot.store import sqlite

BUSY_SECONDS = 15.0
"""How long a statement waits for another process's write before it gives up."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}

_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_raw_decode_json = json.JSONDecoder().raw_decode


def _decode_json(text: str) -> Any:
    # Twice as fast as json.loads, which looks for white space that we never write.
    return _raw_decode_json(text)[0]


_JSON = {"json_serializer": _encode_json, "json_deserializer": _decode_json}


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
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end of the block, rolled back if it raises.

        It takes SQLite's write lock at its beginning: a transaction that reads first and then
        turns to writing fails, without waiting, if another process wrote in between. Writers of
        this process queue here, since SQLite's own waiting is by sleeps that grow.
        """
        with self.translated_errors():
            async with self._turn, self.engine.connect() as connection:
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

    def insert(self, table: Table) -> sqlite_dialect.Insert | postgresql.Insert:
        """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
        return sqlite_dialect.insert(table) if self.path else postgresql.insert(table)

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Errors of the database become ``StoreError``; mistakes in our statements stay."""
        try:
            yield
        except ProgrammingError:
            raise
        except DBAPIError as error:
            raise StoreError(sqlite.sentence(self.name, error.orig)) from error
        except PoolTimeout as error:
            raise StoreError(f"{self.name} has no free connection.") from error
        except OSError as error:
            raise StoreError(f"{self.name} can't be reached: {error.strerror or error}.") from error

    @property
    def name(self) -> str:
        """What to call it in a sentence; never holds a password."""
        return f"The database {self.path or self.engine.url.database}"

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
    parsed = parse_url(url)
    if parsed.get_backend_name() == "postgresql":
        return await _open_postgresql(parsed)
    path = _path(parsed)
    await asyncio.to_thread(sqlite.prepare, path, create=create, busy_seconds=busy_seconds)
    return Database(sqlite.create_engine(parsed, busy_seconds, **_JSON), path)


def parse_url(url: str) -> URL:
    """The URL with the driver that is used. Raises ``StoreError``, which never shows the URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Without the cause: it may repeat parts of the URL, and so of the password.
        raise StoreError("The database URL can't be read; see config.example.toml.") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise StoreError(
            f"The database URL begins with {parsed.drivername}:, which is not supported; "
            "use sqlite: or postgresql:."
        )
    return parsed.set(drivername=driver)


def _path(url: URL) -> Path:
    if url.database in {None, "", ":memory:"}:
        raise StoreError("The database URL names no file; write sqlite:///path/to/file.")
    if url.query:
        raise StoreError("The database URL of an SQLite file takes no options after a '?'.")
    return Path(str(url.database))


async def _open_postgresql(url: URL) -> Database:
    try:
        engine = create_async_engine(url, pool_pre_ping=True, **_JSON)
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs the Python package asyncpg, which is not installed."
        ) from error
    database = Database(engine, None)
    try:
        async with database.read() as connection:
            await connection.exec_driver_sql("SELECT 1")
    except BaseException:
        await database.close()
        raise
    return database
