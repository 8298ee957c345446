"""Which topics an item is about: what is declared, arXiv categories, keywords and a model.

Where authors chose arXiv categories, these decide. Elsewhere a linear model (``bot.digest.model``)
weighs all words, and keywords propose: a keyword of a topic that the model knows has to be borne
out by it, and a finer topic stands unless the model speaks against its field. A text with too few
known words is left to keywords alone.

Keywords earn points: in the title 4, or 5 when specific; in the text 1, or 2 when specific.
Specific is a phrase of several words, or of at least four Chinese characters. Each keyword counts
once, where it earns most, and only where it isn't part of a longer one: "vision-language model"
says nothing of language models. Four points make a topic, so a phrase in passing in an abstract,
even with its abbreviation, doesn't, but one in the title or two in the abstract do. In a text as
short as a feed's teaser two points are enough. The confidence is points / (points + 2): 0.5 for
two points, 0.67 for four, never 1.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick

from bot.model import TopicMatch
from bot.topics import CJK, Taxonomy, normal_form

if TYPE_CHECKING:
    from bot.digest.model import Prediction, TopicModel

LOOKED_AT = 20_000
"""Characters of an item that are looked at, the title's first; what follows is ignored."""

_PRIMARY, _CROSS_LISTED = 1.0, 0.8
_IN_TITLE, _IN_TEXT = 4, 1
_ENOUGH, _ENOUGH_IN_SHORT_TEXT, _SHORT_TEXT = 4, 2, 300
_CJK = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class _Keyword:
    """A keyword as it is written in the topics file, and the topics that it is a keyword of."""

    written: str
    topics: tuple[str, ...]
    specific: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    """A keyword was found, and earned its points there."""

    keyword: _Keyword
    place: str
    points: int


def shipped_model() -> "TopicModel":
    """The model that ships with Ribao; see ``Classifier``."""
    from bot.digest.model import shipped  # noqa: PLC0415 - numpy waits for the first need of it

    return shipped()


class Classifier:
    """Finds the topics of items. Built once per taxonomy, then a pure function.

    ``model`` is called for the first item that no category decides; without it, keywords do.
    """

    def __init__(self, taxonomy: Taxonomy, model: "Callable[[], TopicModel] | None" = None) -> None:
        self._model = model
        self._taxonomy = taxonomy
        self._known = {topic.id for topic in taxonomy.topics}
        # Authors chose the categories; a keyword knows no better which field a paper belongs to.
        self._left_to_arxiv = {i for i in taxonomy.roots() if taxonomy.get(i).arxiv}

    def classify(
        self,
        title: str,
        text: str,
        arxiv_categories: Sequence[str] = (),
        declared: Sequence[str] = (),
    ) -> tuple[TopicMatch, ...]:
        """The item's topics, each once with its best reason: surest first, then by id.

        ``declared`` are topic ids and certain. ``arxiv_categories`` stand in arXiv's order, the
        primary one first: it is certain, the others are 0.8. If any of them is known, they alone
        decide the fields that arXiv has categories for, and keywords add only what arXiv is silent
        about: finer topics, and fields such as medicine. Nobody's ancestors are added; see
        ``Taxonomy.expand``.
        """
        title = title[:LOOKED_AT]
        title, text = normal_form(title), normal_form(text[: LOOKED_AT - len(title)])
        certain = [TopicMatch(topic, 1.0, "declared") for topic in declared]
        by_category = list(self._by_category(arxiv_categories))
        by_words: Iterable[TopicMatch] = self._by_keyword(title, text)
        if by_category:
            by_words = [m for m in by_words if m.id not in self._left_to_arxiv]
        else:
            by_words = self._weighed(by_words, title, text)
        return _best([*certain, *by_category, *by_words])

    def _by_category(self, categories: Sequence[str]) -> Iterator[TopicMatch]:
        for place, category in enumerate(categories):
            if topic := self._taxonomy.by_arxiv(category):
                confidence = _CROSS_LISTED if place else _PRIMARY
                yield TopicMatch(topic, confidence, f"arXiv {category}")

    def _by_keyword(self, title: str, text: str) -> Iterator[TopicMatch]:
        enough = _ENOUGH if len(text) > _SHORT_TEXT else _ENOUGH_IN_SHORT_TEXT
        for topic, hits in self._hits_by_topic(title, text).items():
            points = sum(hit.points for hit in hits)
            if points >= enough:
                best = max(hits, key=lambda hit: hit.points)
                reason = f'keyword "{best.keyword.written}" in the {best.place}'
                yield TopicMatch(topic, points / (points + 2), reason)

    def _weighed(
        self, by_keyword: Iterable[TopicMatch], title: str, text: str
    ) -> Iterator[TopicMatch]:
        """What keywords and the model give together, for texts in normal form."""
        prediction = self._model().predict(title, text) if self._model else None
        if prediction is None:
            yield from by_keyword
            return
        yield from (m for m in by_keyword if self._is_believed(m.id, prediction))
        for topic in prediction.chosen():
            if topic in self._known:
                reason = prediction.reason(topic)
                yield TopicMatch(topic, prediction.probabilities[topic], reason)

    def _is_believed(self, topic: str, prediction: "Prediction") -> bool:
        chances = prediction.probabilities
        if topic in chances:
            return prediction.bears_out(topic)
        above = next((a for a in self._taxonomy.ancestors(topic) if a in chances), None)
        return above is None or not prediction.speaks_against(above)

    def _hits_by_topic(self, title: str, text: str) -> dict[str, list[_Hit]]:
        hits: dict[str, list[_Hit]] = {}
        seen: set[str] = set()
        for place, points, words in (("title", _IN_TITLE, title), ("text", _IN_TEXT, text)):
            for keyword in self._found_in(words):
                if keyword.written not in seen:
                    seen.add(keyword.written)
                    hit = _Hit(keyword, place, points + keyword.specific)
                    for topic in keyword.topics:
                        hits.setdefault(topic, []).append(hit)
        return hits

    def _found_in(self, text: str) -> Iterator[_Keyword]:
        """Keywords in a text in normal form, in its order, but none inside a longer one."""
        keywords, automaton = _automaton(self._taxonomy)
        found = automaton.find_matches_as_indexes(text, overlapping=True)
        whole = [(start, -end, i) for i, start, end in found if _stands_alone(text, start, end)]
        covered = 0
        for _, minus_end, index in sorted(whole):  # of those that begin together, longest first
            if -minus_end > covered:
                covered = -minus_end
                yield keywords[index]


