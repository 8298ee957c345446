"""Spans of time that a round-up is of, and their names: weeks of ISO 8601, months, years. Pure."""

import re
from datetime import date, timedelta

from bot.messages import Messages

_SPAN = re.compile(r"(?P<year>\d{4})(?:-W(?P<week>\d{2})|-(?P<month>\d{2}))?")
YEARS = range(1970, 2201)
"""Years beyond are no round-up's: around them there are no dates to reckon with."""


def week_of(day: date) -> str:
    """The ISO week: 2024-12-30 lies in ``2025-W01``, 2021-01-03 in ``2020-W53``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def year_of(day: date) -> str:
    return f"{day:%Y}"


def days_of(span: str) -> tuple[date, date] | None:
    """The first day of a span and the day after its last; None if there is no such span."""
    match = _SPAN.fullmatch(span)
    if match is None or (year := int(match["year"])) not in YEARS:
        return None
    try:
        if match["week"]:
            first = date.fromisocalendar(year, int(match["week"]), 1)
            return first, first + timedelta(days=7)
        if match["month"]:
            month = int(match["month"])
            return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
        return date(year, 1, 1), date(year + 1, 1, 1)
    except ValueError:
        return None


def neighbour(span: str, step: int) -> str:
    """The span before (``step`` -1) or after (1) one that there is."""
    found = days_of(span)
    if found is None:
        raise ValueError(f"no span: {span!r}")
    first, after = found
    day = after if step > 0 else first - timedelta(days=1)
    return (week_of if "W" in span else month_of if "-" in span else year_of)(day)


def span_name(span: str, say: Messages) -> str:
    """A span in words: week 47 of 2026."""
    match = _SPAN.fullmatch(span)
    if match is None:
        return span
    if match["week"]:
        return say("span.week", year=match["year"], week=int(match["week"]))
    return say.published(span) if match["month"] else say("span.year", year=match["year"])


KINDS = ("weekly", "monthly", "yearly")
"""The kinds of round-ups, by the names of their commands."""


def kind_of(span: str) -> str:
    """The kind of round-up that is of such a span."""
    return "weekly" if "W" in span else "monthly" if "-" in span else "yearly"


def span_at(kind: str, day: date) -> str:
    """The span of a kind in which a day lies."""
    return {"weekly": week_of, "monthly": month_of, "yearly": year_of}[kind](day)


def due_spans(
    day: date, days: frozenset[int], kinds: frozenset[str], previous: date | None = None
) -> tuple[str, ...]:
    """The round-ups that come on a day: each on the first of the ISO weekdays ``days`` after it.

    A week's on the first such day of the week that follows, a month's and a year's likewise. Where
    nothing came on that day, it is the next: ``previous`` is the date of the issue before this one.
    """
    first = {
        "weekly": day.isoweekday() == min(days, default=0),
        "monthly": _is_first(day, day.day, days),
        "yearly": _is_first(day, day.timetuple().tm_yday, days),
    }
    due = (
        kind
        for kind in KINDS
        if kind in kinds
        and day.isoweekday() in days
        and (first[kind] or _lies_before(previous, span_at(kind, day)))
    )
    return tuple(neighbour(span_at(kind, day), -1) for kind in due)


def comes(
    day: date, days: frozenset[int], kinds: frozenset[str], previous: date | None = None
) -> bool:
    """Whether an edition of these kinds comes on a day; see ``due_spans``."""
    return ("daily" in kinds and day.isoweekday() in days) or bool(
        due_spans(day, days, kinds, previous)
    )


def passed_over(span: str, previous: date | None) -> tuple[str, ...]:
    """The spans of that kind that were over since the issue before, and did not come either.

    What comes on a day is of the last one: after weeks of silence nobody wants all of them at once.
    """
    if previous is None:
        return ()
    first, passed = span_at(kind_of(span), previous), []
    while span > first:
        span = neighbour(span, -1)
        passed.append(span)
    return tuple(reversed(passed))


def _lies_before(day: date | None, span: str) -> bool:
    begins = days_of(span)
    return day is not None and begins is not None and day < begins[0]


def _is_first(day: date, number: int, days: frozenset[int]) -> bool:
    """Whether none of the days before it, ``number`` counting from 1, is one of ``days``."""
    earlier = (day - timedelta(days=back) for back in range(1, min(number, 8)))
    return number <= 7 and all(each.isoweekday() not in days for each in earlier)
