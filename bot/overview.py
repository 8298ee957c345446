"""How this Ribao is doing, for the operator: in a chat and on the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import DeliveryState
from bot.ports import Account, ChatStore, Hold, ItemStore, LeaseStore, Ledger
from bot.sourcebook import Sourcebook, SourceHealth


class Foreseen(Protocol):
    """What the next 24 hours bring for one account."""

    @property
    def account(self) -> Account: ...

    @property
    def issues(self) -> int: ...

    @property
    def messages_per_issue(self) -> float: ...

    @property
    def longest_wait(self) -> timedelta:
        """How long after their hour the last reader has the issue."""
        ...


class Forecasting(Protocol):
    async def forecast(self, now: datetime) -> Sequence[Foreseen]: ...


@dataclass(frozen=True, slots=True)
class Overview:
    """``scheduled`` are the chats with a daily issue, ``waiting`` the accounts told to wait."""

    items: int
    chats: int
    scheduled: int
    deliveries: Mapping[DeliveryState, int]
    waiting: Mapping[Account, Hold]
    sources: tuple[SourceHealth, ...]

    @property
    def failing(self) -> int:
        """How many sources fail."""
        return sum(source.fails for source in self.sources)

    @property
    def unread(self) -> int:
        """How many sources were never read."""
        return sum(source.state is None or not source.state.checked_at for source in self.sources)


@dataclass(frozen=True, slots=True)
class Observer:
    """Counts."""

    items: ItemStore
    chats: ChatStore
    ledger: Ledger
    leases: LeaseStore
    sources: Sourcebook
    capacity: Forecasting

    async def overview(self, now: datetime) -> Overview:
        """All as of now."""
        chats, scheduled = await self.chats.counts()
        holds = await self.leases.holds()
        return Overview(
            items=await self.items.count(),
            chats=chats,
            scheduled=scheduled,
            deliveries={state: n for state, n in (await self.ledger.counts()).items() if n},
            waiting={who: hold for who, hold in holds.items() if hold.until > now},
            sources=await self.sources.all(),
        )
