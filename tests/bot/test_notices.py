"""Readers are told once, whatever the platform does and whenever the process is killed."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.courier import Courier
from bot.errors import ChatGone, MessageRejected, OutcomeUnknown, RetryLater
from bot.model import BULLETIN_LIFE, Bulletin, ChatStatus, DeliveryState
from tests.bot.delivery.test_sending import tick_of
from tests.conversation import Conversation, SetClock, conversation
from tests.outlets import ScriptedPlatform

pytestmark = pytest.mark.asyncio

URL = "https://example.org/post"


async def verdict(talk: Conversation, who: str = "ann") -> None:
    reply = await talk.ask(f"/submit {URL}/{who}", who)
    number = reply.choices[0].command.split()[1].removeprefix("#")
    await talk.say(f"/queue {number} accept", "me")


async def publish(talk: Conversation) -> int:
    return await talk.app.herald([talk.adapter]).publish(talk.clock.now())


async def run(talk: Conversation, platform: ScriptedPlatform) -> dict[str, int]:
    """As the jobs do: what is owed becomes a bulletin, what is in the ledger is sent."""
    await publish(talk)
    courier: Courier = tick_of(talk, platform).courier
    return dict(+await courier.deliver(talk.clock.now()))


async def test_each_is_told_once(talk: Conversation) -> None:
    platform = ScriptedPlatform()
    for who in ("ann", "bob"):
        await verdict(talk, who)
    assert await run(talk, platform) == {"sent": 2}
    assert await run(talk, platform) == {}
    assert len(platform.at("ann")) == len(platform.at("bob")) == 1


async def test_quiet_hours_are_kept(talk: Conversation) -> None:
    platform = ScriptedPlatform()
    await talk.say("/quiet 11:00-13:00")
    await verdict(talk)
    await run(talk, platform)
    assert [message.silent for message in platform.arrived] == [True]


async def test_who_paused_the_issues_is_told(talk: Conversation) -> None:
    platform = ScriptedPlatform()
    await verdict(talk)
    await talk.say("/pause")
    assert await run(talk, platform) == {"sent": 1}


async def test_what_fails_is_tried_again_when_the_platform_says(talk: Conversation) -> None:
    platform = ScriptedPlatform(script={"ann": [RetryLater("flood", 90), RetryLater("down"), None]})
    await verdict(talk)
    assert await run(talk, platform) == {"retried": 1}
    for seconds in (90, 60):
        talk.clock.move(timedelta(seconds=seconds - 1))
        assert await run(talk, platform) == {}
        talk.clock.move(timedelta(seconds=1))
        await run(talk, platform)
    assert len(platform.at("ann")) == 1
    assert len({message.key for message in platform.tried}) == 1


async def test_it_is_not_tried_for_ever(talk: Conversation) -> None:
    platform = ScriptedPlatform(script={"ann": [RetryLater("down")] * 50})
    await verdict(talk)
    assert await run(talk, platform) == {"retried": 1}
    talk.clock.move(BULLETIN_LIFE)
    assert await run(talk, platform) == {"retried": 1}
    talk.clock.move(timedelta(hours=1))
    assert await run(talk, platform) == {"expired": 1}


@pytest.mark.parametrize(
    ("error", "tries", "status"),
    [
        (ChatGone("blocked"), 1, ChatStatus.GONE),
        (MessageRejected("too odd"), 1, ChatStatus.ACTIVE),
        (OutcomeUnknown("broke off"), 2, ChatStatus.ACTIVE),
    ],
)
async def test_what_can_not_be_told_is_given_up(
    talk: Conversation, error: Exception, tries: int, status: ChatStatus
) -> None:
    platform = ScriptedPlatform(script={"ann": [error] * 5})
    await verdict(talk)
    for _ in range(4):
        await run(talk, platform)
        talk.clock.move(timedelta(minutes=5))
    assert len(platform.tried) == tries
    assert (await talk.chat("ann")).status is status
    assert (await talk.app.store.ledger.counts())[DeliveryState.DEAD] == 1


async def test_a_kill_before_the_notice_is_struck_off_doubles_nothing(tmp_path: Path) -> None:
    clock = SetClock()
    async with conversation(tmp_path, clock) as talk:
        await verdict(talk)
        (owed,) = await talk.app.store.submissions.owed([("console", "console")], 1)
        again = Bulletin(f"verdict {owed.id}", "told")
        chat = await talk.chat()
        assert await talk.app.store.ledger.publish(again, {chat.id: clock.now()}, clock.now()) == 1
    async with conversation(tmp_path, clock) as talk:  # started again
        assert +await talk.tell() == {"sent": 1}
        assert +await talk.tell() == {}
        assert await talk.inbox("ann") == ["told"]


async def test_a_chat_that_is_gone_is_told_when_it_is_back(talk: Conversation) -> None:
    platform = ScriptedPlatform()
    await verdict(talk)
    await talk.app.store.chats.set_status((await talk.chat()).id, ChatStatus.GONE)
    assert await run(talk, platform) == {}
    await talk.say("/start")
    assert await run(talk, platform) == {"sent": 1}
