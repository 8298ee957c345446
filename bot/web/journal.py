"""The journal: what a month's issues held, section by section, as an EPUB or a PDF. Pure.

EPUB is that of W3C's EPUB 3.3, which readers of EPUB 2 open too, but for its contents.
"""

import base64
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.util import find_spec
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5

from bot.covers import Cover, draw, entry_lines, made_cover
from bot.messages import messages
from bot.model import Entry, Issue, IssueSection, Section
from bot.web.pages import fill
from bot.web.rows import links_of, paragraphs, web_link
from bot.web.words import words

EPUB_TYPE, PDF_TYPE = "application/epub+zip", "application/pdf"

PER_CHAPTER = 80
"""Entries of a chapter, about: e-readers load a chapter as a whole."""

MAX_AUTHORS = 12
_MOST_IN_COLUMN = 60
_NAMESPACE = UUID("6d8a2f1e-43c4-4d0b-9a57-0e6b6a0c7f15")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The oldest date of a file in a ZIP archive: the same book is the same file."""

_CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>\
</rootfiles>
</container>
"""


@dataclass(frozen=True, slots=True)
class Journal:
    """The issues of a month (``2026-11``) in one language, in their order."""

    language: str
    month: str
    issues: tuple[Issue, ...]

    @property
    def title(self) -> str:
        say = messages(self.language)
        return f"{say('issue.title')} · {say.published(self.month)}"

    @property
    def file_name(self) -> str:
        """Without its ending."""
        return f"ribao-{self.month}-{self.language}"

    @property
    def count(self) -> int:
        return sum(len(each) for _, entries in _sections(self.issues) for each in entries.values())


def epub(journal: Journal, now: datetime) -> bytes:
    """The month as an EPUB that says that it was made at ``now`` (UTC)."""
    chapters = list(_chapters(journal))
    render = _Renderer(journal, chapters, now)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # Readers look for the type at a fixed place: first, and not compressed.
        _put(archive, "mimetype", EPUB_TYPE.encode(), zipfile.ZIP_STORED)
        _put(archive, "META-INF/container.xml", _CONTAINER.encode())
        _put(archive, "book/package.opf", render("epub_package.opf"))
        _put(archive, "book/nav.xhtml", render("epub_nav.xhtml"))
        _put(archive, "book/cover.xhtml", render("epub_cover.xhtml"))
        _put(archive, "book/cover.png", draw(_cover(journal)))
        _put(archive, "book/book.css", _css().encode())
        for chapter in chapters:
            page = render("epub_chapter.xhtml", chapter=chapter)
            _put(archive, f"book/{chapter['file']}", page)
    return buffer.getvalue()


def makes_pdf() -> bool:
    """Whether the optional library that makes PDF is installed."""
    return find_spec("weasyprint") is not None


def pdf(journal: Journal, now: datetime) -> bytes:
    """The month as a PDF. Needs the extra ``pdf``; see ``makes_pdf``."""
    from weasyprint import HTML  # noqa: PLC0415 - optional, and slow to load
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    chapters = list(_chapters(journal))
    cover = base64.b64encode(draw(_cover(journal))).decode()
    page = _Renderer(journal, chapters, now)(
        "journal.html", css=_css(), cover=f"data:image/png;base64,{cover}"
    )
    # The cover lies in the page itself; nothing else may be loaded.
    fetcher = URLFetcher(allowed_protocols=("data",))
    document: bytes = HTML(string=page.decode(), url_fetcher=fetcher).write_pdf()
    return document


class _Renderer:
    """Fills the templates of one journal."""

    def __init__(
        self, journal: Journal, chapters: Sequence[Mapping[str, Any]], now: datetime
    ) -> None:
        content = sha256(repr(journal).encode("utf-8", "replace")).hexdigest()
        self._values = {
            "book": {
                "id": uuid5(_NAMESPACE, content).urn,
                "title": journal.title,
                "language": journal.language,
                "month": journal.month,
                "modified": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            },
            "w": words(journal.language),
            "chapters": chapters,
        }

    def __call__(self, template: str, **more: Any) -> bytes:
        return fill(template, self._values | more).encode()


def _put(
    archive: zipfile.ZipFile, name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED
) -> None:
    info = zipfile.ZipInfo(name, _EARLIEST)
    info.compress_type = how
    archive.writestr(info, content)


@cache
def _css() -> str:
    return resources.files("bot.web").joinpath("templates", "book.css").read_text("utf-8")


def _cover(journal: Journal) -> Cover:
    say = messages(journal.language)
    sections = list(_sections(journal.issues))
    return made_cover(
        language=journal.language,
        title=say("issue.title"),
        number=say.published(journal.month),
        dateline=say("issue.count", n=journal.count),
        day=date.fromisoformat(f"{journal.month}-01"),
        topics=[section.title for section, _ in sections],
        columns=[
            [entry_lines(entry) for day in entries.values() for entry in day][:_MOST_IN_COLUMN]
            for _, entries in sections
        ],
    )


def _sections(issues: Sequence[Issue]) -> Iterator[tuple[IssueSection, dict[date, list[Entry]]]]:
    """Each section with its entries by day; what came twice counts once."""
    found: dict[Section, tuple[IssueSection, dict[date, list[Entry]]]] = {}
    seen: set[str] = set()
    for issue in issues:
        for section in issue.sections:
            _, days = found.setdefault(section.section, (section, {}))
            new = [entry for entry in section.entries if entry.url not in seen]
            seen.update(entry.url for entry in new)
            if new:
                days.setdefault(issue.day, []).extend(new)
    order = list(Section)
    yield from (found[section] for section in sorted(found, key=order.index))


def _chapters(journal: Journal) -> Iterator[dict[str, Any]]:
    """A section is one chapter, or several of whole days where it is long."""
    say = messages(journal.language)
    number = 0
    for section, days in _sections(journal.issues):
        parts: list[dict[date, list[Entry]]] = [{}]
        for day, entries in days.items():
            if parts[-1] and sum(map(len, parts[-1].values())) + len(entries) > PER_CHAPTER:
                parts.append({})
            parts[-1][day] = entries
        for place, part in enumerate(parts, 1):
            number += 1
            yield {
                "file": f"chapter{number}.xhtml",
                "title": f"{section.title} {place}" if len(parts) > 1 else section.title,
                "days": [
                    {"title": say.day(day), "entries": [_entry(e, journal.language) for e in each]}
                    for day, each in part.items()
                ],
            }


def _entry(entry: Entry, language: str) -> dict[str, Any]:
    say = messages(language)
    authors = ", ".join(entry.authors[:MAX_AUTHORS])
    if authors and (entry.authors_more or len(entry.authors) > MAX_AUTHORS):
        authors = say("card.authors_more", authors=authors)
    facts = (authors, entry.venue, entry.published, entry.field, *entry.tasks)
    return {
        "title": entry.title,
        "url": web_link(entry.url),
        "facts": " · ".join(filter(None, facts)),
        "introduction": paragraphs(entry.introduction),
        "abstract": paragraphs(entry.abstract),
        "links": links_of(entry, words(language)["code"]),
    }
