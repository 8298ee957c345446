"""What reading a document gives: items, and what could not become one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.model import Item, SourceSpec


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document as items, in its own order, and how many entries were dropped, by reason.

    ``total`` is how many entries there are in all, where a document is one slice of an answer.
    ``feeds`` are sources, where it is a list of them.
    """

    title: str
    language: str | None
    items: tuple[Item, ...]
    dropped: Counter[str] = field(default_factory=Counter)
    total: int | None = None
    feeds: tuple[SourceSpec, ...] = ()


def collected(
    made: Iterable[Item | str],
) -> tuple[tuple[Item, ...], Counter[str]]:
    """The items among ``made``, each key once; the others are reasons, which are counted."""
    items: dict[str, Item] = {}
    dropped: Counter[str] = Counter()
    for one in made:
        if isinstance(one, str):
            dropped[one] += 1
        elif one.key in items:
            dropped["duplicate in feed"] += 1
        else:
            items[one.key] = one
    return tuple(items.values()), dropped
