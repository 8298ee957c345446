"""/why, /story and /split: what explains an item, and takes a story apart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model import PICK, Item, Link, Section, TopicMatch
from tests.conversation import Conversation, conversation, item

CODE = "https://github.com/lab/graftnet"
PAPER = item(
    "arxiv:2611.00001",
    title="GraftNet: Splicing Vision Backbones",
    url="https://arxiv.org/abs/2611.00001",
    arxiv_id="2611.00001",
    summary={"en": f"We splice. Our code is available at {CODE}."},
    code_urls=(CODE,),
    topics=(
        TopicMatch("cv", 1.0, "arXiv cs.CV"),
        TopicMatch("detection", 0.7, 'keyword "object detection" in the text'),
    ),
    signals={"upvotes": 41.0, PICK: 1.0},
    source="arXiv",
)
NEWS = item(
    "github:lab/graftnet",
    title="Show HN: GraftNet",
    url=CODE,
    section=Section.POSTS,
    signals={"points": 120.0},
    links=(Link("Hacker News", "https://news.ycombinator.com/item?id=1"),),
    source="Hacker News",
)


@pytest.fixture
async def operated(tmp_path: Path) -> AsyncIterator[Conversation]:
    """A Ribao that ann runs."""
    async with conversation(tmp_path, operators=("console:ann",)) as talking:
        yield talking


async def fetch(talk: Conversation, *items: Item) -> None:
    for each in items:
        await talk.fetch(each)


async def test_why_names_topics_signals_place_and_sources(talk: Conversation) -> None:
    await fetch(talk, PAPER, NEWS, item("b", "cv"))
    await talk.say("/subscribe cv")
    await talk.read()
    said = await talk.say("/why 1")
    for part in (
        "GraftNet: Splicing Vision Backbones",
        "Computer vision · arXiv cs.CV",
        "Object detection · “object detection” in the text",
        "41 up-votes, 120 points, and picked by the editor",
        "1 of 2 by score",
        "topic +1.00 and fame +1.91",
        "arXiv: the first of this story",
        "Hacker News: github:lab/graftnet is what the paper names as its code",
    ):
        assert part in said, said


async def test_why_keeps_what_was_true_when_the_issue_was_made(talk: Conversation) -> None:
    await fetch(talk, item("a", "cv"), item("b", "cv"))
    await talk.read()
    before = await talk.say("/why 1")
    await fetch(talk, *(item(f"c{n}", "cv") for n in range(9)))
    assert await talk.say("/why 1") == before
    assert "2 by score" in before


async def test_a_keyword_and_the_whole_paper_are_reasons_too(talk: Conversation) -> None:
    await fetch(talk, item("a", title="On gait"))
    await talk.read()
    assert "The whole paper" in await talk.say("/why")
    await talk.say('/subscribe "gait"')
    await talk.read()
    said = await talk.say("/why")
    assert "Your keywords in it" in said
    assert "gait" in said


async def test_what_is_not_in_the_issue_has_no_place(talk: Conversation) -> None:
    await fetch(talk, item("a", "cv"))
    await talk.read()
    await fetch(talk, item("url:e.org/later", "rl", url="https://e.org/later"))
    said = await talk.say("/why https://e.org/later")
    assert "It is not in the issue that was shown last here" in said
    assert "by score" not in said


@pytest.mark.parametrize(
    ("language", "part"), [("zh-CN", "按分数为 1 条中的第 1"), ("zh-TW", "依分數為 1 則中的第 1")]
)
async def test_why_in_the_readers_language(talk: Conversation, language: str, part: str) -> None:
    await fetch(talk, PAPER)
    await talk.say(f"/language {language}")
    await talk.read()
    assert part in await talk.say("/why 1")


async def test_an_operator_sees_the_sightings_and_takes_one_out(operated: Conversation) -> None:
    await fetch(operated, PAPER, NEWS)
    await operated.read()
    reply = await operated.ask("/story 1")
    assert [choice.command for choice in reply.choices] == [
        "/split #{0} 1",
        "/split #{0} 2",
    ] or all(choice.command.startswith("/split #") for choice in reply.choices)
    said = await operated.say("/story 1")
    assert "2 · Hacker News" in said
    assert "Show HN: GraftNet" in said
    assert "is a story by itself again" in await operated.say(reply.choices[1].command)
    assert "Told once only" in await operated.say("/story 1")
    await fetch(operated, PAPER, NEWS)
    assert {entry.title for s in (await operated.read()).sections for entry in s.entries} == {
        PAPER.title,
        NEWS.title,
    }


@pytest.mark.parametrize("number", ["0", "3", "x", "²", "99999"])
async def test_there_is_no_such_sighting(operated: Conversation, number: str) -> None:
    await fetch(operated, PAPER, NEWS)
    await operated.read()
    assert "There is no sighting" in await operated.say(f"/split 1 {number}")
    assert "Which sighting is another story?" in await operated.say("/split 1")
