"""One story is stored once, with all that its sources told; a merge can be taken back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.digest.rank import standing
from bot.model import PICK, VOTES, Item, Link, Match, MatchKind, Section, TopicFilter, TopicMatch
from bot.ports import Added
from bot.store import Store
from bot.store.tables import item_marks, merged_items, sightings, standings
from tests.bot.digest.pairs import pairs
from tests.bot.store.builders import NOW, add_chat, an_item, composed, hours

ALL = TopicFilter(everything=True)
LATER = datetime(2026, 11, 18, 8, tzinfo=UTC)  # when the pairs were news

PAPER = an_item(
    "arxiv:2611.00001",
    title="GraftNet: Splicing Vision Backbones",
    url="https://arxiv.org/abs/2611.00001",
    arxiv_id="2611.00001",
    arxiv_categories=("cs.CV",),
    summary={"en": "We splice. Our code is available at https://github.com/lab/graftnet."},
    code_urls=("https://github.com/lab/graftnet",),
    topics=(TopicMatch("cv", 1.0, "arXiv cs.CV"),),
    source="arXiv",
)
HUGGING_FACE = replace(
    PAPER,
    url="https://huggingface.co/papers/2611.00001",
    arxiv_categories=(),
    topics=(TopicMatch("ml", 0.6, "keyword"),),
    signals={"upvotes": 41.0},
    source="Hugging Face",
)
CODE = an_item(
    "github:lab/graftnet",
    title="lab/graftnet",
    url="https://github.com/lab/graftnet",
    section=Section.PROJECTS,
    signals={"stars": 310.0},
    source="GitHub",
)
NEWS = an_item(
    "github:lab/graftnet",
    title="Show HN: GraftNet splices backbones",
    url="https://github.com/lab/graftnet",
    section=Section.POSTS,
    signals={"points": 120.0},
    links=(Link("discussion", "https://news.ycombinator.com/item?id=1"),),
    source="Hacker News",
)
POST = an_item(
    "url:lab.org/graft",
    title="GraftNet: splicing vision backbones",
    url="https://lab.org/graft",
    section=Section.POSTS,
    source="Lab",
)
SOURCES = (PAPER, HUGGING_FACE, CODE, NEWS, POST)


async def ids(store: Store, wanted: TopicFilter = ALL) -> list[int]:
    found = await store.items.candidates(
        wanted, since=NOW - hours(1), until=LATER, sample=False, limit=100
    )
    return [candidate.id for candidate in found]


async def only(store: Store) -> tuple[int, Item]:
    (item_id,) = await ids(store)
    (stored,) = await store.items.load([item_id])
    return item_id, stored.item


@pytest.mark.parametrize("at_once", [True, False])
async def test_one_story_is_one_item(store: Store, at_once: bool) -> None:
    for pair in pairs("same"):
        for batch in [[pair.other, pair.one]] if at_once else [[pair.other], [pair.one]]:
            await store.items.add(batch, LATER)
        found = [await store.items.find(item.key) for item in (pair.one, pair.other)]
        assert found[0] is not None
        assert found[0] == found[1], pair.why
        told = await store.stories.sightings(found[0].id)
        assert {s.name for s in told} >= {(i.source, i.key) for i in (pair.one, pair.other)}
        assert [s.match and s.match.kind for s in told][:2] == [None, pair.kind], pair.why


async def test_what_only_looks_alike_are_two_items(store: Store) -> None:
    for number, pair in enumerate(pairs("other")):
        before = await store.items.count()
        for batch in [[pair.one, pair.other]] if number % 2 else [[pair.one], [pair.other]]:
            await store.items.add(batch, NOW)
        # Some are of pairs before; none may take the other in.
        one, other = [await store.items.find(item.key) for item in (pair.one, pair.other)]
        assert one is not None
        assert other is not None
        assert one.id != other.id, pair.why
        assert await store.items.count() > before


async def test_five_sources_make_one_item_with_all_links_and_signals(store: Store) -> None:
    for hour, item in enumerate(SOURCES):
        await store.items.add([item], NOW + hours(hour))
    item_id, item = await only(store)
    assert (item.title, item.url, item.source) == (PAPER.title, PAPER.url, "arXiv")
    assert item.signals == {"upvotes": 41.0, "stars": 310.0, "points": 120.0}
    assert item.code_urls == ("https://github.com/lab/graftnet",)
    assert {link.url for link in item.links} == {
        "https://huggingface.co/papers/2611.00001",
        "https://news.ycombinator.com/item?id=1",
        "https://lab.org/graft",
    }
    assert [topic.id for topic in item.topics] == ["cv"]  # arXiv's own, no guesses beside them
    told = await store.stories.sightings(item_id)
    assert [(s.item.source, dict(s.item.signals), s.seen_at) for s in told] == [
        (item.source, dict(item.signals), NOW + hours(hour)) for hour, item in enumerate(SOURCES)
    ]
    assert [s.match for s in told] == [
        None,
        Match(MatchKind.KEY, "arxiv:2611.00001"),
        Match(MatchKind.CODE, "github:lab/graftnet"),
        Match(MatchKind.KEY, "github:lab/graftnet"),
        Match(MatchKind.TITLE, "100"),
    ]


@pytest.mark.parametrize("turn", range(5))
async def test_the_paper_leads_whoever_comes_first(store: Store, turn: int) -> None:
    await store.items.add([*SOURCES[turn:], *SOURCES[:turn]], NOW)
    _, item = await only(store)
    assert (item.title, item.source, item.section) == (PAPER.title, "arXiv", Section.PAPERS)
    assert len(item.signals) == 3


async def test_seeing_all_again_writes_nothing(store: Store) -> None:
    await store.items.add(SOURCES, NOW)
    before = await ids(store), await store.stories.sightings(1)
    assert await store.items.add(SOURCES, NOW + hours(1)) == Added(known=5)
    assert (await ids(store), await store.stories.sightings(1)) == before


async def test_a_rate_may_fall_and_a_count_may_not(store: Store) -> None:
    signals = {"stars": 310.0, "stars_per_day": 40.0}
    repository = replace(SOURCES[0], signals=signals)
    await store.items.add([repository], NOW)
    quieter = replace(repository, signals={"stars": 300.0, "stars_per_day": 2.0})
    await store.items.add([quieter], NOW + hours(24))
    _, item = await only(store)
    assert item.signals == {"stars": 310.0, "stars_per_day": 2.0}


async def test_a_signal_that_grows_reaches_the_sighting_the_item_and_its_standing(
    store: Store,
) -> None:
    await store.items.add([PAPER, NEWS], NOW)
    louder = replace(NEWS, signals={"points": 480.0})
    assert await store.items.add([louder], NOW + hours(5)) == Added(enriched=1)
    item_id, item = await only(store)
    assert item.signals["points"] == 480
    (_, news) = await store.stories.sightings(item_id)
    assert news.item.signals == {"points": 480.0}
    async with store.database.read() as connection:
        kept = await connection.scalar(select(standings.c.standing))
    assert kept == pytest.approx(standing(item, NOW))


async def test_a_third_joins_two_stored_items(store: Store) -> None:
    """The paper names no code and the repository no paper, until Hugging Face names both."""
    paper = replace(PAPER, summary={}, code_urls=())
    await store.items.add([paper], NOW)
    await store.items.add([CODE], NOW + hours(1))
    assert sorted(await ids(store)) == [1, 2]
    stated = replace(HUGGING_FACE, summary={}, code_urls=(CODE.url,))
    assert await store.items.add([stated], NOW + hours(2)) == Added(enriched=1)
    item_id, item = await only(store)
    assert item_id == 1
    assert item.signals == {"upvotes": 41.0, "stars": 310.0}
    assert [s.origin for s in await store.stories.sightings(2)] == [None, 2, None]
    assert await store.stories.root(2) == 1
    for key in ("arxiv:2611.00001", "github:lab/graftnet"):
        found = await store.items.find(key)
        assert found is not None
        assert found.id == 1
    # What refers to the item that it was before still finds something.
    (was,) = await store.items.load([2])
    assert was.item.title == CODE.title


async def test_who_saw_either_has_seen_both(store: Store) -> None:
    paper = replace(PAPER, summary={}, code_urls=())
    await store.items.add([paper], NOW)
    await store.items.add([CODE], NOW + hours(1))
    saw_code = await store.issues.save(composed(2), NOW)
    saw_paper = await store.issues.save(replace(composed(1), item_ids=(1,)), NOW)
    await add_chat(store, "1")
    await store.items.add([replace(HUGGING_FACE, summary={}, code_urls=(CODE.url,))], NOW)
    seen = await store.issues.item_ids([saw_code, saw_paper])
    assert 1 in seen[saw_code]
    assert 1 in seen[saw_paper]


async def test_a_merge_is_taken_back_and_never_made_again(store: Store) -> None:
    paper = replace(PAPER, summary={}, code_urls=())
    await store.items.add([paper], NOW)
    await store.items.add([CODE], NOW + hours(1))
    (before,) = await store.items.load([2])
    stated = replace(HUGGING_FACE, summary={}, code_urls=(CODE.url,))
    await store.items.add([stated], NOW + hours(2))
    number = [s.origin for s in await store.stories.sightings(1)].index(2) + 1
    assert await store.stories.part(1, number, NOW + hours(3)) == 2
    assert await store.items.load([2]) == (before,)
    assert sorted(await ids(store)) == [1, 2]
    (left,) = await store.items.load([1])
    assert left.item.signals == {"upvotes": 41.0}
    for item in (paper, CODE, stated):
        assert await store.items.add([item], NOW + hours(4)) == Added(known=1)
    louder = replace(CODE, signals={"stars": 999.0})
    await store.items.add([louder], NOW + hours(5))
    assert sorted(await ids(store)) == [1, 2]
    assert (await store.items.load([2]))[0].item.signals == {"stars": 999.0}
    # What comes later joins the one that it is nearest to.
    await store.items.add([NEWS], NOW + hours(6))
    assert sorted(await ids(store)) == [1, 2]
    assert (await store.items.load([2]))[0].item.signals == {"stars": 999.0, "points": 120.0}


async def test_a_sighting_that_never_was_an_item_becomes_one(store: Store) -> None:
    await store.items.add([PAPER], NOW)
    await store.items.add([POST], NOW + hours(1))
    made = await store.stories.part(1, 2, NOW + hours(2))
    assert made is not None
    (stored,) = await store.items.load([made])
    assert (stored.item, stored.first_seen) == (POST, NOW + hours(1))
    (left,) = await store.items.load([1])
    assert left.item == PAPER
    assert await store.items.add([PAPER, POST], NOW + hours(3)) == Added(known=2)


async def test_two_of_one_key_can_be_taken_apart_too(store: Store) -> None:
    await store.items.add([CODE], NOW)
    await store.items.add([NEWS], NOW)
    made = await store.stories.part(1, 2, NOW)
    assert made is not None
    titles = [stored.item.title for stored in await store.items.load([1, made])]
    assert titles == [CODE.title, NEWS.title]
    assert await store.items.add([CODE, NEWS], NOW) == Added(known=2)
    assert sorted(await ids(store)) == [1, made]


@pytest.mark.parametrize("number", [0, 1, 2, 99])
async def test_there_is_nothing_to_part_in_what_was_told_once(store: Store, number: int) -> None:
    await store.items.add([PAPER], NOW)
    assert await store.stories.part(1, number, NOW) is None
    assert await store.stories.part(77, number, NOW) is None
    assert [s.item for s in await store.stories.sightings(1)] == [PAPER]
    assert await store.stories.sightings(77) == ()


async def test_a_repository_that_two_papers_claim_is_of_neither(store: Store) -> None:
    other = replace(
        PAPER,
        key="arxiv:2611.00002",
        url="https://arxiv.org/abs/2611.00002",
        arxiv_id="2611.00002",
        title="GraftNet in Medicine: A Study",
    )
    await store.items.add([PAPER, other, CODE], NOW)
    assert len(await ids(store)) == 3


async def test_a_further_source_makes_it_new_again_but_old_news_stays_old(store: Store) -> None:
    await store.items.add([PAPER], NOW)
    for hour, seen in ((30, 30), (47, 47), (49, 47)):
        item = replace(POST, source=f"Lab {hour}", key=f"{POST.key}/{hour}")
        await store.items.add([item], NOW + hours(hour))
        (stored,) = await store.items.load([1])
        assert stored.first_seen == NOW + hours(seen)
    await store.items.add([replace(POST, source="Lab 30", key=f"{POST.key}/30")], NOW + hours(40))
    assert (await store.items.load([1]))[0].first_seen == NOW + hours(47)


async def test_what_people_did_outlives_what_sources_tell(store: Store) -> None:
    await store.items.add([PAPER], NOW)
    await store.shelf.vote("console:ann", 1, 1, NOW)
    await store.items.add([NEWS], NOW + hours(1))
    _, item = await only(store)
    assert item.signals == {VOTES: 1.0, "points": 120.0}
    await store.shelf.vote("console:bob", 1, 1, NOW)
    await store.items.add([replace(NEWS, signals={"points": 200.0})], NOW + hours(2))
    assert (await only(store))[1].signals == {VOTES: 2.0, "points": 200.0}


async def test_a_pick_survives_a_merge(store: Store) -> None:
    paper = replace(PAPER, summary={}, code_urls=())
    await store.items.add([paper], NOW)
    await store.items.add([replace(CODE, signals={PICK: 1.0})], NOW)
    await store.items.add([replace(HUGGING_FACE, summary={}, code_urls=(CODE.url,))], NOW)
    assert PICK in (await only(store))[1].signals


async def test_a_story_told_once_takes_no_more_room_than_an_item(store: Store) -> None:
    await store.items.add([PAPER], NOW)
    async with store.database.read() as connection:
        counts = [
            await connection.scalar(select(func.count()).select_from(table))
            for table in (sightings, merged_items, item_marks)
        ]
    assert counts == [0, 0, 3]  # both ends of its title, and its code
