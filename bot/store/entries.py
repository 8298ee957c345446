"""What the search index holds of an item, and what each database does with it in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digest.terms import Document, document
from bot.model import Item, SearchQuery

_ID_BITS = 32
_MAX_KEY = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An item in the index. Its ``key`` sorts by the item's date, and then by its id."""

    item_id: int
    key: int
    document: Document


class Engine(Protocol):
    """A search index in one kind of database."""

    async def create(self, connection: AsyncConnection) -> None:
        """Make an empty index, in place of one that is there."""
        ...

    async def put(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """Enter the items, in place of what was entered of them before."""
        ...

    async def drop(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        """Erase what was entered of these items, if anything was."""
        ...

    async def find(
        self,
        connection: AsyncConnection,
        query: SearchQuery,
        span: tuple[int, int],
        limit: int,
        *,
        titles: bool = False,
    ) -> list[int]:
        """Keys within ``span``, both ends included, the highest first.

        The phrases stand anywhere in the item, with ``titles`` in its title.
        """
        ...

    async def in_titles(
        self, connection: AsyncConnection, query: SearchQuery, keys: Sequence[int]
    ) -> list[int]:
        """Those of the keys whose titles hold all phrases, in the same order."""
        ...

    async def frequencies(
        self, connection: AsyncConnection, terms: Sequence[str], most: int
    ) -> list[int]:
        """See ``bot.ports.ItemSearch``."""
        ...

    async def with_most_of(
        self, connection: AsyncConnection, terms: Sequence[str], limit: int
    ) -> list[int]:
        """Keys; see ``bot.ports.ItemSearch``."""
        ...


def entry(item_id: int, item: Item, first_seen: datetime) -> Entry:
    """What the index holds of an item."""
    return Entry(item_id, _key(day_of(item, first_seen), item_id), document(item))


def day_of(item: Item, first_seen: datetime) -> date:
    """The date by which an item is found: when it was published, as far as that is believable.

    Of a year or month that is its first day.
    """
    seen = first_seen.date()
    try:
        published = date.fromisoformat(f"{item.published or ''}-01-01"[:10])
    except ValueError:
        return seen
    return min(published, seen)


def span(since: date | None, until: date | None) -> tuple[int, int]:
    """The lowest and the highest key of these dates, both included."""
    first = _key(since, 0) if since else 0
    return first, _key(until, (1 << _ID_BITS) - 1) if until else _MAX_KEY


def item_id(key: int) -> int:
    """The id of the item with that key."""
    return key & (1 << _ID_BITS) - 1


def _key(day: date, number: int) -> int:
    return day.toordinal() << _ID_BITS | number
