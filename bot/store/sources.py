"""Sources: what is remembered of each between fetches."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import select

from bot.model import FetchState
from bot.store.engine import Database
from bot.store.tables import sources


class SqlSourceStore:
    """``bot.ports.SourceStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def states(self) -> Mapping[str, FetchState]:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(sources))).mappings().all()
        return {
            row["name"]: FetchState(**{key: row[key] for key in row if key != "name"})
            for row in rows
        }

    async def save(self, name: str, state: FetchState) -> None:
        values = asdict(state)
        upsert = (
            self._database.insert(sources)
            .values(name=name, **values)
            .on_conflict_do_update(index_elements=[sources.c.name], set_=values)
        )
        async with self._database.write() as connection:
            await connection.execute(upsert)
