"""What an issue says, in one shape for all layouts: of a composed issue, or a digest."""

from dataclasses import dataclass

from bot.formats.dates import read_date
from bot.imported import Digest, DigestEntry, Highlight, Pointer, Remark
from bot.messages import messages
from bot.model import Link, Localized, Section


@dataclass(frozen=True, slots=True)
class Card:
    """An item as it is to stand in an issue; all texts plain, and as they are to be read.

    ``place`` is its number as words of the layout have it (``1.1``), ``number`` counts through.
    ``heading`` are the headings above it. ``note`` is what the editor says of it. ``bilingual``:
    the introduction is ``English./中文``.
    """

    title: str
    url: str
    section: Section
    number: int = 0
    place: str = ""
    heading: tuple[str, ...] = ()
    published: str = ""
    venue: str = ""
    field: str = ""
    tasks: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    authors_more: bool = False
    introduction: str = ""
    abstract: str = ""
    note: str = ""
    images: tuple[str, ...] = ()
    code_urls: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    arxiv_id: str = ""
    bilingual: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """An issue before it is laid out; the fields are those of ``bot.imported.Digest``.

    ``dateline`` is one line under the title, ``notices`` are sentences for the reader.
    """

    layout: str
    language: str
    title: str
    cards: tuple[Card, ...]
    number: int | None = None
    date: str = ""
    week: str = ""
    source_url: str = ""
    contents: tuple[str, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    navigation: tuple[Pointer, ...] = ()
    introduction: str = ""
    closing: str = ""
    remarks: tuple[Remark, ...] = ()
    images: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    dateline: str = ""
    notices: tuple[str, ...] = ()


def sheet_of_digest(digest: Digest) -> Sheet:
    """A digest, to be published as it was."""
    return Sheet(
        layout=digest.layout,
        language=digest.language,
        title=digest.title or "",
        cards=tuple(_card(entry, digest.language, n) for n, entry in enumerate(digest.entries, 1)),
        number=digest.number,
        date=digest.date or "",
        week=digest.week or "",
        source_url=digest.source_url or "",
        contents=digest.contents,
        highlights=digest.highlights,
        navigation=digest.navigation,
        introduction=digest.introduction,
        closing=digest.closing,
        remarks=digest.remarks,
        images=digest.images,
        links=digest.links,
    )


def _card(entry: DigestEntry, language: str, number: int) -> Card:
    item = entry.item
    return Card(
        title=item.title,
        url=item.url,
        section=item.section,
        number=number,
        place=entry.number or "",
        heading=entry.heading,
        published=_date(item.published or "", language),
        venue=item.venue or "",
        field=entry.field or "",
        tasks=entry.tasks,
        authors=item.authors,
        authors_more=item.authors_more,
        introduction=both_languages(item.summary),
        abstract="\n\n".join(item.abstract.values()),
        note=item.note or "",
        images=item.images,
        code_urls=item.code_urls,
        links=item.links,
        arxiv_id=item.arxiv_id or "",
        bilingual=len(item.summary) > 1,
    )


def both_languages(text: Localized) -> str:
    """``English./中文``, where it is there in English and another language."""
    others = [words for tag, words in text.items() if tag != "en"]
    english = text.get("en", "")
    return f"{english}/{others[0]}" if english and others else english or next(iter(others), "")


def _date(iso: str, language: str) -> str:
    """The date in words, if they are read as the same again."""
    if not iso:
        return ""
    words = messages(language).published(iso)
    found = read_date(words)
    return words if found and found.published == iso else iso
