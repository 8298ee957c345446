"""Operators change items; everyone may see what was changed; all of it can be undone."""

from datetime import timedelta

import pytest

from bot.messages import messages
from bot.model import PICK, Section, StoredItem
from tests.conversation import Conversation, item, titles

pytestmark = pytest.mark.asyncio

say_en = messages("en")
OPERATOR = "me"
"""Whose console it is."""

KEY = "url:example.org/a"
URL = "https://example.org/a"


@pytest.fixture(autouse=True)
async def _an_item(talk: Conversation) -> None:
    await talk.fetch(
        item(KEY, "cv", title="First"), item("url:example.org/b", "cv", title="Second")
    )


async def stored(talk: Conversation, key: str = KEY) -> StoredItem:
    found = await talk.app.store.items.find(key)
    assert found is not None
    return found


async def test_pick_and_unpick(talk: Conversation) -> None:
    assert "editor's pick now" in await talk.say(f"/pick {URL}", OPERATOR)
    assert (await stored(talk)).item.signals == {PICK: 1.0}
    assert "nothing was changed" in await talk.say(f"/pick {URL}", OPERATOR)
    await talk.say(f"/unpick {URL}", OPERATOR)
    assert (await stored(talk)).item.signals == {}


async def test_items_are_named_by_their_number_in_the_issue(talk: Conversation) -> None:
    issue = await talk.read("/today", OPERATOR)
    number = titles(issue).index("Second") + 1
    await talk.say(f"/edit {number} title 'Better'", OPERATOR)
    assert (await stored(talk, "url:example.org/b")).item.title == "'Better'"
    assert "'Better'" in titles(await talk.read())


@pytest.mark.parametrize("command", ["pick", "unpick", "edit", "remove", "undo"])
async def test_strangers_change_nothing(talk: Conversation, command: str) -> None:
    refusal = say_en("error.operators_only")
    assert await talk.say(f"/{command} {URL} title X", "eve") == refusal
    assert (await stored(talk)).item.title == "First"
    assert f"/{command}" not in await talk.say("/help", "eve")


async def test_each_field(talk: Conversation) -> None:
    for words in (
        "title  A new  title",
        "section Use Cases",
        "主题 nlp robotics",
        "note See @all!",
    ):
        await talk.say(f"/edit {URL} {words}", OPERATOR)
    await talk.say(f"/edit {URL} summary A \u202esummary.", OPERATOR)
    await talk.say(f"/edit {URL} 摘要 中文摘要。", OPERATOR)
    found = (await stored(talk)).item
    assert found.title == "A new title"
    assert found.section is Section.USE_CASES
    assert [topic.id for topic in found.topics] == ["nlp", "robotics"]
    assert found.note == "See ＠all!"
    assert found.summary == {"en": "A summary.", "zh-CN": "中文摘要。"}
    await talk.say(f"/edit {URL} note -", OPERATOR)
    await talk.say(f"/edit {URL} summary -", OPERATOR)
    found = (await stored(talk)).item
    assert found.note is None
    assert found.summary == {}


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("colour red", "no field “colour”"),
        ("section fun", "no section “fun”"),
        ("topics qwxyz", "don't know the topic"),
        ('topics "quoted"', "don't know the topic"),
        ("topics cv -nlp", "don't know the topic"),
        ("title -", "can't be empty"),
        ("title \u202e", "can't be empty"),
    ],
)
async def test_wrong_input_gets_a_sentence(talk: Conversation, words: str, answer: str) -> None:
    before = await stored(talk)
    assert answer in await talk.say(f"/edit {URL} {words}", OPERATOR)
    assert await stored(talk) == before


async def test_an_edit_without_a_value_shows_what_there_is(talk: Conversation) -> None:
    for argument in (URL, f"{URL} title"):
        shown = await talk.say(f"/edit {argument}", OPERATOR)
        assert "Computer vision" in shown
        assert "/edit #" in shown


async def test_a_removed_item_is_gone_for_readers_and_comes_back(talk: Conversation) -> None:
    await talk.say(f"/remove {URL}", OPERATOR)
    assert titles(await talk.read()) == ["Second"]
    assert "nothing called" in await talk.say(f"/history {URL}")
    reply = await talk.ask("/undo", OPERATOR)
    assert set(titles(await talk.read())) == {"First", "Second"}
    # The button under the answer takes back the undo.
    await talk.say(reply.choices[0].command, OPERATOR)
    assert titles(await talk.read()) == ["Second"]


async def test_undo_by_number_and_its_limits(talk: Conversation) -> None:
    assert await talk.say("/undo", OPERATOR) == say_en("undo.nothing")
    await talk.say(f"/edit {URL} title A", OPERATOR)
    await talk.say(f"/edit {URL} title B", OPERATOR)
    assert "somebody changed the same again: title" in await talk.say("/undo 1", OPERATOR)
    await talk.say("/undo 2", OPERATOR)
    await talk.say("/undo #1", OPERATOR)
    assert (await stored(talk)).item.title == "First"
    assert await talk.say("/undo 1", OPERATOR) == say_en("undo.already", number=1)
    for unknown in ("77", "x", "9" * 40, "-1"):
        assert "no change" in await talk.say(f"/undo {unknown}", OPERATOR)


async def test_the_history_tells_who_only_to_operators(talk: Conversation) -> None:
    assert say_en("history.none") in await talk.say(f"/history {URL}")
    await talk.say(f"/edit {URL} title New", OPERATOR)
    talk.clock.move(timedelta(hours=1))
    await talk.say("/undo", OPERATOR)
    for who in ("ann", OPERATOR):
        shown = await talk.say(f"/history {URL}", who)
        assert "Title: First → New" in shown
        assert "2 · 2026-11-18 13:00 · undid 1" in shown
        assert ("console:me" in shown) == (who == OPERATOR)
        assert ("/undo 2" in shown) == (who == OPERATOR)


async def test_history_without_an_item_lists_the_past_issues(talk: Conversation) -> None:
    await talk.read()
    assert await talk.say("/history") == await talk.say("/issue")
    assert await talk.say("历史 2026-11-01") == await talk.say("/issue 2026-11-01")


async def test_an_item_that_changed_keeps_the_past_issues_word_for_word(talk: Conversation) -> None:
    await talk.read()
    talk.clock.move(timedelta(days=1))
    await talk.say(f"/edit {URL} title Changed", OPERATOR)
    assert "First" in titles(await talk.read("/issue yesterday"))


async def test_the_search_finds_what_was_edited_and_nothing_removed(talk: Conversation) -> None:
    await talk.say(f"/edit {URL} title Zebrafish", OPERATOR)
    assert "1. Zebrafish" in await talk.say("/search zebrafish")
    await talk.say(f"/remove {URL}", OPERATOR)
    assert "1. Zebrafish" not in await talk.say("/search zebrafish")
    await talk.say("/undo", OPERATOR)
    assert "1. Zebrafish" in await talk.say("/search zebrafish")
