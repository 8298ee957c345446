"""One bot account's sender: claims in batches, paces, sends with a few workers, settles."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import correlation
from bot.delivery.failures import closes_chat, outcome_of, retry_wait
from bot.delivery.outlet import Outlet, delivery_key, is_quiet
from bot.delivery.pace import Pacer
from bot.delivery.settling import Settler
from bot.errors import BotError, ChatMoved, DeliveryError, OutcomeUnknown, RetryLater, Scope
from bot.keeper import wait_for
from bot.losses import Losses
from bot.meter import NO_METER, Meter
from bot.model import GRACE, Chat, ChatStatus, Delivery, DeliveryState
from bot.ports import Account, ChatStore, Clock, Hold, Lease, LeaseStore, Ledger, Outcome

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
"""How long a claim holds; with the look-out for those that are over, a message is tried again
within the minute or more in which Discord still knows a repeated nonce."""

SEND_SECONDS = 15.0
"""An answer that takes longer is none. A claim that ends sooner than that is not begun."""

CLAIMED_AT_ONCE = 100
POLL_SECONDS = 0.5
SHORT_WAIT = timedelta(seconds=5)
"""So long a pass waits for a chat's next part; longer waits are for the next pass."""

Fence = Callable[[], Lease | None]
"""The account's lease, None once it may be somebody else's."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in hand, its chat, and the monotonic instant up to which it may be begun."""

    delivery: Delivery
    chat: Chat
    begin_by: float


