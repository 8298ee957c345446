"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from bot.errors import SourceError
from bot.sources.entries import RawEntry, RawFeed, instant

JsonObject = Mapping[str, Any]


def parse_json_feed(text: bytes) -> RawFeed:
    """Read a JSON Feed. Values of a wrong type count as missing.

    Raises ``SourceError`` for what is no JSON, or no feed.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise SourceError("is not a feed: it begins like JSON but is none") from None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise SourceError("is not a feed: JSON without a list of items")
    return RawFeed(
        title=_text(document, "title"),
        language=_text(document, "language"),
        entries=tuple(_entry(item) for item in _objects(document["items"])),
    )


def _entry(item: JsonObject) -> RawEntry:
    return RawEntry(
        title=escape(_text(item, "title"), quote=False),
        link=_text(item, "url") or _text(item, "external_url") or _text(item, "id"),
        published=instant(_text(item, "date_published")) or instant(_text(item, "date_modified")),
        authors=_authors(item),
        summary=escape(_text(item, "summary"), quote=False),
        content=_text(item, "content_html") or escape(_text(item, "content_text"), quote=False),
        images=tuple(_images(item)),
    )


def _authors(item: JsonObject) -> tuple[str, ...]:
    # Version 1 had a single author.
    authors = item.get("authors") or [item.get("author")]
    return tuple(_text(author, "name") for author in _objects(authors))


def _images(item: JsonObject) -> Iterable[str]:
    yield from filter(None, (_text(item, "image"), _text(item, "banner_image")))
    for attachment in _objects(item.get("attachments")):
        if _text(attachment, "mime_type").startswith("image/"):
            yield _text(attachment, "url")


def _objects(value: Any) -> list[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(table: JsonObject, key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""
