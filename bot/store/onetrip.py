"""The way of a statement into SQLite's thread and back: once, where SQLAlchemy goes four times.

aiosqlite runs each call in the connection's own thread. SQLAlchemy's adapter for it opens a cursor
there, executes, fetches and closes, each time waiting for the thread; with statements that take a
few microseconds the ways are most of what they cost.
"""

import sqlite3
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
)
from sqlalchemy.engine import Dialect


class Answer(NamedTuple):
    """What a cursor knows at the end of its statement, and the rows."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: Sequence[Any] = ()


class OneTripCursor(AsyncAdapt_aiosqlite_cursor):
    """Holds what a statement answered; there is no open cursor behind it."""

    __slots__ = ()

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection.driver_connection
        self._soft_closed_memoized: Any = {}
        self._answer(Answer())

    def _answer(self, answer: Answer) -> None:
        self._cursor: Any = answer
        self._rows = deque(answer.rows)

    async def _execute_async(self, operation: str, parameters: Any) -> None:
        await self._run("execute", operation, parameters or ())

    async def _executemany_async(self, operation: str, seq_of_parameters: Any) -> None:
        await self._run("executemany", operation, seq_of_parameters)

    async def _run(self, method: str, statement: str, parameters: Sequence[Any]) -> None:
        driver: Any = self._connection
        async with self._adapt_connection._execute_mutex:  # noqa: SLF001 - ours by inheritance
            # What aiosqlite itself calls; in public it has no call for a whole statement.
            call = (_run, driver._conn, method, statement, parameters)  # noqa: SLF001
            self._answer(await driver._execute(*call))  # noqa: SLF001

    async def _async_soft_close(self) -> None:
        """There is nothing to close: the statement is over."""

    def close(self) -> None:
        self._rows.clear()


class OneTripConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = OneTripCursor  # type: ignore[assignment]  # of the base's own kind


def connect(dialect: Dialect, _record: object, args: Any, options: Any) -> OneTripConnection:
    """For SQLAlchemy's event ``do_connect``."""
    usual: Any = dialect.connect(*args, **options)
    return OneTripConnection(usual.dbapi, usual.driver_connection)


def _run(connection: sqlite3.Connection, method: str, statement: str, parameters: Any) -> Answer:
    """In the connection's thread."""
    cursor = connection.cursor()
    try:
        getattr(cursor, method)(statement, parameters)
        rows = cursor.fetchall() if cursor.description else ()
        return Answer(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    finally:
        cursor.close()
