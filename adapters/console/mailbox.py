"""What the console's chats and channels received: the console's counterpart to a platform's server.

It is a file of its own, apart from Ribao's database, so that delivery to it can fail, be killed
and be repeated just as delivery to a real platform can.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import aiosqlite

from bot.errors import OutcomeUnknown, RetryLater, StoreError

_BUSY_SECONDS = 15

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY,
    chat TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    silent INTEGER NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (chat, key)
)
"""


@dataclass(frozen=True, slots=True)
class Message:
    """A delivered message. ``at`` is when it arrived, in UTC."""

    id: int
    text: str
    silent: bool
    at: datetime


class Mailbox:
    """Messages by chat, in one SQLite file that several processes may use."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Self]:
        """The mailbox in the file ``path``, made if it is not there. Raises ``StoreError``."""
        try:
            _create(path)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The console's mailbox {path} can't be used: {error}.") from error
        async with aiosqlite.connect(path, timeout=_BUSY_SECONDS) as connection:
            yield cls(connection)

    async def put(self, chat: str, text: str, *, key: str, silent: bool) -> int:
        """Store a message; the same key again gives the id of the first, and stores nothing.

        Raises ``RetryLater`` when it was not stored, ``OutcomeUnknown`` when it may have been.
        """
        try:
            await self._connection.execute(
                "INSERT INTO messages (chat, key, text, silent, at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (chat, key) DO NOTHING",
                (chat, key, text, silent, datetime.now(UTC).isoformat()),
            )
        except sqlite3.Error as error:
            await self._connection.rollback()
            raise RetryLater(f"the console's mailbox can't be written: {error}") from error
        try:
            await self._connection.commit()
        except sqlite3.Error as error:
            raise OutcomeUnknown(f"the console's mailbox did not confirm: {error}") from error
        found = await self._rows("SELECT id FROM messages WHERE chat = ? AND key = ?", chat, key)
        return int(found[0][0])

    async def last(self, chat: str, limit: int) -> tuple[Message, ...]:
        """The chat's newest messages, oldest of them first."""
        rows = await self._rows(
            "SELECT id, text, silent, at FROM messages WHERE chat = ? ORDER BY id DESC LIMIT ?",
            chat,
            limit,
        )
        return tuple(
            Message(id_, text, bool(silent), datetime.fromisoformat(at))
            for id_, text, silent, at in reversed(rows)
        )

    async def count(self, chat: str) -> int:
        rows = await self._rows("SELECT count(*) FROM messages WHERE chat = ?", chat)
        return int(rows[0][0])

    async def _rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        async with self._connection.execute(statement, values) as cursor:
            return list(await cursor.fetchall())


def _create(path: Path) -> None:
    """The file and its folder, for their owner only: they tell who reads what."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(_SCHEMA)
