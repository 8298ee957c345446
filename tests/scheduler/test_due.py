"""`scheduler.due` against known clock changes, and against `whenever` as an independent judge."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whenever import Instant, PlainDateTime, ZonedDateTime

from bot.model import CATCH_UP, GRACE, Occurrence, Schedule
from scheduler.due import Due, Verdict, decide, latest_due, next_due, occurrence

ZONES = sorted(available_timezones())
TICK = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

CLOCK_CHANGES = [
    # In a gap, with the offset before it.
    ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30"),
    ("Australia/Lord_Howe", "2024-10-06", "02:15", "2024-10-05T15:45"),
    ("Africa/Casablanca", "2024-04-14", "02:30", "2024-04-14T02:30"),
    ("Antarctica/Troll", "2024-03-31", "02:30", "2024-03-31T02:30"),
    ("America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04T03:00"),
    ("America/Sao_Paulo", "2018-11-04", "00:30", "2018-11-04T03:30"),
    ("America/Scoresbysund", "2025-03-29", "23:30", "2025-03-30T01:30"),
    # In an overlap, the first.
    ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
    ("Australia/Lord_Howe", "2024-04-07", "01:45", "2024-04-06T14:45"),
    ("Africa/Casablanca", "2024-03-10", "02:30", "2024-03-10T01:30"),
    ("Antarctica/Troll", "2024-10-27", "02:30", "2024-10-27T00:30"),
    ("America/Sao_Paulo", "2018-02-17", "23:30", "2018-02-18T01:30"),
    ("America/Scoresbysund", "2025-10-25", "23:30", "2025-10-26T00:30"),
    # Around a date that the zone skipped.
    ("Pacific/Apia", "2011-12-29", "23:59", "2011-12-30T09:59"),
    ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00"),
    ("Pacific/Kwajalein", "1993-08-20", "08:00", "1993-08-20T20:00"),
    ("Pacific/Kwajalein", "1993-08-22", "08:00", "1993-08-21T20:00"),
]

SWEPT = [
    ("Pacific/Apia", 2011), ("Pacific/Fakaofo", 2011), ("Pacific/Kwajalein", 1993),
    ("Pacific/Kiritimati", 1994), ("Australia/Lord_Howe", 2024), ("America/Sao_Paulo", 2018),
    ("America/Scoresbysund", 2024), ("America/Scoresbysund", 2025), ("America/Nuuk", 2024),
    ("Africa/Casablanca", 2024), ("Antarctica/Troll", 2024), ("America/St_Johns", 2007),
    ("America/Havana", 2024), ("Asia/Beirut", 2023), ("Asia/Gaza", 2024), ("Asia/Tehran", 2021),
    ("Europe/Dublin", 2024), ("America/New_York", 2024), ("Pacific/Chatham", 2024),
    ("Asia/Pyongyang", 2018), ("America/Caracas", 2016), ("Europe/Volgograd", 2018),
]  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def judged(zone: str, day: date, at: time) -> datetime:
    """The instant according to `whenever`, whose "compatible" is the rule of RFC 5545."""
    local = PlainDateTime(datetime.combine(day, at))
    return local.assume_tz(zone, disambiguation="compatible").to_instant().to_stdlib()


def clock_changes(zone: str, since: int, until: int) -> Iterator[ZonedDateTime]:
    moment = ZonedDateTime(since, 1, 1, tz=zone).next_transition()
    while moment is not None and moment.year < until:
        yield moment
        moment = moment.next_transition()


def dates_lived(zone: str, year: int) -> list[date]:
    """Each date that a clock on the wall shows during the year, looked at every hour."""
    start = Instant.from_utc(year, 1, 1)
    seen = (start.add(hours=n).to_tz(zone).date().to_stdlib() for n in range(-24, 367 * 24))
    return sorted({day for day in seen if day.year == year})


@pytest.mark.parametrize(("zone", "day", "at", "instant"), CLOCK_CHANGES)
def test_known_clock_changes(zone: str, day: str, at: str, instant: str) -> None:
    expected = Occurrence(date.fromisoformat(day), utc(instant))
    assert occurrence(Schedule(time.fromisoformat(at), zone), expected.day) == expected


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Kwajalein", date(1993, 8, 21)),
        ("Pacific/Kiritimati", date(1994, 12, 31)),
    ],
)
@pytest.mark.parametrize("at", [time(0), time(12), time(23, 59)])
def test_a_date_that_the_zone_skipped_has_no_occurrence(zone: str, day: date, at: time) -> None:
    schedule = Schedule(at, zone)
    before, after = occurrence(schedule, day - ONE_DAY), occurrence(schedule, day + ONE_DAY)
    assert occurrence(schedule, day) is None
    assert before is not None
    assert after is not None
    assert next_due(schedule, before.instant) == after
    assert latest_due(schedule, after.instant - TICK) == before


def test_a_weekly_schedule_passes_over_a_skipped_date() -> None:
    fridays = Schedule(time(8), "Pacific/Apia", frozenset({5}))
    before, after = Occurrence(date(2011, 12, 23), utc("2011-12-23T18:00")), date(2012, 1, 6)
    found = next_due(fridays, before.instant)
    assert found == Occurrence(after, utc("2012-01-05T18:00"))
    assert latest_due(fridays, found.instant - TICK) == before


@pytest.mark.parametrize("zones", [ZONES[::6], pytest.param(ZONES, marks=pytest.mark.soak)])
def test_every_clock_change(zones: Sequence[str]) -> None:
    minutes = [timedelta(minutes=m) for m in (-90, -30, -1, 0, 15, 45)]
    for zone in zones:
        for change in clock_changes(zone, 1970, 2036):
            wall = change.to_plain().to_stdlib()
            last_before = change.subtract(nanoseconds=1).date().to_stdlib()
            for day in (wall.date() + n * ONE_DAY for n in (-1, 0, 1)):
                for at in {(wall + m).time() for m in minutes} | {time(0), time(23, 59)}:
                    found = occurrence(Schedule(at, zone), day)
                    expected = Occurrence(day, judged(zone, day, at))
                    lived = not last_before < day < wall.date()
                    assert found == (expected if lived else None), (zone, day, at)


days_2000_to_2035 = st.dates(date(2000, 1, 1), date(2035, 12, 31))
minutes_of_day = st.integers(0, 1439).map(lambda m: time(m // 60, m % 60))
weekdays = st.frozensets(st.integers(1, 7), min_size=1)


@settings(max_examples=500)
@given(st.sampled_from(ZONES), minutes_of_day, days_2000_to_2035, weekdays)
def test_any_zone_minute_and_date(zone: str, at: time, day: date, days: frozenset[int]) -> None:
    found = occurrence(Schedule(at, zone, days), day)
    if day.isoweekday() in days:
        assert found in (Occurrence(day, judged(zone, day, at)), None)
        assert found is not None or day == date(2011, 12, 30)
    else:
        assert found is None


HALF_HOURS = (*range(44, 48), *range(11), 12, 24, 36)
"""Those of the night, when clocks change in all these zones, and three of the day."""


@pytest.mark.parametrize(("zone", "year"), SWEPT)
def test_each_date_of_a_year_comes_once_and_in_order(zone: str, year: int) -> None:
    lived = dates_lived(zone, year)
    for half_hour in HALF_HOURS:
        schedule = Schedule(time(half_hour // 2, half_hour % 2 * 30), zone)
        met = [occurrence(schedule, lived[0])]
        while met[-1] is not None and met[-1].day < lived[-1]:
            met.append(next_due(schedule, met[-1].instant))
        found = [o for o in met if o is not None]
        assert [o.day for o in found] == lived
        assert all(one.instant < other.instant for one, other in pairwise(found))


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a moment, more often than not within hours of a clock change."""
    zone = draw(st.sampled_from(ZONES + [zone for zone, _ in SWEPT] * 10))
    moment = LONG_AGO + timedelta(minutes=draw(st.integers(0, 35 * 365 * 24 * 60)))
    change = Instant(moment).to_tz(zone).next_transition()
    if change is None or draw(st.integers(0, 3)) == 0:
        return zone, moment
    return zone, change.to_instant().to_stdlib() + timedelta(minutes=draw(st.integers(-1500, 1500)))


