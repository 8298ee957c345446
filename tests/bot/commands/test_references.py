"""How people refer to an item: number, id, address."""

from datetime import timedelta

import pytest

from adapters.console.session import address_of
from bot.commands.context import Context, Incoming
from bot.commands.references import item_named, split_reference
from bot.errors import Refusal
from bot.messages import messages
from bot.model import ChatKind
from tests.conversation import Conversation, item

pytestmark = pytest.mark.asyncio


async def context(talk: Conversation, who: str = "ann") -> Context:
    incoming = Incoming(address_of(who), ChatKind.PRIVATE, who, who, "")
    chat = await talk.chat(who)
    return Context(incoming, chat, talk.clock.now(), messages("en"), talk.dispatcher._services)


async def named(talk: Conversation, reference: str) -> str:
    return (await item_named(await context(talk), reference)).item.key


async def refused(talk: Conversation, reference: str) -> str:
    with pytest.raises(Refusal) as refusal:
        await named(talk, reference)
    return messages("en").refusal(refusal.value)


async def test_a_number_is_that_of_the_issue_shown_last(talk: Conversation) -> None:
    await talk.fetch(item("old", "cv"))
    await talk.read()
    talk.clock.move(timedelta(days=1))
    await talk.fetch(*(item(f"new-{n}", "cv") for n in range(3)))
    entries = [e for s in (await talk.read()).sections for e in s.entries]
    assert len(entries) == 3
    for entry in entries:
        found = await item_named(await context(talk), str(entry.number))
        assert found.item.title == entry.title
    assert await named(talk, "１") == await named(talk, "1")


async def test_a_number_that_is_not_there_says_how_many_there_are(talk: Conversation) -> None:
    await talk.fetch(item("only", "cv"))
    await talk.read()
    for number in ("0", "2", "9" * 4000):
        assert "has 1 item" in await refused(talk, number)


async def test_a_number_before_any_issue_asks_for_one(talk: Conversation) -> None:
    await talk.say("/help")
    assert "/today" in await refused(talk, "1")


@pytest.mark.parametrize(
    ("key", "reference"),
    [
        ("url:example.org/a", "https://www.example.org/a/?utm_source=x"),
        ("url:example.org/a", "example.org/a"),
        ("arxiv:1706.03762", "https://arxiv.org/pdf/1706.03762v5"),
        ("arxiv:1706.03762", "1706.03762"),
        ("arxiv:1706.03762", "arXiv:1706.03762v2"),
        ("github:a/b", "https://github.com/A/B.git"),
    ],
)
async def test_an_address_in_any_spelling(talk: Conversation, key: str, reference: str) -> None:
    await talk.say("/help")
    await talk.fetch(item(key))
    assert await named(talk, reference) == key


async def test_an_id(talk: Conversation) -> None:
    await talk.say("/help")
    await talk.fetch(item("url:example.org/b"))
    stored = await talk.app.store.items.find("url:example.org/b")
    assert stored is not None
    assert await named(talk, f"#{stored.id}") == "url:example.org/b"
    assert await named(talk, f"＃{stored.id}") == "url:example.org/b"


@pytest.mark.parametrize("text", ["", "#", "#9223372036854775808", "#99999", "nonsense", "-1"])
async def test_what_names_nothing_is_refused(talk: Conversation, text: str) -> None:
    await talk.say("/help")
    assert "#12" in await refused(talk, text)


async def test_a_reference_and_the_rest() -> None:
    assert split_reference("3 title  New words ") == ("3", "title  New words")
    assert split_reference(" #4 ") == ("#4", "")
    assert split_reference("") == ("", "")


async def test_a_number_after_an_issue_of_the_archive_is_of_that_issue(talk: Conversation) -> None:
    await talk.read("/today", "bob")  # so that the first day is this one
    await talk.fetch(item("a", "cv"), item("b", "cv"))
    talk.clock.move(timedelta(days=1))
    await talk.fetch(item("c", "cv"))
    archive = await talk.read("/issue yesterday")
    numbered = {e.number: e.title for s in archive.sections for e in s.entries}
    assert len(numbered) == 2
    for number, title in numbered.items():
        assert (await item_named(await context(talk), str(number))).item.title == title
