"""What a platform can ask of the sender: waits for one chat and for all, moves, order, pace."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.delivery.courier import Courier
from bot.delivery.outlet import Limits
from bot.errors import ChatMoved, MessageRejected, OutcomeUnknown, RetryLater, Scope
from bot.model import DeliveryState
from scheduler.capacity import Capacity
from scheduler.tick import AHEAD, Tick
from tests.conversation import Conversation
from tests.outlets import ScriptedPlatform

EIGHT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
CONSOLE = ("console", "console")


def tick_of(
    talk: Conversation,
    platform: ScriptedPlatform,
    capacity: Capacity | None = None,
    **options: Any,
) -> Tick:
    store = talk.app.store
    courier = Courier(
        store.ledger,
        store.chats,
        store.issues,
        talk.app.editor,
        store.leases,
        outlets={CONSOLE: platform.outlet()},
        clock=talk.clock,
        **options,
    )
    return Tick(store.chats, store.ledger, courier, capacity)


async def run_at(talk: Conversation, tick: Tick, now: datetime) -> dict[str, int]:
    talk.clock.set(now)
    return dict(+await tick.run(now))


async def states(talk: Conversation) -> dict[DeliveryState, int]:
    return {state: n for state, n in (await talk.app.store.ledger.counts()).items() if n}


async def subscribe(talk: Conversation, *names: str) -> None:
    for who in names:
        await talk.say("/subscribe cv", who)


async def test_a_wait_of_the_account_stops_all_and_outlives_a_restart(
    talk: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"reader{n}" for n in range(12)]
    await subscribe(talk, *names)
    platform = ScriptedPlatform(limits=Limits(in_flight=1))
    platform.script["reader3"] = [RetryLater("flood", 5 * 3600, scope=Scope.ACCOUNT)]
    assert (await run_at(talk, tick_of(talk, platform), EIGHT))["sent"] == 3
    assert "asks this bot to wait until 2026-11-19 13:00:00 UTC" in caplog.text
    assert len(platform.tried) == 4
    # Another process, hours later.
    almost = EIGHT + timedelta(hours=5) - timedelta(seconds=1)
    assert await run_at(talk, tick_of(talk, platform), almost) == {}
    counts = await run_at(talk, tick_of(talk, platform), EIGHT + timedelta(hours=5))
    assert counts == {"sent": 9, "late": 9}
    assert all(len(platform.at(name)) == 1 for name in names)


async def test_a_wait_that_a_clock_ahead_wrote_down_is_not_a_year_long(talk: Conversation) -> None:
    await subscribe(talk, "ann")
    platform = ScriptedPlatform()
    platform.script["ann"] = [RetryLater("flood", 60, scope=Scope.ACCOUNT)]
    tick = tick_of(talk, platform)
    await run_at(talk, tick, EIGHT)
    talk.clock.set(EIGHT - timedelta(days=365))
    await tick.courier.senders[CONSOLE].remember()
    assert (await talk.app.store.leases.holds())[CONSOLE].seconds == 60
    assert not tick.courier.senders[CONSOLE].must_wait


async def test_a_chat_that_moved_gets_its_issue_at_its_new_address(talk: Conversation) -> None:
    await subscribe(talk, "ann", "bob")
    platform = ScriptedPlatform()
    platform.script["ann"] = [ChatMoved("upgraded", "-100")]
    assert await run_at(talk, tick_of(talk, platform), EIGHT) == {"sent": 2, "retried": 1}
    assert len(platform.at("-100")) == 1
    assert "Computer vision" in await talk.say("/list", "-100")


async def test_a_chat_that_moves_for_ever_is_given_up(talk: Conversation) -> None:
    await subscribe(talk, "ann")
    platform = ScriptedPlatform()
    platform.script = {
        name: [ChatMoved("upgraded", other)] * 9 for name, other in (("ann", "eve"), ("eve", "ann"))
    }
    assert (await run_at(talk, tick_of(talk, platform), EIGHT))["dead"] == 1


async def test_at_most_once_never_sends_again_what_may_have_arrived(talk: Conversation) -> None:
    await subscribe(talk, "ann")
    platform = ScriptedPlatform()
    platform.script["ann"] = [OutcomeUnknown("cut")]
    tick = tick_of(talk, platform, at_most_once=True)
    assert await run_at(talk, tick, EIGHT) == {"uncertain": 1}
    assert await run_at(talk, tick, EIGHT + timedelta(minutes=1)) == {"dead": 1}
    assert len(platform.tried) == 1


async def test_a_chat_gets_its_parts_at_its_own_pace_while_others_go_on(
    talk: Conversation,
) -> None:
    names = [f"reader{n}" for n in range(6)]
    await subscribe(talk, *names)
    platform = ScriptedPlatform(parts=2, limits=Limits(chat_seconds=0.3))
    start = time.monotonic()
    assert await run_at(talk, tick_of(talk, platform), EIGHT) == {"sent": 12}
    assert time.monotonic() - start >= 0.3
    arrived = [message.payload for message in platform.arrived]
    assert all("part 1" in payload for payload in arrived[:6])
    assert all("part 2" in payload for payload in arrived[6:])


async def test_the_rate_of_the_account_is_held_by_all_workers_together(
    talk: Conversation,
) -> None:
    names = [f"reader{n}" for n in range(24)]
    await subscribe(talk, *names)
    platform = ScriptedPlatform(limits=Limits(per_second=20))
    await run_at(talk, tick_of(talk, platform), EIGHT)
    sent = sorted(platform.instants)
    assert len(sent) == 24
    most = max(sum(1 for other in sent if start <= other < start + 1) for start in sent)
    assert most <= 20


async def test_what_was_given_up_can_be_sent_again_by_the_operator(talk: Conversation) -> None:
    await subscribe(talk, "ann")
    platform = ScriptedPlatform(parts=3)
    platform.script["ann"] = [None, MessageRejected("too long")]
    tick = tick_of(talk, platform)
    assert await run_at(talk, tick, EIGHT) == {"sent": 1, "dead": 1}
    ledger = talk.app.store.ledger
    dead = await ledger.entries(DeliveryState.DEAD, 10)
    assert [(e.delivery.part, str(e.chat), e.reason) for e in dead] == [
        (2, "console:ann", "too long")
    ]
    later = EIGHT + timedelta(days=2)
    assert await ledger.resend(dead[-1].delivery.id, later)
    assert not await ledger.resend(dead[-1].delivery.id, later)
    assert (await run_at(talk, tick, later))["sent"] == 5  # with the issue of that day
    assert [text for text in platform.at("ann") if "2026-11-19" in text] == [
        f"2026-11-19 part {n} of 3" for n in (1, 2, 3)
    ]
    later_parts = [each for each in platform.arrived if "2026-11-19 part 1" not in each.payload]
    assert [each.first for each in later_parts[:2]] == ["1", "1"]


# Planned and composed ahead


async def test_what_is_prepared_goes_out_at_its_hour_and_not_before(talk: Conversation) -> None:
    await subscribe(talk, "ann")
    platform = ScriptedPlatform()
    tick = tick_of(talk, platform)
    early = EIGHT - AHEAD
    await tick.prepare(early)
    assert await states(talk) == {DeliveryState.READY: 1}
    assert await run_at(talk, tick, EIGHT - timedelta(seconds=1)) == {}
    assert await run_at(talk, tick, EIGHT) == {"sent": 1}


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("/time 09:00", EIGHT + timedelta(hours=1)),
        ("/timezone Lisbon", EIGHT),
        ("/pause", None),
        ("/unsubscribe all", None),
        ("/days sat", None),
    ],
)
async def test_a_change_in_between_moves_or_cancels_what_was_prepared(
    talk: Conversation, line: str, at: datetime | None
) -> None:
    await subscribe(talk, "ann")
    platform = ScriptedPlatform()
    tick = tick_of(talk, platform)
    talk.clock.set(EIGHT - timedelta(minutes=3))
    await tick.prepare(talk.clock.now())
    await talk.say(line)
    await tick.prepare(talk.clock.now())
    hours = [EIGHT + timedelta(minutes=30 * n) for n in range(16)]
    sent = [now for now in hours if (await run_at(talk, tick, now)).get("sent")]
    assert sent == ([] if at is None else [at])


async def test_new_topics_in_between_are_in_the_issue(talk: Conversation) -> None:
    await subscribe(talk, "ann")
    tick = tick_of(talk, ScriptedPlatform())
    talk.clock.set(EIGHT - timedelta(minutes=3))
    await tick.prepare(talk.clock.now())
    await talk.say("/subscribe nlp")
    await tick.prepare(talk.clock.now())
    await run_at(talk, tick, EIGHT)
    issue = await talk.app.store.issues.shown((await talk.chat()).id, EIGHT.date())
    assert issue is not None
    assert len(issue.topics) == 2


async def test_what_comes_due_is_sent_until_told_to_stop(talk: Conversation) -> None:
    await subscribe(talk, "ann", "bob")
    platform = ScriptedPlatform()
    platform.silent = {"bob"}
    tick = tick_of(talk, platform)
    await tick.prepare(EIGHT - AHEAD)
    talk.clock.set(EIGHT)
    stop = asyncio.Event()
    serving = asyncio.create_task(tick.courier.serve(CONSOLE, stop))
    async with asyncio.timeout(10):
        while await states(talk) != {  # noqa: ASYNC110 - the database tells nobody
            DeliveryState.SENT: 1,
            DeliveryState.SENDING: 1,
        }:
            await asyncio.sleep(0.01)
    stop.set()
    serving.cancel()
    await asyncio.wait([serving])
    # Whoever comes next knows at once that nobody else sends for this account.
    platform.silent = set()
    again = tick_of(talk, platform)
    stop = asyncio.Event()
    serving = asyncio.create_task(again.courier.serve(CONSOLE, stop))
    async with asyncio.timeout(10):
        while await states(talk) != {DeliveryState.SENT: 2}:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)
    stop.set()
    await serving
