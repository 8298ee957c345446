"""Every zone, every half-hour, seven years: one instant for each date that exists (`make soak`)."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from whenever import PlainDateTime

from bot.model import Schedule
from scheduler.due import occurrence

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

HALF_HOURS = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 30)]
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
GROUPS = 16
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


@pytest.mark.parametrize("group", range(GROUPS))
def test_one_instant_for_each_local_date(group: int) -> None:
    for name in ZONES[group::GROUPS]:
        zone = ZoneInfo(name)
        changing = _days_near_clock_changes(zone)
        for at in HALF_HOURS:
            schedule = Schedule(at, name)
            instants = []
            for day in DAYS:
                found = occurrence(schedule, day)
                assert found is not None, (name, day)
                assert found.day == day
                instants.append(found.instant)
                if day in changing:
                    assert found.instant == _by_whenever(day, at, name), (name, day, at)
            assert all(a < b for a, b in pairwise(instants)), (name, at)


def _days_near_clock_changes(zone: ZoneInfo) -> set[date]:
    """Days on which, or next to which, the offset changes; the oracle is asked only there."""
    noons = [datetime(d.year, d.month, d.day, 12, tzinfo=UTC) for d in DAYS]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    return {
        DAYS[near]
        for n in range(1, len(DAYS))
        if offsets[n] != offsets[n - 1]
        for near in range(max(n - 2, 0), min(n + 3, len(DAYS)))
    }


def _by_whenever(day: date, at: time, zone: str) -> datetime:
    plain = PlainDateTime(day.year, day.month, day.day, at.hour, at.minute)
    moment = plain.assume_tz(zone, disambiguation="compatible")
    return moment.to_instant().to_stdlib()
