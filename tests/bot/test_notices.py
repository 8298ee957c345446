"""Readers are told once, whatever the platform does and whenever the process is killed."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.outlet import Outlet
from bot.errors import ChatGone, MessageRejected, OutcomeUnknown, RetryLater
from bot.model import ChatStatus
from bot.notices import LATER, LEASE, Herald
from tests.conversation import Conversation, SetClock, conversation
from tests.outlets import ScriptedPlatform

pytestmark = pytest.mark.asyncio

URL = "https://example.org/post"


async def verdict(talk: Conversation, who: str = "ann") -> None:
    reply = await talk.ask(f"/submit {URL}/{who}", who)
    number = reply.choices[0].command.split()[1].removeprefix("#")
    await talk.say(f"/queue {number} accept", "me")


def herald(talk: Conversation, platform: ScriptedPlatform) -> Herald:
    store = talk.app.store
    outlets = {("console", "console"): Outlet(platform, platform)}
    return Herald(store.submissions, store.chats, outlets=outlets, clock=talk.clock)


async def run(talk: Conversation, platform: ScriptedPlatform) -> dict[str, int]:
    return dict(await herald(talk, platform).deliver(talk.clock.now()))


async def test_each_is_told_once(talk: Conversation) -> None:
    platform = ScriptedPlatform()
    for who in ("ann", "bob"):
        await verdict(talk, who)
    assert await run(talk, platform) == {"told": 2}
    assert await run(talk, platform) == {}
    assert len(platform.at("ann")) == len(platform.at("bob")) == 1


async def test_quiet_hours_are_kept(talk: Conversation) -> None:
    platform = ScriptedPlatform()
    await talk.say("/quiet 11:00-13:00")
    await verdict(talk)
    await run(talk, platform)
    assert [message.silent for message in platform.arrived] == [True]


async def test_what_fails_is_tried_again_when_the_platform_says(talk: Conversation) -> None:
    platform = ScriptedPlatform(script={"ann": [RetryLater("flood", 90), RetryLater("down"), None]})
    await verdict(talk)
    assert await run(talk, platform) == {"retried": 1}
    for wait in (timedelta(seconds=90), LATER):
        talk.clock.move(wait - timedelta(seconds=1))
        assert await run(talk, platform) == {}
        talk.clock.move(timedelta(seconds=1))
        await run(talk, platform)
    assert len(platform.at("ann")) == 1
    assert len({message.key for message in platform.tried}) == 1


async def test_it_is_not_tried_for_ever(talk: Conversation) -> None:
    platform = ScriptedPlatform(script={"ann": [RetryLater("down")] * 50})
    await verdict(talk)
    for _ in range(20):
        await run(talk, platform)
        talk.clock.move(LATER)
    assert len(platform.tried) == 10


@pytest.mark.parametrize(
    ("error", "tries", "status"),
    [
        (ChatGone("blocked"), 1, ChatStatus.GONE),
        (MessageRejected("too odd"), 1, ChatStatus.ACTIVE),
        (OutcomeUnknown("broke off"), 2, ChatStatus.ACTIVE),
    ],
)
async def test_what_can_not_be_told_is_dropped(
    talk: Conversation, error: Exception, tries: int, status: ChatStatus
) -> None:
    platform = ScriptedPlatform(script={"ann": [error] * 5})
    await verdict(talk)
    for _ in range(4):
        await run(talk, platform)
        talk.clock.move(LATER)
    assert len(platform.tried) == tries
    assert (await talk.chat("ann")).status is status


class Killed(BaseException):
    """As if the process ended right there."""


async def test_a_kill_before_sending_loses_nothing(talk: Conversation) -> None:
    platform = ScriptedPlatform(script={"ann": [Killed()]})
    await verdict(talk)
    with pytest.raises(Killed):
        await run(talk, platform)
    assert await run(talk, platform) == {}, "somebody may still be sending it"
    talk.clock.move(LEASE)
    assert await run(talk, platform) == {"told": 1}


async def test_a_kill_after_sending_doubles_nothing_on_the_console(tmp_path: Path) -> None:
    clock = SetClock()
    async with conversation(tmp_path, clock) as talk:
        await verdict(talk)
        store = talk.app.store.submissions
        claimed = await store.claim_notice(
            [("console", "console")], clock.now(), clock.now() + LEASE
        )
        assert claimed is not None
        await talk.adapter.send(
            (await talk.chat()).address, "told", key=f"notice.{claimed.id:x}", silent=False
        )
    clock.move(LEASE)
    async with conversation(tmp_path, clock) as talk:  # started again
        assert await talk.tell() == {"told": 1}
        assert await talk.inbox("ann") == ["told"]
        # Who was thought dead comes back: too late to settle what another has settled.
        assert not await talk.app.store.submissions.told(claimed)


async def test_a_chat_that_is_gone_is_told_when_it_is_back(talk: Conversation) -> None:
    platform = ScriptedPlatform()
    await verdict(talk)
    await talk.app.store.chats.set_status((await talk.chat()).id, ChatStatus.GONE)
    assert await run(talk, platform) == {}
    await talk.say("/start")
    assert await run(talk, platform) == {"told": 1}
