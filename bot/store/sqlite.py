"""All that is special to SQLite: its file, its settings, its transactions, its errors."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StoreError
from bot.store import onetrip

# By SQLite's primary result code: https://www.sqlite.org/rescode.html
_SENTENCES = {
    "SQLITE_NOTADB": "{name} is damaged, or is no database; restore it from a backup.",
    "SQLITE_CORRUPT": "{name} is damaged; restore it from a backup.",
    "SQLITE_READONLY": "{name} can't be written: the file, its folder or its disk is read-only.",
    "SQLITE_FULL": "{name} can't grow: the disk is full.",
    "SQLITE_BUSY": "{name} has been locked by another process for too long.",
    "SQLITE_LOCKED": "{name} has been locked by another process for too long.",
    "SQLITE_CANTOPEN": "{name} can't be opened: it is no file, or may not be read and written.",
    "SQLITE_PERM": "{name} can't be opened: access is denied.",
    "SQLITE_IOERR": "{name} can't be read or written: the disk reported an error.",
}


def sentence(name: str, error: BaseException | None) -> str:
    """What an error of the driver means for the operator."""
    code = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    return _SENTENCES.get(code, "{name} reported an error: {error}.").format(name=name, error=error)


def prepare(path: Path, *, create: bool, busy_seconds: float) -> None:
    """Make the file ready, created if wished, and see that it is a database. Blocks.

    Raises ``StoreError``.
    """
    if create:
        _create(path)
    elif not path.exists():
        raise StoreError(f"There is no database {path}.")
    try:
        with closing(sqlite3.connect(path, timeout=busy_seconds)) as connection:
            # Readers and the writer don't block each other; the file remembers this setting.
            _set_wal(connection, busy_seconds)
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as error:
        raise StoreError(sentence(f"The database {path}", error)) from error


def _set_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Switch to WAL. While another process does the same SQLite refuses at once, without waiting.

    https://www.sqlite.org/pragma.html#pragma_journal_mode
    """
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _create(path: Path) -> None:
    """The file and its folder, for their owner only: they tell who reads what."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(
            f"The folder {path.parent} can't hold the database: {error.strerror}."
        ) from error


def create_engine(url: URL, busy_seconds: float, **options: Any) -> AsyncEngine:
    """An engine whose transactions begin as the execution option ``begin_with`` says.

    That is ``BEGIN`` unless it is set; with None there is no transaction.
    """
    engine = create_async_engine(url, connect_args={"timeout": busy_seconds}, **options)
    event.listen(engine.sync_engine, "do_connect", onetrip.connect)
    event.listen(engine.sync_engine, "connect", _set_up)
    event.listen(engine.sync_engine, "begin", _begin)
    event.listen(engine.sync_engine, "invalidate", _release)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin_with", "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _release(connection: Any, _record: object, _error: BaseException | None) -> None:
    # A task was cancelled in the middle of a statement, so its connection is thrown away. Closing
    # it is not enough: SQLite holds its locks for as long as anything, such as the traceback,
    # refers to the statement.
    connection.rollback()
