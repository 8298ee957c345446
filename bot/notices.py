"""Tells readers what became of what they sent in; each is told once, whatever is killed.

A notice is written with the verdict, in one transaction. Here it becomes a bulletin in the ledger,
which goes the way of all messages; its key keeps a second one from being made of it.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.commands.told import verdict_text
from bot.curation.nouns import Notice
from bot.curation.ports import SubmissionStore
from bot.delivery.outlet import Outlet, account_of
from bot.messages import messages
from bot.model import Bulletin
from bot.ports import Account, ChatStore, Ledger

PER_PASS = 100


class Herald:
    """Makes bulletins of notices."""

    def __init__(
        self,
        submissions: SubmissionStore,
        chats: ChatStore,
        ledger: Ledger,
        outlets: Mapping[Account, Outlet],
    ) -> None:
        self._submissions = submissions
        self._chats = chats
        self._ledger = ledger
        self._outlets = outlets

    async def publish(self, now: datetime) -> int:
        """Returns how many notices there were."""
        owed = await self._submissions.owed(tuple(self._outlets), PER_PASS)
        for notice in owed:
            await self._publish(notice, now)
            await self._submissions.told(notice)
        return len(owed)

    async def _publish(self, notice: Notice, now: datetime) -> None:
        chat = await self._chats.get(notice.chat_id)
        if chat is None:  # erased meanwhile, and the notice with it
            return
        text = verdict_text(messages(chat.language), notice.submission)
        payload = self._outlets[account_of(chat)].renderer.plain(text)
        bulletin = Bulletin(f"verdict {notice.id}", payload)
        await self._ledger.publish(bulletin, {chat.id: now}, now)
