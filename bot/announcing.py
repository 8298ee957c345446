"""Puts confirmed broadcasts into the ledger, slowly enough that no issue is held up.

A kill in the middle costs nothing: what is in the ledger already is known by its key. Several
processes, each with accounts of its own, do each their part of one broadcast.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.broadcasts import Broadcast, BroadcastStore, bulletin_key
from bot.delivery.outlet import Outlet, account_of
from bot.model import BULLETIN_LIFE, Bulletin
from bot.ports import Account, ChatStore, Ledger, Notes

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
        notes: Notes,
        outlets: Mapping[Account, Outlet],
    ) -> None:
        self._broadcasts = broadcasts
        self._chats = chats
        self._ledger = ledger
        self._notes = notes
        self._outlets = outlets

    async def publish(self, now: datetime) -> int:
        """Returns how many deliveries are new."""
        new = 0
        for broadcast in await self._broadcasts.unpublished():
            own = {each for each in self._outlets if not await self._has(broadcast, each)}
            if now - (broadcast.confirmed_at or now) > BULLETIN_LIFE:
                # No process had an account for so long: its chats shall not get old words.
                await self._end(broadcast, now)
            elif own:
                new += await self._publish(broadcast, own, now)
        return new

    async def _publish(self, broadcast: Broadcast, own: set[Account], now: datetime) -> int:
        new, after = 0, 0
        queued = dict.fromkeys(own, 0)
        others: set[Account] = set()
        while page := await self._chats.scheduled(after_id=after, limit=PAGE):
            after = page[-1].id
            others |= {account_of(chat) for chat in page} - own
            for account in own:
                outlet = self._outlets[account]
                ids = [chat.id for chat in page if account_of(chat) == account]
                if ids:
                    due = _spread(ids, outlet.limits.per_second, queued[account], now)
                    queued[account] += len(ids)
                    payload = outlet.renderer.plain(broadcast.text)
                    bulletin = Bulletin(bulletin_key(broadcast.id, account[0]), payload)
                    new += await self._ledger.publish(bulletin, due, now)
        for account in own:
            await self._notes.put(_note(broadcast, account), now.isoformat())
        if all([await self._has(broadcast, account) for account in others]):
            await self._end(broadcast, now)
        return new

    async def _end(self, broadcast: Broadcast, now: datetime) -> None:
        """No process looks at it again, so that nobody needs the marks."""
        await self._broadcasts.publish(broadcast.id, now)
        await self._notes.erase(_note(broadcast))

    async def _has(self, broadcast: Broadcast, account: Account) -> bool:
        return await self._notes.get(_note(broadcast, account)) is not None


def _note(broadcast: Broadcast, account: Account | None = None) -> str:
    """What marks that the ledger has it for an account; without one, how all its marks begin."""
    return f"broadcast {broadcast.id} {':'.join(account or ())}"


def _spread(
    chat_ids: Sequence[int], per_second: float | None, before: int, now: datetime
) -> dict[int, datetime]:
    """An instant for each chat, ``before`` others being due already."""
    gap = timedelta(seconds=1 / (SHARE * per_second)) if per_second else timedelta(0)
    return {chat_id: now + place * gap for place, chat_id in enumerate(chat_ids, before)}
