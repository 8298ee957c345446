"""Tells who set a channel up that it can't be reached any more; its settings are kept meanwhile.

What is told is a bulletin in the ledger, under a key of its own, and so told once.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime

from bot.delivery.outlet import Outlet, account_of
from bot.messages import messages
from bot.model import Bulletin, Chat, ChatKind
from bot.ports import Account, ChatStore, Ledger

log = logging.getLogger(__name__)

ASK_SECONDS = 10.0
"""For asking the platform where to tell it, and what is missing."""


class Losses:
    """Makes bulletins for those who can mend what was lost."""

    def __init__(self, chats: ChatStore, ledger: Ledger, outlets: Mapping[Account, Outlet]) -> None:
        self._chats = chats
        self._ledger = ledger
        self._outlets = outlets

    async def tell(self, chat: Chat, key: str, now: datetime) -> None:
        """The chat was lost over the delivery that goes by ``key``. Raises ``StoreError``."""
        rights = self._outlets[account_of(chat)].rights
        if chat.kind is ChatKind.PRIVATE or chat.added_by is None or rights is None:
            return
        try:
            async with asyncio.timeout(ASK_SECONDS):
                address = await rights.private_chat(chat.added_by)
                lacking = await rights.lacking(chat.address)
        except Exception:  # whatever a platform's SDK raises: the sending goes on
            log.exception("nobody could be told that chat %d is lost", chat.id)
            return
        if address is None:
            return
        there = Chat(0, address, ChatKind.PRIVATE, chat.added_by, chat.language, chat.schedule)
        person = await self._chats.add(there, now)
        payload = self._outlets[account_of(chat)].renderer.plain(
            _words(person.language, chat.title, lacking)
        )
        await self._ledger.publish(Bulletin(f"lost {key}", payload), {person.id: now}, now)


def _words(language: str, title: str, lacking: tuple[str, ...]) -> str:
    say = messages(language)
    told = say("lost.told", name=title)
    if not lacking:
        return told
    return f"{told}\n{say('lost.lacking', permissions=say.listing(lacking))}"