def matches_keyword(keyword: str, text: str) -> bool:
    """Whether a reader's own keyword occurs in the text, as whole words where it is Latin.

    Case, width, hyphens and a plural ``s`` in the text make no difference. Only the first
    ``LOOKED_AT`` characters are looked at. A keyword of nothing but spaces is never found.
    """
    return contains_keyword(normal_form(keyword), normal_form(text[:LOOKED_AT]))


def contains_keyword(wanted: str, text: str) -> bool:
    """The same for a keyword and a text that are in their normal form."""
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        if _stands_alone(text, start, start + len(wanted)):
            return True
        start = text.find(wanted, start + 1)
    return False


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is no mere piece of a word, but for a plural ``s`` after it."""
    if _in_word(text[start]) and _in_word(text[start - 1 : start]):
        return False
    if not _in_word(text[end - 1]) or not _in_word(text[end : end + 1]):
        return True
    return text[end] == "s" and not _in_word(text[end + 1 : end + 2])


def _in_word(char: str) -> bool:
    """Whether words of the character's script have visible ends; false for no character."""
    return char.isalnum() and (char.isascii() or not _CJK.match(char))


@lru_cache(maxsize=2)
def _automaton(taxonomy: Taxonomy) -> tuple[tuple[_Keyword, ...], AhoCorasick]:
    """All keywords, and what finds them by their places among these.

    Made for the first text: 70 ms that no answer need wait for.
    """
    keywords = _keywords(taxonomy)
    return tuple(keywords.values()), AhoCorasick(keywords)


def _keywords(taxonomy: Taxonomy) -> dict[str, _Keyword]:
    """All keywords of all topics by normal form."""
    merged: dict[str, _Keyword] = {}
    for topic in taxonomy.topics:
        written = {normal_form(keyword): keyword for keyword in topic.keywords}
        for form, keyword in written.items():
            known = merged.get(form, _Keyword(keyword, (), _is_specific(form)))
            merged[form] = _Keyword(known.written, (*known.topics, topic.id), known.specific)
    return merged


def _is_specific(form: str) -> bool:
    return " " in form or len(_CJK.findall(form)) >= 4


def _best(matches: Iterable[TopicMatch]) -> tuple[TopicMatch, ...]:
    """The surest match of each topic, the first of equals."""
    best: dict[str, TopicMatch] = {}
    for match in matches:
        if match.id not in best or match.confidence > best[match.id].confidence:
            best[match.id] = match
    return tuple(sorted(best.values(), key=lambda match: (-match.confidence, match.id)))
