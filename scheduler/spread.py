"""How a crowd that shares a minute is spread, so that an account keeps up. Pure.

What an account can send is handed out minute by minute, first come, first served, and but 80 % of
it: the rest is for answers, repeats and what nobody foresaw. Who finds no room within their own
minute gets a window in which their issue comes, and within it a place of their own, by a hash of
the address: the same every day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.delivery.outlet import account_of
from bot.model import CATCH_UP, ChatAddress, PlannedDelivery, Window
from bot.ports import Account, Ahead, Plan

SHARE = 0.8
"""Of what an account may send, as much is planned."""

_MINUTE = timedelta(minutes=1)

Load = Mapping[datetime, int]
"""How many issues are due, by their instant: a whole minute."""

Windows = Mapping[datetime, Window]
"""By the instant of the readers' hour; none for a minute that holds all that is due in it."""


@dataclass(frozen=True, slots=True)
class Table:
    """The windows of each account, as of an instant."""

    made_at: datetime
    windows: Mapping[Account, Windows] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """The issues of one minute: how many, and when the first and the last of them have room."""

    at: datetime
    issues: int
    window: Window

    @property
    def wait(self) -> timedelta:
        """How long after their minute the last is sent."""
        return self.window.end - self.at


def issues_per_minute(per_second: float, messages_per_issue: float) -> float:
    """How many issues are planned for a minute at most."""
    return SHARE * per_second * 60 / messages_per_issue


def turns(load: Load, per_minute: float, free_at: datetime) -> Iterator[Turn]:
    """When all that is due has room, in the order of time; before ``free_at`` there is none."""
    for minute, issues in sorted(load.items()):
        start = max(minute, free_at)
        free_at = start + timedelta(minutes=issues / per_minute)
        yield Turn(minute, issues, Window(start, free_at))


def windows(load: Load, per_minute: float, now: datetime, kept: Windows) -> Windows:
    """The windows of what is to come; those that are ``kept`` stay, with their room.

    What is overdue takes room, but gets no window: it is late, and that is not to be hidden.
    """
    free_at = max([now, *(window.end for window in kept.values())])
    rest = {minute: issues for minute, issues in load.items() if minute not in kept}
    found = {
        turn.at: turn.window
        for turn in turns(rest, per_minute, free_at)
        if turn.at >= now and turn.wait > _MINUTE
    }
    return {**kept, **found}


def still_kept(windows: Windows, now: datetime, planned_until: datetime) -> Windows:
    """Windows that hold whatever is counted anew, since their issues may be planned already."""
    return {
        minute: window
        for minute, window in windows.items()
        if minute <= planned_until and window.end > now - CATCH_UP
    }


def in_slots(plan: Plan, table: Table, now: datetime) -> Plan:
    """The plan with each delivery due at the chat's own place in its window, if it has one."""
    windows = table.windows.get(account_of(plan.chat))
    if not windows:
        return plan
    moved = tuple(_in_slot(d, plan.chat.address, windows, now) for d in plan.deliveries)
    return replace(plan, deliveries=moved)


def in_window(ahead: Ahead, account: Account, table: Table) -> Ahead:
    """The same, in the account's window for its instant, if it has one."""
    if ahead.occurrence is None:
        return ahead
    window = table.windows.get(account, {}).get(ahead.occurrence.instant)
    return replace(ahead, window=window)


def _in_slot(
    delivery: PlannedDelivery, address: ChatAddress, windows: Windows, now: datetime
) -> PlannedDelivery:
    window = windows.get(delivery.due_at)
    if window is None:
        return delivery
    slot = window.start + address.place * (window.end - window.start)
    return replace(delivery, due_at=slot, expired=delivery.expired and now - slot > CATCH_UP)
