"""Windows: nothing falls between two issues, and readers with different pasts share one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.window import LEAST_OVERLAP, LOOK_BACK, window_start

UNTIL = datetime(2026, 11, 18, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = 24 * HOUR

ages = st.timedeltas(timedelta(0), timedelta(days=20))


@given(ages)
def test_a_window_reaches_the_last_issue_but_never_beyond_a_week(age: timedelta) -> None:
    since = window_start(UNTIL - age, UNTIL)
    assert since >= UNTIL - LOOK_BACK
    assert since <= UNTIL - age - LEAST_OVERLAP or since == UNTIL - LOOK_BACK


@given(ages)
def test_there_are_only_seven_windows_at_an_instant(age: timedelta) -> None:
    grid = {UNTIL - HOUR - days * DAY for days in range(1, 7)}
    assert window_start(UNTIL - age, UNTIL) in grid | {UNTIL - LOOK_BACK}


@pytest.mark.parametrize("age", [timedelta(0), 12 * HOUR, DAY - HOUR, DAY, DAY + 0.8 * HOUR])
def test_who_read_something_within_the_day_shares_the_window_of_all(age: timedelta) -> None:
    assert window_start(UNTIL - age, UNTIL) == UNTIL - DAY - HOUR


def test_a_first_issue_looks_back_a_week() -> None:
    assert window_start(None, UNTIL) == UNTIL - LOOK_BACK
