"""How a second sight of the same story adds to the first. Pure functions."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.digest.normalise import canonical_url
from bot.model import SAMPLE_SOURCE, Item, Link, Section, Sighting

MOST = 20
"""So many links or images are collected; some feeds give a new address at each fetch."""

_RATES = frozenset({"stars_per_day"})

T = TypeVar("T", bound=Hashable)


def enriched(old: Item, new: Item) -> Item:
    """``old`` with what only ``new`` knows; equal to ``old`` if that is nothing.

    A sample item that was fetched for real gives way: then it is ``new`` with what only the sample
    knew, but for its note.
    """
    if old.source == SAMPLE_SOURCE != new.source:
        old, new = new, old
    authors = new if _knows_more_authors(new, old) else old
    topics = {topic.id for topic in old.topics}
    # The categories of a paper are its topics; a headline about it knows no better.
    more = () if old.arxiv_categories and not new.arxiv_categories else new.topics
    urls = {link.url for link in old.links}
    return replace(
        old,
        published=old.published or new.published,
        authors=authors.authors,
        authors_more=authors.authors_more,
        venue=old.venue or new.venue,
        note=old.note or (None if new.source == SAMPLE_SOURCE else new.note),
        summary={**new.summary, **old.summary},
        abstract={**new.abstract, **old.abstract},
        images=_joined(old.images, new.images),
        code_urls=_joined(old.code_urls, new.code_urls),
        links=_joined(old.links, [link for link in new.links if link.url not in urls]),
        arxiv_id=old.arxiv_id or new.arxiv_id,
        arxiv_categories=old.arxiv_categories or new.arxiv_categories,
        topics=old.topics + tuple(topic for topic in more if topic.id not in topics),
        signals=_newer(old.signals, new.signals),
    )


def told(sightings: Sequence[Sighting]) -> Item:
    """The story that its sightings tell: the leading one, with what only the others know.

    A paper leads over what is written about it, and anything fetched over the sample edition; else
    who saw it first. Where the others lead to stands among the links, or as code.
    """
    leading, *others = sorted(sightings, key=_order)
    story = leading.item
    for sighting in others:
        story = enriched(story, _as_links(sighting.item, story))
    return story


def _order(sighting: Sighting) -> tuple[bool, bool, bool, float]:
    item = sighting.item
    paper = item.section is Section.PAPERS
    seen = sighting.seen_at.timestamp()
    return item.source == SAMPLE_SOURCE, not paper, not item.arxiv_categories, seen


def _as_links(item: Item, story: Item) -> Item:
    """The item with its own address as a link, unless the story leads there already."""
    if item.key.startswith("github:") and story.key != item.key:
        return replace(item, code_urls=(item.url, *item.code_urls))
    known = {story.url, *story.code_urls, *(link.url for link in story.links)}
    if canonical_url(item.url) in map(canonical_url, known):
        return item
    return replace(item, links=(Link(item.source, item.url), *item.links))


def _knows_more_authors(new: Item, old: Item) -> bool:
    """Two lists are never joined: the same name is spelt in many ways."""
    if not old.authors:
        return bool(new.authors)
    complete = bool(new.authors) and not new.authors_more
    return old.authors_more and (complete or len(new.authors) > len(old.authors))


def _joined(old: Sequence[T], new: Sequence[T]) -> tuple[T, ...]:
    both = tuple(dict.fromkeys((*old, *new)))
    return both[: max(len(old), MOST)]


def _newer(old: Mapping[str, float], new: Mapping[str, float]) -> dict[str, float]:
    """Counts never fall, whatever a source's cache says; a rate does."""
    return {
        name: value if name in _RATES else max(old.get(name, value), value)
        for name, value in {**old, **new}.items()
    }
