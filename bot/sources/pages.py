"""A web page as an item, by what it says of itself in its head.

Trusted in this order: ``citation_*`` (https://scholar.google.com/intl/en/scholar/inclusion.html),
JSON-LD of schema.org, Open Graph (https://ogp.me), plain HTML. Only the beginning of a page is
parsed, nothing in it is run or fetched, and every text goes through the same sieve as a feed's.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from bot.curation.nouns import SUBMISSION_SOURCE
from bot.digest.normalise import canonical_key
from bot.errors import SourceError
from bot.model import Item, Section, SourceSpec
from bot.sources.document import readable
from bot.sources.entries import RawEntry, RawFeed, instant
from bot.sources.items import item_of, language_of
from bot.sources.response import Response

MAX_LOOKED_AT = 512 * 1024
"""Bytes of a page that are parsed; its head is well within."""

_MAX_METAS = 1_000
_MAX_LD = 10
_MAX_LD_NODES = 200
_MAX_VALUE = 20_000  # characters of one value
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_REPOSITORY = re.compile(r"https?://(?:www\.)?github\.com/([^/]+/[^/?#]+)/?")
_SUBJECT = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)")

Get = Callable[[str, datetime], Awaitable[Response]]
"""``Fetcher.get_public``."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What a page says of itself. ``metas`` are all contents by lower-case name or property."""

    language: str = ""
    title: str = ""
    metas: Mapping[str, list[str]] = field(default_factory=dict)
    linked: tuple[Mapping[str, Any], ...] = ()
    subjects: str = ""

    def meta(self, *names: str) -> str:
        """The first that is there."""
        return next((self.metas[name][0] for name in names if name in self.metas), "")

    def data(self, *names: str) -> str:
        """The first text of that name in the linked data that is there."""
        found = (node.get(name) for name in names for node in self.linked)
        return next((value for value in found if isinstance(value, str) and value.strip()), "")


def looking(get: Get) -> Callable[[Item, datetime], Awaitable[Item]]:
    """How submissions look at a page; see ``bot.curation.submissions.Look``."""

    async def look(draft: Item, now: datetime) -> Item:
        response = await get(draft.url, now)
        if response.content_type and not _HTML.match(response.content_type):
            kind = response.content_type.partition(";")[0].strip()[:40]
            raise SourceError(f"is no page ({kind})")
        return await asyncio.to_thread(item_of_page, response, draft)

    return look


def item_of_page(response: Response, draft: Item) -> Item:
    """The page as an item; ``draft`` stands in for what it doesn't say.

    Its address is where the page finally came from. Raises ``SourceError`` for what is no page.
    """
    head = _head(_text(response))
    url = draft.url if draft.arxiv_id else response.url
    section = Section.PAPERS if head.meta("citation_title") else draft.section
    spec = SourceSpec(SUBMISSION_SOURCE, "page", url, section)
    entry = RawEntry(
        title=_title(head, url) or draft.title,
        link=url,
        published=_published(head),
        authors=tuple(_authors(head)),
        summary=head.meta("citation_abstract")
        or head.data("abstract", "description")
        or head.meta("og:description", "twitter:description", "description"),
        images=tuple(head.metas.get("og:image", ())),
    )
    declared = head.language or head.data("inLanguage") or head.meta("og:locale")
    language = language_of(RawFeed(entry.title, declared, (entry,)), spec)
    item = item_of(entry, url, spec, language)
    if isinstance(item, str):
        raise SourceError(f"can't be read ({item})")
    return _with_categories(item, head)


def _with_categories(item: Item, head: _Head) -> Item:
    categories = tuple(dict.fromkeys(_SUBJECT.findall(head.subjects))) if item.arxiv_id else ()
    return replace(item, arxiv_categories=categories)


def _text(response: Response) -> bytes:
    """The beginning of the page in UTF-8."""
    content_type = response.content_type
    if "charset" not in (content_type or "").lower():
        said = _META_CHARSET.search(response.body[:4096])
        if said:
            content_type = f"text/html; charset={said[1].decode('ascii')}"
    return readable(response.body[:MAX_LOOKED_AT], content_type)


def _head(text: bytes) -> _Head:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise SourceError("is no page that can be read")
    metas: dict[str, list[str]] = {}
    for number, meta in enumerate(root.iter("meta")):
        if number == _MAX_METAS:
            break
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        content = (meta.get("content") or "")[:_MAX_VALUE]
        if name and content.strip():
            metas.setdefault(name, []).append(content)
    title = next(root.iter("title"), None)
    subjects = next(iter(root.xpath("//td[contains(@class, 'subjects')]")), None)
    return _Head(
        language=root.get("lang") or "",
        title=_words(title),
        metas=metas,
        linked=tuple(_linked_data(root)),
        subjects=_words(subjects),
    )


def _words(element: Any) -> str:
    return "" if element is None else "".join(element.itertext())[:_MAX_VALUE]


def _linked_data(root: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of JSON-LD, of all scripts of that kind, those in lists and graphs too."""
    scripts = root.xpath("//script[@type='application/ld+json']")[:_MAX_LD]
    waiting: list[Any] = []
    for script in scripts:
        try:
            waiting.append(json.loads(script.text or ""))
        except (ValueError, RecursionError):
            continue
    seen = 0
    while waiting and seen < _MAX_LD_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            if _is_work(node):
                yield node
            waiting.append(node.get("@graph"))


def _is_work(node: Mapping[str, Any]) -> bool:
    """Whether it is about the page itself, not about its site, author or breadcrumbs."""
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(
        isinstance(name, str)
        and name.endswith(("Article", "Posting", "Code", "Dataset", "SoftwareApplication"))
        for name in names
    )


def _title(head: _Head, url: str) -> str:
    if canonical_key(url).startswith("github:") and (repository := _REPOSITORY.match(url)):
        return repository[1].removesuffix(".git")  # its pages say much more in their titles
    return (
        head.meta("citation_title")
        or head.data("headline", "name")
        or head.meta("og:title", "twitter:title")
        or head.title
    )


def _published(head: _Head) -> str | None:
    for text in (
        head.meta("citation_date", "citation_publication_date", "citation_online_date"),
        head.data("datePublished"),
        head.meta("article:published_time", "date"),
    ):
        if found := _as_exact_as_known(text.strip()):
            return found
    return None


def _as_exact_as_known(text: str) -> str | None:
    if match := _DAY.fullmatch(text):
        year, month, day = (int(part) if part else None for part in match.groups())
        try:
            whole = date(year or 0, month or 1, day or 1).isoformat()
        except ValueError:
            return None
        return whole if day else whole[:7] if month else whole[:4]
    return instant(text)


def _authors(head: _Head) -> Iterator[str]:
    if cited := head.metas.get("citation_author"):
        yield from map(_first_name_first, cited)
        return
    for node in head.linked:
        named = node.get("author")
        for author in named if isinstance(named, list) else [named]:
            name = author.get("name") if isinstance(author, dict) else author
            if isinstance(name, str) and name.strip():
                yield name[:_MAX_VALUE]


def _first_name_first(name: str) -> str:
    """``Lovelace, Ada`` as ``Ada Lovelace``."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name
