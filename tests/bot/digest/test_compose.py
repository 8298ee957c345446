"""Choosing what has room, and laying it out."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.choose import Caps, choose
from bot.digest.compose import Edition, compose, in_language
from bot.digest.rank import Ranked
from bot.messages import messages
from bot.model import (
    LANGUAGES,
    Candidate,
    Entry,
    Issue,
    Item,
    Link,
    Section,
    StoredItem,
    TopicFilter,
    TopicMatch,
    Why,
)
from bot.store.engine import encode_json
from bot.topics import Taxonomy

TAXONOMY = Taxonomy.load()
NOW = datetime(2026, 11, 18, 8, tzinfo=UTC)
EDITION = Edition(day=date(2026, 11, 18), number=3, language="en")

PAPER = Item(
    key="arxiv:2611.00001",
    title="A Paper",
    url="https://arxiv.org/abs/2611.00001",
    section=Section.PAPERS,
    published="2026-11-17T18:00:00+00:00",
    authors=("Ada Lovelace", "Alan Turing"),
    authors_more=True,
    venue="CVPR 2027",
    summary={"en": "In short.", "zh-CN": "简而言之。"},
    abstract={"en": "At length."},
    images=("https://example.org/a.png",),
    code_urls=("https://github.com/a/b",),
    links=(Link("Demo", "https://example.org/demo"),),
    topics=(
        TopicMatch("detection", 1.0, "declared"),
        TopicMatch("cv", 0.9, "declared"),
        TopicMatch("diffusion", 0.8, "declared"),
    ),
)


def placed(number: int, section: Section = Section.PAPERS) -> Ranked:
    return Ranked(Candidate(number, f"key-{number}", section, "test", {}, -number), 0.5, 0.0)


def composed(*items: Item, edition: Edition = EDITION) -> Issue:
    """The issue of the items, as they are."""
    stored = {number: StoredItem(number, NOW, item) for number, item in enumerate(items)}
    choices = choose([placed(n, item.section) for n, item in enumerate(items)], Caps())
    return compose(choices, stored, edition, TAXONOMY)


def entry(item: Item, edition: Edition = EDITION) -> Entry:
    return composed(item, edition=edition).sections[0].entries[0]


RANKED = st.lists(
    st.builds(placed, st.integers(0, 999), st.sampled_from(Section)),
    max_size=60,
    unique_by=lambda ranked: ranked.candidate.id,
)


@given(RANKED)
def test_entries_are_numbered_through(ranked: list[Ranked]) -> None:
    candidates = [each.candidate for each in ranked]
    items = {c.id: StoredItem(c.id, NOW, replace(PAPER, section=c.section)) for c in candidates}
    issue = compose(choose(ranked, Caps()), items, EDITION, TAXONOMY)
    numbers = [e.number for section in issue.sections for e in section.entries]
    assert numbers == list(range(1, issue.count + 1))


def test_an_entry_holds_all_that_is_known() -> None:
    assert entry(PAPER) == Entry(
        number=1,
        title="A Paper",
        url="https://arxiv.org/abs/2611.00001",
        section=Section.PAPERS,
        published="Nov 17, 2026",
        field="Computer vision",
        tasks=("Object detection", "Diffusion models"),
        authors=("Ada Lovelace", "Alan Turing"),
        authors_more=True,
        venue="CVPR 2027",
        introduction="In short.",
        abstract="At length.",
        code_urls=("https://github.com/a/b",),
        links=(Link("Demo", "https://example.org/demo"),),
        images=("https://example.org/a.png",),
        why=Why(
            topics=(),
            keywords=(),
            everything=True,
            appeared="2026-11-17T18:00:00+00:00",
            signals=(),
            fit=0.5,
            heat=0.0,
            weight=0.0,
            deducted=0.0,
            place=1,
            among=1,
        ),
        id=0,
        kind=Section.PAPERS,
    )


def test_the_reasons_name_what_the_reader_follows_and_what_was_weighed() -> None:
    item = replace(PAPER, signals={"upvotes": 100.0})
    found = Ranked(Candidate(1, "k", item.section, "s", {"cv": 0.9}, 3.0), 0.9, 0.25, ("gait",))
    by = TopicFilter(topics=frozenset({"cv"}), keywords=("gait",))
    issue = compose(choose([found], Caps(), by), {1: StoredItem(1, NOW, item)}, EDITION, TAXONOMY)
    assert issue.sections[0].entries[0].why == Why(
        topics=(TopicMatch("cv", 0.9, "declared"),),
        keywords=("gait",),
        everything=False,
        appeared="2026-11-17T18:00:00+00:00",
        signals=(("upvotes", 100.0),),
        fit=0.9,
        heat=2.0,
        weight=0.25,
        deducted=0.0,
        place=1,
        among=1,
    )


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, "https://github.com/a/b"),
        ({"code_urls": ()}, "https://paperswithcode.com/paper/x"),
        ({"arxiv_id": "2301.00001"}, "https://arxiv.org/abs/2301.00001"),
    ],
)
def test_a_reader_is_not_sent_to_a_site_that_is_gone(changes: dict[str, object], url: str) -> None:
    item = replace(PAPER, url="https://paperswithcode.com/paper/x", arxiv_id=None)
    item = replace(item, code_urls=("https://github.com/a/b",))
    assert entry(replace(item, **changes)).url == url  # type: ignore[arg-type]


def test_images_that_lie_beside_an_imported_file_are_not_shown() -> None:
    item = replace(PAPER, images=("img/a.png", "https://example.org/a.png"))
    assert entry(item).images == ("https://example.org/a.png",)


def test_an_entry_of_which_little_is_known() -> None:
    bare = entry(Item("a", "Bare", "https://example.org", Section.TOOLS))
    assert (bare.published, bare.field, bare.venue, bare.introduction) == ("", "", "", "")
    assert (bare.tasks, bare.authors, bare.code_urls) == ((), (), ())


@pytest.mark.parametrize(
    ("iso", "language", "expected"),
    [
        ("2022", "en", "2022"),
        ("2022-06", "en", "June 2022"),
        ("2022-06", "zh-CN", "2022年6月"),
        ("2022-06-27", "zh-TW", "2022年6月27日"),
        ("2022-06-27T23:59:00+00:00", "en", "Jun 27, 2022"),
    ],
)
def test_dates_are_as_exact_as_they_are_known(iso: str, language: str, expected: str) -> None:
    dated = entry(replace(PAPER, published=iso), replace(EDITION, language=language))
    assert dated.published == expected


def test_texts_come_in_the_readers_language_or_the_nearest() -> None:
    both = {"en": "English", "zh-CN": "简体"}
    assert in_language(both, "zh-CN") == "简体"
    assert in_language(both, "zh-TW") == "簡體"
    assert in_language({"en": "English", "zh-TW": "繁體"}, "zh-CN") == "繁体"
    assert in_language({"zh-TW": "繁體"}, "en") == "繁體"
    assert in_language({"de": "Deutsch"}, "en") == "Deutsch"
    assert in_language({"en": "", "de": "Deutsch"}, "en") == "Deutsch"
    assert in_language({}, "en") == ""


@pytest.mark.parametrize(
    ("introduction", "abstract", "shown"),
    [
        ("We walk.", "We walk. Then we run.", "… Then we run."),
        ("We walk and…", "We walk and run.", "… run."),
        ("They walk.", "We walk. Then we run.", "We walk. Then we run."),
        ("We walk", "We walked.", "We walked."),
        ("", "We walk.", "We walk."),
        ("We walk.", "", ""),
    ],
)
def test_an_abstract_goes_on_where_the_introduction_ends(
    introduction: str, abstract: str, shown: str
) -> None:
    paper = replace(PAPER, summary={"en": introduction}, abstract={"en": abstract})
    assert entry(paper).abstract == shown


@pytest.mark.parametrize(
    ("introduction", "abstract", "expected"),
    [
        ("Cats.", "Cats.", ""),
        ("Cats.", "Cats. And dogs.", "… And dogs."),
        ("We study …", "We study cats.", "… cats."),
        ("Cats.", "Dogs. Cats.", "Dogs. Cats."),
        ("", "Cats.", "Cats."),
        ("Cats.", "", ""),
    ],
)
def test_what_the_introduction_says_is_not_repeated(
    introduction: str, abstract: str, expected: str
) -> None:
    shown = entry(replace(PAPER, summary={"en": introduction}, abstract={"en": abstract}))
    assert (shown.introduction, shown.abstract) == (introduction, expected)


def test_topics_that_left_the_topics_file_are_passed_over() -> None:
    old = TopicMatch("phrenology", 1.0, "declared")
    assert entry(replace(PAPER, topics=(old, *PAPER.topics))).field == "Computer vision"
    assert entry(replace(PAPER, topics=(old,))).field == ""


def test_the_head_is_that_of_the_edition() -> None:
    edition = replace(
        EDITION,
        topics=("Computer vision",),
        notices=("Why.",),
        previous=date(2026, 11, 17),
        next=date(2026, 11, 19),
    )
    issue = composed(PAPER, edition=edition)
    assert (issue.day, issue.number, issue.layout) == (edition.day, 3, "daily")
    assert issue.dateline == "Wednesday, November 18, 2026"
    assert (issue.topics, issue.notices) == (edition.topics, edition.notices)
    assert (issue.previous, issue.next) == (edition.previous, edition.next)


def test_the_sample_is_marked_before_other_notices_but_only_if_there_is_any() -> None:
    sample = replace(EDITION, sample=True, notices=("Why.",))
    marked = messages("en")("issue.sample")
    assert composed(PAPER, edition=sample).notices == (marked, "Why.")
    assert composed(edition=sample).notices == ("Why.",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_words_are_in_the_language_of_the_edition(language: str) -> None:
    say = messages(language)
    issue = composed(PAPER, edition=replace(EDITION, language=language, sample=True))
    assert (issue.language, issue.title) == (language, say("issue.title"))
    assert issue.dateline == say.day(EDITION.day)
    assert issue.notices == (say("issue.sample"),)
    assert issue.sections[0].title == say("section.papers")
    assert issue.sections[0].entries[0].field == TAXONOMY.name("cv", language)


TEXT = st.text(max_size=20)
ITEMS = st.lists(
    st.builds(
        replace,
        st.just(PAPER),
        title=TEXT,
        section=st.sampled_from(Section),
        published=st.sampled_from([None, "2022", "2022-06", "2022-06-27"]),
        authors=st.lists(TEXT, max_size=2).map(tuple),
        summary=st.dictionaries(st.sampled_from([*LANGUAGES, "de"]), TEXT, max_size=3),
        topics=st.lists(
            st.builds(TopicMatch, st.sampled_from(["cv", "llm", "x"]), st.just(1.0), st.just("")),
            max_size=2,
        ).map(tuple),
    ),
    max_size=8,
)


@given(ITEMS, st.sampled_from(LANGUAGES))
def test_the_same_inputs_give_the_same_issue_byte_for_byte(
    items: list[Item], language: str
) -> None:
    edition = replace(EDITION, language=language)
    # Equal, yet not the same objects: nothing may hang on identity or on the order of a set.
    again = [replace(item, summary=dict(item.summary)) for item in items]
    first = encode_json(composed(*items, edition=edition))
    second = encode_json(composed(*again, edition=edition))
    assert first.encode() == second.encode()


def test_chinese_that_is_there_in_one_script_is_shown_in_the_readers() -> None:
    item = replace(
        PAPER,
        title="关于神经网络的软件",
        language="zh-CN",
        summary={"zh-CN": "数据库软件"},
        abstract={"zh-TW": "頭髮", "zh-CN": "头发！"},
    )
    taiwan = entry(item, replace(EDITION, language="zh-TW"))
    assert (taiwan.title, taiwan.introduction) == ("關於神經網路的軟體", "資料庫軟體")
    assert taiwan.abstract == "頭髮"
    assert entry(item, replace(EDITION, language="zh-CN")).introduction == "数据库软件"
