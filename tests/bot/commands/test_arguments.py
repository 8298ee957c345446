"""What people write after a command."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.arguments import (
    Term,
    day,
    page_number,
    pause_days,
    quiet_hours,
    shown,
    terms,
    time_of_day,
    weekdays,
)
from bot.errors import Refusal
from bot.model import QuietHours

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cv", [Term("cv")]),
        ("cv nlp", [Term("cv"), Term("nlp")]),
        ("cv,nlp，rl、speech", [Term("cv"), Term("nlp"), Term("rl"), Term("speech")]),
        ("cv -medical", [Term("cv"), Term("medical", excluded=True)]),
        ('"gait recognition"', [Term("gait recognition", quoted=True)]),
        ('-"a b" c', [Term("a b", quoted=True, excluded=True), Term("c")]),
        ("“步态 识别”「手勢」", [Term("步态 识别", quoted=True), Term("手勢", quoted=True)]),
        ('"never closed', [Term("never closed", quoted=True)]),
        ("text-to-image", [Term("text-to-image")]),
        ("", []),
        (" , ，- ", []),
        ('""', []),
    ],
)
def test_terms(text: str, expected: list[Term]) -> None:
    assert list(terms(text)) == expected


@given(st.text(max_size=200))
def test_terms_never_fail_and_hold_only_what_was_written(text: str) -> None:
    for term in terms(text):
        assert term.text
        assert set(term.text) <= set(text) | {" "}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08:30", time(8, 30)),
        ("8:30", time(8, 30)),
        ("8", time(8)),
        ("0:00", time(0)),
        ("23:59", time(23, 59)),
        ("8.30", time(8, 30)),
        ("8h", time(8)),
        ("8 pm", time(20)),
        ("8:30pm", time(20, 30)),
        ("12 am", time(0)),
        ("12 pm", time(12)),
        ("８：３０", time(8, 30)),
        ("٨", time(8)),
        ("8点", time(8)),
        ("8點半", time(8, 30)),
        ("早上8点", time(8)),
        ("晚上8点15分", time(20, 15)),
        ("下午3:05", time(15, 5)),
    ],
)
def test_time_of_day(text: str, expected: time) -> None:
    assert time_of_day(text) == expected


@given(st.times())
def test_every_minute_of_the_day_is_read_as_written(moment: time) -> None:
    minute = moment.replace(second=0, microsecond=0)
    assert time_of_day(f"{minute:%H:%M}") == minute
    assert time_of_day(f"{minute:%I:%M %p}") == minute


REFUSED: list[tuple[Callable[[str], object], str, str]] = [
    *(
        (time_of_day, text, "time.invalid")
        for text in ("25:00", "8:60", "noon", "", "13 pm", "0am")
    ),
    *((time_of_day, text, "time.invalid") for text in ("8:3", "-1", "8:30:15", "1e3")),
    *(
        (quiet_hours, text, "quiet.invalid")
        for text in ("", "23:00", "8-8", "a-b", "1-2-3", "25-7")
    ),
    *((weekdays, text, "days.invalid") for text in ("", "someday", "mon-", "1-9", "mon-tue-wed")),
    *((pause_days, text, "pause.invalid") for text in ("0", "366", "-1", "soon", "1.5")),
    *((lambda t: day(t, TODAY), text, "issue.invalid_date") for text in ("soon", "2026-02-30")),
    *((lambda t: day(t, TODAY), text, "issue.invalid_date") for text in ("20.11.2026", "0000-1-1")),
]


@pytest.mark.parametrize(("parse", "text", "key"), REFUSED)
def test_wrong_input_is_refused(parse: Callable[[str], object], text: str, key: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(text)
    assert refusal.value.key == key


@given(st.text(max_size=40), st.sampled_from([time_of_day, quiet_hours, weekdays, pause_days]))
def test_no_input_does_worse_than_be_refused(text: str, parse: Callable[[str], object]) -> None:
    with suppress(Refusal):
        parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("23:00-07:00", QuietHours(time(23), time(7))),
        ("11 pm to 7 am", QuietHours(time(23), time(7))),
        ("23点到7点", QuietHours(time(23), time(7))),
        ("off", None),
        ("关闭", None),
    ],
)
def test_quiet_hours(text: str, expected: QuietHours | None) -> None:
    assert quiet_hours(text) == expected


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        (QuietHours(time(23), time(7)), [time(23), time(0), time(6, 59)], [time(7), time(22, 59)]),
        (QuietHours(time(9), time(17)), [time(9), time(16, 59)], [time(17), time(8, 59)]),
    ],
)
def test_quiet_hours_hold_their_start_and_not_their_end(
    hours: QuietHours, inside: list[time], outside: list[time]
) -> None:
    assert all(hours.contains(moment) for moment in inside)
    assert not any(hours.contains(moment) for moment in outside)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon-fri", {1, 2, 3, 4, 5}),
        ("Monday to Friday", {1, 2, 3, 4, 5}),
        ("fri-mon", {5, 6, 7, 1}),
        ("mon,wed, fri", {1, 3, 5}),
        ("weekdays", {1, 2, 3, 4, 5}),
        ("weekend", {6, 7}),
        ("daily", {1, 2, 3, 4, 5, 6, 7}),
        ("1-5", {1, 2, 3, 4, 5}),
        ("sun", {7}),
        ("周一到周五", {1, 2, 3, 4, 5}),
        ("星期天", {7}),
        ("週六、週日", {6, 7}),
        ("工作日", {1, 2, 3, 4, 5}),
        ("每天", {1, 2, 3, 4, 5, 6, 7}),
    ],
)
def test_weekdays(text: str, expected: set[int]) -> None:
    assert weekdays(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("", None), ("7", 7), ("7 days", 7), ("3天", 3)])
def test_pause_days(text: str, expected: int | None) -> None:
    assert pause_days(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-17", date(2026, 11, 17)),
        ("2026-1-7", date(2026, 1, 7)),
        ("2026年11月7日", date(2026, 11, 7)),
        ("yesterday", date(2026, 11, 17)),
        ("昨天", date(2026, 11, 17)),
        ("today", TODAY),
        ("20261117", date(2026, 11, 17)),
    ],
)
def test_day(text: str, expected: date) -> None:
    assert day(text, TODAY) == expected


@given(st.text(max_size=10_000))
def test_what_is_repeated_to_people_is_one_short_printable_line(text: str) -> None:
    line = shown(text)
    assert len(line) <= 60
    assert line.isprintable()


@pytest.mark.parametrize(("text", "page"), [("2", 2), ("0", 1), ("", 1), ("x", 1), ("99999", 1)])
def test_page_number(text: str, page: int) -> None:
    assert page_number(text) == page
