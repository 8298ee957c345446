"""What a bot account on a platform is to the delivery: how issues look there, and get there."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.model import Chat, ChatKind
from bot.ports import Account, Renderer, Rights, Sender


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast one bot account may send.

    ``per_second`` messages in all, None for as fast as it goes; ``chat_seconds`` between two
    messages to one chat, ``group_seconds`` where that is a group or channel; ``in_flight``
    messages under way at once, which is also how many a kill may bring twice.
    """

    per_second: float | None = None
    chat_seconds: float = 0.0
    group_seconds: float = 0.0
    in_flight: int = 8

    def pause_after(self, kind: ChatKind) -> float:
        """Seconds in which nothing else may go to a chat of this kind."""
        return self.chat_seconds if kind is ChatKind.PRIVATE else self.group_seconds


@dataclass(frozen=True, slots=True)
class Outlet:
    """One bot account on one platform."""

    renderer: Renderer
    sender: Sender
    limits: Limits = Limits()
    rights: Rights | None = None


def account_of(chat: Chat) -> Account:
    """The bot account that serves the chat."""
    return chat.address.platform, chat.address.account


def delivery_key(delivery_id: int, day: date, part: int) -> str:
    """The same for every attempt at one part; at most 25 characters, Discord's bound for nonces."""
    return f"{delivery_id:x}.{_stamp(day)}.{part}"


@lru_cache(maxsize=64)
def _stamp(day: date) -> str:
    return f"{day:%y%m%d}"


def is_quiet(chat: Chat, now: datetime) -> bool:
    """Whether it is within the chat's quiet hours, by its own clock."""
    if chat.quiet is None:
        return False
    return chat.quiet.contains(now.astimezone(ZoneInfo(chat.schedule.zone)).time())
