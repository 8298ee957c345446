"""One message in, one reply out: groups, rights, languages, failures, hostile input."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.console.render import as_text, reply_lines
from bot.commands.context import Context
from bot.commands.reply import File, IssueBlock, Reply, Rows, Text
from bot.commands.table import build_table
from bot.messages import messages
from bot.model import LANGUAGES, ChatKind, ChatStatus
from tests.conversation import NOON, Conversation, conversation

say_en = messages("en")
TABLE = build_table()
NAMES = sorted({command.name for command in TABLE.values()})
CHANGING = sorted({command.name for command in TABLE.values() if command.changes})
READING = sorted(set(NAMES) - set(CHANGING))
CLUB: dict[str, Any] = {"chat": "club", "kind": ChatKind.GROUP}


async def test_a_message_that_is_no_command_is_answered_with_a_way_on(talk: Conversation) -> None:
    assert await talk.say("good morning") == say_en("error.not_a_command")
    assert "/help" in say_en("error.not_a_command")


async def test_a_command_that_there_is_not_and_a_number_alone_are_told_apart(
    talk: Conversation,
) -> None:
    assert await talk.say("/xyzzy") == say_en("error.no_such_command")
    assert await talk.say(" 3 ") == say_en("error.a_number", number=3)
    assert "/item 3 " in say_en("error.a_number", number=3)
    for text in ("0", "-1", "03", "²", "٢", "1000"):
        assert await talk.say(text) == say_en("error.not_a_command")


async def test_a_misspelt_command_is_offered_as_a_choice(talk: Conversation) -> None:
    reply = await talk.ask("/subscrbe cv")
    assert [choice.command for choice in reply.choices] == ["/subscribe"]
    assert say_en("error.did_you_mean", command="/subscribe") in await talk.say("/subscrbe cv")


@pytest.mark.parametrize("kind", [ChatKind.GROUP, ChatKind.CHANNEL])
async def test_what_people_say_to_each_other_is_left_unanswered(
    talk: Conversation, kind: ChatKind
) -> None:
    for text in ("time to go", "start the car", "今天吃什么", "订阅cv", "hi", ""):
        assert await talk.hear(text, chat="club", kind=kind) is None
        assert await talk.hear(f" /{text}", chat="club", kind=kind) is not None


async def test_a_group_is_a_reader_of_its_own(talk: Conversation) -> None:
    await talk.say("/subscribe cv", **CLUB)
    club = await talk.chat("club")
    assert (club.kind, club.active_since) == (ChatKind.GROUP, NOON)
    assert await talk.app.readers.find(club.address) is not None
    assert "ann" not in str(club.address)


async def test_in_a_group_only_administrators_change_something(talk: Conversation) -> None:
    talk.adapter.administrators = {"club": {"ann"}}
    await talk.say("/settings", **CLUB)
    before = await talk.chat("club")
    for name in CHANGING:
        for line in (f"/{name}", f"/{name} cv", f"/{name} yes", f"/{TABLE[name].aliases[0]} 08:30"):
            assert await talk.say(line, "bob", **CLUB) == say_en("error.admins_only")
    assert await talk.chat("club") == before
    for name in CHANGING:
        assert say_en("error.admins_only") not in await talk.say(f"/{name}", "ann", **CLUB)


async def test_in_a_group_everyone_may_read_and_changes_nothing_by_it(talk: Conversation) -> None:
    talk.adapter.administrators = {"club": {"ann"}}
    await talk.say("/subscribe cv", "ann", **CLUB)
    before = await talk.chat("club")
    for name in READING:
        assert say_en("error.admins_only") not in await talk.say(f"/{name}", "bob", **CLUB)
        for argument in ("nlp", "2", "yesterday", "subscribe"):
            await talk.say(f"/{name} {argument}", "bob", **CLUB)
    assert await talk.chat("club") == before
    assert len(await talk.app.readers.follows(before)) == 1


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_refusals_come_in_the_chats_language(talk: Conversation, tag: str) -> None:
    speak = messages(tag)
    talk.adapter.administrators = {"club": {"ann"}}
    await talk.say(f"/language {tag}")
    await talk.say(f"/language {tag}", **CLUB)
    assert await talk.say("/time 25:00") == speak("time.invalid", text="25:00")
    assert await talk.say("good morning") == speak("error.not_a_command")
    assert await talk.say("/time 09:00", "bob", **CLUB) == speak("error.admins_only")


async def test_a_chat_that_shut_the_bot_out_comes_back_by_writing(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    gone = await talk.chat()
    await talk.app.store.chats.save(replace(gone, status=ChatStatus.GONE))
    talk.clock.set(NOON.replace(day=25))
    assert "2026-11-26 08:00" in await talk.say("/list")
    chat = await talk.chat()
    assert (chat.status, chat.active_since) == (ChatStatus.ACTIVE, talk.clock.now())
    assert len(await talk.app.readers.follows(chat)) == 1


async def test_a_paused_chat_does_not_resume_by_writing(talk: Conversation) -> None:
    await talk.say("/pause")
    await talk.say("/list")
    assert (await talk.chat()).status is ChatStatus.PAUSED


async def lose_database(talk: Conversation) -> None:
    await talk.app.store.close()
    path = talk.app.settings.data_dir / "ribao.db"
    path.write_bytes(b"this is no database" * 100)


async def test_without_a_database_a_sentence_is_said(
    talk: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    await lose_database(talk)
    for name in NAMES:
        assert await talk.say(f"/{name}") == say_en("error.store")
    assert len(caplog.records) == len(NAMES)
    for record in caplog.records:
        assert record.levelno == logging.ERROR
        assert "ribao.db" in record.getMessage()
        assert record.exc_info is None


async def test_without_a_database_it_is_said_in_the_language_of_the_platform(
    talk: Conversation,
) -> None:
    await lose_database(talk)
    expected = messages("zh-CN")("error.store")
    assert await talk.say("/today", language="zh-hans") == expected


async def test_a_fault_of_ours_is_a_sentence_and_written_down(
    talk: Conversation, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(context: Context, argument: str) -> Reply:
        raise ZeroDivisionError

    # Out of the sight of what lets any test fail that meets a fault.
    dispatch = logging.getLogger("bot.commands.dispatch")
    monkeypatch.setattr(dispatch, "propagate", False)
    monkeypatch.setattr(dispatch, "handlers", [caplog.handler])
    monkeypatch.setitem(talk.dispatcher._table, "today", replace(TABLE["today"], handler=fails))
    assert await talk.say("/today") == say_en("error.fault")
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is ZeroDivisionError
    assert say_en("list.empty") in await talk.say("/list")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Conversation]:
    """One Ribao for all examples of hostile input; what earlier ones left may only help."""
    async with conversation(tmp_path_factory.mktemp("crowd")) as talk:
        yield talk


ODD = st.sampled_from(
    [
        "cv", "-cv", "all", '""', '"', "“”", "-", "--", ",", "0", "-1", "²", "٣", "9" * 5000, "1e9",
        "yes", "off", "24:00", "00:00-00:00", "0001-01-01", "9999-12-31", "2026-02-30", "+99:99",
        "+14:00", "Etc/GMT+12", "add", "remove", "list", "@", "#", "#news", "@ann", "/", "//today",
        "{0}", "{text}", "%s", "<b>", "&amp;", "*_`[", "\0", "\x1b[2J", "\u202e", "\ud800", "\n",
        '"a\ud800"', '"a\0b"', "'; DROP TABLE chats; --", "../../etc/passwd", "ß", "İ", "\u0345",
        "a" * 5000, "字" * 3000, "👩\u200d👧" * 900, "ﷺ" * 400, "x " * 99, '"a" ' * 900, "-x," * 99,
    ]
)  # fmt: skip
ARGUMENT = st.lists(ODD | st.text(max_size=20), max_size=4).map(" ".join)
LINE = st.one_of(
    st.builds("/{} {}".format, st.sampled_from(NAMES), ARGUMENT),
    st.builds("{}{}".format, st.sampled_from(sorted(TABLE)), ARGUMENT),
    st.builds("/channel #news {} {}".format, st.sampled_from(NAMES), ARGUMENT),
    st.text(max_size=200),
    ODD,
)


def is_said(reply: Reply) -> bool:
    """Whether something stands in each block, and a label and a command on each button.

    A row without a name goes on with what the one before is about.
    """
    for block in reply.blocks:
        match block:
            case Text(text):
                said = bool(text.strip())
            case Rows(rows):
                said = bool(rows and rows[0][0].strip()) and all(map(any, rows))
            case File(name, content):
                said = bool(name and content)
            case IssueBlock(issue):
                said = bool(issue.title)
        if not said:
            return False
    return bool(reply.blocks) and all(
        choice.label.strip() and choice.command.startswith("/") for choice in reply.choices
    )


@pytest.mark.asyncio(loop_scope="module")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(line=LINE, language=st.sampled_from(LANGUAGES))
async def test_no_message_is_left_without_a_sensible_answer(
    crowd: Conversation, line: str, language: str
) -> None:
    await crowd.ask("/subscribe cv", who=language, language=language)
    reply = await crowd.ask(line, who=language)
    assert is_said(reply)
    shown = as_text(reply_lines(reply))
    assert shown.strip()
    assert "\x1b" not in shown
    assert len(shown) < 60_000


@pytest.mark.asyncio(loop_scope="module")
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(line=LINE)
async def test_in_a_group_nobody_gets_past_the_administrators(
    crowd: Conversation, line: str
) -> None:
    crowd.adapter.administrators = {}
    try:
        await crowd.ask("/settings", "bob", **CLUB)
        before = await crowd.chat("club")
        await crowd.hear(line, who="bob", **CLUB)
        assert await crowd.chat("club") == before
        assert await crowd.app.readers.follows(before) == ()
    finally:
        crowd.adapter.administrators = None
