"""Makes planned deliveries ready: composes and renders, each issue once for all its readers."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import correlation
from bot.briefs import Brief, Reader
from bot.delivery.outlet import Outlet, delivery_key
from bot.desk import Desk, Order
from bot.editor import Editor
from bot.errors import BotError
from bot.meter import NO_METER, Meter
from bot.model import Issue
from bot.ports import Account, Commission, ComposedIssue, IssueStore, Ledger, Made

log = logging.getLogger(__name__)

PAGE = 1000
"""Deliveries that are read, and made ready, in one transaction: more would stall the event loop."""

STORED_AT_ONCE = 8
"""Issues, for the same reason."""

EDITION_AGE = timedelta(minutes=2)
"""Within so long issues are made as of the same instant, and so shared between passes."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A stored issue, what it looked at, and as what it was rendered for each account so far.

    Not the issue itself: the garbage collector would go through hundreds of them again and again.
    """

    id: int
    until: datetime
    payloads: dict[Account, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proof:
    """An issue that is not stored yet, as it was rendered."""

    composed: ComposedIssue
    payloads: dict[Account, tuple[str, ...]]


@dataclass(slots=True)
class Edition:
    """The issues of one instant: by what they depend on, and by brief, for speed."""

    desk: Desk
    made_at: datetime
    by_order: dict[Order, Printed] = field(default_factory=dict)
    by_brief: dict[Brief, Printed] = field(default_factory=dict)


class Press:
    """Composes and renders. One pass at a time."""

    def __init__(
        self,
        ledger: Ledger,
        issues: IssueStore,
        editor: Editor,
        outlets: Mapping[Account, Outlet],
        meter: Meter = NO_METER,
    ) -> None:
        self._ledger = ledger
        self._issues = issues
        self._editor = editor
        self._outlets = outlets
        self._meter = meter
        self._edition: Edition | None = None

    async def compose(self, now: datetime, until: datetime) -> int:
        """Make ready what is planned up to ``until``, as of ``now``. Returns how many were."""
        ready, after = 0, None
        accounts = tuple(self._outlets)
        while page := await self._ledger.planned(accounts, until, limit=PAGE, after=after):
            after = page[-1]
            ready += await self._compose(page, await self._edition_of(now))
        return ready

    async def _edition_of(self, now: datetime) -> Edition:
        edition = self._edition
        if edition is None or not timedelta(0) <= now - edition.made_at <= EDITION_AGE:
            edition = self._edition = Edition(await self._editor.desk(now), now)
        return edition

    async def _compose(self, page: Sequence[Commission], edition: Edition) -> int:
        first = min(each.due_at for each in page)
        # An issue may not repeat the one before, so that one must have come to its end.
        waiting = await self._ledger.unfinished([each.chat_id for each in page], first)
        page = [each for each in page if each.chat_id not in waiting]
        readers = [Reader(c.chat_id, c.day, c.language, c.layout) for c in page]
        briefs = await edition.desk.briefs(readers)
        nothing = {brief for brief in briefs if not (brief.daily or brief.roundups)}
        asked: dict[Brief, set[Account]] = {}
        for commission, brief in zip(page, briefs, strict=True):
            if brief not in nothing:
                asked.setdefault(brief, set()).add(commission.account)
        await self._print_new(asked, edition)
        made: list[Made] = []
        idle: list[int] = []
        for commission, brief in zip(page, briefs, strict=True):
            if brief in nothing:
                idle.append(commission.delivery_id)
                continue
            try:
                made.append(await self._make(commission, brief, edition))
            except BotError:
                raise
            except Exception:
                # A mistake of ours that one chat brings out must not hold up the others.
                key = delivery_key(commission.delivery_id, commission.day, 1)
                with correlation.delivery(key):
                    log.exception("delivery %s can't be composed", key)
                await self._abandon(commission)
        if idle:  # who takes just round-ups has none on most days
            await self._ledger.withdraw(idle)
        return await self._ledger.ready(made) if made else 0

    async def _print_new(
        self, asked: Mapping[Brief, AbstractSet[Account]], edition: Edition
    ) -> None:
        """Compose and render what is new among these, and store it, some in one transaction."""
        new: dict[Order, Proof] = {}
        # Who follows the same chooses among the same.
        unknown = asked.keys() - edition.by_brief.keys()
        for brief in sorted(unknown, key=lambda brief: id(brief.follows)):
            try:
                order = await edition.desk.order(brief)
                if order not in edition.by_order and order not in new:
                    composed = await edition.desk.compose(order)
                    rendered = {each: self._rendered(composed.issue, each) for each in asked[brief]}
                    new[order] = Proof(composed, rendered)
            except BotError:
                raise
            except Exception:  # noqa: BLE001, S112 - told where it is made for its readers
                continue
            if len(new) == STORED_AT_ONCE:
                await self._store(new, edition)
                new = {}
            await asyncio.sleep(0)
        if new:
            await self._store(new, edition)

    async def _store(self, new: Mapping[Order, Proof], edition: Edition) -> None:
        ids = await self._issues.save_all([each.composed for each in new.values()], edition.made_at)
        for issue_id, (order, proof) in zip(ids, new.items(), strict=True):
            edition.by_order[order] = Printed(issue_id, proof.composed.until, proof.payloads)

    def _rendered(self, issue: Issue, account: Account) -> tuple[str, ...]:
        payloads = self._outlets[account].renderer.render(issue)
        if not payloads:
            raise ValueError("an issue has at least one message")
        return payloads

    async def _abandon(self, commission: Commission) -> None:
        await self._ledger.abandon(commission.delivery_id, "a fault in Ribao; see its log")
        self._meter.count(commission.account[0], "dead")

    async def _make(self, commission: Commission, brief: Brief, edition: Edition) -> Made:
        printed = edition.by_brief.get(brief)
        if printed is None:
            printed = edition.by_brief[brief] = await self._print(brief, edition)
        account = commission.account
        payloads = printed.payloads.get(account)
        if payloads is None:
            issue, _ = (await self._issues.load([printed.id]))[printed.id]
            payloads = printed.payloads[account] = self._rendered(issue, account)
        return Made(commission.delivery_id, printed.id, printed.until, account[0], payloads)

    async def _print(self, brief: Brief, edition: Edition) -> Printed:
        order = await edition.desk.order(brief)
        printed = edition.by_order.get(order)
        if printed is None:
            composed = await edition.desk.compose(order)
            issue_id = await self._issues.save(composed, edition.made_at)
            printed = Printed(issue_id, composed.until)
            edition.by_order[order] = printed
        return printed
