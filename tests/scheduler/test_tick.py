"""Passes of the scheduler over whole days: one issue for each local date, whatever changes."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.messages import messages
from bot.model import DeliveryState
from tests.conversation import NOON, Conversation

LATE = messages("en")("issue.late")


EVERY_FOUR_HOURS = timedelta(hours=4)
"""From noon on that meets 08:00, when issues are due, and enough hours at which nothing is."""


async def pass_through(
    talk: Conversation, start: datetime, end: datetime, step: timedelta = EVERY_FOUR_HOURS
) -> Counter[str]:
    """Passes at regular instants, as the timer makes them but fewer."""
    counts: Counter[str] = Counter()
    while start <= end:
        talk.clock.set(start)
        counts += await talk.tick().run(start)
        start += step
    return counts


async def dates_at(talk: Conversation, chat: str) -> list[date]:
    return list(await talk.app.store.issues.days((await talk.chat(chat)).id))


async def test_an_issue_every_morning(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    counts = await pass_through(talk, NOON, NOON + timedelta(days=7))
    assert counts["sent"] == 7
    assert len(await talk.inbox("ann")) == 7


@pytest.mark.both_engines
async def test_nothing_that_was_due_before_the_subscription_comes(talk: Conversation) -> None:
    await talk.say("/time 11:00")
    await talk.say("/subscribe cv")  # at 12:00
    assert (await talk.tick().run(NOON + timedelta(minutes=1)))["sent"] == 0


async def test_a_later_hour_after_the_issue_brings_no_second_one(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await pass_through(talk, NOON, NOON + timedelta(hours=21), timedelta(hours=1))
    await talk.say("/time 10:00")  # at 09:00, after the issue of 08:00
    await pass_through(
        talk, talk.clock.now(), talk.clock.now() + timedelta(hours=14), timedelta(hours=1)
    )
    assert len(await talk.inbox("ann")) == 1


@pytest.mark.both_engines
async def test_an_earlier_hour_before_the_issue_brings_it_at_once(talk: Conversation) -> None:
    await talk.say("/time 20:00")
    await talk.say("/subscribe cv")
    talk.clock.set(datetime(2026, 11, 19, 19, 0, tzinfo=UTC))
    await talk.say("/time 08:00")
    counts = await talk.tick().run(talk.clock.now() + timedelta(seconds=20))
    assert counts == Counter(sent=1)
    assert LATE not in (await talk.inbox("ann"))[0]
    later = talk.clock.now()
    await pass_through(talk, later, later + timedelta(hours=12), timedelta(hours=1))
    assert len(await talk.inbox("ann")) == 1


async def test_a_journey_around_the_world_brings_one_issue_a_date(talk: Conversation) -> None:
    """Zone changes at awkward hours; dates may be skipped by the journey, never doubled."""
    await talk.say("/subscribe cv")
    now = NOON
    for zone in ("Los Angeles", "Shanghai", "Auckland", "Honolulu", "Berlin", "Kiritimati"):
        await talk.say(f"/timezone {zone}")
        await pass_through(talk, now, now + timedelta(hours=31), timedelta(hours=2))
        now += timedelta(hours=31)
    dates = await dates_at(talk, "ann")
    assert len(dates) == len(set(dates)) == len(await talk.inbox("ann"))
    first, last = min(dates), max(dates)
    assert dates == [first + timedelta(days=n) for n in range((last - first).days + 1)]


async def test_a_pause_leaves_no_debts(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.say("/pause 3")
    counts = await pass_through(talk, NOON, NOON + timedelta(days=5))
    assert counts["sent"] == 2  # the mornings after the third day
    assert LATE not in (await talk.inbox("ann"))[0]


async def test_an_open_pause_ends_with_resume(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.say("/pause")
    await pass_through(talk, NOON, NOON + timedelta(days=3))
    assert await talk.inbox("ann") == []
    await talk.say("/resume")
    later = NOON + timedelta(days=3)
    await pass_through(talk, later, later + timedelta(days=1))
    assert len(await talk.inbox("ann")) == 1


async def test_only_on_the_chosen_days(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.say("/days mon-fri")
    await pass_through(talk, NOON, NOON + timedelta(days=14))
    assert {day.isoweekday() for day in await dates_at(talk, "ann")} == {1, 2, 3, 4, 5}
    assert len(await talk.inbox("ann")) == 10


async def test_more_days_bring_back_no_day_that_is_over(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.say("/days mon-fri")
    monday = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    await pass_through(talk, NOON, monday)
    before = len(await talk.inbox("ann"))
    await talk.say("/days daily")
    await pass_through(talk, monday, monday + timedelta(hours=3), timedelta(minutes=30))
    assert len(await talk.inbox("ann")) == before + 1
    assert date(2026, 11, 22) not in await dates_at(talk, "ann")


async def test_a_pass_as_of_a_far_day_leaves_the_real_days_alone(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.tick().run_as_of(NOON + timedelta(days=100))
    counts = await pass_through(talk, NOON, NOON + timedelta(days=2))
    assert counts["sent"] == 2


async def test_a_day_without_power_gives_one_issue_not_a_flood(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    counts = await talk.tick().run(NOON + timedelta(days=5))
    assert counts == Counter(sent=1, late=1)
    assert LATE in (await talk.inbox("ann"))[0]


ZONES = sorted(available_timezones())[::86]


@pytest.mark.parametrize(
    ("change", "zone"),
    [(date(2027, 3, 14), "America/New_York"), (date(2026, 10, 25), "Europe/Berlin")],
)
async def test_three_days_around_a_clock_change_in_many_zones(
    talk: Conversation, change: date, zone: str
) -> None:
    """As `ribao push --at` does it, as of days past and to come."""
    zones = [*ZONES, "America/New_York", "Europe/Berlin"]
    readers = {f"reader{n}": where for n, where in enumerate(zones)}
    for who, where in readers.items():
        await talk.say("/subscribe cv", who)
        await talk.say(f"/timezone {where}", who)
    await talk.say("/channel add #ai cv", "reader0")
    await talk.say(f"/channel #ai timezone {zone}", "reader0")
    days = [change + timedelta(days=n) for n in (-1, 0, 1)]
    instants = {
        datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo(where)).astimezone(UTC)
        for day in days
        for where in (*readers.values(), zone)
    }
    for instant in sorted(instants):
        for _ in range(2):
            counts = await talk.tick().run_as_of(instant)
        assert counts["sent"] == 0  # the second pass of an instant finds nothing
    for chat in (*readers, "#ai"):
        received = await talk.inbox(chat)
        assert set(days) <= set(await dates_at(talk, chat))
        assert len(received) == len(await dates_at(talk, chat)), chat
    counted = await talk.app.store.ledger.counts()
    assert {state for state, n in counted.items() if n} == {DeliveryState.SENT}
