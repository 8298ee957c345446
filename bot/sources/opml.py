"""OPML 2.0 (https://opml.org/spec2.opml): lists of feeds, as readers exchange them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree  # type: ignore[import-untyped]

from bot.digest.normalise import one_line, usable_url
from bot.errors import SourceError
from bot.sources.document import readable, without_controls

MAX_FEEDS = 1_000
"""Feeds of one list; further ones are counted."""

MAX_NAME = 100

_ROOT = re.compile(
    rb"(?:\s++|<\?[^>]*+>|<!--(?>.*?-->)|<!DOCTYPE[^>]*+>)*+<opml\b", re.DOTALL | re.IGNORECASE
)
_PARSER = {"recover": True, "resolve_entities": False, "no_network": True, "huge_tree": False}


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of a list. ``line`` is where it stands in the document, from 1.

    ``category`` is the heading that it stands under, or what the feed itself declares; may be
    empty. ``site`` is the page that the feed belongs to.
    """

    name: str
    url: str
    site: str | None = None
    category: str = ""
    language: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class OutlineList:
    """A list of feeds in its own order. ``faults`` are (line, what is wrong with it)."""

    title: str
    feeds: tuple[Outline, ...]
    faults: tuple[tuple[int, str], ...] = ()


def is_opml(body: bytes) -> bool:
    """Whether a document says of itself that it is OPML."""
    return _ROOT.match(body[:4096].removeprefix(b"\xef\xbb\xbf")) is not None


def parse_opml(body: bytes) -> OutlineList:
    """The feeds of a list, each address once, however deeply they are grouped.

    What has an address that is no http(s) one, stands there twice, or is beyond ``MAX_FEEDS`` is
    left out and stands among the faults. Raises ``SourceError`` for what is not OPML or not safe.
    """
    root = _root(body)
    feeds: dict[str, Outline] = {}
    faults: list[tuple[int, str]] = []
    for element in root.iter("{*}outline"):
        if (address := _attribute(element, "xmlUrl")) is None:
            continue
        if not (url := usable_url(address)):
            faults.append((element.sourceline, f"no http(s) address: {one_line(address)[:100]!r}"))
        elif url in feeds:
            faults.append((element.sourceline, f"the same feed as on line {feeds[url].line}"))
        elif len(feeds) == MAX_FEEDS:
            faults.append((element.sourceline, f"beyond the first {MAX_FEEDS:,} feeds"))
        else:
            feeds[url] = _outline(element, url)
    title = root.findtext("{*}head/{*}title") or ""
    return OutlineList(one_line(title), tuple(feeds.values()), tuple(faults))


def _root(body: bytes) -> Any:
    text = without_controls(readable(body))
    try:
        root = etree.fromstring(text, etree.XMLParser(**_PARSER)) if is_opml(text) else None
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise SourceError("is not OPML: there is no <opml> in it")
    return root


def _outline(element: Any, url: str) -> Outline:
    name = _attribute(element, "title") or _attribute(element, "text") or url.partition("://")[2]
    site = _attribute(element, "htmlUrl")
    heading = element.getparent()
    above = _attribute(heading, "text") or _attribute(heading, "title")
    return Outline(
        name=one_line(name)[:MAX_NAME],
        url=url,
        site=(usable_url(site) or None) if site else None,
        category=one_line(_attribute(element, "category") or above or "")[:MAX_NAME],
        language=_attribute(element, "language"),
        line=element.sourceline,
    )


def _attribute(element: Any, name: str) -> str | None:
    """An attribute that is there and not empty; its name is often written in another case."""
    for key, text in element.attrib.items():
        if key.lower() == name.lower() and text.strip():
            return str(text).strip()
    return None


def write_opml(title: str, feeds: Iterable[Outline]) -> str:
    """A list of feeds as an OPML document, grouped by category in order of appearance."""
    groups: dict[str, list[Outline]] = {}
    for feed in feeds:
        groups.setdefault(feed.category, []).append(feed)
    return "\n".join(_lines(title, groups)) + "\n"


def _lines(title: str, groups: dict[str, list[Outline]]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<opml version="2.0">'
    yield f"  <head><title>{escape(title)}</title></head>"
    yield "  <body>"
    for category, feeds in groups.items():
        if category:
            yield f"    <outline text={quoteattr(category)}>"
        yield from (f"      {_element(feed)}" for feed in feeds)
        if category:
            yield "    </outline>"
    yield "  </body>"
    yield "</opml>"


def _element(feed: Outline) -> str:
    attributes = {
        "type": "rss",
        "text": feed.name,
        "title": feed.name,
        "xmlUrl": feed.url,
        "htmlUrl": feed.site,
        "language": feed.language,
    }
    written = (f"{key}={quoteattr(text)}" for key, text in attributes.items() if text)
    return f"<outline {' '.join(written)}/>"
