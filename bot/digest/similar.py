"""Which items are like another: by the rare terms and the topics that they share. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.digest.terms import document, terms
from bot.model import Item, StoredItem

MAX_TERMS = 48
"""So many terms of an item are weighed against the others: the title's, and the most frequent."""

MAX_RARE = 16
"""So many of them, the rarest, are searched for."""

COMMON = 2_000
"""Counting the items that have a term stops here: such a term says little of what an item is."""

_COMMON_SHARE = 0.2
_TITLE = 3
_TOPICS = 0.3
"""What sharing all topics counts, where sharing all terms counts 1."""

LEAST = 0.12
"""Below this two items have but a few words in common."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an item is about: its telling terms with their weights, and its topics."""

    weights: Mapping[str, float]
    topics: frozenset[str]


def telling_terms(item: Item) -> tuple[str, ...]:
    """The terms that may tell an item from others, the likeliest first."""
    found = document(item)
    texts = [term for text in _texts(item) for term in terms(text)]
    counted = Counter(dict.fromkeys(found.title, _TITLE))
    counted.update(texts)
    usable = [term for term, _ in counted.most_common() if _is_usable(term)]
    return tuple(usable[:MAX_TERMS])


def likeness(
    item: Item, candidates: Sequence[str], frequencies: Sequence[int], total: int
) -> Likeness:
    """Weigh the terms of an item by how few of the ``total`` items have them (idf)."""
    common = min(COMMON, max(2, int(total * _COMMON_SHARE)))
    weights = {
        term: math.log(1 + total / frequency)
        for term, frequency in zip(candidates, frequencies, strict=True)
        if 0 < frequency <= common
    }
    return Likeness(weights, frozenset(topic.id for topic in item.topics))


def rarest(like: Likeness, frequencies: Mapping[str, int]) -> tuple[str, ...]:
    """The terms to search for: others have them, but few."""
    shared = [term for term in like.weights if frequencies[term] > 1]
    return tuple(sorted(shared, key=lambda term: -like.weights[term])[:MAX_RARE])


def most_alike(
    like: Likeness, candidates: Iterable[StoredItem], limit: int
) -> tuple[StoredItem, ...]:
    """The candidates that are most like it, the most alike first; none that hardly is."""
    scored = [(_score(like, stored.item), stored) for stored in candidates]
    chosen = sorted(
        ((score, stored) for score, stored in scored if score >= LEAST),
        key=lambda pair: (-pair[0], -pair[1].id),
    )
    return tuple(stored for _, stored in chosen[:limit])


def _score(like: Likeness, item: Item) -> float:
    found = document(item)
    has = {*found.title, *found.body}
    everything = sum(like.weights.values())
    shared = sum(weight for term, weight in like.weights.items() if term in has)
    topics = {topic.id for topic in item.topics}
    both = len(like.topics & topics) / (len(like.topics | topics) or 1)
    return (shared / everything if everything else 0.0) + _TOPICS * both


def _texts(item: Item) -> Iterable[str]:
    return (*item.summary.values(), *item.abstract.values())


def _is_usable(term: str) -> bool:
    """A single character of Chinese is part of too many words; so is a number of nothing."""
    return len(term) > 1 and not term.isdigit() and (len(term) > 2 or not term.isascii())
