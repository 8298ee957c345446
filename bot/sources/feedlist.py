"""A list of feeds in OPML, on the web or in a file, as so many sources."""

import asyncio
from collections import Counter
from datetime import datetime
from pathlib import Path

from bot.errors import SourceError
from bot.model import Fetched, FetchState, SourceSpec
from bot.sources.body import MAX_BYTES
from bot.sources.opml import Outline, parse_opml
from bot.sources.parsed import ParsedFeed
from bot.sources.response import Response
from bot.sources.tools import WebSource


class OpmlSource(WebSource):
    """The feeds of a list. Implements ``bot.ports.Source``.

    The list is read in each pass. Feeds that a file names count as configured; those of a list on
    the web may only be on the open internet.
    """

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        """The feeds, for the caller to fetch. Raises ``SourceError``."""
        spec = self._spec
        if self.host:
            # Without what ``state`` knows: "not modified" would leave us without a list.
            response = await self._tools.fetcher.get(spec.url, FetchState(), now)
        else:
            response = Response(url="", body=await asyncio.to_thread(_read, Path(spec.url)))
        parsed = await self._tools.parser.read(read_list, response, spec)
        return Fetched((), FetchState(checked_at=now), parsed.dropped, feeds=parsed.feeds)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{path}: can't be read ({error.strerror})") from None


def read_list(response: Response, spec: SourceSpec) -> ParsedFeed:
    """The feeds of a list as sources, each with what is declared for the list.

    Raises ``SourceError``.
    """
    found = parse_opml(response.body)
    dropped = Counter(what.partition(":")[0] for _, what in found.faults)
    names = Counter(feed.name for feed in found.feeds)
    feeds = (_source(feed, spec, unique=names[feed.name] == 1) for feed in found.feeds)
    return ParsedFeed(found.title, None, (), dropped, feeds=tuple(feeds))


def _source(feed: Outline, spec: SourceSpec, *, unique: bool) -> SourceSpec:
    return SourceSpec(
        name=f"{spec.name}: {feed.name if unique else feed.url}",
        kind="feed",
        url=feed.url,
        section=spec.section,
        topics=spec.topics,
        language=spec.language or feed.language,
        public=spec.url.startswith(("http://", "https://")),
    )
