"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from collections.abc import Iterable
from html import escape

from bot.errors import SourceError
from bot.sources.entries import RawEntry, RawFeed, instant
from bot.sources.jsonvalues import JsonObject, loads, objects, text


def parse_json_feed(body: bytes) -> RawFeed:
    """Read a JSON Feed. Values of a wrong type count as missing.

    Raises ``SourceError`` for what is no JSON, or no feed.
    """
    document = loads(body)
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise SourceError("is not a feed: JSON without a list of items")
    return RawFeed(
        title=text(document, "title"),
        language=text(document, "language"),
        entries=tuple(_entry(item) for item in objects(document["items"])),
    )


def _entry(item: JsonObject) -> RawEntry:
    return RawEntry(
        title=escape(text(item, "title"), quote=False),
        link=text(item, "url") or text(item, "external_url") or text(item, "id"),
        published=instant(text(item, "date_published")) or instant(text(item, "date_modified")),
        authors=_authors(item),
        summary=escape(text(item, "summary"), quote=False),
        content=text(item, "content_html") or escape(text(item, "content_text"), quote=False),
        images=tuple(_images(item)),
    )


def _authors(item: JsonObject) -> tuple[str, ...]:
    # Version 1 had a single author.
    authors = item.get("authors") or [item.get("author")]
    return tuple(text(author, "name") for author in objects(authors))


def _images(item: JsonObject) -> Iterable[str]:
    yield from filter(None, (text(item, "image"), text(item, "banner_image")))
    for attachment in objects(item.get("attachments")):
        if text(attachment, "mime_type").startswith("image/"):
            yield text(attachment, "url")
