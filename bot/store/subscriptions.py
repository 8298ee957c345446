"""Subscriptions: what each chat follows, or never wants to see."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import FollowKind, Subscription
from bot.store.among import among
from bot.store.chats import next_due_of
from bot.store.engine import Database, retried
from bot.store.tables import deliveries, subscriptions
from bot.store.transitions import withdrawn


class SqlSubscriptionStore:
    """``bot.ports.SubscriptionStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, chat_id: int) -> tuple[Subscription, ...]:
        return (await self.of_all([chat_id])).get(chat_id, ())

    async def of_all(self, chat_ids: Sequence[int]) -> dict[int, tuple[Subscription, ...]]:
        query = (
            select(
                subscriptions.c.chat_id,
                subscriptions.c.kind,
                subscriptions.c.value,
                subscriptions.c.excluded,
            )
            .where(among(subscriptions.c.chat_id, chat_ids))
            .order_by(subscriptions.c.chat_id, subscriptions.c.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        of_chat: dict[int, list[tuple[str, str, bool]]] = {}
        for chat_id, kind, value, excluded in rows:
            of_chat.setdefault(chat_id, []).append((kind, value, excluded))
        return {chat_id: _follows(tuple(each)) for chat_id, each in of_chat.items()}

    @retried
    async def add(self, chat_id: int, subscription: Subscription, now: datetime) -> bool:
        """A replaced opposite loses its place: the new one counts as made now."""
        opposite = _same(chat_id, subscription) & (
            subscriptions.c.excluded != subscription.excluded
        )
        insert = (
            self._database.insert(subscriptions)
            .values(
                chat_id=chat_id,
                kind=subscription.kind.value,
                value=subscription.value,
                excluded=subscription.excluded,
                created_at=now,
            )
            .on_conflict_do_nothing()
            .returning(subscriptions.c.id)
        )
        async with self._database.write() as connection:
            await connection.execute(delete(subscriptions).where(opposite))
            added = (await connection.execute(insert)).scalar() is not None
            if added:
                await _plan_anew(connection, chat_id)
            return added

    async def remove(self, chat_id: int, subscription: Subscription) -> bool:
        return await self._delete(chat_id, _same(chat_id, subscription)) > 0

    async def clear(self, chat_id: int) -> int:
        return await self._delete(chat_id, subscriptions.c.chat_id == chat_id)

    @retried
    async def _delete(self, chat_id: int, condition: ColumnElement[bool]) -> int:
        async with self._database.write() as connection:
            gone = (await connection.execute(delete(subscriptions).where(condition))).rowcount
            if gone:
                await _plan_anew(connection, chat_id)
            return gone


async def _plan_anew(connection: AsyncConnection, chat_id: int) -> None:
    """An issue that was composed on the topics of before must not be sent."""
    await connection.execute(withdrawn(deliveries.c.chat_id == chat_id))
    await connection.execute(next_due_of([chat_id], None))


# Many chats follow the same: one object for them all, so that it is soon known again.
@lru_cache(maxsize=2**12)
def _follows(rows: tuple[tuple[str, str, bool], ...]) -> tuple[Subscription, ...]:
    return tuple(Subscription(FollowKind(kind), value, excluded) for kind, value, excluded in rows)


def _same(chat_id: int, subscription: Subscription) -> ColumnElement[bool]:
    return (
        (subscriptions.c.chat_id == chat_id)
        & (subscriptions.c.kind == subscription.kind.value)
        & (subscriptions.c.value == subscription.value)
    )
