"""Revisions: every change that a person made to an item, never altered afterwards."""

from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.curation.changes import difference
from bot.curation.nouns import Act, Decide, Kind, Revision
from bot.store.engine import Database, retried
from bot.store.items import SqlItemStore
from bot.store.tables import revisions


class SqlRevisionStore:
    """``bot.curation.ports.RevisionStore`` in a database."""

    def __init__(self, database: Database, items: SqlItemStore) -> None:
        self._database = database
        self._items = items

    @retried
    async def revise(self, item_id: int, act: Act, decide: Decide) -> Revision | None:
        async with self._database.write() as connection:
            return await self.revise_within(connection, item_id, act, decide)

    async def revise_within(
        self, connection: AsyncConnection, item_id: int, act: Act, decide: Decide
    ) -> Revision | None:
        """``revise`` in the caller's transaction."""
        pair = await self._items.revise(connection, item_id, decide)
        changes = difference(*pair) if pair else {}
        if not changes:
            return None
        values = {
            "item_id": item_id,
            "at": act.now,
            "kind": act.kind.value,
            "person": act.by,
            "changes": changes,
            "undoes": act.undoes,
        }
        insert = self._database.insert(revisions).values(values).returning(revisions)
        return _to_revision((await connection.execute(insert)).one())

    async def get(self, revision_id: int) -> Revision | None:
        return next(iter(await self._find(revisions.c.id == revision_id, 1)), None)

    async def of_item(self, item_id: int, limit: int) -> tuple[Revision, ...]:
        return await self._find(revisions.c.item_id == item_id, limit)

    async def by_person(self, person: str, limit: int) -> tuple[Revision, ...]:
        return await self._find(revisions.c.person == person, limit)

    async def _find(self, condition: ColumnElement[bool], limit: int) -> tuple[Revision, ...]:
        query = select(revisions).where(condition).order_by(revisions.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return tuple(map(_to_revision, await connection.execute(query)))

    async def forget(self, person: str) -> None:
        forgotten = update(revisions).where(revisions.c.person == person).values(person=None)
        async with self._database.write() as connection:
            await connection.execute(forgotten)


def _to_revision(row: Row[Any]) -> Revision:
    return Revision(
        id=row.id,
        item_id=row.item_id,
        at=row.at,
        kind=Kind(row.kind),
        by=row.person,
        changes={name: (before, after) for name, (before, after) in row.changes.items()},
        undoes=row.undoes,
    )
