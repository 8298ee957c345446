"""The search index: what it finds, in which order, and that it follows the items."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.curation.nouns import Act, Kind
from bot.digest.terms import phrase
from bot.han import simplified
from bot.model import Item, Phrase, SearchQuery, StoredItem, TopicMatch
from bot.store import Store, open_store, search
from bot.topics import normal_form
from tests.bot.store.builders import NOW, an_item

pytestmark = pytest.mark.both_engines


def asking(*words: str, without: tuple[str, ...] = (), **more: Any) -> SearchQuery:
    return SearchQuery(_phrases(words), _phrases(without), **more)


def _phrases(words: tuple[str, ...]) -> tuple[Phrase, ...]:
    made = [phrase(word.removesuffix("*"), open_end=word.endswith("*")) for word in words]
    return tuple(each for each in made if each is not None)


async def keys(store: Store, query: SearchQuery, limit: int = 100) -> list[str]:
    found = await store.search.find(query, limit)
    return [stored.item.key for stored in await store.items.load(found)]


def topics(*ids: str) -> tuple[TopicMatch, ...]:
    return tuple(TopicMatch(topic_id, 1.0, "test") for topic_id in ids)


@pytest.fixture
async def library(store: Store) -> Store:
    """A store with some items."""
    await store.items.add(
        [
            an_item("gait", title="Gait recognition with transformers", published="2026-02-10"),
            an_item("order", title="Recognition of the gait", published="2026-02-09"),
            an_item(
                "attention",
                title="Attention",
                abstract={"en": "Why transformers pay attention."},
                published="2017-06",
                topics=topics("nlp"),
            ),
            an_item(
                "chinese",
                title="注意力机制",
                abstract={"zh-CN": "一种新的步态识别方法，基于GPT-4 的能力。"},
                published="2026-02-20",
                topics=topics("cv", "nlp"),
            ),
            an_item(
                "taiwan",
                title="機器學習",
                abstract={"zh-TW": "以注意力機制處理電腦視覺。"},
                authors=("Jürgen Müller",),
                topics=topics("3d-vision"),
            ),
        ],
        NOW,
    )
    return store


EXPECTED = (
    (asking("transformer"), "gait attention"),
    (asking("Transformers"), "gait attention"),
    (asking("gait", "recognition"), "gait order"),
    (asking("gait recognition"), "gait"),
    (asking("recogni"), ""),
    (asking("recogni*"), "gait order"),
    (asking("gait", without=("transformer",)), "order"),
    (asking("gait", without=("gait recognition",)), "order"),
    (asking("注意力"), "chinese taiwan"),
    (asking("注意力機制"), "chinese taiwan"),
    (asking("注意力机制"), "chinese taiwan"),
    (asking("力機"), "chinese taiwan"),
    (asking("机器学习"), "taiwan"),
    (asking("步"), "chinese"),
    (asking("法"), "chinese"),
    (asking("的"), "chinese"),
    (asking("gpt-4 的能"), "chinese"),
    (asking("机注"), ""),
    (asking("muller"), "taiwan"),
    (asking("transformer", topics=(frozenset({"nlp"}),)), "attention"),
    (asking(topics=(frozenset({"nlp", "cv"}),)), "chinese attention"),
    (asking(topics=(frozenset({"nlp"}), frozenset({"cv"}))), "chinese"),
    (asking(topics=(frozenset({"3d-vision"}),)), "taiwan"),
    (asking(topics=(frozenset({"nlp"}),), excluded_topics=frozenset({"cv"})), "attention"),
    (asking("transformer", excluded_topics=frozenset({"nlp"})), "gait"),
    (asking(since=date(2026, 2, 10)), "taiwan chinese gait"),
    (asking(since=date(2026, 2, 9), until=date(2026, 2, 10)), "gait order"),
    (asking(until=date(2017, 6, 1)), "attention"),
    (asking("transformer", until=date(2020, 1, 1)), "attention"),
    (asking("transformer", since=date(2027, 1, 1)), ""),
    (asking(without=("transformer",), until=date(2026, 2, 15)), "order"),
    (asking("nothing like that"), ""),
)


async def test_what_is_found(library: Store) -> None:
    for query, expected in EXPECTED:
        assert await keys(library, query) == expected.split(), query


@pytest.mark.parametrize("few", [0, 200])
async def test_titles_first_and_then_the_newest(
    store: Store, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way it is found out."""
    monkeypatch.setattr(search, "FEW", few)
    made = [
        an_item(f"{where}-{day}", **{where: text}, published=f"2026-01-{day:02}")
        for day in (3, 9, 6)
        for where, text in (("title", "Graphs"), ("abstract", {"en": "Of graphs."}))
    ]
    await store.items.add(made, NOW)
    expected = [f"{where}-{day}" for where in ("title", "abstract") for day in (9, 6, 3)]
    assert await keys(store, asking("graph")) == expected
    assert await keys(store, asking("gra*")) == expected
    for limit in range(7):
        assert await keys(store, asking("graph"), limit) == expected[:limit]


