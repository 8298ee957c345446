"""A word of the operators to all readers: drafted, confirmed, and put into the ledger.

It goes to every chat with a daily issue that has not shut the bot out, the paused ones as well.
What is put into the ledger goes the way of all messages; a broadcast's bulletin is the same after a
kill, so that nobody gets it twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import DeliveryState
from bot.ports import Ledger

MAX_TEXT = 1500
"""Characters: with all signs escaped it is still one message on every platform."""

DRAFT_AGE = timedelta(hours=1)
"""What is older is drafted anew: who presses its button may have forgotten what it says."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """``by`` is the operator as ``platform:id``, None once they are forgotten.

    It is a draft until it is confirmed; ``published_at`` is when the ledger had all of it.
    """

    id: int
    text: str
    by: str | None
    created_at: datetime
    confirmed_at: datetime | None = None
    published_at: datetime | None = None


class BroadcastStore(Protocol):
    async def draft(self, text: str, by: str, now: datetime) -> Broadcast:
        """Store a draft; those that are too old to be confirmed go."""
        ...

    async def get(self, broadcast_id: int) -> Broadcast | None: ...

    async def confirm(self, broadcast_id: int, now: datetime) -> bool:
        """Have it sent; False if it is not a draft that is young enough. Only one call has True."""
        ...

    async def discard(self, broadcast_id: int) -> bool:
        """Erase a draft; False if it is none."""
        ...

    async def confirmed(self, limit: int) -> tuple[Broadcast, ...]:
        """The latest that were confirmed, newest first."""
        ...

    async def unpublished(self) -> tuple[Broadcast, ...]:
        """Those that were confirmed and are not all in the ledger, oldest first."""
        ...

    async def publish(self, broadcast_id: int, now: datetime) -> None:
        """The ledger has all of it."""
        ...

    async def forget(self, person: str) -> None:
        """Keep what the person sent, but not who it was."""
        ...


async def progress(
    ledger: Ledger, broadcast_id: int, platforms: Sequence[str]
) -> dict[DeliveryState, int]:
    """How many of its deliveries are in each state."""
    found: dict[DeliveryState, int] = {}
    for platform in platforms:
        for state, number in (await ledger.progress(bulletin_key(broadcast_id, platform))).items():
            found[state] = found.get(state, 0) + number
    return found


def bulletin_key(broadcast_id: int, platform: str) -> str:
    """What the bulletin of a broadcast on one platform goes by."""
    return f"broadcast {broadcast_id} {platform}"
