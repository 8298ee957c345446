"""Words that alone bring a compilation."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.keywords import compilation_for, keyword_table
from bot.config import DEFAULT_KEYWORDS, KeywordSettings, Settings
from bot.configured import compilations
from bot.errors import ConfigError
from bot.messages import messages
from bot.model import LANGUAGES, ChatKind, Section
from bot.topics import Taxonomy, normal_form
from tests.conversation import Conversation, conversation, item, titles

say_en = messages("en")
TAXONOMY = Taxonomy.load()
TABLE = keyword_table(compilations(Settings(), TAXONOMY))
WORDS = [word for keyword in DEFAULT_KEYWORDS for word in keyword.words]
GROUP: dict[str, Any] = {"chat": "club", "kind": ChatKind.GROUP}


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Conversation]:
    """A Ribao with keywords of its own."""
    keywords = (
        KeywordSettings(words=("tools now",), sections=(Section.TOOLS, Section.NEWS)),
        KeywordSettings(words=("日报",), topics=("computer vision",), days=30),
    )
    async with conversation(tmp_path, keywords=keywords) as talking:
        yield talking


async def test_papers_of_the_week_read_or_not_on_the_chats_topics(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.fetch(item("old", "cv"))
    await talk.read("/today")
    talk.clock.move(timedelta(days=5))
    await talk.fetch(item("a", "cv"), item("b", "rl"), item("post", "cv", section=Section.POSTS))
    assert titles(await talk.read("/today")) == ["Title of post", "Title of a"]
    assert sorted(titles(await talk.read("papers"))) == ["Title of a", "Title of old"]
    talk.clock.move(timedelta(days=3))
    assert titles(await talk.read("papers")) == ["Title of a"]
    assert say_en("keyword.days", n=7) in await talk.say("papers")


@pytest.mark.parametrize("word", ["Papers", " papers ", "/papers", "论文", "論文", "ＰＡＰＥＲＳ"])
async def test_the_word_in_any_spelling(talk: Conversation, word: str) -> None:
    issue = await talk.read(word)
    assert {section.section for section in issue.sections} == {Section.PAPERS}
    assert issue.count > 5  # of the sample edition, offline
    assert say_en("keyword.days", n=7) not in await talk.say(word)


async def test_it_leaves_no_trace_in_the_history(talk: Conversation) -> None:
    await talk.fetch(item("a", "cv"))
    await talk.read("papers")
    assert await talk.app.store.issues.days((await talk.chat()).id) == ()
    assert titles(await talk.read("/today")) == ["Title of a"]
    await talk.read("papers")
    assert "Title of a" in await talk.say("/similar 1")  # the numbers are those of the compilation


@pytest.mark.parametrize("word", ["日报", "日報"])
async def test_ribaos_own_name_is_todays_issue(talk: Conversation, word: str) -> None:
    today = await talk.read("/today")
    assert await talk.read(word) == today
    answer = await talk.ask(word, **GROUP)
    assert answer == await talk.ask("/today", **GROUP)


async def test_in_groups_the_whole_message_counts(talk: Conversation) -> None:
    await talk.say("/subscribe cv", **GROUP)
    await talk.fetch(item("a", "cv"), item("b", "rl"))
    assert "Title of a" in await talk.say("papers", "bob", **GROUP)
    assert "Title of b" not in await talk.say("papers", "bob", **GROUP)
    for text in ("papers please", "my papers", "papers.", "今天的日报呢", "paper", "@papers"):
        assert await talk.hear(text, who="bob", **GROUP) is None


@given(
    st.text(max_size=80)
    | st.sampled_from(WORDS).flatmap(lambda w: st.text(max_size=3).map(w.__add__))
)
def test_ordinary_conversation_is_no_keyword(text: str) -> None:
    bare = normal_form(text.strip().removeprefix("/").removeprefix("／"))
    meant = bare in {normal_form(word) for word in WORDS}
    assert (compilation_for(text, TABLE) is not None) == (meant and len(text.strip()) <= 60)


async def test_configured_ones(own: Conversation) -> None:
    await own.fetch(
        item("tool", "cv", section=Section.TOOLS),
        item("news", "rl", section=Section.NEWS),
        item("a", "cv"),
    )
    issue = await own.read("Tools Now")
    assert titles(issue) == ["Title of tool", "Title of news"]
    assert say_en("keyword.today") in await own.say("tools now")
    assert titles(await own.read("日报")) == ["Title of tool", "Title of a"]
    assert titles(await own.read("/today")) == ["Title of tool", "Title of news", "Title of a"]
    assert await own.say("papers") == say_en("error.not_a_command")
    assert "tools now · 日报" in await own.say("/help")


async def test_nothing_of_it_is_said_with_the_reason(own: Conversation) -> None:
    await own.fetch(item("a", "rl"))
    assert say_en("absence.topics") in await own.say("日报")


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_help_tells_of_them_in_each_language(talk: Conversation, tag: str) -> None:
    await talk.say(f"/language {tag}")
    expected = messages(tag)("keyword.help", words=" · ".join(WORDS))
    assert expected in await talk.say("/help")


@pytest.mark.parametrize(
    ("keywords", "problem"),
    [
        ((KeywordSettings(words=("a b", "A-B")),), "'a b' stands there twice"),
        ((KeywordSettings(words=("Today",)),), "'Today' is the name of a command"),
        ((KeywordSettings(words=("  ",)),), "'  ' holds no word"),
        ((KeywordSettings(words=("x",), topics=("xyzzy",)),), "there is no topic 'xyzzy'"),
    ],
)
def test_what_is_wrong_with_the_configuration_is_said(
    keywords: tuple[KeywordSettings, ...], problem: str
) -> None:
    with pytest.raises(ConfigError, match="keywords: ") as caught:
        compilations(Settings(keywords=keywords), TAXONOMY)
    assert problem in str(caught.value)


async def test_none_at_all(tmp_path: Path) -> None:
    async with conversation(tmp_path, keywords=()) as talk:
        assert await talk.say("papers") == say_en("error.not_a_command")
        assert "papers" not in await talk.say("/help")
