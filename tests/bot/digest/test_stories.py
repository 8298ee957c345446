"""What is one story, and what only looks like it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.stories import same_story, traits_of
from bot.digest.titles import alike, title_of
from bot.model import Item, MatchKind, Section
from tests.bot.digest.pairs import Pair, pairs

NOW = datetime(2026, 11, 18, 8, tzinfo=UTC)
SAME, OTHER = pairs("same"), pairs("other")


def test_there_are_fifty_of_each_in_three_languages() -> None:
    assert (len(SAME), len(OTHER)) == (50, 50)
    for found in (SAME, OTHER):
        assert {pair.one.language for pair in found} == {"en", "zh-CN", "zh-TW"}


@pytest.mark.parametrize("pair", SAME, ids=lambda pair: pair.why)
def test_one_story_is_known_again_whichever_comes_first(pair: Pair) -> None:
    one, other = traits_of(pair.one, NOW), traits_of(pair.other, NOW)
    match = same_story(one, other)
    assert match is not None
    assert match.kind == pair.kind
    assert same_story(other, one) == match
    assert one.marks & other.marks, "the store would not find it"


@pytest.mark.parametrize("pair", OTHER, ids=lambda pair: pair.why)
def test_what_only_looks_alike_stays_apart(pair: Pair) -> None:
    one, other = traits_of(pair.one, NOW), traits_of(pair.other, NOW)
    assert same_story(one, other) is None
    assert same_story(other, one) is None


def paper(number: int = 1, **changes: object) -> Item:
    item = Item(
        key=f"arxiv:2611.0000{number}",
        title="Learning to Walk on Uneven Ground",
        url=f"https://arxiv.org/abs/2611.0000{number}",
        section=Section.PAPERS,
        arxiv_id=f"2611.0000{number}",
        source="arXiv",
    )
    return replace(item, **changes)  # type: ignore[arg-type]


def post(**changes: object) -> Item:
    item = paper(key="url:e.org/1", url="https://e.org/1", section=Section.POSTS, source="b")
    return replace(item, arxiv_id=None, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2026-11-01", "2026-11-30", True),
        ("2026-11-01", "2026-12-03", False),
        ("2026", "2026-06-01", True),
        ("2025", "2026-03-01", False),
        ("2026-11", "2027-01-15", False),
        (None, "2026-11-01", True),
        (None, "2026-09-01", False),
        ("9999", "9999-12-31", True),
    ],
)
def test_titles_join_only_what_came_within_a_month(one: str | None, other: str, same: bool) -> None:
    first, second = (traits_of(item, NOW) for item in (paper(published=one), post(published=other)))
    match = same_story(first, second)
    assert (match is not None) is same
    assert match is None or (match.kind, match.detail) == (MatchKind.TITLE, "100")


@pytest.mark.parametrize(("created", "same"), [("2026-01", True), ("2020", False), (None, True)])
def test_a_tool_that_was_there_for_years_is_no_papers_own(created: str | None, same: bool) -> None:
    text = "Our code is available at https://github.com/a/b."
    published = paper(summary={"en": text}, code_urls=("https://github.com/a/b",))
    code = post(key="github:a/b", url="https://github.com/a/b", title="b", published=created)
    one, other = traits_of(replace(published, published="2026-11-02"), NOW), traits_of(code, NOW)
    assert (same_story(one, other) is not None) is same


def test_a_repository_in_several_claims_is_nobodys_own() -> None:
    text = "Our code is available at https://github.com/a/b and at https://github.com/a/c."
    urls = ("https://github.com/a/b", "https://github.com/a/c")
    assert traits_of(paper(summary={"en": text}, code_urls=urls), NOW).code is None
    assert traits_of(paper(summary={"en": text}, code_urls=urls[:1]), NOW).code == "github:a/b"


WORDS = ("learning", "deep", "robust", "graph", "models", "for", "1", "2", "GPT-4", "大模型", "…")
TITLES = st.text(max_size=60) | st.lists(st.sampled_from(WORDS)).map(" ".join)


@given(TITLES, TITLES)
def test_likeness_is_mutual_and_of_a_title_to_itself_whole(one: str, other: str) -> None:
    first, second = title_of(one), title_of(other)
    assert alike(first, second) == alike(second, first)
    assert alike(first, first) == (100 if first.telling else 0)
    assert 0 <= alike(first, second) <= 100


@given(TITLES, st.sampled_from(["Show HN: {}", "[R] {}", "{} [pdf]", "  {}  ", "{}!"]))
def test_what_sites_put_around_a_title_makes_no_difference(title: str, around: str) -> None:
    if not title.strip().endswith(("…", "...", "-", "|")):
        assert title_of(around.format(title)).words == title_of(title).words