class AccountSender:
    """Sends what is due for one bot account, in one process."""

    def __init__(
        self,
        account: Account,
        outlet: Outlet,
        *,
        ledger: Ledger,
        chats: ChatStore,
        leases: LeaseStore,
        clock: Clock,
        owner: str,
        fence: Fence | None = None,
        meter: Meter = NO_METER,
        losses: Losses | None = None,
    ) -> None:
        """``clock`` times claims, by the real time; without a ``fence`` nobody else sends."""
        self.account = account
        self.counts: Counter[str] = Counter()
        self.pacer = Pacer(outlet.limits.per_second)
        self._outlet = outlet
        self._ledger = ledger
        self._chats = chats
        self._leases = leases
        self._clock = clock
        self._owner = owner
        self._fence = fence
        self._meter = meter
        self._losses = losses
        self._settler = Settler(ledger, clock)
        self._queue: asyncio.Queue[Claimed] = asyncio.Queue()
        self._progress = asyncio.Event()
        self._busy = 0
        self._turn = asyncio.Lock()
        self._hold: Hold | None = None

    @property
    def may_send(self) -> bool:
        """Whether this process is the one that sends for the account."""
        return self._fence is None or self._fence() is not None

    async def deliver(self, now: datetime) -> None:
        """Send all that can be sent as of ``now``.

        That instant moves on only where the pass waits until a chat may get its next part.
        """
        instant = now

        def as_of() -> datetime:
            return instant

        async with self._workers(as_of):
            while not self.must_wait:
                if await self._claim(instant):
                    await self._until_low()
                elif self._busy or self._queue.qsize():
                    await self._until_less()
                elif (wait := await self._next_wait(instant)) is not None:
                    await asyncio.sleep((wait - instant).total_seconds())
                    instant = wait
                else:
                    break
            await self._until_done()

    async def serve(self, stop: asyncio.Event) -> None:
        """Send what comes due until ``stop``; then end what is under way and give back the rest.

        Raises ``StoreError`` if the database is away for long.
        """
        async with self._workers(self._clock.now):
            while not stop.is_set():
                if not self.must_wait and await self._claim(self._clock.now()):
                    await self._until_low()
                else:
                    await wait_for(stop, POLL_SECONDS)
            await self._give_back()
            await self._until_done()

    async def remember(self) -> None:
        """Learn from the ledger how long the platform told this account to wait."""
        self._hold = (await self._leases.holds()).get(self.account)

    @property
    def must_wait(self) -> bool:
        """Whether the platform told the whole account to wait."""
        if self._hold is None:
            return False
        left = (self._hold.until - self._clock.now()).total_seconds()
        # A wait that has grown was told when the clock was ahead.
        return 0 < left <= self._hold.seconds + 1

    # Claiming

    async def _claim(self, as_of: datetime) -> bool:
        """Fill the queue; whether there was anything."""
        fence = self._fence() if self._fence else None
        if self._fence and fence is None:
            return False
        begin_by = time.monotonic() + LEASE.total_seconds() - SEND_SECONDS
        lease_until = await self._leases.now(self._clock.now()) + LEASE
        claimed = await self._ledger.claim(
            self._owner,
            (self.account,),
            as_of,
            lease_until,
            CLAIMED_AT_ONCE,
            fence=fence,
        )
        if not claimed:
            return False
        chats = await self._chats.get_all([delivery.chat_id for delivery in claimed])
        for delivery in claimed:
            if chat := chats.get(delivery.chat_id):
                self._queue.put_nowait(Claimed(delivery, chat, begin_by))
        return True

    async def _next_wait(self, now: datetime) -> datetime | None:
        """When a chat may get its next part, if that is soon."""
        return await self._ledger.next_wait([self.account], now, now + SHORT_WAIT)

    async def _give_back(self) -> None:
        back = []
        while self._queue.qsize():
            claimed = self._queue.get_nowait()
            back.append(Outcome(claimed.delivery, DeliveryState.READY))
        if back:
            await self._ledger.settle(back, self._clock.now())

    async def _until_low(self) -> None:
        await self._wait_for(lambda: self._queue.qsize() <= self._outlet.limits.in_flight)

    async def _until_less(self) -> None:
        before = self.counts.total()
        await self._wait_for(lambda: not self._busy or self.counts.total() > before)

    async def _until_done(self) -> None:
        await self._wait_for(lambda: not (self._busy or self._queue.qsize()))

    async def _wait_for(self, condition: Callable[[], bool]) -> None:
        """Only the one who claims waits; the workers wait at the queue."""
        while not condition():
            self._progress.clear()
            await self._progress.wait()

    # Sending

    @asynccontextmanager
    async def _workers(self, as_of: Callable[[], datetime]) -> AsyncIterator[None]:
        """A few workers, never a task for each message; an error of one ends all."""
        try:
            async with asyncio.TaskGroup() as group:
                number = self._outlet.limits.in_flight
                workers = [group.create_task(self._run(as_of)) for _ in range(number)]
                yield
                for worker in workers:
                    worker.cancel()
        except* BotError as errors:
            raise errors.exceptions[0] from None

    async def _run(self, as_of: Callable[[], datetime]) -> None:
        while True:
            claimed = await self._queue.get()
            self._busy += 1
            try:
                with correlation.delivery(key_of(claimed.delivery)):
                    counted = await self._send(claimed, as_of)
            finally:
                self._busy -= 1
                self._progress.set()
            self._count(claimed.delivery, counted, as_of)

    def _count(
        self, delivery: Delivery, counted: tuple[str, ...], as_of: Callable[[], datetime]
    ) -> None:
        self.counts.update(counted)
        if not counted:
            return
        outcome, platform = counted[0], self.account[0]
        self._meter.count(platform, outcome)
        if outcome == "sent" and _opens_issue(delivery):
            self._meter.late(platform, as_of() - delivery.due_at)

    async def _send(self, claimed: Claimed, as_of: Callable[[], datetime]) -> tuple[str, ...]:
        """Send one claimed part and settle it. Returns what to count."""
        delivery, chat = claimed.delivery, claimed.chat
        went = await self._turn_of(claimed)
        if went is None:
            await self._settler.settle(Outcome(delivery, DeliveryState.READY))
            return ()
        late = _opens_issue(delivery) and as_of() - delivery.due_at > GRACE
        try:
            message_id = await self._hand_over(delivery, chat, as_of(), late=late)
        except DeliveryError as error:
            return await self._settle_failure(delivery, chat, error, as_of())
        finally:
            self.pacer.answered(went, time.monotonic())
        pause = self._outlet.limits.pause_after(chat.kind)
        outcome = Outcome(
            delivery,
            DeliveryState.SENT,
            message_id=message_id,
            late=late,
            hold_until=as_of() + timedelta(seconds=pause) if pause else None,
        )
        if not await self._settler.settle(outcome):
            log.warning("delivery %s: sent, but its claim was over", key_of(delivery))
        log.info("delivery %s: sent at attempt %d", key_of(delivery), delivery.attempt)
        return ("sent", "late") if late else ("sent",)

    async def _turn_of(self, claimed: Claimed) -> float | None:
        """Wait for this message's turn: the instant at which it goes; None if it must not."""
        async with self._turn:
            # A sleep may end early, and the account may be told to wait meanwhile.
            while (seconds := self.pacer.wait(time.monotonic())) > 0:  # noqa: ASYNC110
                await asyncio.sleep(seconds)
            now = time.monotonic()
            if self.must_wait or now > claimed.begin_by:
                return None
            if self._fence and self._fence() is None:
                return None
            self.pacer.take(now)
            return now

    async def _hand_over(self, delivery: Delivery, chat: Chat, now: datetime, *, late: bool) -> str:
        payload = delivery.payload
        if late:
            payload = self._outlet.renderer.mark_late(payload, chat.language)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self._outlet.sender.send(
                    chat.address,
                    payload,
                    key=key_of(delivery),
                    silent=is_quiet(chat, now),
                    options=chat.options,
                    first=delivery.first,
                )
        except TimeoutError as error:
            raise OutcomeUnknown(f"no answer within {SEND_SECONDS:.0f} s") from error
        except DeliveryError:
            raise
        except Exception as error:
            log.exception("delivery %s met a fault in Ribao", key_of(delivery))
            raise OutcomeUnknown(f"a fault in Ribao ({type(error).__name__})") from error

    async def _settle_failure(
        self, delivery: Delivery, chat: Chat, error: DeliveryError, now: datetime
    ) -> tuple[str, ...]:
        log.warning("delivery %s failed: %s", key_of(delivery), error)
        if isinstance(error, RetryLater) and error.scope is Scope.ACCOUNT:
            await self._hold_account(delivery, error)
        pause = self._outlet.limits.pause_after(chat.kind)
        outcome = outcome_of(error, delivery, now, pause)
        if isinstance(error, ChatMoved) and outcome.state is DeliveryState.RETRY:
            await self._chats.move(chat.id, error.new_id)
        await self._settler.settle(outcome)
        if closes_chat(error):
            if self._losses is not None and chat.status is not ChatStatus.GONE:
                await self._losses.tell(chat, key_of(delivery), now)
            await self._chats.set_status(chat.id, ChatStatus.GONE)
        return (_COUNTED.get(outcome.state, "retried"),)

    async def _hold_account(self, delivery: Delivery, error: RetryLater) -> None:
        wait = retry_wait(delivery, error)
        until = self._clock.now() + wait
        self._hold = Hold(until, wait.total_seconds(), str(error))
        log.error(
            "%s: the platform asks this bot to wait until %s; what is due is sent then",
            ":".join(self.account),
            f"{until:%Y-%m-%d %H:%M:%S} UTC",
        )
        await self._leases.hold(self.account, self._hold)


_COUNTED = {DeliveryState.UNCERTAIN: "uncertain", DeliveryState.DEAD: "dead"}


def _opens_issue(delivery: Delivery) -> bool:
    return delivery.part == 1 and not delivery.bulletin


def key_of(delivery: Delivery) -> str:
    """What one part goes by: to the platform, and in the log."""
    return delivery_key(delivery.id, delivery.day, delivery.part)
