"""When a schedule fires, and whether that is in time, late or too late. Pure: `now` is passed in.

A schedule is a local time of day; its occurrences are named by the local date they are meant for.
One occurrence belongs to each local date of its weekdays, also where clocks change:

- a time that the clocks skip is read with the offset before the gap, so it comes as much later as
  the gap is long, and a time that they repeat is its first appearance (RFC 5545, 3.3.5);
- a date that a zone skipped altogether (Pacific/Apia, 2011-12-30) has no occurrence.

`zoneinfo` follows the first rule by itself for ``fold=0`` (PEP 495).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from bot.model import CATCH_UP, GRACE, Occurrence, Schedule

_ONE_DAY = timedelta(days=1)

_DAYS_SEARCHED = 16
"""From the day beyond the local date (see below) to the same weekday two weeks off, as the date
one week off may be one that the zone skipped."""


_REMEMBERED = 4096
"""Most readers of one morning share a few schedules."""


class Verdict(StrEnum):
    """``LATE``: send it and say so. ``EXPIRED``: too late, its items go into the next issue."""

    ON_TIME = "on-time"
    LATE = "late"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Due:
    """An occurrence that has come (``instant`` in UTC), and what is to be done with it."""

    day: date
    instant: datetime
    verdict: Verdict


def occurrence(schedule: Schedule, day: date) -> Occurrence | None:
    """The appearance meant for the local date ``day``.

    None if it is not one of the schedule's weekdays, or if the zone skipped that date.
    """
    if day.isoweekday() not in schedule.days:
        return None
    zone = _zone(schedule.zone)
    local = _local(day, schedule.at, zone)
    if _is_skipped(local) and _is_skipped_date(day, zone):
        return None
    return Occurrence(day, local.astimezone(UTC))


@lru_cache(maxsize=_REMEMBERED)
def next_due(schedule: Schedule, after: datetime) -> Occurrence | None:
    """The first occurrence later than ``after``; None if the schedule has no weekdays."""
    moment = _utc(after)
    # Yesterday's can be yet to come: clocks that skip the end of a day move it past midnight.
    first = moment.astimezone(_zone(schedule.zone)).date() - _ONE_DAY
    return next((o for o in _occurrences(schedule, first, _ONE_DAY) if o.instant > moment), None)


@lru_cache(maxsize=_REMEMBERED)
def latest_due(schedule: Schedule, at: datetime) -> Occurrence | None:
    """The last occurrence not later than ``at``; None if the schedule has no weekdays."""
    moment = _utc(at)
    # Tomorrow's can be over: clocks set back past midnight repeat the end of a day.
    last = moment.astimezone(_zone(schedule.zone)).date() + _ONE_DAY
    return next((o for o in _occurrences(schedule, last, -_ONE_DAY) if o.instant <= moment), None)


def decide(
    schedule: Schedule,
    *,
    now: datetime,
    active_since: datetime,
    changed_at: datetime | None = None,
) -> Due | None:
    """What is due at ``now``: the latest occurrence, unless it came before ``active_since``.

    ``changed_at`` is when the schedule was last changed: an occurrence of that very day that the
    change put into the past is due at that moment, so that a new hour or zone never costs a date
    its issue.
    Whether that date's issue has been sent already is for the ledger to say.
    """
    since = _utc(active_since)
    latest = latest_due(schedule, now)
    if latest is None or latest.instant < since:
        return None
    instant = latest.instant
    if changed_at is not None and instant < _utc(changed_at) <= now:
        changed_on = changed_at.astimezone(_zone(schedule.zone)).date()
        if latest.day != changed_on:
            # The day was over before the change: the old schedule has dealt with it.
            return None
        instant = _utc(changed_at)
    return Due(latest.day, instant, _verdict(now - instant))


def _verdict(delay: timedelta) -> Verdict:
    if delay <= GRACE:
        return Verdict.ON_TIME
    return Verdict.LATE if delay <= CATCH_UP else Verdict.EXPIRED


def _occurrences(schedule: Schedule, first: date, step: timedelta) -> Iterator[Occurrence]:
    for number in range(_DAYS_SEARCHED):
        found = occurrence(schedule, first + number * step)
        if found is not None:
            yield found


def _is_skipped_date(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone skipped the whole date: its first and its last moment.

    Both ends must be asked: a gap at midnight or in the late evening takes but one of them. No
    zone ever put its clocks forward twice within a day, so two skipped ends mean one gap.
    """
    return all(_is_skipped(_local(day, end, zone)) for end in (time.min, time.max))


def _is_skipped(local: datetime) -> bool:
    """Whether a gap holds this local time: then it does not survive the way to UTC and back.

    Datetimes that share their tzinfo are compared by the clock face alone, as wanted here.
    """
    return local.astimezone(UTC).astimezone(local.tzinfo) != local


def _local(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).replace(fold=0)


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"a datetime without an offset from UTC: {moment!r}")
    return moment.astimezone(UTC)


# `ZoneInfo(name)` keeps a mere eight zones alive; at most the 600 that exist can get in here.
_zone = cache(ZoneInfo)
