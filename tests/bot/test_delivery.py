"""Deliveries through the ledger: what a platform can do to us, and what comes of it."""

import asyncio
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.courier import Courier
from bot.delivery.failures import retry_wait
from bot.delivery.outlet import Outlet
from bot.delivery.sending import key_of
from bot.errors import ChatGone, MessageRejected, OutcomeUnknown, RetryLater
from bot.model import ChatStatus, Delivery, DeliveryState
from bot.owners import is_gone, own_name
from bot.ports import Account
from scheduler.tick import Tick
from tests.conversation import Conversation, item
from tests.outlets import ScriptedPlatform, keys

EIGHT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
"""The first hour of issue after ``NOON``."""


class Morning:
    """A platform that is scripted, and the scheduler's pass over it."""

    def __init__(self, talk: Conversation, parts: int = 1) -> None:
        self.platform = ScriptedPlatform(parts)
        self.store = talk.app.store
        self.editor = talk.app.editor
        self.clock = talk.clock
        self.tick = self.through({("console", "console"): self.platform.outlet()})

    def through(self, outlets: Mapping[Account, Outlet]) -> Tick:
        store = self.store
        courier = Courier(
            store.ledger,
            store.chats,
            store.issues,
            self.editor,
            store.leases,
            outlets=outlets,
            clock=self.clock,
        )
        return Tick(store.chats, store.ledger, courier)

    async def at(self, now: datetime) -> Counter[str]:
        self.clock.set(now)
        return +await self.tick.run(now)

    async def states(self) -> dict[DeliveryState, int]:
        return {state: n for state, n in (await self.store.ledger.counts()).items() if n}


@pytest.fixture
async def morning(talk: Conversation) -> Morning:
    """Ann and Bob, both subscribed at noon of the day before."""
    for who in ("ann", "bob"):
        await talk.say("/subscribe cv", who)
    return Morning(talk)


async def test_each_gets_the_issue_once(morning: Morning) -> None:
    assert await morning.at(EIGHT) == {"sent": 2}
    assert await morning.at(EIGHT + timedelta(minutes=1)) == {}
    assert morning.platform.at("ann") == ["2026-11-19 part 1 of 1"]
    assert await morning.states() == {DeliveryState.SENT: 2}


async def test_nothing_is_due_before_its_hour(morning: Morning) -> None:
    assert await morning.at(EIGHT - timedelta(seconds=1)) == {}


async def test_a_message_that_must_wait_is_sent_when_the_wait_is_over(morning: Morning) -> None:
    morning.platform.script["ann"] = [RetryLater("flood", 600)]
    assert await morning.at(EIGHT) == {"sent": 1, "retried": 1}
    assert await morning.at(EIGHT + timedelta(seconds=599)) == {}
    assert await morning.at(EIGHT + timedelta(seconds=600)) == {"sent": 1, "late": 1}
    assert len(morning.platform.at("ann")) == 1


async def test_a_chat_that_shut_the_bot_out_keeps_its_subscriptions_and_comes_back(
    morning: Morning, talk: Conversation
) -> None:
    morning.platform.script["ann"] = [ChatGone("blocked")]
    assert await morning.at(EIGHT) == {"sent": 1, "dead": 1}
    assert (await talk.chat()).status is ChatStatus.GONE
    assert await morning.at(EIGHT + timedelta(days=1)) == {"sent": 1}
    talk.clock.set(EIGHT + timedelta(days=1, hours=2))
    assert "Computer vision" in await talk.say("/list")
    assert (await talk.chat()).status is ChatStatus.ACTIVE
    assert await morning.at(EIGHT + timedelta(days=2)) == {"sent": 2}


async def test_a_refused_message_is_not_tried_again(morning: Morning) -> None:
    morning.platform.script["ann"] = [MessageRejected("too long")]
    assert await morning.at(EIGHT) == {"sent": 1, "dead": 1}
    assert await morning.at(EIGHT + timedelta(minutes=5)) == {}


async def test_an_unknown_outcome_is_tried_once_more_with_the_same_key(morning: Morning) -> None:
    morning.platform.script["ann"] = [OutcomeUnknown("cut"), OutcomeUnknown("cut")]
    assert await morning.at(EIGHT) == {"sent": 1, "uncertain": 1}
    assert await morning.at(EIGHT + timedelta(minutes=1)) == {"uncertain": 1}
    assert await morning.at(EIGHT + timedelta(minutes=2)) == {"dead": 1}
    tries = [message for message in morning.platform.tried if message.chat == "ann"]
    assert len(tries) == 2
    assert len(set(keys(tries))) == 1


