"""The ledger of deliveries; its rules stand in docs/delivery.md."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Delivery, DeliveryState, PlannedDelivery
from bot.store import transitions
from bot.store.engine import Database, retried
from bot.store.issues import record_shown
from bot.store.tables import chats, payloads
from bot.store.tables import deliveries as rows_of

BATCH = 1000
"""Plans written in one transaction."""


class SqlLedger:
    """``bot.ports.Ledger`` in a database. Each method but ``plan`` is one transaction.

    Those that touch several rows are ``retried``. So is ``claim``, since two of them at once may
    find two days' issues for one chat, of which the database lets only one be in flight.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan(self, deliveries: Iterable[PlannedDelivery], now: datetime) -> int:
        """Plans for chats that were erased meanwhile are left out."""
        planned = iter(deliveries)
        new = 0
        while batch := list(islice(planned, BATCH)):
            new += await self._plan(batch, now)
        return new

    @retried
    async def _plan(self, batch: Sequence[PlannedDelivery], now: datetime) -> int:
        asked = {plan.chat_id for plan in batch}
        # The chats stay locked, so that none is erased before its plan refers to it.
        there = (
            select(chats.c.id)
            .where(chats.c.id.in_(asked))
            .with_for_update(read=True, key_share=True)
        )
        async with self._database.write() as connection:
            known = set((await connection.execute(there)).scalars())
            rows = [transitions.planned_row(plan, now) for plan in batch if plan.chat_id in known]
            return await self._insert(connection, rows)

    async def _insert(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert those of the rows that are not there; returns how many."""
        if not rows:
            return 0
        insert = self._database.insert(rows_of).on_conflict_do_nothing().returning(rows_of.c.id)
        return len((await connection.execute(insert, rows)).all())

    async def planned(
        self, accounts: Sequence[tuple[str, str]], limit: int
    ) -> tuple[Delivery, ...]:
        if not accounts:
            return ()
        async with self._database.read() as connection:
            rows = (await connection.execute(transitions.planned(accounts, limit))).all()
        return tuple(transitions.to_delivery(row) for row in rows)

    @retried
    async def ready(
        self, delivery: Delivery, issue_id: int, until: datetime, payloads: Sequence[str]
    ) -> bool:
        """If the issue was rendered before, those messages are used, so that all parts fit."""
        if not payloads:
            raise ValueError("an issue has at least one message")
        values = {"issue_id": issue_id, "until": until}
        async with self._database.write() as connection:
            made = await connection.execute(transitions.made_ready(delivery, values))
            first = made.mappings().one_or_none()
            if first is None:
                return False
            parts = await self._store_payloads(connection, first, payloads)
            shared = {name: first[name] for name in first if name != "id"}
            await self._insert(connection, [{**shared, "part": n} for n in range(2, parts + 1)])
            return True

    async def _store_payloads(
        self, connection: AsyncConnection, first: Mapping[Any, Any], texts: Sequence[str]
    ) -> int:
        """Store the messages, unless there are some; returns how many there are."""
        platform = await connection.scalar(
            select(chats.c.platform).where(chats.c.id == first["chat_id"])
        )
        key = {"issue_id": first["issue_id"], "platform": platform}
        there = select(func.count()).select_from(payloads).filter_by(**key)
        if count := await connection.scalar(there):
            return count
        rows = [{**key, "part": part, "payload": text} for part, text in enumerate(texts, 1)]
        await connection.execute(self._database.insert(payloads).on_conflict_do_nothing(), rows)
        return len(rows)

    @retried
    async def claim(
        self,
        owner: str,
        accounts: Sequence[tuple[str, str]],
        now: datetime,
        lease_until: datetime,
        limit: int,
    ) -> tuple[Delivery, ...]:
        if not accounts:
            return ()
        async with self._database.write() as connection:
            found = await connection.execute(transitions.claimable(accounts, now).limit(limit))
            # Of two days' issues for one chat only the longer due is taken now.
            first_of_chat = {row.chat_id: row.id for row in reversed(found.all())}
            if not first_of_chat:
                return ()
            taken = await connection.execute(
                transitions.take(list(first_of_chat.values()), owner, lease_until)
            )
            ids = taken.scalars().all()
            rows = (await connection.execute(transitions.with_payload(ids))).all()
        return tuple(transitions.to_delivery(row, row.payload) for row in rows)

    @retried
    async def sent(self, delivery: Delivery, message_id: str, now: datetime, *, late: bool) -> bool:
        acknowledged = transitions.acknowledged(
            delivery, DeliveryState.SENT, message_id=message_id, sent_at=now, late=late
        )
        async with self._database.write() as connection:
            row = (await connection.execute(acknowledged.returning(rows_of))).one_or_none()
            if row is None:
                return False
            await record_shown(
                self._database,
                connection,
                chat_id=row.chat_id,
                issue_id=row.issue_id,
                until=row.until,
                now=now,
            )
            return True

    async def retry(self, delivery: Delivery, not_before: datetime, reason: str) -> bool:
        return (
            await self._run(
                transitions.acknowledged(
                    delivery, DeliveryState.RETRY, not_before=not_before, reason=reason
                )
            )
            > 0
        )

    async def uncertain(self, delivery: Delivery, reason: str) -> bool:
        return (
            await self._run(
                transitions.acknowledged(
                    delivery,
                    DeliveryState.UNCERTAIN,
                    reason=reason,
                    doubts=rows_of.c.doubts + 1,
                )
            )
            > 0
        )

    @retried
    async def dead(self, delivery: Delivery, reason: str) -> bool:
        given_up = transitions.acknowledged(delivery, DeliveryState.DEAD, reason=reason)
        async with self._database.write() as connection:
            return await self._bury(connection, given_up) > 0

    async def _bury(self, connection: AsyncConnection, given_up: Update) -> int:
        """Give up rows, and the parts after each of them; returns how many of the former."""
        dead = (await connection.execute(given_up.returning(rows_of))).all()
        for row in dead:
            await connection.execute(transitions.rest_given_up(row))
        return len(dead)

    async def abandon(self, delivery: Delivery, reason: str) -> bool:
        return await self._run(transitions.abandoned(delivery, reason)) > 0

    async def owners(self) -> tuple[str, ...]:
        query = (
            select(rows_of.c.owner)
            .where(transitions.in_state(DeliveryState.SENDING), rows_of.c.owner.is_not(None))
            .distinct()
        )
        async with self._database.read() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def reclaim(self, now: datetime, gone: Sequence[str] = ()) -> int:
        return await self._run(transitions.claim_over(now, gone))

    @retried
    async def settle_uncertain(self, max_doubts: int) -> tuple[int, int]:
        """The parts after a dead one die with it; they are not counted."""
        uncertain = update(rows_of).where(transitions.in_state(DeliveryState.UNCERTAIN))
        again = uncertain.where(rows_of.c.doubts <= max_doubts)
        async with self._database.write() as connection:
            ready = await connection.execute(again.values(state=DeliveryState.READY.value))
            dead = await self._bury(connection, uncertain.values(state=DeliveryState.DEAD.value))
        return ready.rowcount, dead

    async def expire(self, due_before: datetime) -> int:
        """Rows in the middle of a sending are left to their sender, or to ``reclaim``."""
        # One statement for each partial index.
        return await self._run(
            transitions.expired([DeliveryState.PLANNED], due_before),
            transitions.expired(transitions.WAITING, due_before),
            transitions.expired([DeliveryState.UNCERTAIN], due_before),
        )

    @retried
    async def prune(self, before: date) -> int:
        finished = transitions.finished_before(before)
        async with self._database.write() as connection:
            gone = (await connection.execute(finished)).rowcount
            await connection.execute(transitions.payloads_without_deliveries())
        return gone

    async def of_chat(self, chat_id: int) -> tuple[Delivery, ...]:
        query = select(rows_of).where(rows_of.c.chat_id == chat_id).order_by(rows_of.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(transitions.to_delivery(row) for row in rows)

    async def counts(self) -> Mapping[DeliveryState, int]:
        """Every state, with 0 for those that no row is in."""
        query = select(rows_of.c.state, func.count().label("number")).group_by(rows_of.c.state)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            found = {row.state: row.number for row in rows}
        return {state: found.get(state.value, 0) for state in DeliveryState}

    @retried
    async def _run(self, *statements: Update) -> int:
        """Run the statements in one transaction; returns how many rows they changed."""
        async with self._database.write() as connection:
            return sum([(await connection.execute(each)).rowcount for each in statements])
