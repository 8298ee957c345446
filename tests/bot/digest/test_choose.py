"""Choosing what has room: the best of each section, with variety."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.choose import (
    DAILY_SECTIONS,
    SAME_ORIGIN,
    SAME_TOPICS,
    Caps,
    choose,
    daily_section,
)
from bot.digest.rank import Ranked
from bot.model import Candidate, Section, TopicFilter


def ranked(
    number: int,
    section: Section = Section.PAPERS,
    *,
    standing: float | None = None,
    topics: tuple[str, ...] = (),
    origins: tuple[str, ...] = (),
) -> Ranked:
    """The lower the number, the better."""
    standing = -number / 1000 if standing is None else standing
    confidences = dict.fromkeys(topics, 1.0)
    candidate = Candidate(number, f"k{number}", section, "test", confidences, standing, origins)
    return Ranked(candidate, fit=0.5, weight=0.0)


def chosen(found: list[Ranked], count: int) -> list[int]:
    (choice,) = choose(found, Caps(papers=count))
    return list(choice.ids)


def test_each_section_takes_its_best_and_counts_the_rest() -> None:
    posts = [ranked(n, Section.POSTS) for n in range(8)]
    papers = [ranked(n) for n in range(8, 21)]
    of_posts, of_papers = choose([*papers, *posts], Caps(per_section=5, papers=10))
    assert (of_posts.section, of_posts.ids, of_posts.left_out) == (
        Section.POSTS,
        (0, 1, 2, 3, 4),
        3,
    )
    assert (of_papers.ids, of_papers.left_out) == (tuple(range(8, 18)), 3)


def test_an_exact_fit_leaves_nothing_out_and_an_empty_section_is_left_away() -> None:
    (choice,) = choose([ranked(n) for n in range(10)], Caps())
    assert (choice.ids, choice.left_out) == (tuple(range(10)), 0)
    assert choose([], Caps()) == ()


@pytest.mark.parametrize("section", Section)
def test_every_kind_of_item_has_a_place_in_the_daily_issue(section: Section) -> None:
    assert daily_section(section) in DAILY_SECTIONS
    (choice,) = choose([ranked(1, section)], Caps())
    assert choice.section is daily_section(section)


def test_sections_stand_in_the_order_of_the_daily_issue() -> None:
    assert list(DAILY_SECTIONS.items()) == [
        (Section.TOOLS, "🚧"),
        (Section.PROJECTS, "👍"),
        (Section.POSTS, "📚"),
        (Section.RESOURCES, "🔥"),
        (Section.PAPERS, "⚡"),
    ]


def test_one_group_does_not_fill_a_section() -> None:
    group = [ranked(n, origins=("ann first", f"last {n}")) for n in range(5)]
    others = [ranked(n, origins=(f"other {n}",)) for n in range(5, 8)]
    assert chosen([*group, *others], 4) == [0, 5, 6, 7]


def test_a_much_better_one_of_the_same_group_still_comes() -> None:
    one, far_better = (
        ranked(1, origins=("ann",), standing=9),
        ranked(2, origins=("ann",), standing=8),
    )
    plain = ranked(3, standing=8 - SAME_ORIGIN - 0.1)
    assert chosen([one, far_better, plain], 2) == [1, 2]
    assert chosen([one, far_better, ranked(3, standing=8 - SAME_ORIGIN + 0.1)], 2) == [1, 3]


def test_of_equals_other_topics_come_first() -> None:
    same = [ranked(n, topics=("cv", "detection")) for n in range(3)]
    other = [ranked(3, topics=("cv",)), ranked(4, topics=("rl",))]
    assert chosen([*same, *other], 3) == [0, 4, 3]


def test_what_variety_cost_is_kept() -> None:
    found = [ranked(n, topics=("cv",), origins=("ann",)) for n in range(2)]
    (choice,) = choose(found, Caps(), TopicFilter(topics=frozenset({"cv", "rl"})))
    assert [(c.place, c.deducted, c.topics) for c in choice.chosen] == [
        (1, 0.0, frozenset({"cv"})),
        (2, SAME_ORIGIN + SAME_TOPICS, frozenset({"cv"})),
    ]


RANKED = st.lists(
    st.builds(
        ranked,
        st.integers(0, 999),
        st.sampled_from(Section),
        standing=st.floats(0, 3),
        topics=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
        origins=st.lists(st.sampled_from("xyz"), unique=True).map(tuple),
    ),
    max_size=60,
    unique_by=lambda r: r.candidate.id,
).map(lambda found: sorted(found, key=lambda r: (-r.score, -r.candidate.id)))


@given(RANKED, st.builds(Caps, st.integers(1, 9), st.integers(1, 9)))
def test_nothing_vanishes_between_chosen_and_counted(found: list[Ranked], caps: Caps) -> None:
    choices = choose(found, caps)
    assert sum(len(c.ids) + c.left_out for c in choices) == len(found)
    places = [list(DAILY_SECTIONS).index(c.section) for c in choices]
    assert places == sorted(set(places))
    for choice in choices:
        of_section = [r for r in found if daily_section(r.candidate.section) is choice.section]
        assert len(choice.ids) == min(len(of_section), caps.of(choice.section))
        assert len(set(choice.ids)) == len(choice.ids)
        assert choice.ids[0] == of_section[0].candidate.id  # the best is never held back
        assert all(of_section[c.place - 1].candidate.id == c.id for c in choice.chosen)


@given(RANKED)
def test_without_anything_in_common_the_score_alone_decides(found: list[Ranked]) -> None:
    plain = [ranked(n) for n, _ in enumerate(found)]
    for choice in choose(plain, Caps()):
        assert list(choice.ids) == sorted(choice.ids)