@pytest.mark.parametrize(
    ("published", "day"),
    [
        (None, "2026-03-01"),
        ("2025", "2025-01-01"),
        ("2025-07", "2025-07-01"),
        ("2025-07-09", "2025-07-09"),
        ("2025-07-09T23:59:00+00:00", "2025-07-09"),
        ("2031-01-01", "2026-03-01"),  # nobody can have seen it before
        ("0000", "2026-03-01"),
    ],
)
async def test_the_date_of_an_item(store: Store, published: str | None, day: str) -> None:
    await store.items.add([an_item("a", published=published)], NOW)
    one = timedelta(days=1)
    that = date.fromisoformat(day)
    assert await keys(store, asking(since=that, until=that)) == ["a"]
    assert await keys(store, asking(since=that + one)) == []
    assert await keys(store, asking(until=that - one)) == []


async def test_it_follows_what_a_second_source_adds(store: Store) -> None:
    await store.items.add([an_item("a", summary={"en": "First words."})], NOW)
    assert await keys(store, asking("步态")) == []
    more = an_item("a", summary={"zh-CN": "步态识别"}, topics=topics("cv"))
    await store.items.add([more], NOW)
    assert await keys(store, asking("步态")) == ["a"]
    assert await keys(store, asking("first", topics=(frozenset({"cv"}),))) == ["a"]


async def test_what_changes_nothing_that_is_found_writes_nothing(store: Store) -> None:
    await store.items.add([an_item("a", title="Gait"), an_item("b", title="Gait")], NOW)

    async def put(*placed: tuple[int, Item]) -> int:
        """How often the index was written."""
        written: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            written.extend([statement] if statement.startswith(("INSERT", "DELETE")) else [])

        engine = store.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        async with store.database.write() as connection:
            await search.put(store.database, connection, [(*each, NOW) for each in placed])
        event.remove(engine, "before_cursor_execute", note)
        return len(written)

    first, second = sorted(await store.search.find(asking("gait"), 2))
    more = {"points": 9.0}
    same = [(first, an_item("a", title="Gait", signals=more)), (second, an_item("b", title="Gait"))]
    assert await put(*same) == (0 if store.database.path else 1)
    assert await put(same[0], (second, an_item("b", title="Walk"))) > 0
    assert await keys(store, asking("walk")) == ["b"]
    assert await keys(store, asking("gait")) == ["a"]


async def test_a_sample_that_was_fetched_is_found_by_its_new_words(store: Store) -> None:
    await store.items.add([an_item("a", source="sample", title="Old title")], NOW)
    await store.items.add([an_item("a", title="New name", published="2026-02-01")], NOW)
    assert await keys(store, asking("name")) == ["a"]
    assert await keys(store, asking("old")) == []
    assert await keys(store, asking(since=date(2026, 2, 2))) == []


async def test_removed_items_are_not_found_until_they_are_back(store: Store) -> None:
    await store.items.add([an_item("a", title="Gait")], NOW)
    (item_id,) = await store.search.find(asking("gait"), 1)

    def removed(stored: StoredItem) -> StoredItem:
        return replace(stored, removed=True)

    def renamed(stored: StoredItem) -> StoredItem:
        return replace(stored, item=replace(stored.item, title="Walking"))

    def back(stored: StoredItem) -> StoredItem:
        return replace(stored, removed=False)

    for decide, expected in ((removed, []), (renamed, []), (back, ["a"])):
        await store.revisions.revise(item_id, Act(Kind.EDIT, "console:op", NOW), decide)
        assert await keys(store, asking("walking")) == expected
        assert await keys(store, asking("gait")) == []


