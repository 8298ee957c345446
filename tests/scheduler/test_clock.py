"""Clocks that are set forwards and back: no date gets two issues, none goes without for long."""

from datetime import date, timedelta

import pytest

from scheduler.clock import GAP, STEADY, Seen, look, zones_version
from scheduler.tick import AHEAD
from tests.conversation import NOON, Conversation

HOUR = timedelta(hours=1)


async def prepare_and_send(talk: Conversation) -> None:
    """A pass of ``ribao run`` at the time that the clock shows."""
    now = talk.clock.now()
    await talk.app.clock_guard().check(now, AHEAD)
    tick = talk.tick()
    await tick.prepare(now)
    await tick.courier.deliver(now)


async def live(talk: Conversation, hours: int, step: int = 2) -> None:
    """Passes every two hours: issues are due at eight."""
    for _ in range(0, hours, step):
        talk.clock.move(step * HOUR)
        await prepare_and_send(talk)


async def dates(talk: Conversation) -> list[date]:
    return list(await talk.app.store.issues.days((await talk.chat()).id))


@pytest.mark.parametrize("leap", [2 * HOUR, timedelta(days=365)])
async def test_a_clock_that_leaps_ahead_and_comes_back(talk: Conversation, leap: timedelta) -> None:
    await talk.say("/subscribe cv")
    await live(talk, 24)
    before = await dates(talk)
    talk.clock.move(leap)
    await live(talk, 1, step=1)
    talk.clock.move(-leap)
    await live(talk, 70)
    got = await dates(talk)
    assert len(await talk.inbox("ann")) == len(got) == len(set(got))
    # The mornings after the leap all had their issue, early or in time.
    expected = {before[0] + timedelta(days=n) for n in range(4)}
    assert expected <= set(got)


async def test_a_subscription_made_while_the_clock_was_ahead_counts(talk: Conversation) -> None:
    await prepare_and_send(talk)
    talk.clock.move(timedelta(days=365))
    await prepare_and_send(talk)
    await talk.say("/subscribe cv")
    talk.clock.move(-timedelta(days=365))
    await live(talk, 48)
    assert len(await talk.inbox("ann")) == 2


async def test_new_rules_of_time_zones_have_all_planned_anew(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await prepare_and_send(talk)
    assert (await talk.chat()).next_due is not None
    notes = talk.app.store.notes
    assert await notes.get("tzdata") == zones_version() != ""
    await notes.put("tzdata", "an older one")
    await talk.app.clock_guard().check(talk.clock.now(), AHEAD)
    assert (await talk.chat()).next_due is None
    assert await notes.get("tzdata") == zones_version()


async def test_nothing_is_erased_by_a_clock_that_leapt(talk: Conversation) -> None:
    guard = talk.app.clock_guard()
    assert not await guard.is_steady(NOON)
    for hours in range(0, 49, 12):
        await guard.check(NOON + hours * HOUR, AHEAD)
    assert await guard.is_steady(NOON + 48 * HOUR)
    await guard.check(NOON + timedelta(days=365), AHEAD)
    assert not await guard.is_steady(NOON + timedelta(days=365))


def test_what_is_remembered_of_the_clock() -> None:
    before = Seen(NOON, NOON - STEADY)
    assert look(before, NOON + GAP) == (Seen(NOON + GAP, NOON - STEADY), False)
    assert look(before, NOON - timedelta(seconds=30))[1] is False
    back = NOON - timedelta(minutes=2)
    assert look(before, back) == (Seen(back, back), True)
