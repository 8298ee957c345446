"""The ledger of deliveries; its rules stand in docs/delivery.md."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import TERMINAL_STATES, Bulletin, Delivery, DeliveryState, PlannedDelivery
from bot.ports import (
    Account,
    Ahead,
    AheadOf,
    Commission,
    Entered,
    Lease,
    Made,
    Outcome,
    Plan,
    Planner,
)
from bot.store import claims, transitions
from bot.store.among import among
from bot.store.bulk import execute_many
from bot.store.chats import address_of, coming_due, due_chats, next_due_of, woken
from bot.store.engine import Database, retried
from bot.store.tables import IS_BULLETIN, bulletins, chat_issues, chats, payloads
from bot.store.tables import deliveries as rows_of

BATCH = 1000
"""Plans written in one transaction."""

LATEST = 500
"""Issues by whose length the next ones are reckoned."""

_ONE_DAY = timedelta(days=1)


class SqlLedger:
    """``bot.ports.Ledger`` in a database. Each method but ``plan`` is one transaction.

    Those that touch several rows are ``retried``. So is ``claim``, since two of them at once may
    find two days' issues for one chat, of which the database lets only one be in flight.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        insert = database.insert(chat_issues)
        # Neither chat nor issue was erased: their deliveries would have gone with them.
        self._showing = insert.on_conflict_do_update(
            index_elements=list(chat_issues.primary_key),
            set_={"until": insert.excluded.until, "shown_at": insert.excluded.shown_at},
        )
        self._next_parts = self._inserting(claims.next_parts())

    @retried
    async def plan_due(
        self, now: datetime, until: datetime, decide: Planner, *, after_id: int, limit: int
    ) -> int | None:
        async with self._database.write() as connection:
            due = await due_chats(connection, now, until, after_id=after_id, limit=limit)
            if not due:
                return None
            plans = [decide(chat) for chat in due]
            rows = [transitions.planned_row(d, now) for plan in plans for d in plan.deliveries]
            if rows:
                insert = self._database.insert(rows_of).on_conflict_do_nothing()
                await execute_many(connection, insert, rows)
            await self._move_on(connection, plans)
        return due[-1].id

    @retried
    async def plan_ahead(
        self, now: datetime, until: datetime, ahead_of: AheadOf, *, limit: int
    ) -> int:
        async with self._database.write() as connection:
            coming = await coming_due(connection, now, until, limit)
            alike: dict[Ahead, list[int]] = {}
            for (account, schedule), ids in coming.items():
                alike.setdefault(ahead_of(account, schedule), []).extend(ids)
            for ahead, ids in alike.items():
                if ahead.occurrence:
                    rows = transitions.planned_ahead(ids, ahead.occurrence, ahead.window, now)
                    await connection.execute(self._inserting(rows))
                await connection.execute(next_due_of(ids, ahead.next_due))
        return sum(map(len, coming.values()))

    async def _move_on(self, connection: AsyncConnection, plans: Sequence[Plan]) -> None:
        """Many chats have the same next instant: a statement for each instant, not each chat."""
        by_instant: dict[datetime | None, list[int]] = {}
        for plan in plans:
            by_instant.setdefault(plan.next_due, []).append(plan.chat.id)
            if plan.woken:
                await connection.execute(woken(plan.chat))
        for instant, ids in by_instant.items():
            await connection.execute(next_due_of(ids, instant))

    async def plan(self, deliveries: Iterable[PlannedDelivery], now: datetime) -> int:
        """Plans for chats that were erased meanwhile are left out."""
        planned = iter(deliveries)
        new = 0
        while batch := list(islice(planned, BATCH)):
            new += await self._plan(batch, now)
        return new

    @retried
    async def _plan(self, batch: Sequence[PlannedDelivery], now: datetime) -> int:
        async with self._database.write() as connection:
            known = await _still_there(connection, {plan.chat_id for plan in batch})
            rows = [transitions.planned_row(plan, now) for plan in batch if plan.chat_id in known]
            return await self._insert(connection, rows)

    @retried
    async def publish(self, bulletin: Bulletin, due: Mapping[int, datetime], now: datetime) -> int:
        """Chats that were erased meanwhile are left out."""
        insert = self._database.insert(bulletins).on_conflict_do_nothing()
        there = select(bulletins).where(bulletins.c.key == bulletin.key)
        async with self._database.write() as connection:
            known = await _still_there(connection, due)
            if not known:
                return 0
            new = {"key": bulletin.key, "payload": bulletin.payload, "created_at": now}
            await connection.execute(insert.values(new))
            row = (await connection.execute(there)).one()
            day = row.created_at.date()
            rows = [
                transitions.bulletin_row(row.id, day, chat_id, due[chat_id], now)
                for chat_id in due
                if chat_id in known
            ]
            return await self._insert(connection, rows)

    async def progress(self, key: str) -> Mapping[DeliveryState, int]:
        query = (
            select(rows_of.c.state, func.count().label("number"))
            .join(bulletins, bulletins.c.id == rows_of.c.bulletin_id)
            .where(IS_BULLETIN, bulletins.c.key == key)
            .group_by(rows_of.c.state)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {DeliveryState(row.state): row.number for row in rows}

    def _inserting(self, rows: Select[Any]) -> Insert:
        """Those of the selected rows that are not there."""
        names = [column.name for column in rows.selected_columns]
        return self._database.insert(rows_of).from_select(names, rows).on_conflict_do_nothing()

    async def _insert(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert those of the rows that are not there; returns how many."""
        if not rows:
            return 0
        insert = self._database.insert(rows_of).on_conflict_do_nothing().returning(rows_of.c.id)
        return len((await connection.execute(insert, rows)).all())

    async def planned(
        self,
        accounts: Sequence[Account],
        until: datetime,
        *,
        limit: int,
        after: Commission | None = None,
    ) -> tuple[Commission, ...]:
        if not accounts:
            return ()
        last = (after.due_at, after.chat_id) if after else None
        query = transitions.commissions(accounts, until, last, limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            Commission(id_, chat_id, day, due_at, (platform, account), language, layout)
            for id_, chat_id, day, due_at, platform, account, language, layout in rows
        )

    async def unfinished(self, chat_ids: Sequence[int], due_before: datetime) -> set[int]:
        async with self._database.read() as connection:
            queries = transitions.unfinished(chat_ids, due_before)
            found = [(await connection.execute(query)).scalars() for query in queries]
        return {chat_id for some in found for chat_id in some}

    @retried
    async def ready(self, made: Sequence[Made]) -> int:
        if not all(each.payloads for each in made):
            raise ValueError("an issue has at least one message")
        async with self._database.write() as connection:
            asked = {"ids": [each.delivery_id for each in made]}
            still = await connection.execute(transitions.still_planned(), asked)
            planned = set(still.scalars())
            there = [each for each in made if each.delivery_id in planned]
            if not there:
                return 0
            await self._store_payloads(connection, there)
            rows = [
                {"row_id": each.delivery_id, "issue": each.issue_id, "looked_at": each.until}
                for each in there
            ]
            await execute_many(connection, transitions.made_ready(), rows)
        return len(planned)

    async def _store_payloads(self, connection: AsyncConnection, made: Sequence[Made]) -> None:
        """Store the messages of the issues that have none yet."""
        asked = {(each.issue_id, each.platform): each.payloads for each in made}
        there = select(payloads.c.issue_id, payloads.c.platform).where(
            among(payloads.c.issue_id, {issue_id for issue_id, _ in asked}), payloads.c.part == 1
        )
        known = {(row[0], row[1]) for row in await connection.execute(there)}
        rows = [
            {"issue_id": issue_id, "platform": platform, "part": part, "payload": text}
            for (issue_id, platform), texts in asked.items()
            if (issue_id, platform) not in known
            for part, text in enumerate(texts, 1)
        ]
        if rows:
            await connection.execute(self._database.insert(payloads).on_conflict_do_nothing(), rows)

    @retried
    async def claim(
        self,
        owner: str,
        accounts: Sequence[tuple[str, str]],
        now: datetime,
        lease_until: datetime,
        limit: int,
        *,
        fence: Lease | None = None,
    ) -> tuple[Delivery, ...]:
        if not accounts:
            return ()
        async with self._database.write() as connection:
            if fence and not await connection.scalar(claims.holds_lease(fence)):
                return ()
            found = await connection.execute(
                claims.claimable(tuple(accounts)), {"now": now, "most": limit}
            )
            # Of two days' issues for one chat only the longer due is taken now.
            first_of_chat = {row.chat_id: row.id for row in reversed(found.all())}
            if not first_of_chat:
                return ()
            claim = {"ids": list(first_of_chat.values()), "by": owner, "lease_end": lease_until}
            taken = {"ids": (await connection.execute(claims.take(), claim)).scalars().all()}
            rows = (await connection.execute(claims.with_payload(), taken)).all()
        return tuple(transitions.to_delivery(row, row.payload, row.first) for row in rows)

    @retried
    async def settle(self, outcomes: Sequence[Outcome], now: datetime) -> set[int]:
        asked = {outcome.delivery.id: outcome for outcome in outcomes}
        async with self._database.write() as connection:
            claimed = await connection.execute(claims.in_hand(), {"ids": list(asked)})
            rows = {row.id: row for row in claimed if _holds(asked[row.id].delivery, row)}
            held = [outcome for outcome in outcomes if outcome.delivery.id in rows]
            if not held:
                return set()
            values = [claims.settled_values(outcome, now) for outcome in held]
            await connection.execute(claims.settled(), values)
            sent = [rows[o.delivery.id] for o in held if o.state is DeliveryState.SENT]
            shown = [row for row in sent if row.part == 1 and row.issue_id is not None]
            await self._record_shown(connection, shown, now)
            await self._bring_next_parts(connection, sent, now)
            await self._hold_chats(connection, held)
        return set(rows)

    async def _record_shown(
        self, connection: AsyncConnection, rows: Sequence[Any], now: datetime
    ) -> None:
        if not rows:
            return
        values = [
            {
                "chat_id": row.chat_id,
                "day": row.day,
                "issue_id": row.issue_id,
                "until": row.until,
                "shown_at": now,
            }
            for row in rows
        ]
        await connection.execute(self._showing, values)

    async def _bring_next_parts(
        self, connection: AsyncConnection, sent: Sequence[Any], now: datetime
    ) -> None:
        ids = [row.id for row in sent if row.issue_id is not None]
        if ids:
            await connection.execute(self._next_parts, {"ids": ids, "now": now})

    async def _hold_chats(self, connection: AsyncConnection, held: Sequence[Outcome]) -> None:
        rows = [
            {
                "held_chat": outcome.delivery.chat_id,
                # An older issue would have expired by now.
                "since_day": outcome.delivery.day - _ONE_DAY,
                "hold_until": outcome.hold_until,
            }
            for outcome in held
            if outcome.hold_until is not None
        ]
        if rows:
            await connection.execute(claims.chat_held(), rows)

    async def next_wait(
        self, accounts: Sequence[Account], now: datetime, until: datetime
    ) -> datetime | None:
        async with self._database.read() as connection:
            query = claims.next_wait(accounts, now, until)
            instant: datetime | None = await connection.scalar(query)
        return instant

    async def abandon(self, delivery_id: int, reason: str) -> bool:
        return await self._run(transitions.abandoned(delivery_id, reason)) > 0

    async def withdraw(self, delivery_ids: Sequence[int]) -> int:
        return await self._run(transitions.withdrawn(among(rows_of.c.id, delivery_ids)))

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

    async def take_over(self, account: Account, owner: str) -> int:
        return await self._run(transitions.taken_over(account, owner))

    async def withdraw_beyond(self, due_after: datetime) -> int:
        return await self._run(*transitions.beyond(due_after))

    @retried
    async def settle_uncertain(self, max_doubts: int) -> tuple[int, int]:
        uncertain = update(rows_of).where(transitions.in_state(DeliveryState.UNCERTAIN))
        again = uncertain.where(rows_of.c.doubts <= max_doubts)
        # Said once more: what became uncertain since the first statement is not for this one.
        beyond = uncertain.where(rows_of.c.doubts > max_doubts)
        async with self._database.write() as connection:
            ready = await connection.execute(again.values(state=DeliveryState.READY.value))
            dead = await connection.execute(beyond.values(state=DeliveryState.DEAD.value))
        return ready.rowcount, dead.rowcount

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
            await connection.execute(transitions.bulletins_without_deliveries())
        return gone

    async def of_chat(self, chat_id: int) -> tuple[Delivery, ...]:
        query = select(rows_of).where(rows_of.c.chat_id == chat_id).order_by(rows_of.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(transitions.to_delivery(row) for row in rows)

    async def entries(self, state: DeliveryState | None, limit: int) -> tuple[Entered, ...]:
        async with self._database.read() as connection:
            rows = (await connection.execute(transitions.entries(state).limit(limit))).all()
        return tuple(
            Entered(transitions.to_delivery(row), address_of(row), row.sent_at, row.reason)
            for row in rows
        )

    async def resend(self, delivery_id: int, now: datetime) -> bool:
        return await self._run(transitions.due_again(delivery_id, now)) > 0

    async def counts(self) -> Mapping[DeliveryState, int]:
        """Every state, with 0 for those that no row is in."""
        query = select(rows_of.c.state, func.count().label("number")).group_by(rows_of.c.state)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            found = {row.state: row.number for row in rows}
        return {state: found.get(state.value, 0) for state in DeliveryState}

    async def messages_per_issue(self) -> dict[str, float]:
        async with self._database.read() as connection:
            rows = (await connection.execute(transitions.lengths(LATEST))).all()
        return {platform: messages / issues for platform, messages, issues in rows}

    async def queue(self) -> Mapping[DeliveryState, int]:
        async with self._database.read() as connection:
            rows = (await connection.execute(transitions.unfinished_by_state())).all()
        found = {row.state: row.number for row in rows}
        unfinished = [state for state in DeliveryState if state not in TERMINAL_STATES]
        return {state: found.get(state.value, 0) for state in unfinished}

    @retried
    async def _run(self, *statements: Update | Delete) -> int:
        """Run the statements in one transaction; returns how many rows they changed."""
        async with self._database.write() as connection:
            return sum([(await connection.execute(each)).rowcount for each in statements])


async def _still_there(connection: AsyncConnection, chat_ids: Iterable[int]) -> set[int]:
    """Those of the chats that exist; they stay locked, lest one is erased before it has its row."""
    there = (
        select(chats.c.id)
        .where(among(chats.c.id, set(chat_ids)))
        .with_for_update(read=True, key_share=True)
    )
    return set((await connection.execute(there)).scalars())


def _holds(delivery: Delivery, row: Any) -> bool:
    """Fenced: only while this very claim is held."""
    return bool(row.owner == delivery.owner and row.attempt == delivery.attempt)
