"""Which items come first. Pure and deterministic.

``score = topic fit + recency + warmth``:

- *topic fit*, 0 to 1: the highest confidence among the topics that the reader follows; 0.5 where
  the reader takes the whole paper or matched by keyword.
- *recency*, 0 to 2: halves for every two days between publication and the instant of the issue.
  It weighs most, because this is a daily paper.
- *warmth*, 0 to 1: up-votes, points and stars on a logarithmic scale; 1000 of them give 1.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from bot.model import Candidate, TopicFilter

RECENCY_WEIGHT = 2.0
HALF_LIFE_DAYS = 2.0
FULL_WARMTH = 1000.0


def ranked(
    candidates: Iterable[Candidate], by: TopicFilter, now: datetime
) -> tuple[Candidate, ...]:
    """The best first; of one score the newest first, and then in the order of their keys."""
    return tuple(sorted(candidates, key=lambda c: (-score(c, by, now), now - _appeared(c), c.key)))


def score(candidate: Candidate, by: TopicFilter, now: datetime) -> float:
    """The sum described above, for an issue made at ``now``."""
    return (
        _topic_fit(candidate, by) + RECENCY_WEIGHT * _recency(candidate, now) + _warmth(candidate)
    )


def _topic_fit(candidate: Candidate, by: TopicFilter) -> float:
    if by.everything:
        return 0.5
    followed = by.topics & candidate.topics.keys()
    return max((candidate.topics[topic] for topic in followed), default=0.5)


def _recency(candidate: Candidate, now: datetime) -> float:
    age = now - _appeared(candidate)
    days = max(age.total_seconds(), 0.0) / 86_400
    return math.pow(0.5, min(days / HALF_LIFE_DAYS, 1000.0))


def _appeared(candidate: Candidate) -> datetime:
    # A feed may date its entries into the future; that must not put them first for ever.
    published = published_at(candidate.published) or candidate.first_seen
    return min(published, candidate.first_seen)


def _warmth(candidate: Candidate) -> float:
    warmth = sum(max(value, 0.0) for value in candidate.signals.values())
    return min(math.log1p(warmth) / math.log1p(FULL_WARMTH), 1.0)


@lru_cache(maxsize=4096)
def published_at(iso: str | None) -> datetime | None:
    """The first instant of a date of ISO 8601 that may be no more exact than a year."""
    if not iso:
        return None
    padded = iso + "-01-01"[len(iso) - 4 :] if len(iso) < 10 else iso
    moment = datetime.fromisoformat(padded)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