async def test_a_transaction_that_fails_leaves_no_trace(store: Store) -> None:
    await store.items.add([an_item("a", title="Gait")], NOW)
    (found,) = await store.search.find(asking("gait"), 1)

    async def fail() -> None:
        async with store.database.write() as connection:
            placed = [(found, an_item("a", title="Walk"), NOW)]
            await search.put(store.database, connection, placed)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await keys(store, asking("gait")) == ["a"]
    assert await keys(store, asking("walk")) == []


async def test_an_index_by_other_rules_is_made_anew(
    library: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {each: await keys(library, each) for each in (asking("gait"), asking("注"), asking())}
    async with library.database.write() as connection:
        await connection.execute(text("UPDATE item_search_rules SET rules = 'old'"))
        await connection.execute(text("DELETE FROM item_search"))
    assert await keys(library, asking("gait")) == []
    monkeypatch.setattr(search, "BATCH", 2)
    again = await open_store(url)
    try:
        assert {each: await keys(again, each) for each in before} == before
        await again.items.add([an_item("gait", summary={"en": "Added."})], NOW)
        assert await keys(again, asking("gait", "added")) == ["gait"]
    finally:
        await again.close()


async def test_any_words_at_all_are_words(library: Store) -> None:
    hostile = (
        *("AND", "OR", "NOT", "NEAR(a b)", '"', "'", "''", '"gait', "gait*", "*", "^gait", "a:b"),
        *("title:gait", "{title}", "(", ")", "-", "\\", "%", "_", "';--", "gait & !order", "a|b"),
        *("'a':*", "<->", "x" * 10_000, "注" * 3000, "\x00", "\ud800", "🦩", "é", "ﬁ", "\u202e"),
    )
    for each in hostile:
        for query in (asking(each), asking("gait", without=(each,)), asking(each + "*")):
            await library.search.find(query, 10)


async def test_frequencies_stop_at_the_most(store: Store) -> None:
    await store.items.add(
        [an_item(f"{n}", title="gait", summary={"en": "x"}) for n in range(5)], NOW
    )
    assert await store.search.frequencies(["gait", "none", "x"], 3) == (3, 0, 3)
    assert await store.search.frequencies(["gait"], 9) == (5,)
    assert await store.search.frequencies([], 9) == ()


async def test_those_with_most_of_the_terms_come_first(store: Store) -> None:
    await store.items.add(
        [
            an_item("one", title="alpha"),
            an_item("none", title="delta"),
            an_item("three", title="alpha beta gamma"),
            an_item("two", title="alpha", summary={"en": "beta"}),
        ],
        NOW,
    )
    found = await store.search.with_most_of(["alpha", "beta", "gamma"], 10)
    assert [s.item.key for s in await store.items.load(found)] == ["three", "two", "one"]
    assert await store.search.with_most_of([], 10) == ()


async def test_every_phrase_of_every_text_is_found(store: Store) -> None:
    """Recall is complete, and nothing else is found, against looking at each text."""
    chance = random.Random(7)
    letters = "注意力机制機器學習的步态识别，。 "
    words = ["gait", "model", "attention", "the", "of", "GPT-4", "3D"]
    items: list[Item] = []
    for number in range(120):
        chinese = "".join(chance.choices(letters, k=40))
        english = " ".join(chance.choices(words, k=20))
        items.append(an_item(f"{number}", title=chinese, abstract={"en": english}))
    await store.items.add(items, NOW)
    by_id = {each.id: each.item.key for each in await store.items.load(range(1, 200))}
    folded = {item.key: _folded(item.title, *item.abstract.values()) for item in items}
    for _ in range(100):
        item = chance.choice(items)
        start, size = chance.randrange(30), chance.randint(1, 6)
        part = item.title[start : start + size].strip("，。 ")
        if chance.random() < 0.5 or not part:
            first = chance.randrange(15)
            part = " ".join(item.abstract["en"].split()[first : first + size])
        sought = _folded(part)
        expected = {key for key, text in folded.items() if sought in text}
        assert {by_id[i] for i in await store.search.find(asking(part), 1000)} == expected, part


def _folded(*texts: str) -> str:
    """As a reader compares: script, case and punctuation make no difference."""
    plain = " | ".join(simplified(normal_form(each)) for each in texts)
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return f" {' '.join(words)} " if len(texts) > 1 or plain.isascii() else " ".join(words)
