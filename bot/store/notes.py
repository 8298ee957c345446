"""A few words that Ribao keeps for itself: the versions and instants that it last worked with."""

from sqlalchemy import delete, select

from bot.store.engine import Database
from bot.store.tables import meta


class SqlNotes:
    """``bot.ports.Notes`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        query = select(meta.c.value).where(meta.c.key == key)
        async with self._database.read() as connection:
            value: str | None = await connection.scalar(query)
        return value

    async def put(self, key: str, value: str) -> None:
        insert = self._database.insert(meta).values(key=key, value=value)
        async with self._database.write() as connection:
            await connection.execute(
                insert.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value})
            )

    async def erase(self, beginning: str) -> None:
        erased = delete(meta).where(meta.c.key.startswith(beginning, autoescape=True))
        async with self._database.write() as connection:
            await connection.execute(erased)
