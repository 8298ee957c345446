"""Why there is nothing, in a sentence, and what comes next. Pure.

arXiv announces from Sunday to Thursday at 20:00 US Eastern time; its feeds are built between 04:00
and 05:00 UTC of the next day, Monday to Friday, and are empty on US holidays
(https://info.arxiv.org/help/rss.html, https://info.arxiv.org/help/availability.html).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.messages import Messages

FEED_BUILT = timedelta(hours=5)
"""By this time of a UTC day its arXiv feed is there."""

_SATURDAY, _SUNDAY = 6, 7


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an issue's window.

    ``items`` says whether the issue has any, ``others`` whether there was anything on other
    topics. ``papers_missed``: it has no papers, although the reader's topics are among arXiv's.
    ``arxiv_rests``: no paper came on any topic, but some did in the week before.
    """

    sample: bool
    items: bool
    others: bool
    papers_missed: bool
    arxiv_rests: bool


def notices(facts: Facts, now: datetime, say: Messages) -> tuple[str, ...]:
    """Sentences for the head of the issue; none where there is nothing to explain."""
    if facts.sample:
        return () if facts.items else (say("absence.sample_read"),)
    announced = (now - FEED_BUILT).date()
    reasons = []
    if facts.papers_missed and announced.isoweekday() >= _SATURDAY:
        reasons.append(say("absence.weekend", next=say.day(next_announcement(announced))))
    elif facts.papers_missed and facts.arxiv_rests:
        reasons.append(say("absence.holiday", next=say.day(next_announcement(announced))))
    if not facts.items:
        reasons.append(say("absence.topics" if facts.others else "absence.nothing"))
    return tuple(reasons)


def next_announcement(announced: date) -> date:
    """The next day with an arXiv feed after ``announced``, holidays not considered."""
    day = announced + timedelta(days=1)
    while day.isoweekday() in {_SATURDAY, _SUNDAY}:
        day += timedelta(days=1)
    return day
