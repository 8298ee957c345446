"""Which items come first."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.rank import published_at, ranked, score
from bot.model import Candidate, Section, TopicFilter

NOW = datetime(2026, 11, 18, 8, tzinfo=UTC)
EVERYTHING = TopicFilter(everything=True)
CV = TopicFilter(topics=frozenset({"cv", "detection"}))


def candidate(
    key: str = "a",
    published: str | None = "2026-11-18",
    *,
    topics: dict[str, float] | None = None,
    signals: dict[str, float] | None = None,
    first_seen: datetime = NOW,
) -> Candidate:
    return Candidate(
        id=1,
        key=key,
        section=Section.PAPERS,
        source="test",
        published=published,
        first_seen=first_seen,
        signals=signals or {},
        topics=topics or {"cv": 1.0},
    )


def keys(candidates: list[Candidate], by: TopicFilter = CV) -> list[str]:
    return [c.key for c in ranked(candidates, by, NOW)]


def test_newer_comes_before_older() -> None:
    days = ["2026-11-16", "2026-11-18", "2026-11-17T23:00:00+00:00", "2026-10", "2025"]
    order = ["2026-11-18", "2026-11-17T23:00:00+00:00", "2026-11-16", "2026-10", "2025"]
    assert keys([candidate(day, day) for day in days]) == order


def test_recency_halves_every_two_days() -> None:
    def recency(published: str) -> float:
        return score(candidate(published=published), EVERYTHING, NOW) - 0.5

    assert recency("2026-11-18T08:00:00+00:00") == pytest.approx(2.0)
    assert recency("2026-11-16T08:00:00+00:00") == pytest.approx(1.0)
    assert recency("2026-11-14T08:00:00+00:00") == pytest.approx(0.5)
    assert recency("1026") == pytest.approx(0.0)
    assert recency("2030") == pytest.approx(2.0)  # a date to come is no advantage


def test_an_item_without_a_date_is_as_old_as_it_is_known() -> None:
    known = candidate(published=None, first_seen=NOW - timedelta(days=2))
    dated = candidate(published="2026-11-16T08:00:00+00:00")
    assert score(known, CV, NOW) == score(dated, CV, NOW)


def test_the_surer_topic_comes_first_but_only_a_topic_that_is_followed_counts() -> None:
    sure = candidate("sure", topics={"cv": 0.9})
    finer = candidate("finer", topics={"detection": 1.0, "cv": 0.5})
    unsure = candidate("unsure", topics={"cv": 0.6, "rl": 1.0})
    assert keys([unsure, sure, finer]) == ["finer", "sure", "unsure"]


def test_by_keyword_and_in_the_whole_paper_topics_weigh_alike() -> None:
    by_keyword = candidate(topics={"rl": 1.0})
    assert score(by_keyword, CV, NOW) == score(candidate(), EVERYTHING, NOW)


def test_warmth_grows_with_signals_up_to_one() -> None:
    def warmth(**signals: float) -> float:
        return score(candidate(signals=signals), CV, NOW) - score(candidate(), CV, NOW)

    assert 0 < warmth(upvotes=1) < warmth(upvotes=10) < warmth(upvotes=10, stars=100) < 1
    assert warmth(stars=1000) == pytest.approx(1.0)
    assert warmth(stars=1e12) == pytest.approx(1.0)
    assert warmth(points=-5) == 0


def test_of_one_score_the_newest_and_then_the_key_decide() -> None:
    old = [candidate(key, year) for key, year in (("a", "1998"), ("c", "2017"), ("b", "2017"))]
    assert len({score(c, CV, NOW) for c in old}) == 1
    assert keys(old) == ["b", "c", "a"]


MOMENTS = st.timedeltas(timedelta(days=-40), timedelta(days=14_000)).map(lambda age: NOW - age)
PUBLISHED = st.none() | MOMENTS.flatmap(
    lambda moment: st.sampled_from([4, 7, 10, None]).map(lambda end: moment.isoformat()[:end])
)
CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.text("abc", min_size=1, max_size=3),
        PUBLISHED,
        topics=st.dictionaries(st.sampled_from(["cv", "detection", "rl"]), st.floats(0, 1)),
        signals=st.dictionaries(st.sampled_from(["stars", "points"]), st.floats(-9, 1e9)),
        first_seen=MOMENTS,
    ),
    unique_by=lambda c: c.key,
)


@given(CANDIDATES, st.randoms(), st.sampled_from([CV, EVERYTHING]))
def test_the_order_given_makes_no_difference(
    candidates: list[Candidate], random: Random, by: TopicFilter
) -> None:
    before = ranked(candidates, by, NOW)
    random.shuffle(candidates)
    assert ranked(candidates, by, NOW) == before
    scores = [score(c, by, NOW) for c in before]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= s <= 4 for s in scores)


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


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_date_is_none(nothing: str | None) -> None:
    assert published_at(nothing) is None


def test_other_offsets_are_brought_to_utc() -> None:
    assert published_at("2026-11-18T08:00:00+08:00") == datetime(2026, 11, 18, tzinfo=UTC)
    assert published_at("2026-11-18T08:00:00") == NOW


def test_a_date_in_the_future_counts_as_now_and_no_more() -> None:
    honest = candidate(published=NOW.isoformat())
    boasting = candidate(published="2086-01-01")
    later = NOW + timedelta(days=30)
    assert score(boasting, EVERYTHING, later) == score(honest, EVERYTHING, later)
