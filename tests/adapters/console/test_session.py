"""One person at the console: switching, channels, choices by number, leaving."""

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.console.render import as_text
from adapters.console.session import SHOWN_MESSAGES, Session
from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.messages import messages
from bot.model import ChatStatus
from tests.conversation import NOON, Conversation, item

say_en = messages("en")

Say = Callable[[str], Awaitable[str]]


@pytest.fixture
async def session(talk: Conversation) -> Session:
    """Ann sits at the console of a whole Ribao."""

    async def handle(incoming: Incoming) -> Reply | None:
        return await talk.dispatcher.handle(incoming, talk.clock.now())

    return Session(handle, talk.adapter.mailbox, "ann", None, files=talk.app.settings.data_dir)


@pytest.fixture
def say(session: Session) -> Say:
    async def line(text: str) -> str:
        return as_text((await session.line(text)).lines)

    return line


async def test_a_line_is_a_message_of_the_present_chat(talk: Conversation, say: Say) -> None:
    assert say_en("subscribe.done", topics="Computer vision") in await say("/subscribe cv")
    assert (await talk.chat("ann")).active_since == NOON


async def test_an_empty_line_says_nothing(session: Session) -> None:
    for text in ("", " ", "\n", "\t"):
        output = await session.line(text)
        assert (output.lines, output.leaves) == ((), False)


@pytest.mark.parametrize("text", ["/quit", "/exit", "quit", "exit", " /QUIT\n", "@bob /quit"])
async def test_leaving(session: Session, text: str) -> None:
    assert (await session.line(text)).leaves


async def test_at_a_name_one_is_somebody_else(talk: Conversation, session: Session) -> None:
    output = await session.line("@bob")
    assert "@bob" in as_text(output.lines)
    await session.line("/subscribe cv")
    assert session.chat == "bob"
    assert (await talk.chat("bob")).active_since == NOON


async def test_a_command_may_follow_the_name(
    talk: Conversation, session: Session, say: Say
) -> None:
    assert say_en("pause.open") in await say("@bob /pause")
    assert session.chat == "bob"
    assert (await talk.chat("bob")).status is ChatStatus.PAUSED
    assert say_en("resume.running") in await say("@carl @dora @ann /resume")


async def test_a_line_of_many_names_ends_at_the_last(session: Session) -> None:
    await session.line("@x " * 5000 + "@last")
    assert session.chat == "last"


async def test_who_comes_back_sees_what_has_arrived(talk: Conversation, say: Say) -> None:
    for number in range(SHOWN_MESSAGES + 1):
        await talk.adapter.mailbox.put(
            "bob", f"message {number}", key=str(number), silent=number == 3
        )
    seen = await say("@bob")
    assert "message 0" not in seen
    assert all(f"message {number}" in seen for number in range(1, SHOWN_MESSAGES + 1))
    assert seen.count("── @bob · 20") == SHOWN_MESSAGES
    assert seen.count("🔕") == 1


async def test_news_is_what_has_come_since_one_is_there(
    talk: Conversation, session: Session, say: Say
) -> None:
    async def put(chat: str, text: str) -> None:
        await talk.adapter.mailbox.put(chat, text, key=text, silent=False)

    async def news() -> str:
        return as_text(await session.news())

    await put("ann", "old")
    assert await news() == ""
    await put("ann", "one\ntwo")
    await put("bob", "not for ann")
    assert await news() == "one\ntwo"
    assert await news() == ""
    await say("@bob")
    await put("bob", "at once")
    assert await news() == "at once"
    await say("@ann /list")
    assert await news() == ""


async def test_a_channel_is_looked_at_without_entering_it(
    talk: Conversation, session: Session, say: Say
) -> None:
    assert "/channel add #news cv" in await say("#news")
    await say("/channel add #news cv")
    await talk.fetch(item("a", "cv"))
    talk.clock.set(NOON.replace(day=19, hour=8))
    await talk.tick().run(talk.clock.now())
    seen = await say("#news")
    assert "── #news · " in seen
    assert "Title of a" in seen
    assert session.chat == "ann"


async def test_what_a_hint_proposes_for_a_channel_works(say: Say) -> None:
    for name in ("#news", "#新闻", "#a.b-c_d"):
        hint = await say(name)
        command = hint[hint.index("/channel") :]
        assert say_en("channel.added", name=name) in await say(command)


async def test_a_number_picks_a_choice(talk: Conversation, say: Say) -> None:
    await say("/subscribe")
    answer = await say("2")
    assert say_en("subscribe.done", topics="Natural language processing") in answer


async def test_a_number_without_a_choice_is_a_message_like_others(say: Say) -> None:
    await say("/subscribe")
    for text in ("0", "-1", "²", "٢", "02", "9" * 5000):
        await say("/subscribe")
        assert say_en("error.not_a_command") in await say(text)
    await say("/subscribe")
    assert say_en("error.a_number", number=13) in await say("13")


async def test_choices_last_until_the_next_answer_and_are_not_somebody_elses(say: Say) -> None:
    await say("/subscribe")
    await say("/privacy")
    assert say_en("error.a_number", number=1) in await say("1")
    await say("/subscribe")
    await say("@bob")
    assert say_en("error.a_number", number=1) in await say("1")


async def test_choices_survive_a_look_at_a_channel(say: Say) -> None:
    await say("/subscribe")
    await say("#news")
    assert say_en("subscribe.done", topics="Computer vision") in await say("1")


@pytest.mark.parametrize("text", ["@", "#", "@!", "#!", "@a@b", "@ann/today", f"@{'x' * 65}"])
async def test_what_is_no_name_is_a_message_like_others(session: Session, text: str) -> None:
    assert say_en("error.not_a_command") in as_text((await session.line(text)).lines)
    assert session.chat == "ann"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.text(st.characters(), max_size=20)
        | st.sampled_from(
            ["@\ud800", "@bob", "#news", "1", "2", "/today", "/topics", "\0", "\x1b[2J"]
        ),
        max_size=4,
    ).map(" ".join)
)
async def test_no_line_makes_the_session_fail(session: Session, text: str) -> None:
    output = await session.line(text)
    assert output.leaves or bool(output.lines) is bool(text.strip())
    assert "\x1b" not in as_text(output.lines)
