"""Hacker News, through Algolia's search: stories with certain words and enough points.

https://hn.algolia.com/api; 10,000 requests an hour.
"""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from bot.digest.normalise import canonical_key, iso_published, usable_url
from bot.errors import SourceError
from bot.model import Fetched, FetchState, Item, Link, Section, SourceSpec
from bot.sources.items import title_of
from bot.sources.jsonvalues import JsonObject, loads, number, objects, signals, text
from bot.sources.parsed import ParsedFeed, collected
from bot.sources.response import Response
from bot.sources.tools import WebSource

LIMIT = 100
"""Stories of one answer. A word that has more of them in two days is too common to ask for."""

_IDENTIFIER = re.compile(r"\d{1,12}", re.ASCII)


class HackerNewsSource(WebSource):
    """Stories of the last days, one request for each word. Implements ``bot.ports.Source``.

    They are asked for again while they are young, because points come in later.
    """

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        """The stories of all words, each once. Raises ``SourceError``."""
        items: list[Item] = []
        dropped = ParsedFeed("", None, ()).dropped
        for word in self._spec.words:
            response = await self._tools.fetcher.get(self._url(word, now), FetchState(), now)
            since = now - timedelta(days=self._spec.days)
            parsed = await self._tools.parser.read(read_stories, response, self._spec, word, since)
            items += parsed.items
            dropped += parsed.dropped
        once, _ = collected(items)  # that a story has two of the words is nothing to tell
        return Fetched(once, FetchState(checked_at=now), dropped)

    def _url(self, word: str, now: datetime) -> str:
        since = int((now - timedelta(days=self._spec.days)).timestamp())
        asked = {
            "query": word,
            "tags": "story",
            "restrictSearchableAttributes": "title",
            "numericFilters": f"created_at_i>{since},points>={self._spec.minimum}",
            "hitsPerPage": LIMIT,
        }
        return f"{self._spec.url}?{urlencode(asked)}"


def read_stories(response: Response, spec: SourceSpec, word: str, since: datetime) -> ParsedFeed:
    """The stories of an answer that are what was asked for. Raises ``SourceError``.

    Algolia answers a filter that it doesn't understand with anything at all, and finds words that
    merely begin like the one asked for: so all is checked again.
    """
    answer = loads(response.body)
    if not isinstance(answer, dict) or not isinstance(answer.get("hits"), list):
        raise SourceError("answers something that is no list of stories")
    found = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    items, dropped = collected(_story(hit, spec, found, since) for hit in objects(answer["hits"]))
    beyond = int(number(answer, "nbHits") or 0) - LIMIT
    if beyond > 0:
        dropped[f"beyond the first {LIMIT} with {word!r}"] = beyond
    return ParsedFeed("Hacker News", "en", items, dropped)


def _story(
    hit: JsonObject, spec: SourceSpec, wanted: re.Pattern[str], since: datetime
) -> Item | str:
    identifier = text(hit, "objectID")
    title = title_of(text(hit, "title"))
    created = number(hit, "created_at_i") or 0
    points = number(hit, "points") or 0
    if not _IDENTIFIER.fullmatch(identifier) or not title:
        return "no title or number"
    if created < since.timestamp() or created > 1e10:
        return "too old"
    if points < spec.minimum:
        return f"fewer than {spec.minimum} points"
    if not wanted.search(title):
        return "another word"
    discussion = f"https://news.ycombinator.com/item?id={identifier}"
    url = usable_url(text(hit, "url")) or discussion
    key = canonical_key(url)
    return Item(
        key=key,
        title=title,
        url=url,
        section=_section(key, spec),
        published=iso_published(datetime.fromtimestamp(created, UTC)),
        language="en",
        links=(Link("Hacker News", discussion),),
        arxiv_id=key[6:] if key.startswith("arxiv:") else None,
        signals=signals(points=points, comments=number(hit, "num_comments")),
        source=spec.name,
    )


def _section(key: str, spec: SourceSpec) -> Section:
    if key.startswith("arxiv:"):
        return Section.PAPERS
    return Section.PROJECTS if key.startswith("github:") else spec.section
