"""RSS 2.0, RDF and Atom: fastfeedparser, and feedparser where that fails.

fastfeedparser reads feeds 40 to 60 times faster, but gives up on some that are malformed, loses
titles with markup in them, and returns only the first of several authors. feedparser reads nearly
all, but needs seconds for deep nesting, so that it is given less. Neither is trusted with HTML,
that is left to ``bot.sources.html``.
"""

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import fastfeedparser  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]

from bot.digest.normalise import iso_published
from bot.errors import SourceError
from bot.sources.document import is_page, without_controls
from bot.sources.entries import RawEntry, RawFeed, begins_alike

MAX_SLOW_BYTES = 512 * 1024
"""Bytes that feedparser is given; it parses about 1 MB/s."""

MAX_SLOW_DEPTH = 500
"""Tags left open that feedparser is given; its time grows faster than they."""

Table = Mapping[str, Any]

_LANGUAGE = re.compile(rb"<(?:dc:)?language>\s*([\w-]{2,20})\s*<")
# A title that is XHTML, encoded, or has elements in it.
_RICH_TITLE = re.compile(
    rb"<(?:\w+:)?title\b[^<>]*(?:xhtml|base64|octet-stream)|<title(?:\s[^<>]*)?>[^<]*<(?![/!])"
)
_HAS_IDS = re.compile(rb"<(?:\w+:)?(?:guid|id|identifier)\b|rdf:about")
_OPEN_OR_CLOSED = re.compile(rb"<(/?)([A-Za-z][\w:.-]*)[^<>]*?(/?)>")
_TAG = re.compile(r"<[^<>]+>")
_VOID = frozenset({b"br", b"img", b"hr", b"input", b"meta", b"link", b"source", b"wbr"})
_SYNTHETIC, _SYNTHETIC_FROM = 512, 2_048  # characters; fastfeedparser/main.py, _SYNTH_*
_PLAIN = {"text", "text/plain"}
_AVATARS = "gravatar.com/"  # WordPress.com declares the author's face as an image of the post
_AUTHOR_PARSER = {"recover": True, "resolve_entities": False, "no_network": True}


def parse_xml_feed(text: bytes) -> RawFeed:
    """Read a feed in XML. ``text`` has passed ``bot.sources.document.readable``.

    Raises ``SourceError`` when it is no feed, with a word on what it is instead.
    """
    if is_page(text):
        raise SourceError("is an HTML page, not a feed")
    feed = _fast(text)
    if feed is None or not feed.entries or _RICH_TITLE.search(text):
        feed = _slow(without_controls(text)) or feed
    if feed is None:
        raise SourceError("is not a feed: neither RSS, RDF, Atom nor JSON Feed was found in it")
    return feed


def _fast(text: bytes) -> RawFeed | None:
    """What fastfeedparser finds; None where it gives up."""
    try:
        found: Table = fastfeedparser.parse(text, include_tags=False)
    except Exception:  # noqa: BLE001 - whatever it stumbles over, there is another parser
        return None
    entries = found["entries"]
    authors = _all_authors(text, entries)
    language = _LANGUAGE.search(text, 0, 8_000)
    has_ids = _HAS_IDS.search(text) is not None
    return RawFeed(
        title=str(found["feed"].get("title") or ""),
        language=language[1].decode() if language else str(found["feed"].get("language") or ""),
        entries=tuple(
            _fast_entry(entry, authors[place] if authors else _names(entry), has_ids=has_ids)
            for place, entry in enumerate(entries)
        ),
    )


def _fast_entry(entry: Table, authors: tuple[str, ...], *, has_ids: bool) -> RawEntry:
    published = entry.get("published") or entry.get("updated")
    # Where an entry has no id, fastfeedparser takes its link for one.
    page = _page(entry)
    identifier = str(entry.get("id") or "") if has_ids else ""
    if not page and identifier == entry.get("link"):
        identifier = ""
    return RawEntry(
        entry.get("title") or "",
        page or _address(identifier),
        f"{published[:19]}+00:00" if published else None,  # it is in UTC already
        authors,
        _own_description(entry),
        _content(entry),
        _images(entry),
        identifier,
    )


def _page(entry: Table) -> str:
    """The link to the entry itself, which in Atom has the relation "alternate" or none.

    Where there is only another one (a recording, a related page), fastfeedparser takes that.
    """
    link: str = entry.get("link") or ""
    relations = {one.get("rel") or "alternate" for one in entry.get("links", ())}
    return link if not relations or "alternate" in relations else ""


