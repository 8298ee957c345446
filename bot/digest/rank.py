"""Which items come first, and why. Pure and deterministic; docs/ranking.md is its one page.

``score = standing + topic fit + source weight``, where the standing holds all that is the same for
every reader, so that the store keeps it with the item and finds the best by an index:

``standing = freshness + heat + pick``. None of them changes with the time of day, since freshness
grows with the date of publication instead of fading with age; so an issue made an hour later gives
the same reasons.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.digest.classify import contains_keyword
from bot.digest.normalise import canonical_url
from bot.model import PICK, VOTES, Candidate, Item, Section, TopicFilter
from bot.topics import normal_form

PER_DAY = 0.5
"""What a day is worth: an item must be this much better than one that came a day after it."""

OLDEST = timedelta(days=7)
"""What comes late to Ribao counts as published at most so long before it came."""

MOST_HEAT = 2.0
PICKED = 3.0
LIKELY_FIT = 0.5
"""The topic fit where no topic decided: the whole paper, or a keyword."""

FULL_HEAT: Mapping[str, float] = {
    "upvotes": 100.0,
    "points": 500.0,
    "comments": 300.0,
    "stars": 5_000.0,
    "stars_per_day": 200.0,
    VOTES: 20.0,
}
"""By signal, each of which one kind of source gives: what the best of a usual day reaches there."""

USUAL_FULL_HEAT = 1_000.0
"""The same for a signal that is not known."""

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class Ranked(NamedTuple):
    """A candidate with its score, and the parts that are the reader's own.

    ``keywords`` are those of the reader's that it holds.
    """

    candidate: Candidate
    fit: float
    weight: float
    keywords: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        return self.candidate.standing + self.fit + self.weight


def ranked(
    candidates: Iterable[Candidate],
    by: TopicFilter,
    weights: Mapping[str, float] | None = None,
) -> tuple[Ranked, ...]:
    """The best first; of one score in the order of their keys. ``weights`` are by source."""
    weights = weights or {}
    found = []
    for candidate in candidates:
        fit = topic_fit(candidate.topics, by)
        weight = weights.get(candidate.source, 0.0) if weights else 0.0
        each = Ranked(candidate, fit, weight, _keywords(candidate, by) if by.keywords else ())
        found.append((-each.score, candidate.key, each))
    # Of one score and one key there are not two.
    found.sort()
    return tuple([each for _, _, each in found])


def _keywords(candidate: Candidate, by: TopicFilter) -> tuple[str, ...]:
    return tuple(word for word in by.keywords if contains_keyword(word, candidate.text))


def topic_fit(topics: Mapping[str, float], by: TopicFilter) -> float:
    """0 to 1: the highest confidence among the topics that the reader follows."""
    if by.everything:
        return LIKELY_FIT
    followed, best = by.topics, -1.0
    for topic, confidence in topics.items():
        if confidence > best and topic in followed:
            best = confidence
    return best if best >= 0 else LIKELY_FIT


def standing(item: Item, first_seen: datetime) -> float:
    """How the item stands against all others, whoever reads: freshness, heat and pick."""
    fresh = freshness(appeared(item.published, first_seen))
    return fresh + heat(item.signals) + (PICKED if PICK in item.signals else 0.0)


def freshness(moment: datetime) -> float:
    """What an item is worth for having appeared then, and no earlier."""
    return PER_DAY * ((moment - _EPOCH) / timedelta(days=1))


def bounds(since: datetime, until: datetime) -> tuple[float, float]:
    """The least and the highest standing of items that were first seen in a span."""
    least, most = freshness(since), freshness(until)
    return least - PER_DAY * (OLDEST / timedelta(days=1)), most + MOST_HEAT + PICKED


def heat(signals: Mapping[str, float]) -> float:
    """0 to ``MOST_HEAT``: each signal on a logarithmic scale of its own, and all taken together.

    Each takes its share of what is still cold, so that fame at two places counts more than at one,
    and none can drown the rest.
    """
    cold = 1.0
    for name, value in signals.items():
        if name != PICK and value > 0:
            full = FULL_HEAT.get(name, USUAL_FULL_HEAT)
            cold *= 1.0 - min(math.log1p(value) / math.log1p(full), 1.0)
    return MOST_HEAT * (1.0 - cold)


def appeared(published: str | None, first_seen: datetime) -> datetime:
    """The instant from which an item counts: of publication, within reason.

    A feed may date its entries into the future; that must not put them first for ever.
    """
    moment = published_at(published) or first_seen
    return min(max(moment, first_seen - OLDEST), first_seen)


def origins(item: Item) -> tuple[str, ...]:
    """Who an item is from, for variety: its first and last author; its site, if it is no paper."""
    people = dict.fromkeys(normal_form(name) for name in (*item.authors[:1], *item.authors[-1:]))
    if item.section is Section.PAPERS:
        return tuple(people)
    parts = canonical_url(item.url).removeprefix("https://").split("/")
    shared = parts[0] in {"github.com", "huggingface.co", "gitlab.com", "medium.com"}
    return (*people, "/".join(parts[: 1 + shared]))


@lru_cache(maxsize=4096)
def published_at(iso: str | None) -> datetime | None:
    """The first instant of a date of ISO 8601 that may be no more exact than a year.

    None for no date, and for what is none or lies outside the calendar.
    """
    if not iso:
        return None
    padded = iso + "-01-01"[len(iso) - 4 :] if len(iso) < 10 else iso
    try:
        moment = datetime.fromisoformat(padded)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
