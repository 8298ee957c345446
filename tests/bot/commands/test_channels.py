"""A channel with its own topics, hour and language: /channel add, list, remove, NAME COMMAND."""

from datetime import time

import pytest

from bot.commands.reply import Rows
from bot.commands.table import build_table
from bot.messages import messages
from bot.model import ChatKind, ChatStatus, FollowKind, Subscription
from tests.conversation import NOON, Conversation, item

pytestmark = pytest.mark.asyncio

say_en = messages("en")
CV = Subscription(FollowKind.TOPIC, "cv")
ALL = Subscription(FollowKind.ALL, "")


async def follows(talk: Conversation, name: str) -> tuple[Subscription, ...]:
    return await talk.app.readers.follows(await talk.chat(name))


async def rows(talk: Conversation, who: str = "ann") -> dict[str, str]:
    """Name and description of each channel that is listed for somebody."""
    reply = await talk.ask("/channel list", who)
    return dict(row for block in reply.blocks if isinstance(block, Rows) for row in block.rows)


@pytest.mark.parametrize(
    "line", ["/channel add #news cv", "/channel add news cv", "频道 添加 #news 计算机视觉"]
)
async def test_a_channel_is_added_with_topics_and_gets_a_daily_issue(
    talk: Conversation, line: str
) -> None:
    answer = await talk.say(line)
    assert say_en("channel.added", name="#news") in answer
    assert "2026-11-19 08:00" in answer
    channel = await talk.chat("#news")
    assert (channel.kind, channel.added_by) == (ChatKind.CHANNEL, "ann")
    assert channel.active_since == NOON
    assert await follows(talk, "#news") == (CV,)


async def test_without_topics_it_gets_the_whole_paper(talk: Conversation) -> None:
    await talk.say("/channel add #news")
    assert await follows(talk, "#news") == (ALL,)


async def test_it_starts_with_the_hour_zone_and_language_of_who_adds_it(
    talk: Conversation,
) -> None:
    for line in ("/language zh-TW", "/time 07:15", "/timezone Taipei", "/quiet 22:00-08:00"):
        await talk.say(line)
    await talk.say("/channel add #news cv")
    ann, channel = await talk.chat(), await talk.chat("#news")
    assert (channel.language, channel.schedule) == (ann.language, ann.schedule)
    assert channel.quiet is None


async def test_adding_it_again_without_topics_changes_none(talk: Conversation) -> None:
    await talk.say("/channel add #news cv")
    await talk.say("/channel add #news")
    assert await follows(talk, "#news") == (CV,)


async def test_adding_does_not_touch_the_adders_own_subscriptions(talk: Conversation) -> None:
    await talk.say("/subscribe nlp")
    await talk.say("/channel add #news cv")
    assert await follows(talk, "ann") == (Subscription(FollowKind.TOPIC, "nlp"),)


async def test_commands_after_the_name_are_for_the_channel(talk: Conversation) -> None:
    await talk.say("/channel add #news cv")
    for line in (
        "subscribe nlp",
        "unsubscribe cv",
        "time 21:30",
        "/timezone Shanghai",
        "language zh-CN",
        "days mon-fri",
        "quiet 22:00-06:00",
        "暂停",
    ):
        await talk.say(f"/channel #news {line}")
    channel = await talk.chat("#news")
    assert (channel.schedule.at, channel.schedule.zone) == (time(21, 30), "Asia/Shanghai")
    assert (channel.language, channel.schedule.days) == ("zh-CN", frozenset(range(1, 6)))
    assert channel.quiet is not None
    assert channel.status is ChatStatus.PAUSED
    assert await follows(talk, "#news") == (Subscription(FollowKind.TOPIC, "nlp"),)
    ann = await talk.chat()
    assert (ann.language, ann.schedule.zone, ann.status) == ("en", "UTC", ChatStatus.ACTIVE)


async def test_answers_about_a_channel_name_it_and_speak_to_who_asked(talk: Conversation) -> None:
    await talk.say("/channel add #news cv")
    answer = await talk.say("/channel #news language zh-CN")
    assert answer.splitlines()[0] == "#news"
    assert say_en("language.done", language="简体中文") in answer
    assert say_en("settings.title") in await talk.say("/channel #news")


@pytest.mark.parametrize("command", ["", "settings", "time", "language", "subscribe", "list"])
async def test_choices_in_such_an_answer_are_for_the_channel(
    talk: Conversation, command: str
) -> None:
    await talk.say("/channel add #news cv")
    await talk.say("/channel #news unsubscribe cv")
    ann = await talk.chat()
    reply = await talk.ask(f"/channel #news {command}")
    assert reply.choices
    for choice in reply.choices:
        assert choice.command.startswith("/channel #news ")
        await talk.say(choice.command)
    assert await talk.chat() == ann
    assert await follows(talk, "ann") == ()


async def test_the_list_shows_topics_hour_and_state(talk: Conversation) -> None:
    assert say_en("channel.none") in await talk.say("/channel")
    await talk.say("/channel add #b cv -medical")
    await talk.say("/channel add #a nlp")
    await talk.say("/channel #a pause")
    listed = await rows(talk)
    assert list(listed) == ["#a", "#b"]
    assert "Natural language processing" in listed["#a"]
    assert say_en("status.paused") in listed["#a"]
    assert "Computer vision and −Medicine & health · 08:00 UTC" in listed["#b"]


