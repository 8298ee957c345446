"""Which editions a chat takes beside its daily issue, or instead of it."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from bot.model import DAILY_ONLY, Editions
from bot.store.engine import Database, retried
from bot.store.tables import chat_editions, chats


class SqlEditionStore:
    """``bot.ports.EditionStore`` in a database. A chat without rows takes the daily issue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_all(self, chat_ids: Sequence[int]) -> dict[int, Editions]:
        query = (
            select(chat_editions.c.chat_id, chat_editions.c.kind, chats.c.zone, chats.c.days)
            .join_from(chat_editions, chats, chats.c.id == chat_editions.c.chat_id)
            .where(chat_editions.c.chat_id.in_(chat_ids))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        found: dict[int, Editions] = {}
        for chat_id, kind, zone, days in rows:
            before = found.get(chat_id)
            kinds = (before.kinds if before else frozenset()) | {kind}
            found[chat_id] = Editions(kinds, zone, frozenset(map(int, days)))
        return found

    @retried
    async def set(self, chat_id: int, kinds: frozenset[str]) -> None:
        rows = [{"chat_id": chat_id, "kind": kind} for kind in sorted(kinds)]
        async with self._database.write() as connection:
            mine = chat_editions.c.chat_id == chat_id
            await connection.execute(delete(chat_editions).where(mine))
            if kinds != DAILY_ONLY:
                await connection.execute(chat_editions.insert(), rows)