async def test_a_pass_that_died_while_sending_is_taken_up_when_its_lease_is_over(
    morning: Morning,
) -> None:
    morning.platform.silent = {"ann"}
    dying = asyncio.create_task(morning.at(EIGHT))
    async with asyncio.timeout(10):
        halfway = {DeliveryState.SENT: 1, DeliveryState.SENDING: 1}
        while await morning.states() != halfway:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # the one is with the platform, which never answers
    dying.cancel()
    await asyncio.wait([dying])
    morning.platform.silent = set()
    await morning.at(EIGHT + timedelta(seconds=30))
    assert morning.platform.at("ann") == []
    await morning.at(EIGHT + timedelta(seconds=61))
    assert len(morning.platform.at("ann")) == 1
    assert len(morning.platform.at("bob")) == 1
    assert await morning.states() == {DeliveryState.SENT: 2}


def name_of_an_ended_process() -> str:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    return f"{socket.gethostname()}:{ended.pid}:x"


async def test_the_claims_of_a_killed_process_are_not_waited_for(morning: Morning) -> None:
    morning.platform.script = {who: [RetryLater("wait", 1)] for who in ("ann", "bob")}
    await morning.at(EIGHT)
    owner = name_of_an_ended_process()
    soon, lease = EIGHT + timedelta(seconds=1), EIGHT + timedelta(seconds=60)
    accounts = [("console", "console")]
    assert len(await morning.store.ledger.claim(owner, accounts, soon, lease, 10)) == 2
    assert await morning.at(soon) == {"sent": 2}


@pytest.mark.parametrize("owner", ["", "x", "elsewhere:1:x"])
def test_a_process_that_may_live_is_not_called_gone(owner: str) -> None:
    assert not is_gone(owner)
    assert not is_gone(own_name())


async def test_a_fault_of_ours_in_one_chat_does_not_hold_up_the_others(
    morning: Morning, caplog: pytest.LogCaptureFixture
) -> None:
    morning.platform.script["ann"] = [ZeroDivisionError("a bug"), ZeroDivisionError("a bug")]
    assert await morning.at(EIGHT) == {"sent": 1, "uncertain": 1}
    assert "met a fault in Ribao" in caplog.text
    assert await morning.at(EIGHT + timedelta(minutes=1)) == {"uncertain": 1}
    assert await morning.at(EIGHT + timedelta(minutes=2)) == {"dead": 1}


async def test_an_issue_that_can_not_be_rendered_is_given_up(
    morning: Morning, caplog: pytest.LogCaptureFixture
) -> None:
    morning.platform.parts = 0  # no message at all: the ledger calls that a mistake
    assert await morning.at(EIGHT) == {}
    assert "can't be composed" in caplog.text
    assert await morning.states() == {DeliveryState.DEAD: 2}


