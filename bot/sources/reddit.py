"""Reddit: the best of the day in one subreddit, through its feed.

Off by default: without an account Reddit refuses many addresses, those of data centres above all,
and its terms want one for programs. Where it answers, this works.
"""

import re
from dataclasses import replace
from html import unescape

from bot.digest.normalise import usable_url
from bot.model import Item, Link, SourceSpec
from bot.sources.document import readable
from bot.sources.entries import RawEntry
from bot.sources.items import item_of
from bot.sources.parsed import ParsedFeed, collected
from bot.sources.response import Response
from bot.sources.tools import DocumentSource, Tools
from bot.sources.xmlfeed import parse_xml_feed

_TARGET = re.compile(r'<a href="([^"<>]+)">\[link\]</a>')
_NO_TARGET = re.compile(r"https?://(?:[\w-]+\.)*(?:reddit\.com|redd\.it)/", re.IGNORECASE)


def read_subreddit(response: Response, spec: SourceSpec) -> ParsedFeed:
    """The posts, each under the address that it is about. Raises ``SourceError``."""
    feed = parse_xml_feed(readable(response.body, response.content_type))
    items, dropped = collected(_post(entry, response.url, spec) for entry in feed.entries)
    return ParsedFeed(feed.title, spec.language or "en", items, dropped)


def _post(entry: RawEntry, base: str, spec: SourceSpec) -> Item | str:
    """What a post links to, with the discussion as a further link; or the discussion itself."""
    html = entry.content or entry.summary
    found = _TARGET.search(html)
    target = usable_url(unescape(found[1])) if found else ""
    if not target or _NO_TARGET.match(target):
        return item_of(entry, base, spec, spec.language or "en")
    words = "" if "SC_OFF" not in html else html
    post = entry._replace(link=target, summary=words, content="", authors=())
    item = item_of(post, base, spec, spec.language or "en")
    if isinstance(item, str):
        return item
    discussion = usable_url(entry.link, base)
    return replace(item, links=(Link("Reddit", discussion),) if discussion else ())


class RedditSource(DocumentSource):
    """A subreddit's feed. Implements ``bot.ports.Source``."""

    reader = staticmethod(read_subreddit)

    def __init__(self, spec: SourceSpec, tools: Tools) -> None:
        url = f"{spec.url}/r/{spec.query}/top/.rss?t=day&limit=50"
        super().__init__(replace(spec, url=url), tools)
