"""Delivery through the ledger: compose what is planned, claim, send, settle.

Each step is committed before the next begins, so that a kill between any two loses nothing:
what is ``planned`` is composed by the next pass, what is ``ready`` is sent by it, and what was
``sending`` is known to be uncertain. See docs/delivery.md.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.editor import Desk, Editor, Order, Reader
from bot.errors import (
    BotError,
    ChatGone,
    DeliveryError,
    MessageRejected,
    OutcomeUnknown,
    RetryLater,
)
from bot.model import CATCH_UP, GRACE, Chat, ChatStatus, Delivery
from bot.owners import is_gone, own_name
from bot.ports import Account, ChatStore, Clock, ComposedIssue, IssueStore, Ledger, Renderer, Sender

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a claim holds; within the time in which Discord still knows a repeated nonce."""

MAX_DOUBTS = 1
"""One resend where the platform leaves open whether a message arrived."""

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
BATCH = 100
CLAIMED_AT_ONCE = 20
"""So few that they are sent well within the lease."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One bot account on one platform: how issues look there, and how they get there."""

    renderer: Renderer
    sender: Sender


@dataclass(frozen=True, slots=True)
class Made:
    """An issue that is composed and stored under its id; ``payloads`` as it was rendered."""

    id: int
    composed: ComposedIssue
    payloads: dict[Account, tuple[str, ...]] = field(default_factory=dict)


class Courier:
    """Brings planned issues to their chats. One pass at a time in one process."""

    def __init__(
        self,
        ledger: Ledger,
        chats: ChatStore,
        issues: IssueStore,
        editor: Editor,
        *,
        outlets: Mapping[Account, Outlet],
        clock: Clock,
    ) -> None:
        """``clock`` times claims: by the real time, whatever instant a pass is made for."""
        self._ledger = ledger
        self._chats = chats
        self._issues = issues
        self._editor = editor
        self._outlets = outlets
        self._clock = clock
        self._owner = own_name()

    async def deliver(self, now: datetime) -> Counter[str]:
        """Send all that can be sent as of ``now``. Counts sent, late, retried, dead, expired."""
        counts: Counter[str] = Counter()
        gone = [owner for owner in await self._ledger.owners() if is_gone(owner)]
        await self._ledger.reclaim(self._clock.now(), gone)
        _, dead = await self._ledger.settle_uncertain(MAX_DOUBTS)
        counts["dead"] += dead
        counts["expired"] += await self._ledger.expire(now - CATCH_UP)
        await self._compose_planned(now)
        while claimed := await self._claim(now):
            for delivery in claimed:
                counts.update(await self._send(delivery, now))
        return counts

    async def _claim(self, now: datetime) -> tuple[Delivery, ...]:
        lease_until = self._clock.now() + LEASE
        return await self._ledger.claim(
            self._owner, tuple(self._outlets), now, lease_until, CLAIMED_AT_ONCE
        )

    async def _compose_planned(self, now: datetime) -> None:
        """Make the planned issues ready; one that many chats get is made once."""
        made: dict[Order, Made] = {}
        desk = await self._editor.desk(now)
        while planned := await self._ledger.planned(tuple(self._outlets), BATCH):
            for delivery in planned:
                try:
                    await self._compose(delivery, desk, made, now)
                except BotError:
                    raise
                except Exception:
                    # A mistake of ours that one chat brings out must not hold up the others.
                    log.exception("delivery %s can't be composed", delivery.id)
                    await self._ledger.abandon(delivery, "a fault in Ribao; see its log")

    async def _compose(
        self, delivery: Delivery, desk: Desk, made: dict[Order, Made], now: datetime
    ) -> None:
        chat = await self._chats.get(delivery.chat_id)
        if chat is None:
            return
        reader = Reader(chat.id, delivery.day, chat.language, chat.layout)
        (brief,) = await desk.briefs([reader])
        order = await desk.order(brief)
        if order not in made:
            composed = await desk.compose(order)
            made[order] = Made(await self._issues.save(composed, now), composed)
        issue = made[order]
        account = account_of(chat)
        if account not in issue.payloads:
            renderer = self._outlets[account].renderer
            issue.payloads[account] = renderer.render(issue.composed.issue)
        await self._ledger.ready(delivery, issue.id, issue.composed.until, issue.payloads[account])

    async def _send(self, delivery: Delivery, now: datetime) -> tuple[str, ...]:
        """Send one claimed part and settle it. Returns what to count."""
        chat = await self._chats.get(delivery.chat_id)
        if chat is None:
            return ()
        outlet = self._outlets[account_of(chat)]
        late = delivery.part == 1 and now - delivery.due_at > GRACE
        payload = delivery.payload
        if late:
            payload = outlet.renderer.mark_late(payload, chat.language)
        try:
            message_id = await outlet.sender.send(
                chat.address, payload, key=key_of(delivery), silent=is_quiet(chat, now)
            )
        except DeliveryError as error:
            return await self._settle_failure(delivery, chat, error, now)
        except Exception as error:
            log.exception("delivery %s met a fault in Ribao", delivery.id)
            unknown = OutcomeUnknown(f"a fault in Ribao ({type(error).__name__})")
            return await self._settle_failure(delivery, chat, unknown, now)
        await self._ledger.sent(delivery, message_id, now, late=late)
        return ("sent", "late") if late else ("sent",)

    async def _settle_failure(
        self, delivery: Delivery, chat: Chat, error: DeliveryError, now: datetime
    ) -> tuple[str, ...]:
        reason = str(error)
        log.warning("delivery %s failed: %s", delivery.id, reason)
        match error:
            case RetryLater():
                await self._ledger.retry(delivery, now + retry_wait(delivery, error), reason)
                return ("retried",)
            case ChatGone():
                await self._ledger.dead(delivery, reason)
                await self._chats.set_status(chat.id, ChatStatus.GONE)
                return ("dead",)
            case OutcomeUnknown():
                await self._ledger.uncertain(delivery, reason)
                return ("uncertain",)
            case MessageRejected() | _:
                await self._ledger.dead(delivery, reason)
                return ("dead",)


def account_of(chat: Chat) -> Account:
    return chat.address.platform, chat.address.account


def key_of(delivery: Delivery) -> str:
    """The same for every attempt at one part; at most 25 characters, Discord's bound for nonces."""
    return f"{delivery.id:x}.{delivery.day:%y%m%d}.{delivery.part}"


def retry_wait(delivery: Delivery, error: RetryLater) -> timedelta:
    """What the platform asked for, else a wait that doubles with each attempt."""
    if error.seconds is not None:
        return timedelta(seconds=max(error.seconds, 1.0))
    return min(FIRST_RETRY * (1 << min(delivery.attempt - 1, 10)), LONGEST_RETRY)


def is_quiet(chat: Chat, now: datetime) -> bool:
    """Whether it is within the chat's quiet hours, by its own clock."""
    local = now.astimezone(ZoneInfo(chat.schedule.zone)).time()
    return chat.quiet is not None and chat.quiet.contains(local)