@settings(max_examples=400)
@given(moments(), minutes_of_day | st.sampled_from([time(0), time(23, 30)]), weekdays)
def test_next_and_latest_are_neighbours(
    where: tuple[str, datetime], at: time, days: frozenset[int]
) -> None:
    zone, moment = where
    schedule = Schedule(at, zone, days)
    near = (moment.date() + n * ONE_DAY for n in range(-20, 20))
    around = [o for o in (occurrence(schedule, day) for day in near) if o is not None]
    latest, following = latest_due(schedule, moment), next_due(schedule, moment)
    assert latest == max((o for o in around if o.instant <= moment), key=lambda o: o.instant)
    assert following == min((o for o in around if o.instant > moment), key=lambda o: o.instant)
    assert next_due(schedule, latest.instant) == following
    assert next_due(schedule, latest.instant - TICK) == latest
    assert latest_due(schedule, following.instant) == following
    assert latest_due(schedule, following.instant - TICK) == latest


def test_an_evening_that_is_skipped_comes_after_midnight() -> None:
    late = Schedule(time(23, 30), "America/Scoresbysund")
    expected = Occurrence(date(2025, 3, 29), utc("2025-03-30T01:30"))
    assert next_due(late, utc("2025-03-30T01:15")) == expected


def test_a_midnight_that_is_taken_back_stays_over() -> None:
    midnight = Schedule(time(0), "America/St_Johns")
    # At 00:01 the clocks went back to 23:01 of the day before.
    expected = Occurrence(date(2010, 11, 7), utc("2010-11-07T02:30"))
    assert latest_due(midnight, utc("2010-11-07T02:45")) == expected


