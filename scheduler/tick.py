"""One pass of the scheduler: who is due is planned in the ledger, then delivered.

Planning a chat and moving its next instant on is one transaction, and planning the same local date
again changes nothing: a kill is harmless.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.delivery.courier import Courier
from bot.model import Chat, ChatStatus, PlannedDelivery, Schedule
from bot.ports import Account, Ahead, ChatStore, Ledger, Plan
from bot.subscriptions import resumed
from scheduler.capacity import Capacity
from scheduler.due import Verdict, decide, next_due
from scheduler.spread import Table, in_slots, in_window

BATCH = 500
"""Chats in one transaction: more would stall the event loop."""

BATCH_AHEAD = 2000
"""The same of those that are planned by a few statements for all."""

AHEAD = timedelta(minutes=5)
"""So long before their hour issues are planned and composed."""


class Tick:
    """Plans and delivers. Passes must not overlap in one process."""

    def __init__(
        self,
        chats: ChatStore,
        ledger: Ledger,
        courier: Courier,
        capacity: Capacity | None = None,
    ) -> None:
        """With a ``capacity``, what is planned ahead is spread where it is too much at once."""
        self._chats = chats
        self._ledger = ledger
        self.courier = courier
        self._capacity = capacity

    async def run(self, now: datetime) -> Counter[str]:
        """One pass over the chats whose next instant has come: plans, composes and sends."""
        await self.plan(now, now)
        return await self.courier.deliver(now)

    async def prepare(self, now: datetime) -> None:
        """Plan and compose what is due by now, or soon; the senders do the rest."""
        until = now + AHEAD
        table = await self._capacity.table(now, until) if self._capacity else None
        await self.plan(now, until, table)
        await self.courier.compose(now, until)

    async def run_as_of(self, at: datetime) -> Counter[str]:
        """One pass as of any instant, past or to come, over all scheduled chats.

        A chat that was set up after ``at`` is taken as if it had been there. What expired before
        ``at`` is not written down, so that such passes may come in any order.
        """
        async for chats in self._pages_of_scheduled():
            due = [due_delivery(_as_of(chat, at), at) for chat in chats]
            await self._ledger.plan([d for d in due if d and not d.expired], at)
        return await self.courier.deliver(at)

    async def plan(self, now: datetime, until: datetime, table: Table | None = None) -> None:
        """Plan for all chats that come due by ``until``, in the windows of ``table``."""

        def decide_on(chat: Chat) -> Plan:
            plan = plan_of(chat, now, until)
            return in_slots(plan, table, now) if table else plan

        def ahead_of(account: Account, schedule: Schedule) -> Ahead:
            ahead = next_of(schedule, now, until)
            return in_window(ahead, account, table) if table else ahead

        while await self._ledger.plan_ahead(now, until, ahead_of, limit=BATCH_AHEAD) == BATCH_AHEAD:
            pass
        last: int | None = 0
        while last is not None:
            last = await self._ledger.plan_due(now, until, decide_on, after_id=last, limit=BATCH)

    async def _pages_of_scheduled(self) -> AsyncIterator[tuple[Chat, ...]]:
        last = 0
        while page := await self._chats.scheduled(after_id=last, limit=BATCH):
            yield page
            last = page[-1].id


def plan_of(chat: Chat, now: datetime, until: datetime) -> Plan:
    """What to plan for the chat at ``now``: what is due, and what is due by ``until``. Pure."""
    woken = _awake(chat, now)
    is_woken = woken is not chat
    # Before its next instant there is nothing that was not dealt with, unless it changed.
    is_open = chat.next_due is None or chat.next_due <= now or is_woken
    due = due_delivery(woken, now) if is_open else None
    deliveries = [due] if due else []
    ahead = next_of(woken.schedule, now, until)
    if ahead.occurrence and _gets_issues(woken):
        coming = ahead.occurrence
        deliveries.append(PlannedDelivery(chat.id, coming.day, coming.instant))
    return Plan(woken, tuple(deliveries), ahead.next_due, is_woken)


def next_of(schedule: Schedule, now: datetime, until: datetime) -> Ahead:
    """What comes after ``now`` and by ``until`` by the schedule, and what after that. Pure."""
    coming = next_due(schedule, now)
    if coming is None or coming.instant > until:
        return Ahead(None, coming.instant if coming else None)
    following = next_due(schedule, until)
    return Ahead(coming, following.instant if following else None)


def _gets_issues(chat: Chat) -> bool:
    return chat.status is ChatStatus.ACTIVE and chat.active_since is not None


def due_delivery(chat: Chat, now: datetime) -> PlannedDelivery | None:
    """What to plan for the chat at ``now``, if anything. Pure."""
    if chat.active_since is None or not _gets_issues(chat):
        return None
    due = decide(chat.schedule, now=now, active_since=chat.active_since, changed_at=chat.changed_at)
    if due is None:
        return None
    return PlannedDelivery(chat.id, due.day, due.instant, expired=due.verdict is Verdict.EXPIRED)


def _awake(chat: Chat, now: datetime) -> Chat:
    """A chat whose pause is over is active from the end of the pause on."""
    if chat.status is not ChatStatus.PAUSED or chat.paused_until is None:
        return chat
    return chat if chat.paused_until > now else resumed(chat, chat.paused_until)


def _as_of(chat: Chat, at: datetime) -> Chat:
    if chat.active_since is None or chat.active_since <= at:
        return chat
    return replace(chat, active_since=datetime.min.replace(tzinfo=at.tzinfo))
