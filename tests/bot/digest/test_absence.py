"""Why there is nothing, in a sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.absence import Facts, next_announcement, notices
from bot.messages import Messages, messages
from bot.model import LANGUAGES

SAY = messages("en")
WEDNESDAY = datetime(2026, 11, 18, 8, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 21, 8, tzinfo=UTC)

PLENTY = Facts(sample=False, items=True, others=True, papers_missed=False, arxiv_rests=False)
NO_PAPERS = replace(PLENTY, papers_missed=True)
NOTHING_OF_MINE = replace(NO_PAPERS, items=False)
NOTHING_AT_ALL = replace(NOTHING_OF_MINE, others=False, arxiv_rests=True)


def test_where_all_is_there_nothing_is_explained() -> None:
    assert notices(PLENTY, WEDNESDAY, SAY) == ()
    assert notices(PLENTY, SATURDAY, SAY) == ()


def test_on_a_weekend_it_names_the_next_announcement() -> None:
    monday = SAY("absence.weekend", next="Monday, November 23, 2026")
    assert notices(NO_PAPERS, SATURDAY, SAY) == (monday,)
    assert notices(NO_PAPERS, SATURDAY + timedelta(days=1), SAY) == (monday,)
    assert notices(NOTHING_OF_MINE, SATURDAY, SAY) == (monday, SAY("absence.topics"))
    assert notices(NOTHING_AT_ALL, SATURDAY, SAY) == (monday, SAY("absence.nothing"))


def test_on_a_holiday_it_names_the_next_announcement() -> None:
    thanksgiving = datetime(2026, 11, 26, 8, tzinfo=UTC)
    friday = SAY("absence.holiday", next="Friday, November 27, 2026")
    rests = replace(NO_PAPERS, arxiv_rests=True)
    assert notices(rests, thanksgiving, SAY) == (friday,)
    assert notices(NOTHING_AT_ALL, thanksgiving, SAY) == (friday, SAY("absence.nothing"))
    friday_off = thanksgiving + timedelta(days=1)
    monday = SAY("absence.holiday", next="Monday, November 30, 2026")
    assert notices(rests, friday_off, SAY) == (monday,)


def test_on_a_working_day_papers_on_other_topics_are_no_holiday() -> None:
    assert notices(NO_PAPERS, WEDNESDAY, SAY) == ()
    assert notices(NOTHING_OF_MINE, WEDNESDAY, SAY) == (SAY("absence.topics"),)


def test_who_expects_no_papers_hears_nothing_of_arxiv() -> None:
    facts = replace(NOTHING_AT_ALL, papers_missed=False)
    for now in (WEDNESDAY, SATURDAY):
        assert notices(facts, now, SAY) == (SAY("absence.nothing"),)


@pytest.mark.parametrize(
    ("now", "rests"),
    [
        # Friday's feed is there from 05:00 UTC; until then it is still Thursday's.
        (datetime(2026, 11, 20, 5, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 4, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 5, tzinfo=UTC), True),
        # Monday's is not there yet at 08:00 in Shanghai.
        (datetime(2026, 11, 23, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 5, tzinfo=UTC), False),
    ],
)
def test_the_weekend_is_arxivs_not_the_readers(now: datetime, rests: bool) -> None:
    weekend = SAY("absence.weekend", next="Monday, November 23, 2026")
    assert (weekend in notices(NO_PAPERS, now, SAY)) is rests


def test_the_sample_edition_explains_itself_once_it_is_read() -> None:
    sample = replace(PLENTY, sample=True)
    assert notices(sample, SATURDAY, SAY) == ()
    read = replace(NOTHING_AT_ALL, sample=True)
    assert notices(read, SATURDAY, SAY) == (SAY("absence.sample_read"),)


FACTS = st.builds(Facts, *[st.booleans()] * 5)


@given(FACTS, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_an_empty_issue_always_says_why(facts: Facts, later: timedelta) -> None:
    said = notices(facts, WEDNESDAY + later, SAY)
    assert said or facts.items
    assert len(set(said)) == len(said) <= 2


@pytest.mark.parametrize("say", [messages(tag) for tag in LANGUAGES], ids=LANGUAGES)
def test_it_is_said_in_the_readers_language(say: Messages) -> None:
    said = notices(NOTHING_AT_ALL, SATURDAY, say)
    assert said == (
        say("absence.weekend", next=say.day(date(2026, 11, 23))),
        say("absence.nothing"),
    )


@given(st.dates(max_value=date(9999, 12, 1)))
def test_the_next_announcement_is_the_next_working_day(day: date) -> None:
    following = next_announcement(day)
    assert following.isoweekday() <= 5
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    assert all(skipped.isoweekday() > 5 for skipped in between)
