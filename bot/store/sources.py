"""Sources: what is remembered of each between fetches."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, select

from bot.model import FetchState
from bot.store.engine import Database
from bot.store.tables import source_counts, sources

_COUNTS = ("new", "known", "dropped")


class SqlSourceStore:
    """``bot.ports.SourceStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def states(self) -> Mapping[str, FetchState]:
        counts = [source_counts.c[name] for name in _COUNTS]
        both = sources.outerjoin(source_counts, sources.c.name == source_counts.c.name)
        query = select(sources, *counts).select_from(both)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {row["name"]: _state(row) for row in rows}

    async def save(self, name: str, state: FetchState) -> None:
        values = asdict(state)
        counts = {key: values.pop(key) for key in _COUNTS}
        async with self._database.write() as connection:
            await connection.execute(self._upsert(sources, name, values))
            await connection.execute(self._upsert(source_counts, name, counts))

    def _upsert(self, table: Table, name: str, values: Mapping[str, Any]) -> Any:
        insert = self._database.insert(table).values(name=name, **values)
        return insert.on_conflict_do_update(index_elements=[table.c.name], set_=values)


def _state(row: Mapping[Any, Any]) -> FetchState:
    """A source that was last read by an earlier version has no counts."""
    given = {key: row[key] for key in row if key != "name" and row[key] is not None}
    return FetchState(**given)