async def test_parts_come_in_order_and_the_rest_after_a_stop(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    morning = Morning(talk, parts=3)
    morning.platform.script["ann"] = [None, RetryLater("flood", 60)]
    assert await morning.at(EIGHT) == {"sent": 1, "retried": 1}
    # A restarted process renders nothing anew: the parts are those of the first.
    restarted = Morning(talk, parts=7)
    assert await restarted.at(EIGHT + timedelta(seconds=61)) == {"sent": 2}
    assert restarted.platform.at("ann") == ["2026-11-19 part 2 of 3", "2026-11-19 part 3 of 3"]


async def test_no_part_comes_after_a_dead_one(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    morning = Morning(talk, parts=3)
    morning.platform.script["ann"] = [None, MessageRejected("too long")]
    assert await morning.at(EIGHT) == {"sent": 1, "dead": 1}
    assert await morning.at(EIGHT + timedelta(minutes=1)) == {}
    assert await morning.states() == {DeliveryState.SENT: 1, DeliveryState.DEAD: 1}


@pytest.mark.parametrize(
    ("delay", "counted", "first_word"),
    [
        (timedelta(minutes=5), {"sent": 2}, "2026-11-19"),
        (timedelta(minutes=5, seconds=1), {"sent": 2, "late": 2}, "late"),
        (timedelta(hours=6), {"sent": 2, "late": 2}, "late"),
    ],
)
async def test_a_late_issue_says_so(
    morning: Morning, delay: timedelta, counted: dict[str, int], first_word: str
) -> None:
    assert await morning.at(EIGHT + delay) == counted
    assert morning.platform.at("ann")[0].startswith(first_word)


async def test_what_was_composed_in_time_but_sent_late_says_so(morning: Morning) -> None:
    morning.platform.script["ann"] = [RetryLater("flood", 3600)]
    await morning.at(EIGHT)
    await morning.at(EIGHT + timedelta(hours=1))
    assert morning.platform.at("ann") == ["late (en) 2026-11-19 part 1 of 1"]


async def test_after_six_hours_an_issue_expires_and_its_items_come_with_the_next(
    morning: Morning, talk: Conversation
) -> None:
    await talk.app.store.items.add([item("news", "cv")], EIGHT - timedelta(hours=1))
    # Nothing is sent, and nothing is counted: the row says that the day was missed.
    assert await morning.at(EIGHT + timedelta(hours=6, seconds=1)) == {}
    assert await morning.states() == {DeliveryState.EXPIRED: 2}
    assert await morning.at(EIGHT + timedelta(days=1)) == {"sent": 2}
    talk.clock.set(EIGHT + timedelta(days=1, hours=1))
    assert "Title of news" in await talk.say("/issue 2026-11-20")


async def test_a_retry_that_takes_too_long_expires(morning: Morning) -> None:
    morning.platform.script["ann"] = [RetryLater("flood", 12 * 3600)]
    await morning.at(EIGHT)
    assert await morning.at(EIGHT + timedelta(hours=7)) == {"expired": 1}
    assert await morning.at(EIGHT + timedelta(hours=13)) == {}
    assert await morning.at(EIGHT + timedelta(days=1)) == {"sent": 2}


async def test_one_bad_chat_does_not_delay_the_others(talk: Conversation) -> None:
    everyone = [f"reader{n}" for n in range(20)]
    for who in everyone:
        await talk.say("/subscribe cv", who)
    morning = Morning(talk)
    morning.platform.script = {who: [RetryLater("flood", 300)] * 9 for who in everyone[::2]}
    assert await morning.at(EIGHT) == {"sent": 10, "retried": 10}


async def test_a_chat_of_a_platform_that_is_not_served_here_stays_planned(
    morning: Morning,
) -> None:
    assert +await morning.through({}).run(EIGHT) == {}
    assert await morning.states() == {DeliveryState.PLANNED: 2}
    assert await morning.at(EIGHT) == {"sent": 2}


async def test_in_quiet_hours_the_issue_comes_without_a_sound(
    morning: Morning, talk: Conversation
) -> None:
    await talk.say("/quiet 23:00-08:30")
    await morning.at(EIGHT)
    assert {m.chat: m.silent for m in morning.platform.arrived} == {"ann": True, "bob": False}


async def test_a_chat_forgotten_between_planning_and_sending_gets_nothing(
    morning: Morning, talk: Conversation
) -> None:
    morning.platform.script["ann"] = [RetryLater("flood", 60)]
    await morning.at(EIGHT)
    await talk.say("/forget yes")
    assert await morning.at(EIGHT + timedelta(minutes=2)) == {}
    assert morning.platform.at("ann") == []


async def test_the_issue_that_was_pushed_can_be_read_again(
    morning: Morning, talk: Conversation
) -> None:
    await talk.app.store.items.add([item("news", "cv")], EIGHT - timedelta(hours=1))
    await morning.at(EIGHT)
    talk.clock.set(EIGHT + timedelta(days=1))
    assert "Title of news" in await talk.say("/issue yesterday")
    assert "Title of news" not in await talk.say("/today")


def test_keys_are_one_per_part_and_fit_a_nonce() -> None:
    day = datetime.now(ZoneInfo("UTC")).date()
    deliveries = [
        Delivery(2**40 + n, 1, day, part, DeliveryState.SENDING, EIGHT, attempt=attempt)
        for n, part in enumerate((1, 2, 30))
        for attempt in (1, 2)
    ]
    made = [key_of(delivery) for delivery in deliveries]
    assert len(set(made)) == 3
    assert max(map(len, made)) <= 25


@pytest.mark.parametrize(
    ("attempt", "asked", "seconds"),
    [
        (1, None, 30),
        (2, None, 60),
        (3, None, 120),
        (50, None, 3600),
        (1, 43_200, 43_200),
        (1, 0, 1),
    ],
)
def test_waits(attempt: int, asked: float | None, seconds: int) -> None:
    delivery = Delivery(1, 1, EIGHT.date(), 1, DeliveryState.SENDING, EIGHT, attempt=attempt)
    assert retry_wait(delivery, RetryLater("flood", asked)) == timedelta(seconds=seconds)
