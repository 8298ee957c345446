"""One pass of the scheduler: who is due is planned in the ledger, then delivered.

The order of writes makes a kill harmless: an issue is planned before the chat's next instant is
moved on, and planning the same local date again changes nothing.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime

from bot.delivery import Courier
from bot.model import Chat, ChatStatus, PlannedDelivery
from bot.ports import ChatStore, Ledger
from bot.subscriptions import resumed
from scheduler.due import Verdict, decide, next_due

BATCH = 1000


class Tick:
    """Plans and delivers. Passes must not overlap in one process."""

    def __init__(self, chats: ChatStore, ledger: Ledger, courier: Courier) -> None:
        self._chats = chats
        self._ledger = ledger
        self._courier = courier

    async def run(self, now: datetime) -> Counter[str]:
        """One pass as the timer makes it, over the chats whose next instant has come."""
        async for chats in self._pages_of_due(now):
            await self._plan(chats, now)
        return await self._courier.deliver(now)

    async def run_as_of(self, at: datetime) -> Counter[str]:
        """One pass as of any instant, past or to come, over all scheduled chats.

        A chat that was set up after ``at`` is taken as if it had been there. What expired before
        ``at`` is not written down, so that such passes may come in any order.
        """
        async for chats in self._pages_of_scheduled():
            due = [due_delivery(_as_of(chat, at), at) for chat in chats]
            await self._ledger.plan([d for d in due if d and not d.expired], at)
        return await self._courier.deliver(at)

    async def _plan(self, chats: Iterable[Chat], now: datetime) -> None:
        awake = [await self._woken(chat, now) for chat in chats]
        planned = [delivery for chat in awake if (delivery := due_delivery(chat, now))]
        await self._ledger.plan(planned, now)
        await self._chats.set_next_due([(chat, _next_instant(chat, now)) for chat in awake])

    async def _woken(self, chat: Chat, now: datetime) -> Chat:
        """A chat whose pause is over is active from the end of the pause on."""
        if chat.status is not ChatStatus.PAUSED or chat.paused_until is None:
            return chat
        if chat.paused_until > now:
            return chat
        woken = resumed(chat, chat.paused_until)
        return woken if await self._chats.wake(woken, chat.paused_until) else chat

    async def _pages_of_due(self, now: datetime) -> AsyncIterator[tuple[Chat, ...]]:
        last = 0
        while page := await self._chats.due(now, after_id=last, limit=BATCH):
            yield page
            last = page[-1].id

    async def _pages_of_scheduled(self) -> AsyncIterator[tuple[Chat, ...]]:
        last = 0
        while page := await self._chats.scheduled(after_id=last, limit=BATCH):
            yield page
            last = page[-1].id


def due_delivery(chat: Chat, now: datetime) -> PlannedDelivery | None:
    """What to plan for the chat at ``now``, if anything. Pure."""
    if chat.status is not ChatStatus.ACTIVE or chat.active_since is None:
        return None
    due = decide(chat.schedule, now=now, active_since=chat.active_since, changed_at=chat.changed_at)
    if due is None:
        return None
    return PlannedDelivery(chat.id, due.day, due.instant, expired=due.verdict is Verdict.EXPIRED)


def _as_of(chat: Chat, at: datetime) -> Chat:
    if chat.active_since is None or chat.active_since <= at:
        return chat
    return replace(chat, active_since=datetime.min.replace(tzinfo=at.tzinfo))


def _next_instant(chat: Chat, now: datetime) -> datetime | None:
    following = next_due(chat.schedule, now)
    return following.instant if following else None
