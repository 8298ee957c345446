"""Feeds of blogs, labs and releases: RSS 2.0, RDF, Atom and JSON Feed, as items."""

from bot.model import SourceSpec
from bot.sources.document import readable
from bot.sources.items import item_of, language_of, title_of
from bot.sources.jsonfeed import parse_json_feed
from bot.sources.parsed import ParsedFeed, collected
from bot.sources.response import Response
from bot.sources.tools import DocumentSource
from bot.sources.xmlfeed import parse_xml_feed

MAX_ENTRIES = 2_000
"""Entries of one feed that become items. The newest stand first; the others are counted."""


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
    entries = raw.entries[:MAX_ENTRIES]
    items, dropped = collected(item_of(entry, base_url, spec, language) for entry in entries)
    if len(raw.entries) > MAX_ENTRIES:
        dropped[f"beyond the first {MAX_ENTRIES:,}"] = len(raw.entries) - MAX_ENTRIES
    return ParsedFeed(title_of(raw.title), language, items, dropped)


def read_feed(response: Response, spec: SourceSpec) -> ParsedFeed:
    """The items of a feed that was fetched; see ``parse_feed``."""
    return parse_feed(response.body, response.url, spec, response.content_type)


class FeedSource(DocumentSource):
    """A feed on the web. Implements ``bot.ports.Source``."""

    reader = staticmethod(read_feed)
