"""Looks after the ledger, has issues composed, and runs a sender for each bot account."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.delivery.outlet import Outlet
from bot.delivery.press import Press
from bot.delivery.sending import AccountSender
from bot.editor import Editor
from bot.losses import Losses
from bot.meter import ANY_PLATFORM, NO_METER, Meter
from bot.model import CATCH_UP
from bot.owners import is_gone, own_name
from bot.ports import (
    Account,
    ChatStore,
    Clock,
    IssueStore,
    Lease,
    LeaseStore,
    Ledger,
)

log = logging.getLogger(__name__)

MAX_DOUBTS = 1
"""One resend where the platform leaves open whether a message arrived."""

NO_RESEND = -1
"""Also after a kill: what was in hand then is given up."""

FenceOf = Callable[[Account], Lease | None]


class Courier:
    """Brings planned issues to their chats. One pass at a time in one process."""

    def __init__(
        self,
        ledger: Ledger,
        chats: ChatStore,
        issues: IssueStore,
        editor: Editor,
        leases: LeaseStore,
        *,
        outlets: Mapping[Account, Outlet],
        clock: Clock,
        owner: str | None = None,
        fence_of: FenceOf | None = None,
        at_most_once: bool = False,
        meter: Meter = NO_METER,
    ) -> None:
        """``clock`` times claims: by the real time, whatever instant a pass is made for."""
        self._ledger = ledger
        self._leases = leases
        self._clock = clock
        self._meter = meter
        self._max_doubts = NO_RESEND if at_most_once else MAX_DOUBTS
        self._press = Press(ledger, issues, editor, outlets, meter)
        self._owner = owner or own_name()
        losses = Losses(chats, ledger, outlets)
        self.senders = {
            account: AccountSender(
                account,
                outlet,
                ledger=ledger,
                chats=chats,
                leases=leases,
                clock=clock,
                owner=self._owner,
                fence=_bound(fence_of, account),
                meter=meter,
                losses=losses,
            )
            for account, outlet in outlets.items()
        }

    async def deliver(self, now: datetime) -> Counter[str]:
        """Send all that can be sent as of ``now``. Counts sent, late, retried, dead, expired."""
        counts = await self.look_after(now)
        await self.compose(now, now)
        senders = [sender for sender in self.senders.values() if sender.may_send]
        before = {sender.account: Counter(sender.counts) for sender in senders}
        await asyncio.gather(*(self._pass(sender, now) for sender in senders))
        for sender in senders:
            counts += sender.counts - before[sender.account]
        return counts

    async def _pass(self, sender: AccountSender, now: datetime) -> None:
        await sender.remember()
        await sender.deliver(now)

    async def look_after(self, now: datetime) -> Counter[str]:
        """Take up what ended senders left, and give up what is too late."""
        gone = [owner for owner in await self._ledger.owners() if is_gone(owner)]
        await self._ledger.reclaim(await self._leases.now(self._clock.now()), gone)
        dead = await self._settle_uncertain()
        expired = await self._ledger.expire(now - CATCH_UP)
        self._meter.count(ANY_PLATFORM, "expired", expired)
        return Counter(dead=dead, expired=expired)

    async def _settle_uncertain(self) -> int:
        _, dead = await self._ledger.settle_uncertain(self._max_doubts)
        self._meter.count(ANY_PLATFORM, "dead", dead)
        return dead

    async def compose(self, now: datetime, until: datetime) -> int:
        """Make ready what is planned up to ``until``."""
        return await self._press.compose(now, until)

    async def serve(self, account: Account, stop: asyncio.Event) -> None:
        """Send what comes due for one account, whose lease is held, until ``stop``."""
        # Whoever held the lease before holds it no more: what it had in hand is in doubt.
        if await self._ledger.take_over(account, self._owner):
            await self._settle_uncertain()
        sender = self.senders[account]
        await sender.remember()
        await sender.serve(stop)


def _bound(fence_of: FenceOf | None, account: Account) -> Callable[[], Lease | None] | None:
    return None if fence_of is None else lambda: fence_of(account)
