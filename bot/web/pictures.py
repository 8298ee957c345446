"""Which images of items the site holds copies of: decided without effects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from bot.web import places
from bot.web.editions import Edition, Printed
from bot.web.rows import entries_of, web_link

PER_ITEM = 3
"""So many images of an item are copied, its first ones; the others stay links."""

ASK_AGAIN = timedelta(days=1)
"""For so long an image that can't be had is not asked for again."""

Removed = Mapping[int, frozenset[int]]
"""By the id of an issue, the items that were taken out of it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A copy of an image: where it lies on the site, and its size in pixels."""

    place: str
    width: int
    height: int


@dataclass(slots=True)
class Album:
    """What is remembered from build to build.

    ``issues`` holds by the id of an issue the addresses of images by the id of the item; an issue
    never changes, so each is read once. ``copies`` and ``failed`` (when it was asked for in vain)
    are by address.
    """

    issues: dict[int, dict[int, list[str]]] = field(default_factory=dict)
    copies: dict[str, Picture] = field(default_factory=dict)
    failed: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def from_json(cls, state: Any) -> "Album":
        """From what ``to_json`` gave; an empty one from nothing."""
        if not state:
            return cls()
        return cls(
            {int(i): {int(n): u for n, u in items.items()} for i, items in state["issues"].items()},
            {url: Picture(**each) for url, each in state["copies"].items()},
            {url: datetime.fromisoformat(when) for url, when in state["failed"].items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values; JSON makes texts of the ids."""
        return {
            "issues": self.issues,
            "copies": {url: asdict(each) for url, each in self.copies.items()},
            "failed": {url: when.isoformat() for url, when in self.failed.items()},
        }

    def wanted(
        self, editions: Sequence[Edition], removed: Removed, now: datetime
    ) -> dict[str, list[str]]:
        """The addresses to ask for, by host; those of the newest editions first."""
        by_host: dict[str, list[str]] = {}
        for url in self._addresses(editions, removed):
            waits = url in self.failed and now - self.failed[url] < ASK_AGAIN
            if url not in self.copies and not waits:
                by_host.setdefault(host_of(url), []).append(url)
        return by_host

    def forget_gone(self, editions: Sequence[Edition], removed: Removed) -> None:
        """Forget what no edition shows any longer."""
        there = {edition.issue_id for edition in editions}
        self.issues = {i: each for i, each in self.issues.items() if i in there}
        used = set(self._addresses(editions, removed))
        self.copies = {url: each for url, each in self.copies.items() if url in used}
        self.failed = {url: when for url, when in self.failed.items() if url in used}

    def shown(self, edition: Edition, removed: Removed) -> dict[str, Picture]:
        """The copies that the pages of an edition show, by address."""
        addresses = self._addresses([edition], removed)
        return {url: self.copies[url] for url in addresses if url in self.copies}

    def _addresses(self, editions: Sequence[Edition], removed: Removed) -> list[str]:
        """All that may be copied, each once, from the newest edition to the oldest."""
        found: dict[str, None] = {}
        for edition in sorted(editions, key=lambda each: each.day, reverse=True):
            gone = removed.get(edition.issue_id, frozenset())
            for item_id, urls in self.issues.get(edition.issue_id, {}).items():
                if item_id not in gone:
                    found |= dict.fromkeys(urls)
        return list(found)


def images_of(printed: Printed) -> dict[int, list[str]]:
    """The addresses that may be copied, by the id of their item."""
    found = {item_id: copyable(entry.images) for entry, item_id in entries_of(printed)}
    return {item_id: urls for item_id, urls in found.items() if urls}


def copyable(images: Iterable[str]) -> list[str]:
    """The first of an item's images, without SVG, which is a program for the browser."""
    links = [url for each in images if host_of(url := web_link(each))]
    return [url for url in links[:PER_ITEM] if not _path(url).endswith((".svg", ".svgz"))]


def host_of(url: str) -> str:
    """The host of an address in lower case; empty for what is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _path(url: str) -> str:
    return urlsplit(url).path.lower()


def place_of(url: str) -> str:
    """Where the copy of the image at an address lies."""
    return places.picture(sha256(url.encode()).hexdigest()[:32])
