"""Feeds of blogs, labs and releases: RSS 2.0, RDF, Atom and JSON Feed, as items."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import Fetched, FetchState, Item, SourceSpec
from bot.sources.document import readable
from bot.sources.http import Fetcher, Response
from bot.sources.items import item_of, language_of, title_of
from bot.sources.jsonfeed import parse_json_feed
from bot.sources.xmlfeed import parse_xml_feed

MAX_ENTRIES = 2_000
"""Entries of one feed that become items. The newest stand first; the others are counted."""

LONGEST_FRESH = timedelta(hours=6)
"""A feed that calls itself fresh for longer is asked again all the same: news can't wait."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as items, in its own order, and how many entries were dropped, by reason."""

    title: str
    language: str | None
    items: tuple[Item, ...]
    dropped: Counter[str]


class FeedSource:
    """A feed on the web. Implements ``bot.ports.Source``."""

    def __init__(self, spec: SourceSpec, fetcher: Fetcher) -> None:
        self._spec = spec
        self._fetcher = fetcher

    @property
    def name(self) -> str:
        return self._spec.name

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        """What the feed holds now, or nothing when it is unchanged. Raises ``SourceError``."""
        response = await self._fetcher.get(self._spec.url, state, now)
        fresh = min(timedelta(seconds=response.max_age or 0), LONGEST_FRESH)
        after = FetchState(
            etag=response.etag,
            last_modified=response.last_modified,
            checked_at=now,
            not_before=now + fresh if fresh else None,
        )
        if response.not_modified:
            # A server need not repeat what it has been asked with.
            after = replace(
                after,
                etag=after.etag or state.etag,
                last_modified=after.last_modified or state.last_modified,
            )
            return Fetched((), after, not_modified=True)
        parsed = await asyncio.to_thread(self._parsed, response)
        return Fetched(parsed.items, after, parsed.dropped)

    def _parsed(self, response: Response) -> ParsedFeed:
        return parse_feed(response.body, response.url, self._spec, response.content_type)


def parse_feed(
    body: bytes, base_url: str, spec: SourceSpec, content_type: str | None = None
) -> ParsedFeed:
    """The items of a feed in RSS 2.0, RDF, Atom or JSON Feed. Needs only the processor.

    ``base_url`` is where it came from, for relative links; ``content_type`` the header it came
    with. An entry without a title or http(s) link is dropped and counted, as is a second one with
    the same key.

    Raises ``SourceError`` when no feed can be recognised, and for documents that are not safe to
    read; see ``bot.sources.document.readable``.
    """
    text = readable(body, content_type)
    json = text.lstrip().startswith((b"{", b"["))
    raw = parse_json_feed(text) if json else parse_xml_feed(text)
    language = language_of(raw, spec)
    dropped: Counter[str] = Counter()
    items: dict[str, Item] = {}
    for entry in raw.entries[:MAX_ENTRIES]:
        item = item_of(entry, base_url, spec, language)
        if isinstance(item, str):
            dropped[item] += 1
        elif item.key in items:
            dropped["duplicate in feed"] += 1
        else:
            items[item.key] = item
    if len(raw.entries) > MAX_ENTRIES:
        dropped[f"beyond the first {MAX_ENTRIES:,}"] = len(raw.entries) - MAX_ENTRIES
    return ParsedFeed(title_of(raw.title), language, tuple(items.values()), dropped)
