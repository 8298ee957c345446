"""Crowds through a whole Ribao: windows that hold, what readers are told, and the forecast."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.outlet import Limits
from bot.messages import messages
from scheduler.capacity import COUNTED_EVERY, Capacity, WindowBook
from scheduler.tick import AHEAD, Tick
from tests.bot.delivery.test_sending import CONSOLE, tick_of
from tests.conversation import Conversation
from tests.outlets import ScriptedPlatform

EIGHT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
READERS = 6
PER_SECOND = 0.025
"""Of which 1.2 messages a minute are planned: the six of 08:00 take five minutes."""


def capacity_of(talk: Conversation, per_second: float | None = PER_SECOND) -> Capacity:
    store = talk.app.store
    return Capacity(WindowBook(store.notes), store.chats, store.ledger, lambda _: per_second)


@pytest.fixture
async def crowd(talk: Conversation) -> Conversation:
    """All want theirs at 08:00; planned once, so that their next instants are known."""
    for n in range(READERS):
        await talk.say("/subscribe cv", f"reader{n}")
    await tick(talk).prepare(talk.clock.now())
    talk.clock.set(EIGHT - timedelta(minutes=20))
    await tick(talk).prepare(talk.clock.now())
    return talk


def tick(talk: Conversation, platform: ScriptedPlatform | None = None) -> Tick:
    return tick_of(talk, platform or ScriptedPlatform(), capacity=capacity_of(talk))


async def due_instants(talk: Conversation) -> dict[str, datetime]:
    found = await talk.app.store.ledger.entries(None, 100)
    return {entered.chat.id: entered.delivery.due_at for entered in found}


async def prepare_at(talk: Conversation, now: datetime) -> None:
    talk.clock.set(now)
    await tick(talk).prepare(now)


@pytest.mark.both_engines
async def test_a_crowd_is_spread_over_the_window_that_it_was_told(crowd: Conversation) -> None:
    window = await WindowBook(crowd.app.store.notes).of(CONSOLE, EIGHT)
    assert window is not None
    assert (window.start, window.end) == (EIGHT, EIGHT + timedelta(minutes=5))
    await prepare_at(crowd, EIGHT - AHEAD)
    due = await due_instants(crowd)
    assert len(due) == READERS
    assert all(window.start <= at < window.end for at in due.values())
    assert len(set(due.values())) == READERS
    platform = ScriptedPlatform(limits=Limits())
    sent = []
    for minute in range(7):
        now = EIGHT + timedelta(minutes=minute)
        crowd.clock.set(now)
        await tick(crowd, platform).run(now)
        sent.append(len(platform.arrived))
        assert sent[-1] == sum(at <= now for at in due.values())
    assert sent[-1] == READERS
    assert not any(message.payload.startswith("late") for message in platform.arrived)


@pytest.mark.both_engines
async def test_the_window_holds_though_its_readers_are_planned(crowd: Conversation) -> None:
    await prepare_at(crowd, EIGHT - AHEAD)
    book = WindowBook(crowd.app.store.notes)
    before = await book.of(CONSOLE, EIGHT)
    await crowd.say("/time 09:00", "reader1")
    await prepare_at(crowd, EIGHT + COUNTED_EVERY)
    assert await book.of(CONSOLE, EIGHT) == before
    assert await book.of(CONSOLE, EIGHT + timedelta(days=1)) is not None
    await crowd.say("/time 08:00", "reader1")
    await prepare_at(crowd, EIGHT + COUNTED_EVERY + timedelta(seconds=20))
    assert len(await due_instants(crowd)) == READERS


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", "08:00, sent between 08:00 and 08:05"),
        ("zh-CN", "08:00，在 08:00 到 08:05 之间送达"),
        ("zh-TW", "08:00，在 08:00 到 08:05 之間送達"),
    ],
)
async def test_settings_show_the_window(crowd: Conversation, language: str, row: str) -> None:
    await crowd.say(f"/language {language}", "reader1")
    answer = await crowd.say("/settings", "reader1")
    assert row in answer
    speak = messages(language)
    when = speak.moment(EIGHT)
    (between,) = (line for line in answer.splitlines() if when in line)
    assert "08:05" in between


async def test_who_asks_after_the_hour_is_told_of_the_issue_that_is_still_to_come(
    crowd: Conversation,
) -> None:
    await prepare_at(crowd, EIGHT - AHEAD)
    due = await due_instants(crowd)
    last = max(due, key=lambda who: due[who])
    crowd.clock.set(EIGHT + timedelta(seconds=1))
    assert f"{EIGHT:%Y-%m-%d %H:%M}" in await crowd.say("/list", last)
    crowd.clock.set(due[last])
    await tick(crowd).run(crowd.clock.now())
    assert f"{EIGHT + timedelta(days=1):%Y-%m-%d %H:%M}" in await crowd.say("/list", last)


async def test_the_window_is_shown_by_the_readers_clock(crowd: Conversation) -> None:
    await crowd.say("/timezone Shanghai", "reader1")
    await crowd.say("/time 16:00", "reader1")
    assert "16:00, sent between 16:00 and 16:05" in await crowd.say("/settings", "reader1")


async def test_the_forecast_says_when_the_last_reader_has_it(crowd: Conversation) -> None:
    (forecast,) = await capacity_of(crowd).forecast(crowd.clock.now())
    assert (forecast.account, forecast.issues) == (CONSOLE, READERS)
    assert forecast.longest_wait == timedelta(minutes=5)
    (unlimited,) = await capacity_of(crowd, None).forecast(crowd.clock.now())
    assert (unlimited.issues, unlimited.longest_wait) == (READERS, timedelta(0))


@pytest.mark.both_engines
async def test_who_takes_round_ups_alone_counts_on_the_days_on_which_one_comes(
    crowd: Conversation,
) -> None:
    for who in ("reader1", "reader2"):
        await crowd.say("/weekly on", who)
        await crowd.say("/daily off", who)
    await crowd.say("/monthly on", "reader3")
    for day, issues in ((EIGHT, READERS - 2), (datetime(2026, 11, 23, 8, tzinfo=UTC), READERS)):
        await prepare_at(crowd, day - timedelta(hours=2))
        (forecast,) = await capacity_of(crowd).forecast(crowd.clock.now())
        assert forecast.issues == issues, day


@pytest.mark.both_engines
async def test_long_issues_take_as_many_messages(crowd: Conversation) -> None:
    long = tick(crowd, ScriptedPlatform(parts=3))
    await long.plan(crowd.clock.now(), EIGHT)
    await long.courier.compose(crowd.clock.now(), EIGHT)
    assert await crowd.app.store.ledger.messages_per_issue() == {"console": 3.0}
