"""Which items come first."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.rank import (
    FULL_HEAT,
    MOST_HEAT,
    OLDEST,
    PER_DAY,
    PICKED,
    bounds,
    heat,
    origins,
    published_at,
    ranked,
    standing,
)
from bot.model import PICK, Candidate, Item, Section, TopicFilter

NOW = datetime(2026, 11, 18, 8, tzinfo=UTC)
EVERYTHING = TopicFilter(everything=True)
CV = TopicFilter(topics=frozenset({"cv", "detection"}))


def an_item(
    published: str | None = None, signals: Mapping[str, float] | None = None, /, **more: float
) -> Item:
    signals = {**(signals or {}), **more}
    return Item("k", "Title", "https://example.org", Section.POSTS, published, signals=signals)


def candidate(
    number: int = 1,
    *,
    topics: dict[str, float] | None = None,
    standing: float = 0.0,
    source: str = "test",
    text: str = "",
) -> Candidate:
    topics = {"cv": 1.0} if topics is None else topics
    return Candidate(number, f"k{number}", Section.PAPERS, source, topics, standing, (), text)


def ids(candidates: list[Candidate], by: TopicFilter = CV, **weights: float) -> list[int]:
    return [each.candidate.id for each in ranked(candidates, by, weights)]


def test_newer_stands_before_older_half_a_point_a_day() -> None:
    new, old = (standing(an_item(f"2026-11-{day}T08:00:00"), NOW) for day in (18, 16))
    assert new - old == pytest.approx(2 * PER_DAY)
    assert standing(an_item(None), NOW) == new


def test_what_comes_late_is_not_buried_and_what_boasts_is_not_first() -> None:
    late = standing(an_item("2017-06-12"), NOW)
    assert late == pytest.approx(standing(an_item(None), NOW - OLDEST))
    assert standing(an_item("2086-01-01"), NOW) == standing(an_item(None), NOW)


def test_a_pick_outweighs_all_the_fame_of_a_day() -> None:
    famous = an_item(upvotes=1e6, points=1e6)
    assert standing(an_item(None, {PICK: 1.0}), NOW) > standing(famous, NOW)
    assert standing(an_item(None, {PICK: 1.0}), NOW) - standing(an_item(), NOW) == PICKED
    assert heat({PICK: 1.0}) == 0


def test_each_signal_has_a_scale_of_its_own() -> None:
    for name, full in FULL_HEAT.items():
        assert heat({name: full}) == pytest.approx(MOST_HEAT)
        assert heat({name: full * 1000}) == MOST_HEAT
    assert heat({"upvotes": 50.0}) > heat({"points": 50.0}) > heat({"stars": 50.0})
    assert heat({"points": -5.0}) == heat({}) == 0


def test_fame_at_two_places_counts_more_than_at_one_but_never_more_than_all() -> None:
    at_one, at_two = heat({"upvotes": 20.0}), heat({"upvotes": 20.0, "points": 20.0})
    assert at_one < at_two < MOST_HEAT
    assert at_two - at_one < heat({"points": 20.0})


def test_the_surer_topic_comes_first_but_only_a_topic_that_is_followed_counts() -> None:
    sure = candidate(1, topics={"cv": 0.9})
    finer = candidate(2, topics={"detection": 1.0, "cv": 0.5})
    unsure = candidate(3, topics={"cv": 0.6, "rl": 1.0})
    assert ids([unsure, sure, finer]) == [2, 1, 3]


def test_by_keyword_and_in_the_whole_paper_topics_weigh_alike() -> None:
    by_keyword = TopicFilter(keywords=("gait", "mamba"))
    (found,) = ranked([candidate(topics={"rl": 1.0}, text="on gait")], by_keyword)
    (whole,) = ranked([candidate()], EVERYTHING)
    assert (found.fit, found.keywords) == (whole.fit, ("gait",))


def test_the_operator_weighs_sources() -> None:
    plain, favoured = candidate(1, source="a"), candidate(2, source="b")
    assert ids([favoured, plain]) == [1, 2]
    assert ids([favoured, plain], b=0.5) == [2, 1]
    assert ids([favoured, plain], a=-0.5) == [2, 1]


def test_papers_are_from_people_and_all_else_from_a_site_too() -> None:
    people = ("Ada Lovelace", "Alan Turing", "Grace Hopper")
    paper = Item("k", "T", "https://arxiv.org/abs/1", Section.PAPERS, authors=people)
    assert origins(paper) == ("ada lovelace", "grace hopper")
    alone = Item("k", "T", "https://www.example.org/a", Section.POSTS, authors=people[:1])
    assert origins(alone) == ("ada lovelace", "example.org")
    code = Item("k", "T", "https://github.com/o/r", Section.PROJECTS)
    assert origins(code) == ("github.com/o",)


MOMENTS = st.timedeltas(timedelta(days=-40), timedelta(days=14_000)).map(lambda age: NOW - age)
PUBLISHED = st.none() | MOMENTS.flatmap(
    lambda moment: st.sampled_from([4, 7, 10, None]).map(lambda end: moment.isoformat()[:end])
)
SIGNALS = st.dictionaries(st.sampled_from([*FULL_HEAT, PICK, "other"]), st.floats(-9, 1e12))


@given(PUBLISHED, SIGNALS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_the_bounds_of_a_span_hold_all_that_was_seen_in_it(
    published: str | None, signals: dict[str, float], since: datetime, after: timedelta
) -> None:
    least, most = bounds(since, since + after)
    assert least <= standing(an_item(published, signals), since + after) <= most
    assert least <= standing(an_item(published, signals), since) <= most


CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.integers(1, 99),
        topics=st.dictionaries(st.sampled_from(["cv", "detection", "rl"]), st.floats(0, 1)),
        standing=st.floats(0, 9),
    ),
    unique_by=lambda c: c.id,
)


@given(CANDIDATES, st.randoms(), st.sampled_from([CV, EVERYTHING]))
def test_the_order_given_makes_no_difference(
    candidates: list[Candidate], random: Random, by: TopicFilter
) -> None:
    before = ranked(candidates, by)
    random.shuffle(candidates)
    assert ranked(candidates, by) == before
    scores = [each.score for each in before]
    assert scores == sorted(scores, reverse=True)


@given(MOMENTS)
def test_a_date_is_read_as_exactly_as_it_is_given(moment: datetime) -> None:
    iso = moment.isoformat()
    assert published_at(iso) == moment
    assert published_at(iso[:10]) == moment.replace(hour=0, minute=0, second=0, microsecond=0)
    month = published_at(iso[:7])
    year = published_at(iso[:4])
    assert month is not None
    assert (month.year, month.month, month.day) == (moment.year, moment.month, 1)
    assert year == datetime(moment.year, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "nothing", [None, "", "0000", "2026-13", "soon", "0001-01-01T00:00:00+01:00"]
)
def test_no_date_is_none(nothing: str | None) -> None:
    assert published_at(nothing) is None


def test_other_offsets_are_brought_to_utc() -> None:
    assert published_at("2026-11-18T08:00:00+08:00") == datetime(2026, 11, 18, tzinfo=UTC)
    assert published_at("2026-11-18T08:00:00") == NOW
