"""Weeks, months and years, right also around new year."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.layouts.weeks import KINDS, days_of, due_spans, kind_of, neighbour, span_at, span_name
from bot.messages import messages

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
EVERY = frozenset(range(1, 8))
ALL = frozenset(KINDS)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        # ISO 8601: the week with the year's first Thursday is its first.
        ("2018-12-31", "2019-W01"),
        ("2020-12-31", "2020-W53"),
        ("2021-01-03", "2020-W53"),
        ("2021-01-04", "2021-W01"),
        ("2022-01-01", "2021-W52"),
        ("2024-12-29", "2024-W52"),
        ("2024-12-30", "2025-W01"),
        ("2026-12-31", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
    ],
)
def test_the_week_around_new_year_is_that_of_iso_8601(day: str, week: str) -> None:
    assert span_at("weekly", date.fromisoformat(day)) == week
    first, after = days_of(week) or (date.min, date.min)
    assert first <= date.fromisoformat(day) < after
    assert (first.isoweekday(), after - first) == (1, timedelta(7))


def test_the_name_of_a_week_has_its_own_year() -> None:
    assert span_name("2025-W01", messages("en")) == "week 1 of 2025"
    assert span_name("2020-W53", messages("zh-CN")) == "2020 年第 53 周"
    assert span_name("2026-11", messages("zh-TW")) == "2026年11月"


@given(day=DAYS, kind=st.sampled_from(KINDS))
def test_a_span_holds_its_days_and_borders_on_its_neighbours(day: date, kind: str) -> None:
    span = span_at(kind, day)
    days = days_of(span)
    assert days is not None
    assert kind_of(span) == kind
    assert days[0] <= day < days[1]
    before, after = days_of(neighbour(span, -1)), days_of(neighbour(span, 1))
    assert before is not None
    assert after is not None
    assert (before[1], after[0]) == days


@given(text=st.one_of(st.text(max_size=12), st.from_regex(r"\d{4}-W?\d{2}", fullmatch=True)))
def test_any_text_is_a_span_or_none(text: str) -> None:
    days = days_of(text)
    assert days is None or days[0] < days[1]


@given(last=DAYS, days=st.frozensets(st.integers(1, 7), min_size=1), away=st.integers(1, 400))
def test_what_was_missed_comes_once_with_the_next_issue(
    last: date, days: frozenset[int], away: int
) -> None:
    calendar = (last + timedelta(away + n) for n in range(60))
    first, *others = (day for day in calendar if day.isoweekday() in days)
    found = due_spans(first, days, ALL, last)
    for kind in KINDS:
        begins = (days_of(span_at(kind, first)) or (date.max,))[0]
        assert begins <= last or neighbour(span_at(kind, first), -1) in found
    for before, day in pairwise([first, *others]):
        found += due_spans(day, days, ALL, before)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("span", ["0001-W01", "0001-01", "0001", "9998-12", "9999", "9999-W52"])
def test_years_at_the_ends_of_the_calendar_are_no_spans(span: str) -> None:
    assert days_of(span) is None


@given(start=DAYS, days=st.frozensets(st.integers(1, 7), min_size=1))
def test_each_round_up_comes_once_after_its_span(start: date, days: frozenset[int]) -> None:
    found = [
        (day, span)
        for day in (start + timedelta(n) for n in range(60))
        for span in due_spans(day, days, ALL)
    ]
    spans = [span for _, span in found]
    assert len(spans) == len(set(spans))
    for day, span in found:
        ends = (days_of(span) or (date.min, date.min))[1]
        assert day.isoweekday() in days
        assert timedelta(0) <= day - ends < timedelta(7)
    assert len([span for span in spans if kind_of(span) == "weekly"]) >= 7


def test_what_a_chat_does_not_take_does_not_come() -> None:
    monday = date(2024, 1, 1)
    assert due_spans(monday, EVERY, ALL) == ("2023-W52", "2023-12", "2023")
    assert due_spans(monday, EVERY, frozenset({"daily"})) == ()
    assert due_spans(monday, frozenset({2}), ALL) == ()
