"""Spreading crowds: nobody too early, room for all, and the same place each day."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Chat, ChatAddress, ChatKind, PlannedDelivery, Schedule, Window
from bot.ports import Plan
from scheduler.spread import (
    Table,
    in_slots,
    issues_per_minute,
    still_kept,
    turns,
    windows,
)

EIGHT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PER_MINUTE = 1440
"""Of one-part issues at 30 a second."""

LOADS = st.dictionaries(
    st.integers(0, 600).map(lambda n: EIGHT + n * MINUTE), st.integers(1, 20_000), max_size=20
)


def chat(number: int) -> Chat:
    address = ChatAddress("telegram", "1", str(number))
    return Chat(number, address, ChatKind.PRIVATE, "", "en", Schedule(time(8), "UTC"))


def own(number: int, window: Window) -> datetime:
    """When in the window an issue of the chat comes."""
    table = Table(EIGHT, {("telegram", "1"): {window.start: window}})
    plan = Plan(chat(number), (PlannedDelivery(1, EIGHT.date(), window.start),), None)
    (moved,) = in_slots(plan, table, EIGHT).deliveries
    return moved.due_at


def test_80_percent_of_30_a_second() -> None:
    assert issues_per_minute(30, messages_per_issue=1) == 1440
    assert issues_per_minute(30, messages_per_issue=1.5) == 960


def test_what_fits_its_minute_has_no_window() -> None:
    assert windows({EIGHT: PER_MINUTE}, PER_MINUTE, EIGHT - MINUTE, {}) == {}


def test_a_crowd_gets_a_window_and_who_comes_after_waits_behind_it() -> None:
    load = {EIGHT: 3 * PER_MINUTE, EIGHT + MINUTE: 720, EIGHT + 10 * MINUTE: 720}
    assert windows(load, PER_MINUTE, EIGHT - MINUTE, {}) == {
        EIGHT: Window(EIGHT, EIGHT + 3 * MINUTE),
        EIGHT + MINUTE: Window(EIGHT + 3 * MINUTE, EIGHT + 3.5 * MINUTE),
    }


def test_what_is_overdue_is_late_and_still_takes_its_time() -> None:
    now = EIGHT + 30 * MINUTE
    found = windows({EIGHT: 2 * PER_MINUTE, now: PER_MINUTE}, PER_MINUTE, now, {})
    assert found == {now: Window(now + 2 * MINUTE, now + 3 * MINUTE)}


@given(load=LOADS)
def test_nobody_is_early_and_all_have_room(load: dict[datetime, int]) -> None:
    free_at = EIGHT
    for turn in turns(load, PER_MINUTE, free_at):
        assert turn.window.start >= max(turn.at, free_at)
        length = turn.window.end - turn.window.start
        assert length >= timedelta(minutes=turn.issues / PER_MINUTE) - timedelta.resolution
        free_at = turn.window.end


@given(load=LOADS, later=st.integers(0, 700))
def test_windows_that_are_kept_stay_as_they_are(load: dict[datetime, int], later: int) -> None:
    before = windows(load, PER_MINUTE, EIGHT - MINUTE, {})
    now = EIGHT + later * MINUTE
    kept = still_kept(before, now, now + 5 * MINUTE)
    assert all(minute <= now + 5 * MINUTE for minute in kept)
    # Of what was planned nothing is counted any more, but for some who come later.
    rest = {at: n if at > now + 5 * MINUTE else 1 for at, n in load.items()}
    after = windows(rest, PER_MINUTE, now, kept)
    assert {minute: after[minute] for minute in kept} == kept
    busy = max([now, *(window.end for window in kept.values())])
    assert all(window.start >= busy for at, window in after.items() if at not in kept)


def test_a_crowd_is_spread_evenly_over_its_window() -> None:
    window = Window(EIGHT, EIGHT + 10 * MINUTE)
    seconds = [(own(n, window) - EIGHT).total_seconds() for n in range(14_400)]
    per_minute = Counter(int(second // 60) for second in seconds)
    assert set(per_minute) == set(range(10))
    # Ten minutes with 1440 each; 5 standard deviations.
    assert all(abs(n - PER_MINUTE) < 5 * 36 for n in per_minute.values())


def test_a_place_is_the_same_share_of_every_window() -> None:
    today, tomorrow = (Window(EIGHT + timedelta(n), EIGHT + timedelta(n, 600)) for n in range(2))
    for n in range(20):
        at = own(n, today)
        assert today.start <= at < today.end
        assert own(n, tomorrow) - at == timedelta(days=1)
    # Another process says the same: printf 'telegram\\0001\\0001\\000' | sha256sum | cut -c1-12
    share = 0xFD3E86379A6B / 2**48
    assert own(1, today) == EIGHT + share * timedelta(seconds=600)


@pytest.mark.parametrize(("hours", "expired"), [(6.5, False), (7.5, True)])
def test_too_late_is_counted_from_the_own_place(hours: float, expired: bool) -> None:
    window = Window(EIGHT + timedelta(hours=1), EIGHT + timedelta(hours=1, seconds=1))
    delivery = PlannedDelivery(1, EIGHT.date(), EIGHT, expired=True)
    plan = Plan(chat(1), (delivery,), None)
    table = Table(EIGHT, {("telegram", "1"): {EIGHT: window}})
    (moved,) = in_slots(plan, table, EIGHT + timedelta(hours=hours)).deliveries
    assert window.start <= moved.due_at < window.end
    assert (moved.day, moved.expired) == (EIGHT.date(), expired)


def test_other_accounts_and_instants_are_left_alone() -> None:
    delivery = PlannedDelivery(1, EIGHT.date(), EIGHT + MINUTE)
    plan = Plan(chat(1), (delivery,), None)
    window = Window(EIGHT, EIGHT + 3 * MINUTE)
    for account, at in ((("telegram", "2"), EIGHT + MINUTE), (("telegram", "1"), EIGHT)):
        assert in_slots(plan, Table(EIGHT, {account: {at: window}}), EIGHT) == plan
