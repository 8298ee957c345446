"""The commands search and similar."""

from datetime import timedelta

import pytest

from bot.commands.finding import MAX_FOUND, PER_PAGE
from bot.commands.results import LASTING
from bot.messages import messages
from bot.model import LANGUAGES, ChatKind
from tests.conversation import Conversation, item

say_en = messages("en")


async def many(talk: Conversation, count: int) -> None:
    await talk.fetch(*(item(f"gait-{n:04}", "cv", title=f"Gait {n:04}") for n in range(count)))


async def test_the_sample_edition_is_found_in_english_and_chinese(talk: Conversation) -> None:
    answer = await talk.say("/search attention is all you need")
    assert answer.startswith(say_en("search.found", n=1))
    assert "1. Attention Is All You Need" in answer
    assert "https://arxiv.org/abs/1706.03762" in answer
    assert "Jun 12, 2017 · Research & papers · Ashish Vaswani" in answer
    assert "Attention Is All You Need" in await talk.say("搜索 注意力")
    assert await talk.say("搜尋注意力") == await talk.say("/search 注意力")


async def test_without_words_it_says_how(talk: Conversation) -> None:
    assert await talk.say("/search") == say_en("search.how").strip()
    assert await talk.say("/similar") == say_en("similar.how")


async def test_pages_of_ten_numbered_through(talk: Conversation) -> None:
    await many(talk, 23)
    pages = [await talk.ask(f"/search gait topic:cv page: {n}") for n in (1, 2, 3)]
    shown = [reply.page for reply in pages]
    assert [page and (page.number, page.total) for page in shown] == [(1, 3), (2, 3), (3, 3)]
    commands = [choice.command for reply in pages for choice in reply.choices]
    assert len(commands) == len(set(commands)) == 23
    assert shown[0] is not None
    again = await talk.ask(f"{shown[0].command} 2")
    assert again == pages[1]
    assert "11. Gait" in await talk.say("/search gait topic:cv page:2")
    assert await talk.ask("/search gait topic:cv page:99") == pages[2]


async def test_more_than_can_be_paged_through_is_said(talk: Conversation) -> None:
    await many(talk, MAX_FOUND + 1)
    reply = await talk.ask("/search gait")
    assert reply.page is not None
    assert reply.page.total == MAX_FOUND // PER_PAGE
    assert say_en("search.many", number=MAX_FOUND) in await talk.say("/search gait page:100")


async def test_beginnings_where_whole_words_find_nothing(talk: Conversation) -> None:
    await talk.fetch(item("a", title="Zymurgical methods"))
    assert say_en("search.begun") in await talk.say("/search zymurg")
    assert say_en("search.begun") not in await talk.say("/search zymurgical")


async def test_nothing_found_is_said_with_a_way_on(talk: Conversation) -> None:
    assert await talk.say("/search xyzzy") == say_en("search.nothing", text="xyzzy")
    answer = await talk.say("/search author:xyzzy")
    assert say_en("search.unknown_filter", name="author") in answer
    reply = await talk.ask("/search computer vision date:1999")
    assert reply.choices == ()


async def test_a_topic_without_a_hit_is_offered(talk: Conversation) -> None:
    reply = await talk.ask("/search q-bio")
    assert all(choice.command.startswith(("/today", "/item")) for choice in reply.choices)


async def test_an_item_says_in_which_issue_it_stood(talk: Conversation) -> None:
    await talk.fetch(item("gait", "cv", title="Gait"))
    assert say_en("search.in_issue", day="2026-11-18") not in await talk.say("/search gait")
    await talk.say("/today")
    assert say_en("search.in_issue", day="2026-11-18") in await talk.say("/search gait")
    assert "/issue" not in await talk.say("/search gait", who="bob")


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_every_answer_is_in_the_readers_language(talk: Conversation, tag: str) -> None:
    speak = messages(tag)
    await talk.say(f"/language {tag}")
    assert speak("search.found", n=1) in await talk.say("/search attention is all you need")
    assert await talk.say("/search xyzzy") == speak("search.nothing", text="xyzzy")
    assert speak("similar.title", title="Attention Is All You Need") in await talk.say(
        "/similar 1706.03762"
    )


async def test_numbers_mean_the_list_that_was_shown_last(talk: Conversation) -> None:
    await talk.say("/search attention is all you need")
    like_attention = say_en("similar.title", title="Attention Is All You Need")
    assert like_attention in await talk.say("/similar 1")
    await talk.say("/search attention is all you need")
    first = (await talk.read("/today")).sections[0].entries[0].title
    assert say_en("similar.title", title=first) in await talk.say("/similar 1")
    await talk.say("/search attention is all you need")
    talk.clock.move(LASTING + timedelta(seconds=1))
    assert say_en("similar.title", title=first) in await talk.say("/similar 1")


async def test_numbers_of_another_chat_are_not_mine(talk: Conversation) -> None:
    await talk.say("/search attention is all you need")
    assert await talk.say("/similar 1", who="bob") == say_en("reference.no_issue")


async def test_similar_items_share_rare_words_and_topics(talk: Conversation) -> None:
    filler = [item(f"filler-{n}", "cv", title=f"Image work {n}") for n in range(30)]
    await talk.fetch(
        *filler,
        item("one", "cv", title="Gait recognition from silhouettes", summary={"en": "Walkers."}),
        item("two", "cv", title="Silhouettes and gait", summary={"en": "Recognition of walkers."}),
        item("three", "rl", title="Gait of robots", summary={"en": "Policies for legs."}),
        item("same", "cv", title="Gait Recognition from Silhouettes", summary={"en": "Again."}),
    )
    answer = await talk.say("/similar https://example.org/one")
    assert answer == say_en("reference.unknown", text="https://example.org/one")
    await talk.say('/search "gait recognition from silhouettes" walkers')
    answer = await talk.say("/similar 1")
    assert answer.index("Silhouettes and gait") < answer.index("Gait of robots")
    assert "1. Silhouettes and gait" in answer
    assert "Again" not in answer
    assert "Gait Recognition from Silhouettes" not in answer
    assert "Image work" not in answer


async def test_similar_to_words_and_to_nothing(talk: Conversation) -> None:
    answer = await talk.say("/similar memory-efficient exact attention")
    assert "1. FlashAttention" in answer
    assert await talk.say("/similar xyzzy plugh") == say_en("similar.nothing", title="xyzzy plugh")
    assert await talk.say("/similar #999999") == say_en("reference.unknown", text="#999999")


async def test_everyone_in_a_group_may_search(talk: Conversation) -> None:
    talk.adapter.administrators = {"club": set()}
    answer = await talk.say("/search attention", chat="club", kind=ChatKind.GROUP)
    assert "Attention Is All You Need" in answer


async def test_an_item_offers_similar_ones(talk: Conversation) -> None:
    await talk.say("/search attention is all you need")
    reply = await talk.ask("/item 1")
    (similar,) = [c for c in reply.choices if c.command.startswith("/similar #")]
    assert say_en("similar.title", title="Attention Is All You Need") in await talk.say(
        similar.command
    )
