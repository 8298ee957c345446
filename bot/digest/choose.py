"""Choosing what stands in an issue: the best of each section, but not five of one group. Pure.

Choosing looks only at candidates; the chosen items are loaded afterwards, by the caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from bot.digest.rank import Ranked
from bot.model import Section, TopicFilter

DAILY_SECTIONS: Mapping[Section, str] = {
    Section.TOOLS: "🚧",
    Section.PROJECTS: "👍",
    Section.POSTS: "📚",
    Section.RESOURCES: "🔥",
    Section.PAPERS: "⚡",
}
"""The sections of the daily issue in their order, with their icons."""

SAME_ORIGIN = 1.0
"""Deducted for each chosen before it that has an author or site in common: two days' worth."""

SAME_TOPICS = 0.4
"""Deducted where the topics are just those of one chosen before it; less where fewer are."""

POOL = 4
"""So many times the places of a section are looked at for variety."""

_DAILY_SECTION_OF = {
    Section.EDUCATION: Section.RESOURCES,
    Section.USE_CASES: Section.POSTS,
    Section.NEWS: Section.POSTS,
    Section.ETHICS: Section.POSTS,
    Section.OTHER: Section.POSTS,
}


@dataclass(frozen=True, slots=True)
class Caps:
    """At most so many items: in each section, and in that of papers."""

    per_section: int = 5
    papers: int = 10

    def of(self, section: Section) -> int:
        return self.papers if section is Section.PAPERS else self.per_section


@dataclass(frozen=True, slots=True)
class Chosen:
    """A chosen item: its place in the section by score alone, and what variety deducted.

    ``topics`` are those that the reader follows and it has; None where all is followed.
    """

    ranked: Ranked
    place: int
    deducted: float
    topics: frozenset[str] | None = None

    @property
    def id(self) -> int:
        return self.ranked.candidate.id


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen for one section, best first, and how many more there were."""

    section: Section
    chosen: tuple[Chosen, ...]
    left_out: int

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(chosen.id for chosen in self.chosen)


def daily_section(section: Section) -> Section:
    """The section of the daily issue in which an item of ``section`` stands."""
    return _DAILY_SECTION_OF.get(section, section)


def choose(
    ranked: Iterable[Ranked], caps: Caps, by: TopicFilter | None = None
) -> tuple[Choice, ...]:
    """The best of each section up to its cap; sections in order, empty ones left out.

    ``ranked`` stand in their order, and ``by`` is what they were ranked by.
    """
    by_section: dict[Section, list[Ranked]] = {section: [] for section in DAILY_SECTIONS}
    for each in ranked:
        by_section[daily_section(each.candidate.section)].append(each)
    topics = None if by is None or by.everything else by.topics
    return tuple(
        Choice(
            section,
            _varied(found, caps.of(section), topics),
            max(0, len(found) - caps.of(section)),
        )
        for section, found in by_section.items()
        if found
    )


def _varied(
    ranked: Sequence[Ranked], count: int, topics: frozenset[str] | None
) -> tuple[Chosen, ...]:
    """Up to ``count`` of the best: each time the one with the most left after deductions.

    This is maximal marginal relevance (Carbonell and Goldstein, 1998), likeness being that of
    origins and topics. Of equals the one with the higher score.
    """
    waiting = [_Waiting(each, place) for place, each in enumerate(ranked[: POOL * count], 1)]
    chosen: list[Chosen] = []
    while waiting and len(chosen) < count:
        best = max(waiting, key=_worth)
        waiting.remove(best)
        for each in waiting:
            each.stand_behind(best)
        followed = None if topics is None else topics & best.topics
        chosen.append(Chosen(best.ranked, best.place, best.deducted, followed))
    return tuple(chosen)


class _Waiting:
    """A candidate that is not chosen yet, and what it is worth beside those that are."""

    __slots__ = (
        "like_topics",
        "origins",
        "place",
        "ranked",
        "same_origins",
        "score",
        "topics",
        "worth",
    )

    def __init__(self, ranked: Ranked, place: int) -> None:
        self.ranked = ranked
        self.place = place
        self.origins = frozenset(ranked.candidate.origins)
        self.topics = frozenset(ranked.candidate.topics)
        self.same_origins = self.like_topics = 0.0
        self.score = self.worth = ranked.score

    @property
    def deducted(self) -> float:
        return self.same_origins + self.like_topics

    def stand_behind(self, chosen: "_Waiting") -> None:
        """Take off what it has in common with one that is chosen now."""
        if not self.origins.isdisjoint(chosen.origins):
            self.same_origins += SAME_ORIGIN
        if shared := len(self.topics & chosen.topics):
            overlap = shared / (len(self.topics) + len(chosen.topics) - shared)
            self.like_topics = max(self.like_topics, SAME_TOPICS * overlap)
        self.worth = self.score - (self.same_origins + self.like_topics)


_worth = attrgetter("worth")
