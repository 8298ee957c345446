"""What people write after /search."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.query import MAX_PHRASES, MAX_TERMS, Asked, beginnings, understand_query
from bot.errors import Refusal
from bot.messages import messages
from bot.model import LANGUAGES, Phrase, SearchQuery
from bot.topics import Taxonomy

TAXONOMY = Taxonomy.load()
TODAY = date(2026, 11, 18)


def ask(text: str) -> Asked:
    return understand_query(text, TAXONOMY, TODAY, "en")


def words(*phrases: str, open_end: bool = False) -> tuple[Phrase, ...]:
    return tuple(Phrase(tuple(each.split()), open_end) for each in phrases)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("diffusion policy", SearchQuery(words("diffusion", "policy"))),
        ('"diffusion policy"', SearchQuery(words("diffusion policy"))),
        ("“扩散 策略” 机器人", SearchQuery(words("扩散 散策 策略", "机器 器人"))),
        ("强化学习 机器人", SearchQuery(words("强化 化学 学习", "机器 器人"))),
        ("gait -medical", SearchQuery(words("gait"), words("medical"))),
        ('gait -"large model" －x', SearchQuery(words("gait", "x"), words("large model"))),
        ("transf*", SearchQuery(words("transf", open_end=True))),
        ('"transf*"', SearchQuery(words("transf"))),
        ("gpt-4", SearchQuery(words("gpt 4"))),
        ("since:2026-11-01", SearchQuery(since=date(2026, 11, 1))),
        (
            "since:2026-10 until:2026-10",
            SearchQuery(since=date(2026, 10, 1), until=date(2026, 10, 31)),
        ),
        ("date:2025", SearchQuery(since=date(2025, 1, 1), until=date(2025, 12, 31))),
        ("日期：2026年2月", SearchQuery(since=date(2026, 2, 1), until=date(2026, 2, 28))),
        ("date:2024-12", SearchQuery(since=date(2024, 12, 1), until=date(2024, 12, 31))),
        ("since:7d", SearchQuery(since=date(2026, 11, 11))),
        ("since: 2w", SearchQuery(since=date(2026, 11, 4))),
        ("从:3天", SearchQuery(since=date(2026, 11, 15))),
        ("until:yesterday", SearchQuery(until=date(2026, 11, 17))),
        ("date:today", SearchQuery(since=TODAY, until=TODAY)),
        ("http://example.org", SearchQuery(words("http example org"))),
        ("", SearchQuery()),
        ("- * \"\" ''", SearchQuery()),
    ],
)
def test_a_query(text: str, query: SearchQuery) -> None:
    assert ask(text).query == query


@pytest.mark.parametrize(
    "text",
    ["topic:cv", "TOPIC: cv", 'topic:"computer vision"', "主题：计算机视觉", "主題:電腦視覺"],
)
def test_a_topic_by_any_name_with_the_finer_ones(text: str) -> None:
    assert ask(f"gait {text}").query.topics == (TAXONOMY.expand(["cv"]),)
    assert ask(f"gait -{text}").query.excluded_topics == TAXONOMY.expand(["cv"])


@pytest.mark.parametrize("text", ["topic:xyzzy", "topic:", "since:soon", "until:2026-13", "date:"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_refused_in_words(text: str, language: str) -> None:
    with pytest.raises(Refusal) as caught:
        understand_query(text, TAXONOMY, TODAY, language)
    assert messages(language).refusal(caught.value)


def test_what_is_no_filter_is_a_word_and_said() -> None:
    asked = ask("author:he gait")
    assert asked.unknown == ["author"]
    assert asked.query == SearchQuery(words("author he", "gait"))
    assert ask("BERT: pre-training of x").unknown == []


def test_the_page_is_no_part_of_the_query() -> None:
    asked = ask('"gait  model" topic:cv page: 3')
    assert (asked.page, asked.text) == (3, '"gait  model" topic:cv')
    assert ask(f"{asked.text} page: 2").query == asked.query
    assert ask("gait page:x").page == 1


def test_too_many_words_are_left_out_and_it_is_said() -> None:
    asked = ask(" ".join(f"w{n}" for n in range(99)))
    assert len(asked.query.phrases) == MAX_PHRASES
    assert asked.cut
    asked = ask("注" * 999)
    assert [len(each.terms) for each in asked.query.phrases] == [MAX_TERMS]
    assert asked.cut
    assert not ask("a b c").cut


def test_beginnings_of_words_long_enough() -> None:
    looser = beginnings(ask("ai transf 注意力 -x").query)
    assert [each.open_end for each in looser.phrases] == [False, True, False]


@given(st.text() | st.text('"-:：*topicsince“” 2026d注', max_size=40))
def test_every_text_is_a_query_or_refused_in_words(text: str) -> None:
    try:
        asked = ask(text)
    except Refusal as refusal:
        messages("en").refusal(refusal)  # has words for it
    else:
        assert ask(asked.text).query == asked.query
