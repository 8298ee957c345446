"""Puts confirmed broadcasts into the ledger, slowly enough that no issue is held up.

A kill in the middle costs nothing: what is in the ledger already is known by its key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.broadcasts import Broadcast, BroadcastStore, bulletin_key
from bot.delivery.outlet import Outlet, account_of
from bot.model import Bulletin
from bot.ports import Account, ChatStore, Ledger

SHARE = 0.2
"""The part of an account's rate that a broadcast takes."""

PAGE = 1000
"""Chats that are read, and entered into the ledger, at once."""


class Announcer:
    """For the chats of some bot accounts."""

    def __init__(
        self,
        broadcasts: BroadcastStore,
        chats: ChatStore,
        ledger: Ledger,
        outlets: Mapping[Account, Outlet],
    ) -> None:
        self._broadcasts = broadcasts
        self._chats = chats
        self._ledger = ledger
        self._outlets = outlets

    async def publish(self, now: datetime) -> int:
        """Returns how many deliveries are new."""
        new = 0
        for broadcast in await self._broadcasts.unpublished():
            new += await self._publish(broadcast, now)
            await self._broadcasts.publish(broadcast.id, now)
        return new

    async def _publish(self, broadcast: Broadcast, now: datetime) -> int:
        new, after = 0, 0
        queued = dict.fromkeys(self._outlets, 0)
        while page := await self._chats.scheduled(after_id=after, limit=PAGE):
            after = page[-1].id
            for account, outlet in self._outlets.items():
                ids = [chat.id for chat in page if account_of(chat) == account]
                if ids:
                    due = _spread(ids, outlet.limits.per_second, queued[account], now)
                    queued[account] += len(ids)
                    payload = outlet.renderer.plain(broadcast.text)
                    bulletin = Bulletin(bulletin_key(broadcast.id, account[0]), payload)
                    new += await self._ledger.publish(bulletin, due, now)
        return new


def _spread(
    chat_ids: Sequence[int], per_second: float | None, before: int, now: datetime
) -> dict[int, datetime]:
    """An instant for each chat, ``before`` others being due already."""
    gap = timedelta(seconds=1 / (SHARE * per_second)) if per_second else timedelta(0)
    return {chat_id: now + place * gap for place, chat_id in enumerate(chat_ids, before)}
