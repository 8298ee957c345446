"""How a second sight of the same story adds to the first. Pure functions."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.model import SAMPLE_SOURCE, Item

MOST = 20
"""So many links or images are collected; some feeds give a new address at each fetch."""

T = TypeVar("T", bound=Hashable)


def enriched(old: Item, new: Item) -> Item:
    """``old`` with what only ``new`` knows; equal to ``old`` if that is nothing.

    A sample item that was fetched for real gives way: then it is ``new`` with what only the sample
    knew.
    """
    if old.source == SAMPLE_SOURCE != new.source:
        old, new = new, old
    authors = new if _knows_more_authors(new, old) else old
    topics = {topic.id for topic in old.topics}
    urls = {link.url for link in old.links}
    return replace(
        old,
        authors=authors.authors,
        authors_more=authors.authors_more,
        summary={**new.summary, **old.summary},
        abstract={**new.abstract, **old.abstract},
        images=_joined(old.images, new.images),
        code_urls=_joined(old.code_urls, new.code_urls),
        links=_joined(old.links, [link for link in new.links if link.url not in urls]),
        topics=old.topics + tuple(topic for topic in new.topics if topic.id not in topics),
        signals=_higher(old.signals, new.signals),
    )


def _knows_more_authors(new: Item, old: Item) -> bool:
    """Two lists are never joined: the same name is spelt in many ways."""
    if not old.authors:
        return bool(new.authors)
    complete = bool(new.authors) and not new.authors_more
    return old.authors_more and (complete or len(new.authors) > len(old.authors))


def _joined(old: Sequence[T], new: Sequence[T]) -> tuple[T, ...]:
    both = tuple(dict.fromkeys((*old, *new)))
    return both[: max(len(old), MOST)]


def _higher(old: Mapping[str, float], new: Mapping[str, float]) -> dict[str, float]:
    return {name: max(old.get(name, value), value) for name, value in {**old, **new}.items()}
