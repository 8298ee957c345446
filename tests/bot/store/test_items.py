"""Items are stored once, enriched, and found by who may want them."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.digest.enrich import MOST, enriched
from bot.digest.rank import standing
from bot.model import (
    SAMPLE_SOURCE,
    Candidate,
    Item,
    Link,
    Section,
    StoredItem,
    TopicFilter,
    TopicMatch,
)
from bot.ports import Added
from bot.store import Store
from bot.store.candidates import Search, _query
from bot.store.codec import search_text
from tests.bot.store.builders import NOW, add_items, an_item, hours
from tests.bot.store.plans import plan_of

pytestmark = pytest.mark.both_engines

ALL = TopicFilter(everything=True)

FULL = Item(
    key="arxiv:1",
    title="Attention",
    url="https://example.org/1",
    section=Section.POSTS,
    published="2026-02",
    authors=("Ann", "Bo"),
    authors_more=True,
    venue="NeurIPS",
    language="en",
    summary={"en": "Short.", "zh-CN": "短。"},
    abstract={"en": "Long."},
    images=("https://example.org/i.png",),
    code_urls=("https://example.org/code",),
    links=(Link("slides", "https://example.org/slides"),),
    arxiv_id="1706.03762",
    arxiv_categories=("cs.CL", "cs.AI"),
    topics=(TopicMatch("z", 0.5, "keyword"), TopicMatch("a", 1.0, "declared")),
    signals={"stars": 3.0},
    source="arxiv",
    note="a note",
)


async def find(store: Store, wanted: TopicFilter, **changes: Any) -> tuple[Candidate, ...]:
    asked: dict[str, Any] = {
        "since": NOW - hours(24),
        "until": NOW,
        "sample": False,
        "limit": 100,
    }
    return await store.items.candidates(wanted, **{**asked, **changes})


async def find_keys(store: Store, wanted: TopicFilter, **changes: Any) -> list[str]:
    return [candidate.key for candidate in await find(store, wanted, **changes)]


def on(*topics: str, confidence: float = 1.0) -> tuple[TopicMatch, ...]:
    return tuple(TopicMatch(topic, confidence, "because") for topic in topics)


async def test_an_item_comes_back_as_it_was(store: Store) -> None:
    (item_id,) = await add_items(store, FULL)
    assert await store.items.load([item_id]) == (StoredItem(item_id, NOW, FULL),)


async def test_loads_in_the_order_asked_for_and_skips_the_unknown(store: Store) -> None:
    one, two, three = await add_items(store, an_item("1"), an_item("2"), an_item("3"))
    loaded = await store.items.load([three, 999, one, two, one])
    assert [found.id for found in loaded] == [three, one, two, one]


async def test_adding_again_changes_nothing(store: Store) -> None:
    assert await store.items.add([FULL, an_item("2")], NOW) == Added(new=2)
    assert await store.items.add([FULL, an_item("2")], NOW + hours(1)) == Added(known=2)
    (found, _) = await store.items.load([1, 2])
    assert found == StoredItem(1, NOW, FULL)


async def test_duplicates_inside_a_batch_are_one_item(store: Store) -> None:
    richer = an_item("1", code_urls=("https://example.org/code",))
    added = await store.items.add([an_item("1"), an_item("1"), richer, an_item("2")], NOW)
    assert added == Added(new=2, known=1, enriched=1)
    (found,) = await store.items.load([1])
    assert found.item == richer


async def test_more_items_than_fit_in_a_batch(store: Store) -> None:
    many = [an_item(str(number)) for number in range(1203)]
    assert await store.items.add([*many, *many], NOW) == Added(new=1203, known=1203)
    assert await store.items.count() == 1203


async def test_a_second_sight_enriches(store: Store) -> None:
    old = an_item(
        "1", topics=on("a"), summary={"en": "Mine."}, signals={"stars": 5.0, "points": 1.0}
    )
    new = an_item(
        "1",
        title="Another title",
        authors=("Ann",),
        summary={"en": "Other.", "zh-CN": "别的。"},
        topics=on("b"),
        signals={"stars": 4.0, "points": 2.0},
    )
    await store.items.add([old], NOW)
    assert await store.items.add([new], NOW + hours(1)) == Added(enriched=1)
    (found,) = await store.items.load([1])
    assert found.first_seen == NOW
    assert found.item == replace(
        old,
        authors=("Ann",),
        summary={"en": "Mine.", "zh-CN": "别的。"},
        topics=on("a", "b"),
        signals={"stars": 5.0, "points": 2.0},
    )
    assert await find_keys(store, TopicFilter(topics=frozenset({"b"}))) == ["1"]
    assert await find_keys(store, TopicFilter(keywords=("别的",))) == ["1"]


async def test_a_sample_item_fetched_for_real_is_new_today(store: Store) -> None:
    sample = an_item("1", source=SAMPLE_SOURCE, note="sample", topics=on("a"), summary={"en": "S."})
    real = an_item("1", topics=on("a", confidence=0.7))
    await store.items.add([sample], NOW - hours(72))
    assert not await store.items.has_fetched(NOW)
    assert await store.items.add([real], NOW) == Added(enriched=1)
    (found,) = await store.items.load([1])
    assert found == StoredItem(1, NOW, replace(real, summary={"en": "S."}))
    assert await store.items.has_fetched(NOW)
    assert await find_keys(store, TopicFilter(topics=frozenset({"a"}))) == ["1"]
    assert await find_keys(store, ALL, sample=True) == []
    assert await store.items.add([sample], NOW + hours(1)) == Added(known=1)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (((), False), (("Ann",), True), (("Ann",), True)),
        ((("Ann",), True), (("Ann", "Bo"), True), (("Ann", "Bo"), True)),
        ((("Ann", "Bo"), True), (("A.",), False), (("A.",), False)),
        ((("Ann",), True), ((), False), (("Ann",), True)),
        ((("Ann",), False), (("Ann", "Bo"), False), (("Ann",), False)),
    ],
)
def test_authors_give_way_only_to_a_fuller_list(old: Any, new: Any, expected: Any) -> None:
    items = [an_item(authors=names, authors_more=more) for names, more in (old, new)]
    result = enriched(*items)
    assert (result.authors, result.authors_more) == expected


def test_a_feed_with_ever_new_addresses_does_not_grow_an_item() -> None:
    item = an_item()
    for number in range(3 * MOST):
        link = Link("more", f"https://example.org/{number}")
        item = enriched(item, an_item(images=(f"https://example.org/{number}",), links=(link,)))
    assert (len(item.images), len(item.links)) == (MOST, MOST)
    long = an_item(images=tuple(map(str, range(2 * MOST))))
    assert enriched(long, item).images == long.images


def test_a_link_is_known_by_its_address() -> None:
    old, new = (an_item(links=(Link(label, "https://example.org"),)) for label in ("a", "b"))
    assert enriched(old, new) == old


async def test_candidates_are_light_and_the_best_come_first(store: Store) -> None:
    await store.items.add([an_item("old")], NOW - hours(2))
    await store.items.add([FULL, an_item("new")], NOW - hours(1))
    new, old, full = await find(store, ALL)
    assert (new.key, old.key) == ("new", "old")
    assert full == Candidate(
        id=2,
        key="arxiv:1",
        section=Section.POSTS,
        source="arxiv",
        topics={"z": 0.5, "a": 1.0},
        standing=standing(FULL, NOW - hours(1)),
        origins=("ann", "bo", "example.org"),
    )
    assert [found.key for found in await find(store, ALL, limit=2)] == ["new", "old"]


async def test_what_many_liked_is_found_among_the_newest(store: Store) -> None:
    await store.items.add([an_item("liked", topics=on("t"), signals={"upvotes": 90.0})], NOW)
    await store.items.add([an_item(str(n), topics=on("t")) for n in range(20)], NOW)
    for wanted in (ALL, TopicFilter(topics=frozenset({"t"}))):
        assert (await find_keys(store, wanted, limit=3))[0] == "liked"


async def test_the_span_is_open_at_its_start_and_closed_at_its_end(store: Store) -> None:
    instant = timedelta(microseconds=1)
    for key, seen in {
        "at start": hours(24),
        "inside": hours(24) - instant,
        "at end": hours(0),
    }.items():
        await store.items.add([an_item(key, topics=on("t"))], NOW - seen)
    await store.items.add([an_item("after", topics=on("t"))], NOW + instant)
    for wanted in (ALL, TopicFilter(topics=frozenset({"t"}))):
        assert await find_keys(store, wanted) == ["at end", "inside"]
    assert await store.items.has_fetched(NOW - hours(24))
    assert not await store.items.has_fetched(NOW - hours(24) - instant)


async def test_the_sample_edition_is_apart(store: Store) -> None:
    old = NOW - hours(999)
    await store.items.add([an_item("sample", source=SAMPLE_SOURCE, topics=on("t"))], old)
    await store.items.add([an_item("real", topics=on("t"))], NOW)
    for wanted in (ALL, TopicFilter(topics=frozenset({"t"})), TopicFilter(keywords=("title",))):
        assert await find_keys(store, wanted, sample=True) == ["sample"]
        assert await find_keys(store, wanted, since=old - hours(1)) == ["real"]


async def test_topics_and_keywords_add_up_and_excluded_topics_take_away(store: Store) -> None:
    await add_items(
        store,
        an_item("a", topics=on("a")),
        an_item("ab", topics=on("a", "b")),
        an_item("word", title="Mamba ＭＡＭＢＡ", topics=on("c")),
        an_item("none"),
    )
    both = TopicFilter(topics=frozenset({"a"}), keywords=("mamba",))
    assert await find_keys(store, both) == ["word", "ab", "a"]
    assert await find_keys(store, replace(both, excluded_topics=frozenset({"b"}))) == ["word", "a"]
    but_c = TopicFilter(everything=True, excluded_topics=frozenset({"c"}))
    assert await find_keys(store, but_c) == ["none", "ab", "a"]
    assert await find_keys(store, TopicFilter()) == []


@pytest.mark.parametrize(
    "keyword", ["100%", "a_b", "ＧＰＴ-4", "straße", "大模型", "two words", "/"]
)
async def test_a_keyword_is_searched_literally_in_all_its_spellings(
    store: Store, keyword: str
) -> None:
    spelt = "100% a_b gpt-4 STRASSE 大模型 two\n  words and/or"
    await add_items(store, an_item("yes", abstract={"en": spelt}), an_item("no", title="100 axb"))
    (found,) = await find(store, TopicFilter(keywords=(keyword,)))
    assert found.key == "yes"
    assert search_text([keyword]) in found.text


async def test_an_excluded_keyword_brings_the_text_but_decides_nothing(store: Store) -> None:
    await add_items(store, an_item("1", title="Said AI"))
    wanted = TopicFilter(everything=True, excluded_keywords=("ai",))
    assert [found.text for found in await find(store, wanted)] == ["said ai"]


def reference(items: Sequence[tuple[Item, datetime]], topics: set[str], limit: int) -> list[str]:
    newest = sorted(enumerate(items), key=lambda pair: (pair[1][1], pair[0]), reverse=True)
    wanted = [item.key for _, (item, _) in newest if topics & {each.id for each in item.topics}]
    return wanted[:limit]


async def test_looking_back_in_steps_finds_the_same_as_looking_at_all(store: Store) -> None:
    # Rare and popular topics, many more items than the limit, several per instant.
    chance = random.Random(7)
    rows = []
    for hour in range(40):
        seen = NOW - hours(400 - 10 * hour)
        batch = [
            an_item(f"{hour}/{n}", topics=on(*chance.sample("abcdefgh", k=chance.choice((1, 2)))))
            for n in range(chance.choice((1, 10)))
        ]
        batch += [an_item(f"rare {hour}", topics=on("rare"))] if hour % 13 == 0 else []
        await store.items.add(batch, seen)
        rows += [(item, seen) for item in batch]
    for topics in ({"a"}, {"rare"}, {"a", "rare"}, set("abcdefgh")):
        for limit in (1, 2, 3, 7, 50, 1000):
            found = await find_keys(
                store, TopicFilter(topics=frozenset(topics)), since=NOW - hours(999), limit=limit
            )
            assert found == reference(rows, topics, limit), (topics, limit)


async def test_candidates_use_the_indexes(store: Store) -> None:
    for wanted in (ALL, TopicFilter(topics=frozenset({"a", "b"}))):
        search = Search(wanted, NOW - hours(1), NOW, False, 10)
        plan = await plan_of(store, _query(search, search.since))
        assert not plan.scans
        assert not plan.sorts


async def test_timeless_candidates_are_not_better_for_being_new(store: Store) -> None:
    fame = {"old": 900.0, "middle": 1.0, "new": 30.0}
    for number, (key, stars) in enumerate(fame.items()):
        item = an_item(key, signals={"stars": stars}, published=None)
        await store.items.add([item], NOW - hours(2000 - 900 * number))
    asked = {"since": NOW - hours(3000), "until": NOW}
    usual = await find(store, ALL, **asked)
    timeless = await find(store, ALL, **asked, timeless=True)
    assert [each.key for each in usual] == ["new", "middle", "old"]
    assert [each.key for each in timeless] == ["old", "new", "middle"]
    scores = [round(each.standing, 3) for each in timeless]
    merits = [
        standing(an_item("x", signals={"stars": n}, published=None), NOW) for n in (900.0, 30.0)
    ]
    assert scores[0] - scores[1] == pytest.approx(merits[0] - merits[1], abs=0.01)