async def test_a_removed_channel_is_forgotten(talk: Conversation) -> None:
    await talk.say("/channel add #news cv")
    assert await talk.say("/channel remove #news") == say_en("channel.removed", name="#news")
    assert await rows(talk) == {}
    assert say_en("channel.not_added", name="#news") in await talk.say("/channel remove #news")


async def test_its_issue_arrives_in_the_channel(talk: Conversation) -> None:
    await talk.say("/channel add #news cv")
    await talk.fetch(item("a", "cv"), item("b", "rl"))
    talk.clock.set(NOON.replace(day=19, hour=8))
    await talk.tick().run(talk.clock.now())
    (issue,) = await talk.inbox("#news")
    assert "Title of a" in issue
    assert "Title of b" not in issue
    assert await talk.inbox("ann") == []


@pytest.mark.parametrize(
    ("line", "key", "right"),
    [
        ("/channel add", "channel.how", "/channel add"),
        ("/channel add ? cv", "channel.unknown", ""),
        ("/channel add @bob cv", "channel.no_channel", "/subscribe cv"),
        ("/channel #other time 08:30", "channel.not_added", "/channel add"),
        ("/channel remove #other", "channel.not_added", "/channel add"),
        ("/channel #news frobnicate", "channel.command", "/channel #news time 08:30"),
        ("/channel #news forget yes", "channel.command", "/channel #news time 08:30"),
        ("/channel #news channel list", "channel.command", "/channel #news time 08:30"),
        ("/channel #news time 25:00", "time.invalid", "/channel #news time 08:30"),
    ],
)
async def test_wrong_input_is_answered_with_what_would_be_right(
    talk: Conversation, line: str, key: str, right: str
) -> None:
    await talk.say("/channel add #news cv")
    before = await talk.chat("#news")
    names = line.split()
    values = {"name": names[2 if names[1] in {"add", "remove"} else 1] if names[2:] else ""}
    allowed = sorted({c.name for c in build_table().values() if c.for_channels})
    expected = say_en(key, text="25:00", commands=", ".join(allowed), **values)
    answer = await talk.say(line)
    # A command of the channel's own stands in the catalogue as one's own.
    assert expected.replace(" /time", " /channel #news time") in answer
    assert right in answer
    assert await talk.chat("#news") == before


async def test_remove_without_a_name_removes_nothing_and_lists_the_names(
    talk: Conversation,
) -> None:
    await talk.say("/channel add #news cv")
    assert "#news" in await talk.say("/channel remove")
    assert list(await rows(talk)) == ["#news"]


@pytest.mark.parametrize("line", ["/channel @bob time 09:00", "/channel remove @bob"])
async def test_a_private_chat_is_not_managed_as_a_channel(talk: Conversation, line: str) -> None:
    await talk.say("/subscribe cv", who="bob")
    before = await talk.chat("bob")
    assert say_en("channel.not_added", name="@bob") in await talk.say(line)
    assert await talk.chat("bob") == before


async def test_only_an_administrator_adds_a_channel(talk: Conversation) -> None:
    talk.adapter.administrators = {"#news": {"bob"}}
    assert await talk.say("/channel add #news cv") == say_en("channel.not_yours", name="#news")
    await talk.say("/channel add #news cv", who="bob")
    assert (await talk.chat("#news")).added_by == "bob"


@pytest.mark.parametrize("line", ["#news time 09:00", "#news", "remove #news", "add #news nlp"])
async def test_who_administrates_no_more_can_change_nothing(talk: Conversation, line: str) -> None:
    talk.adapter.administrators = {"#news": {"ann"}}
    await talk.say("/channel add #news cv")
    talk.adapter.administrators = {"#news": {"carol"}}
    before = await talk.chat("#news")
    assert await talk.say(f"/channel {line}") == say_en("channel.not_yours", name="#news")
    assert await talk.chat("#news") == before
    assert await rows(talk) == {}


async def test_another_administrator_takes_over_when_the_first_has_left(
    talk: Conversation,
) -> None:
    talk.adapter.administrators = {"#news": {"ann"}}
    await talk.say("/channel add #news cv")
    talk.adapter.administrators = {"#news": {"carol"}}
    assert list(await rows(talk, "carol")) == ["#news"]
    await talk.say("/channel #news time 09:00", who="carol")
    assert (await talk.chat("#news")).schedule.at == time(9)
    await talk.say("/channel remove #news", who="carol")
    assert await rows(talk, "carol") == {}


async def test_hints_in_such_an_answer_are_for_the_channel(talk: Conversation) -> None:
    await talk.say("/channel add #ai cv")
    for command, hint in (
        ("pause", "/channel #ai resume"),
        ("time", "/channel #ai time 08:30"),
        ("time half past", "/channel #ai time 08:30"),
        ("quiet off", "/channel #ai quiet 23:00-07:00"),
        ("unsubscribe nlp", "/channel #ai list"),
        ("settings", "/channel #ai quiet 23:00-07:00"),
    ):
        assert hint in await talk.say(f"/channel #ai {command}"), command
    # What can't be said for a channel stays one's own, and addresses are no commands.
    answer = await talk.say("/channel #ai subscribe https://example.org/time qwx")
    assert "/topics" in answer
    assert "example.org/time" in answer
    assert "example.org/channel" not in answer
