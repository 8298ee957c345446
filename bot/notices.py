"""Tells readers what became of what they sent in; each is told once, whatever is killed.

A notice is written with the verdict, in one transaction, and goes when the platform has taken the
message. While one is being sent nobody else gets it for ``LEASE``; a kill in the middle costs at
most one repeat, and on platforms that know idempotent sends none, for the key stays the same.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.commands.told import verdict_text
from bot.curation.nouns import Notice
from bot.curation.ports import SubmissionStore
from bot.delivery.outlet import Outlet, account_of, is_quiet
from bot.errors import ChatGone, DeliveryError, OutcomeUnknown, RetryLater
from bot.messages import messages
from bot.model import Chat, ChatStatus
from bot.ports import Account, ChatStore, Clock

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
LATER = timedelta(minutes=5)
"""Until the next attempt, where the platform asks for no other wait."""

MAX_ATTEMPTS = 10
MAX_DOUBTFUL = 2
"""One repeat where the platform leaves open whether the message arrived."""

PER_PASS = 100


class Herald:
    """Brings notices to their chats."""

    def __init__(
        self,
        submissions: SubmissionStore,
        chats: ChatStore,
        *,
        outlets: Mapping[Account, Outlet],
        clock: Clock,
    ) -> None:
        self._submissions = submissions
        self._chats = chats
        self._outlets = outlets
        self._clock = clock

    async def deliver(self, now: datetime) -> Counter[str]:
        """Tell all who can be told now. Counts told, retried and dropped."""
        counts: Counter[str] = Counter()
        accounts = tuple(self._outlets)
        for _ in range(PER_PASS):
            lease_until = self._clock.now() + LEASE
            notice = await self._submissions.claim_notice(accounts, now, lease_until)
            if notice is None:
                break
            counts[await self._tell(notice, now)] += 1
        return counts

    async def _tell(self, notice: Notice, now: datetime) -> str:
        chat = await self._chats.get(notice.chat_id)
        if chat is None:  # erased meanwhile, and the notice with it
            return "dropped"
        outlet = self._outlets[account_of(chat)]
        text = verdict_text(messages(chat.language), notice.submission)
        try:
            await outlet.sender.send(
                chat.address,
                outlet.renderer.plain(text),
                key=f"notice.{notice.id:x}",
                silent=is_quiet(chat, now),
            )
        except DeliveryError as error:
            return await self._failed(notice, chat, error)
        await self._submissions.told(notice)
        return "told"

    async def _failed(self, notice: Notice, chat: Chat, error: DeliveryError) -> str:
        log.warning("notice %s failed: %s", notice.id, error)
        if isinstance(error, ChatGone):
            await self._chats.set_status(chat.id, ChatStatus.GONE)
        most = {RetryLater: MAX_ATTEMPTS, OutcomeUnknown: MAX_DOUBTFUL}.get(type(error), 0)
        if notice.attempt >= most:
            await self._submissions.told(notice)
            return "dropped"
        seconds = error.seconds if isinstance(error, RetryLater) else None
        wait = LATER if seconds is None else timedelta(seconds=max(seconds, 1.0))
        await self._submissions.tell_later(notice, self._clock.now() + wait)
        return "retried"