def _address(identifier: Any) -> str:
    """An identifier, if it is an address: where there is no link it stands in for it."""
    text = str(identifier)
    return text if text[:8].lower().startswith(("http://", "https://")) else ""


def _own_description(entry: Table) -> str:
    """The description, unless fastfeedparser made it from the content.

    It does so where an entry has none, by leaving out what looks like tags; so it keeps scripts,
    and loses words from plain text.
    """
    description: str = entry.get("description") or ""
    contents = entry.get("content")
    if not contents or len(description) > _SYNTHETIC:
        return description
    beginning = (contents[0].get("value") or "")[:_SYNTHETIC_FROM]
    plain = contents[0].get("type") in _PLAIN and "<" in beginning
    if not plain and "<script" not in beginning and "<style" not in beginning:
        return description
    return "" if begins_alike(description, _TAG.sub(" ", beginning)) else description


def _content(entry: Table) -> str:
    contents = entry.get("content")
    if not contents:
        return ""
    value: str = contents[0].get("value") or ""
    return escape(value) if contents[0].get("type") in _PLAIN else value


def _names(entry: Table) -> tuple[str, ...]:
    return tuple([author.get("name") or "" for author in entry.get("authors", ())])


def _images(entry: Table) -> tuple[str, ...]:
    found = []
    for media in (*entry.get("media_content", ()), *entry.get("enclosures", ())):
        kind = f"{media.get('medium') or ''} {media.get('type') or ''}"
        url = media.get("url") or media.get("href") or ""
        if "image" in kind and _AVATARS not in url:
            found.append(url)
    return tuple(found)


def _all_authors(text: bytes, entries: Sequence[Table]) -> list[tuple[str, ...]] | None:
    """The authors of each entry, if any has more than the one that was found; else None."""
    atom = b"<feed" in text[:2_000]
    author, entry = (b"<author", b"<entry") if atom else (b"<dc:creator", b"<item")
    names = [one["author"] for one in entries if "author" in one]
    # RSS has an author with an e-mail address beside Dublin Core's creators.
    found = len(names) if atom else sum("@" not in name for name in names)
    of_the_feed = 0 <= text.find(author) < text.find(entry)
    if not found or text.count(author) <= found + of_the_feed:
        return None
    try:
        root = etree.fromstring(text, etree.XMLParser(**_AUTHOR_PARSER))
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return None
    authors = [tuple(_authors(element)) for element in root.iter("{*}item", "{*}entry")]
    return authors if len(authors) == len(entries) else None


def _authors(entry: Any) -> Iterator[str]:
    for element in entry.iterchildren("{*}author", "{*}creator"):
        name = element.find("{*}name")
        yield (element.text if name is None else name.text) or ""


def _slow(text: bytes) -> RawFeed | None:
    """What feedparser finds; None where it recognises no feed."""
    if len(text) > MAX_SLOW_BYTES or _depth(text) > MAX_SLOW_DEPTH:
        return None
    import feedparser  # noqa: PLC0415 - slow to import, and hardly ever needed

    try:
        found: Any = feedparser.parse(
            io.BytesIO(text), sanitize_html=False, resolve_relative_uris=False
        )
    except Exception:  # noqa: BLE001 - a parser's bug with one feed must not end the others
        return None
    if not found.entries and not found.version:
        return None
    return RawFeed(
        title=found.feed.get("title", ""),
        language=found.feed.get("language", ""),
        entries=tuple(map(_slow_entry, found.entries)),
    )


def _slow_entry(entry: Table) -> RawEntry:
    entry = dict(entry)  # its own kind of dict warns of the keys that it maps to others
    return RawEntry(
        title=entry.get("title") or "",
        link=entry.get("link") or _address(entry.get("id")),
        published=_published(entry.get("published_parsed") or entry.get("updated_parsed")),
        authors=_names(entry),
        summary=entry.get("summary") or "",
        content=_content(entry),
        images=_images(entry),
        id=entry.get("id") or "",
    )


def _published(moment: Any) -> str | None:
    """feedparser's struct_time, in UTC, as an item's ``published``."""
    try:
        return iso_published(datetime.fromtimestamp(timegm(moment), UTC)) if moment else None
    except (ValueError, OverflowError, OSError):
        return None


def _depth(text: bytes) -> int:
    """How many tags are open at most. Those of unescaped HTML that need no end aren't counted."""
    depth = deepest = 0
    for closing, name, empty in _OPEN_OR_CLOSED.findall(text):
        if closing:
            depth = max(depth - 1, 0)
        elif not empty and name.lower() not in _VOID:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
