"""Broadcasts of the operators, from draft to ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select, update

from bot.broadcasts import DRAFT_AGE, Broadcast
from bot.store.engine import Database
from bot.store.tables import broadcasts

_IS_DRAFT = broadcasts.c.confirmed_at.is_(None)


class SqlBroadcastStore:
    """``bot.broadcasts.BroadcastStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self, text: str, by: str, now: datetime) -> Broadcast:
        old = delete(broadcasts).where(_IS_DRAFT, broadcasts.c.created_at < now - DRAFT_AGE)
        new = broadcasts.insert().values(text=text, by=by, created_at=now)
        async with self._database.write() as connection:
            await connection.execute(old)
            number = await connection.scalar(new.returning(broadcasts.c.id))
        return Broadcast(int(number), text, by, now)

    async def get(self, broadcast_id: int) -> Broadcast | None:
        found = await self._all(select(broadcasts).where(broadcasts.c.id == broadcast_id))
        return found[0] if found else None

    async def confirm(self, broadcast_id: int, now: datetime) -> bool:
        young = broadcasts.c.created_at >= now - DRAFT_AGE
        return await self._change(_draft(broadcast_id) & young, confirmed_at=now)

    async def discard(self, broadcast_id: int) -> bool:
        async with self._database.write() as connection:
            gone = await connection.execute(delete(broadcasts).where(_draft(broadcast_id)))
            return gone.rowcount > 0

    async def confirmed(self, limit: int) -> tuple[Broadcast, ...]:
        return await self._all(
            select(broadcasts).where(~_IS_DRAFT).order_by(broadcasts.c.id.desc()).limit(limit)
        )

    async def unpublished(self) -> tuple[Broadcast, ...]:
        open_ = broadcasts.c.published_at.is_(None)
        return await self._all(
            select(broadcasts).where(~_IS_DRAFT, open_).order_by(broadcasts.c.id)
        )

    async def publish(self, broadcast_id: int, now: datetime) -> None:
        await self._change(broadcasts.c.id == broadcast_id, published_at=now)

    async def forget(self, person: str) -> None:
        await self._change(broadcasts.c.by == person, by=None)

    async def _change(self, condition: ColumnElement[bool], **values: Any) -> bool:
        async with self._database.write() as connection:
            changed = await connection.execute(update(broadcasts).where(condition).values(values))
            return changed.rowcount > 0

    async def _all(self, query: Select[Any]) -> tuple[Broadcast, ...]:
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            Broadcast(r.id, r.text, r.by, r.created_at, r.confirmed_at, r.published_at)
            for r in rows
        )


def _draft(broadcast_id: int) -> ColumnElement[bool]:
    return _IS_DRAFT & (broadcasts.c.id == broadcast_id)
