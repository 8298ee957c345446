"""An item while its lines are being read."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.digest.normalise import arxiv_id, bounded, canonical_key, one_line, plain_name
from bot.digest.urls import without_unseen
from bot.formats.dates import read_date
from bot.formats.escapes import restored
from bot.formats.inline import Span
from bot.formats.languages import language_of_text, two_languages
from bot.formats.lines import Line
from bot.formats.links import is_address, is_code, target, title_from
from bot.imported import DigestEntry
from bot.model import Item, Link, Section
from bot.topics import normal_form

MAX_TITLE = 500
MAX_TEXT = 20_000
"""Characters of a title, and of a text. Digests print abstracts in full, of some 1,500."""

MAX_PICTURES = 50
MAX_AUTHORS = 5_000
"""Of an item. Papers of collaborations do have 3,000 authors."""

Report = Callable[[int, str], None]

_BETWEEN_AUTHORS = re.compile(r"\s*[,，、;；]\s*|\s+(?:and|&)\s+")
_MORE_AUTHORS = re.compile(r"(?:,|，|\s)\s*(?:et al\.?|等人?|ほか|and others)\s*$", re.IGNORECASE)
_BETWEEN_TASKS = re.compile(r"\s*[,，、;；]\s*")


class Text:
    """Lines that become one text; blank lines between them stay."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, text: str, *, gap: bool = False) -> None:
        text = without_unseen(text).rstrip()
        if text.strip():
            if gap and self._lines:
                self._lines.append("")
            self._lines.append(text)

    def __str__(self) -> str:
        return "\n".join(self._lines).strip("\n")


@dataclass
class Draft:
    """What is known so far of the item that begins at ``line``.

    ``links`` are those with words of their own, ``main`` among them; ``code`` are repositories
    beside it, ``mentioned`` what stands in the text. Addresses are as they were written.
    """

    line: int
    heading: tuple[str, ...] = ()
    title: str = ""
    number: str | None = None
    main: str = ""
    links: list[tuple[str, str, int]] = field(default_factory=list)
    code: dict[str, int] = field(default_factory=dict)
    mentioned: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    summary: Text = field(default_factory=Text)
    abstract: Text = field(default_factory=Text)
    note: Text = field(default_factory=Text)
    paper: str | None = None
    published: str | None = None
    venue: str | None = None
    authors: tuple[str, ...] = ()
    authors_more: bool = False
    field: str | None = None
    tasks: tuple[str, ...] = ()
    section: Section | None = None

    def take_link(self, span: Span, line: int, label: str = "") -> None:
        """A link of the item: the first is the main one, the others are kept with their words."""
        words = span.text if not is_address(span.text, span.url) else ""
        label = f"{label}: {words}" if label and words else label or words
        if not self.main:
            self.main = span.url
            if label:
                self.links.append((label, span.url, line))
        elif label or span.url != self.main:
            self.links.append((label, span.url, line))

    def take_code(self, url: str, line: int) -> None:
        if not self.main:
            self.main = url
        elif url != self.main:
            self.code.setdefault(url, line)

    def take_date(self, text: str, line: int, report: Report) -> bool:
        """Whether ``text`` is a date; one that is not quite right is reported."""
        found = read_date(text)
        if found is None:
            return False
        if not found.clean:
            taken = f"taken as {found.published}" if found.published else "left out"
            report(line, f"the date “{text[:40]}” is not complete or not right; {taken}")
        self.published = found.published or self.published
        return True

    def take_authors(self, text: str) -> None:
        without = _MORE_AUTHORS.sub("", text)
        names = (plain_name(re.sub(r"^and\s+", "", n)) for n in _BETWEEN_AUTHORS.split(without))
        self.authors = tuple(dict.fromkeys(filter(None, names)))[:MAX_AUTHORS]
        self.authors_more = without != text

    def take_tasks(self, text: str) -> None:
        self.tasks = tuple(filter(None, map(one_line, _BETWEEN_TASKS.split(text))))

    def take_text(self, line: Line, text: Text, plain: str | None = None) -> None:
        """The images, the links and the words of a line of running text."""
        self.images += line.inline.images
        for span in line.inline.links:
            if span.bare:
                self.mentioned.append(span.url)
            else:
                self.links.append((span.text, span.url, line.number))
        text.add(line.plain if plain is None else plain, gap=line.gap)


@dataclass(frozen=True)
class Context:
    """What an item needs to know of its digest to be finished.

    ``series`` sets items without an address apart from their like in other issues.
    """

    base: str
    language: str
    series: str
    report: Report