@pytest.mark.parametrize(
    ("delay", "verdict"),
    [
        (timedelta(0), Verdict.ON_TIME),
        (GRACE, Verdict.ON_TIME),
        (GRACE + TICK, Verdict.LATE),
        (CATCH_UP, Verdict.LATE),
        (CATCH_UP + TICK, Verdict.EXPIRED),
        (ONE_DAY - TICK, Verdict.EXPIRED),
    ],
)
@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Shanghai"), timezone(timedelta(hours=-9))])
def test_verdicts(delay: timedelta, verdict: Verdict, zone: ZoneInfo | timezone) -> None:
    instant = utc("2026-05-05T00:00")
    due = decide(
        Schedule(time(8), "Asia/Shanghai"),
        now=(instant + delay).astimezone(zone),
        active_since=instant.astimezone(zone),
    )
    assert due == Due(date(2026, 5, 5), instant, verdict)


def test_the_span_of_the_catch_up_rule() -> None:
    assert timedelta(minutes=5) == GRACE
    assert timedelta(hours=6) == CATCH_UP


def test_nothing_is_due_from_before_the_chat_was_active() -> None:
    schedule, instant = Schedule(time(8), "Asia/Shanghai"), utc("2026-05-05T00:00")
    assert decide(schedule, now=instant, active_since=instant + TICK) is None
    before = decide(schedule, now=instant - TICK, active_since=LONG_AGO)
    assert before == Due(date(2026, 5, 4), instant - ONE_DAY, Verdict.EXPIRED)


def test_after_a_clock_jump_of_a_year_only_the_latest_date_is_due() -> None:
    now = utc("2027-05-05T01:00")
    due = decide(Schedule(time(8), "Asia/Shanghai"), now=now, active_since=LONG_AGO)
    assert due == Due(date(2027, 5, 5), utc("2027-05-05T00:00"), Verdict.LATE)


def test_a_schedule_without_weekdays_is_never_due() -> None:
    never = Schedule(time(8), "Asia/Shanghai", frozenset())
    assert next_due(never, LONG_AGO) is None
    assert latest_due(never, LONG_AGO) is None
    assert decide(never, now=LONG_AGO, active_since=LONG_AGO) is None


def test_the_fold_of_the_time_of_day_is_without_meaning() -> None:
    first, second = (Schedule(time(1, 30, fold=f), "America/New_York") for f in (0, 1))
    day = date(2026, 11, 1)
    assert occurrence(first, day) == occurrence(second, day)


@pytest.mark.parametrize(
    "ask",
    [
        next_due,
        latest_due,
        lambda s, naive: decide(s, now=naive, active_since=LONG_AGO),
        lambda s, naive: decide(s, now=LONG_AGO, active_since=naive),
    ],
)
def test_naive_datetimes_are_refused(ask: Callable[[Schedule, datetime], object]) -> None:
    with pytest.raises(ValueError, match="offset"):
        ask(Schedule(time(8), "UTC"), LONG_AGO.replace(tzinfo=None))
