"""All candidates of a window, so that the best on any topics are found without the store. Pure.

Where many topic sets share a window each candidate is read once; the store would read it for
each set. Keywords are left to the store, which has the texts.
"""

from collections.abc import Iterable
from itertools import islice

from bot.model import Candidate, Section, TopicFilter


class Pool:
    """Candidates in the order of their standing, the highest first."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._all = tuple(candidates)
        self._of_topic: dict[str, set[int]] = {}
        for place, candidate in enumerate(self._all):
            for topic in candidate.topics:
                self._of_topic.setdefault(topic, set()).add(place)
        self._papers = frozenset(
            place for place, each in enumerate(self._all) if each.section is Section.PAPERS
        )

    def best(self, by: TopicFilter, papers: int, others: int) -> tuple[Candidate, ...]:
        """The first so many papers, and other items, that the filter's topics want."""
        wanted = set(range(len(self._all))) if by.everything else self._on(by.topics)
        wanted -= self._on(by.excluded_topics)
        found = [
            *islice(sorted(wanted & self._papers), papers),
            *islice(sorted(wanted - self._papers), others),
        ]
        return tuple(self._all[place] for place in found)

    def _on(self, topics: Iterable[str]) -> set[int]:
        return set().union(*(self._of_topic.get(topic, ()) for topic in topics))