def finish(draft: Draft, context: Context, section: Section) -> DigestEntry:
    """The item as it stands in the digest."""
    url = _main_url(draft, context)
    links = tuple(dict.fromkeys(_links(draft, context, url)))
    section = draft.section or section
    paper = paper_of(url, links, section, draft.paper)
    title = one_line(draft.title) or next((link.label for link in links), "")
    title = restored(title or (title_from(url) if url else _beginning(draft)))
    item = Item(
        key=_key(paper, url, title, context),
        title=_cut(title, MAX_TITLE, "title", draft, context),
        url=url,
        section=section,
        published=draft.published,
        authors=draft.authors,
        authors_more=draft.authors_more,
        venue=draft.venue,
        language=context.language,
        summary=_localized(draft.summary, "introduction", draft, context),
        abstract=_localized(draft.abstract, "abstract", draft, context),
        images=_images(draft, context),
        code_urls=_code(draft, context, url),
        links=links,
        arxiv_id=paper,
        note=_cut(str(draft.note), MAX_TEXT, "note", draft, context) or None,
    )
    heading = tuple(one_line(each) for each in draft.heading)
    return DigestEntry(item, heading, draft.number, draft.field, draft.tasks)


def _main_url(draft: Draft, context: Context) -> str:
    """The address of the item: the first of its links that leads anywhere."""
    if draft.main and not target(draft.main, context.base):
        context.report(draft.line, f"“{draft.main[:80]}” is no address of the web")
    linked = (url for _, url, _ in draft.links)
    for written in (draft.main, *linked, *draft.code, *draft.mentioned):
        if url := target(written, context.base) if written else "":
            return url
    context.report(draft.line, f"“{_shown(draft)}” has no link")
    return ""


def _links(draft: Draft, context: Context, main: str) -> Iterator[Link]:
    for label, written, line in draft.links:
        url = target(written, context.base)
        if url and (label or url != main):
            yield Link(one_line(label) or title_from(url), url)
        elif not url and not written.startswith("#"):
            context.report(line, f"“{written[:80]}” is no address of the web; {label[:80]!r}")


def _code(draft: Draft, context: Context, main: str) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for written, line in draft.code.items():
        url = target(written, context.base)
        if not url:
            context.report(line, f"“{written[:80]}” is no address of the web")
        elif url != main:
            found.setdefault(url.lower(), url)
    return tuple(found.values())


def _images(draft: Draft, context: Context) -> tuple[str, ...]:
    images = images_of(draft.images, context.base)
    if len(images) > MAX_PICTURES:
        context.report(draft.line, f"“{_shown(draft)}” has {len(images)} images; 50 are kept")
    return images[:MAX_PICTURES]


def images_of(written: list[str], base: str) -> tuple[str, ...]:
    """Addresses of images, each once. One that lies beside the file stays as it was written."""
    return tuple(dict.fromkeys(filter(None, (_image(each, base) for each in written))))


def _image(written: str, base: str) -> str:
    if written.startswith("/"):
        return target(written, base)
    relative = re.fullmatch(r"(?!\w+:)[\w./ %-]{1,500}", written)
    return written if relative and ".." not in written else target(written)


def paper_of(
    url: str, links: tuple[Link, ...], section: Section, stated: str | None = None
) -> str | None:
    """The arXiv identifier: of the item's own address, else written beside it, else of its links.

    A link counts only under papers, and where it is the only one: other items just mention papers.
    """
    found = arxiv_id(url) or stated
    if found or section is not Section.PAPERS:
        return found
    mentioned = {paper for link in links if (paper := arxiv_id(link.url))}
    return mentioned.pop() if len(mentioned) == 1 else None


def _key(paper: str | None, url: str, title: str, context: Context) -> str:
    if paper:
        return f"arxiv:{paper}"
    if url:
        return canonical_key(url)
    words = normal_form(f"{context.series}\n{title}")
    return f"text:{hashlib.sha256(words.encode()).hexdigest()[:32]}"


def _localized(text: Text, what: str, draft: Draft, context: Context) -> dict[str, str]:
    whole = _cut(str(text), MAX_TEXT, what, draft, context)
    if not whole:
        return {}
    if what == "introduction" and (pair := two_languages(whole)):
        return {_tag(part, context): part for part in pair}
    return {_tag(whole, context): whole}


def _tag(text: str, context: Context) -> str:
    """The language of a text."""
    found = language_of_text(text)
    # A short text gives too little away to tell the scripts of Chinese apart.
    return context.language if found[:2] == context.language[:2] else found


def _cut(text: str, limit: int, what: str, draft: Draft, context: Context) -> str:
    if len(text) > limit:
        context.report(
            draft.line, f"the {what} of “{_shown(draft)}” is cut to {limit:,} characters"
        )
    return bounded(text, limit)


def _shown(draft: Draft) -> str:
    return bounded(one_line(draft.title[:200]) or _beginning(draft), 60)


def _beginning(draft: Draft) -> str:
    return bounded(one_line(str(draft.summary or draft.note)[:400]), 80) or f"line {draft.line}"


def code_or_link(draft: Draft, span: Span, line: int) -> None:
    """A link that stands on a line of its own: a repository, the item itself, or more about it."""
    if draft.main and is_code(span.url):
        draft.take_code(span.url, line)
    else:
        draft.take_link(span, line)
