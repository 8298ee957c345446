"""What the readers of all formats share: the head and the end of an issue, and the reports."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from bot.digest.normalise import bounded, one_line
from bot.formats.dates import find_date, read_date
from bot.formats.draft import Context, Draft, Text, finish, images_of
from bot.formats.languages import language_of_text
from bot.formats.lines import Line
from bot.formats.links import is_address, target
from bot.formats.vocabulary import is_word_for, speaks_of
from bot.imported import Digest, DigestEntry, Highlight, Pointer, Problem, Remark
from bot.model import Link, Section

MAX_PROBLEMS = 1_000
"""Problems of one file that are listed; a last one says how many more there are."""

_NUMBER = re.compile(
    r"(?:第|issue|no\.?|vol(?:ume)?\.?|#|№|number|edition)[\s#:.№]*(\d{1,5})\s*(?:期|号|號|回|[^\d\w年週周]|$)"
    r"|(\d{1,5})\s*期",
    re.IGNORECASE,
)
_CHINESE_NUMBER = re.compile("第\\s*([〇零一二三四五六七八九十百]{1,7})\\s*[期号號回]")
_WEEK = re.compile(
    r"(?P<y>\d{4})\s*年?\s*[-,]?\s*(?:第\s*(?P<w>\d{1,2})\s*[周週]|[-\s]*w(?:eek)?\s*-?\s*(?P<v>\d{1,2})\b)"
    r"|week\s*-?\s*(?P<u>\d{1,2})\b[\s,-]*(?:of\s*|\()?(?P<z>\d{4})",
    re.IGNORECASE,
)
_DIGITS = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"〇": 0}


class Reader(ABC):
    """Reads the lines of one issue. A subclass sees every line once, and loses none.

    Lines of the head and the end go to ``absorb``; what nobody has a place for to ``remark`` or
    ``report``.
    """

    layout: ClassVar[str]

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        self.lines = lines
        self.language = language_of_text(text)
        self.title = ""
        self.date: str | None = None
        self.source_url = ""
        self.contents: list[str] = []
        self.introduction = Text()
        self.closing = Text()
        self.drafts: list[tuple[Draft, Section]] = []
        self._highlights: list[tuple[str, str, str, int]] = []
        self._pointers: list[tuple[str, str, str]] = []
        self._remarks: list[tuple[tuple[str, ...], Text]] = []
        self._images: list[str] = []
        self._links: list[tuple[str, str]] = []
        self._problems: dict[Problem, None] = {}

    @abstractmethod
    def read(self) -> None:
        """Go through all lines."""

    def digest(self) -> Digest:
        """Read the lines, and give what they come to."""
        self.read()
        title = one_line(self.title[:1_000]) or None
        week = week_of(title or "")
        context = Context(self.source_url, self.language, title or self.layout, self.report)
        entries = tuple(finish(draft, context, section) for draft, section in self.drafts)
        self._report_repeated(entries)
        return Digest(
            layout=self.layout,
            title=title,
            language=self.language,
            entries=entries,
            number=week[1] if week else number_of(title or ""),
            date=self.date or find_date(title or ""),
            week=f"{week[0]}-W{week[1]:02}" if week else None,
            source_url=self.source_url or None,
            contents=tuple(map(one_line, self.contents)),
            highlights=tuple(self._all_highlights()),
            navigation=tuple(self._navigation()),
            introduction=str(self.introduction),
            closing=str(self.closing),
            remarks=tuple(Remark(heading, str(text)) for heading, text in self._remarks),
            images=images_of(self._images, self.source_url),
            links=tuple(dict.fromkeys(self._all_links())),
            problems=self._all_problems(),
        )

    def report(self, line: int, text: str) -> None:
        """Something was not understood."""
        self._problems[Problem(line, one_line(text))] = None

    def absorb(self, line: Line, where: Text) -> None:
        """Keep a line of the head or the end, whatever it holds."""
        if line.card:
            self.point(line.card.title, line.card.url, "related")
            where.add(line.card.teaser)
            return
        self._images += line.inline.images
        for span in line.inline.written_links:
            self.link_out(span.text, span.url)
        where.add(line.plain, gap=line.gap)

    def link_out(self, label: str, url: str) -> None:
        """A link of the issue, not of an item."""
        if speaks_of("all_of", label):
            self.point(label, url, "archive")
        else:
            self._links.append((label, url))

    def point(self, label: str, url: str, rel: str) -> None:
        """A link to another publication of the series."""
        self._pointers.append((label, url, rel))

    def highlight(self, line: Line) -> bool:
        """Whether the line is one of the editor's picks."""
        links = line.inline.links
        if not links:
            return False
        self._images += line.inline.images
        first = links[0]
        comment = "" if first.bare else line.inline.outside
        self._highlights.append((first.text or line.plain, first.url, comment, line.number))
        for span in links[1:]:
            self._links.append((span.text, span.url))
        return True

    def remark(self, line: Line, heading: tuple[str, ...]) -> None:
        """Keep what was said under a heading, about no item."""
        if not self._remarks or self._remarks[-1][0] != heading:
            self._remarks.append((heading, Text()))
        self.absorb(line, self._remarks[-1][1])

    def report_if_empty(self, line: int, heading: tuple[str, ...]) -> None:
        """Say that a section has no item, which its heading would be lost with."""
        if heading and not (self.drafts and self.drafts[-1][0].heading is heading):
            self.report(line, f"nothing stands under “{' / '.join(heading)[:200]}”")

    def matter(self, line: Line) -> None:
        """A key before the document: its title, its date, or a remark."""
        key, _, value = line.text.partition(":")
        value = value.strip().strip("\"'")
        if key.lower() == "title" and value:
            self.title = value
        elif key.lower() == "date" and (found := read_date(value[:30])):
            self.date = found.published
        else:
            self.remark(line, ())

    def is_source(self, line: Line) -> bool:
        """Whether the line says where the issue was published, and nothing else; it is kept."""
        links = line.inline.links
        if self.source_url or len(links) != 1 or len(line.inline.outside) > 20:
            return False
        told = is_word_for("source", line.inline.outside)
        if not told or not (is_address(links[0].text, links[0].url) or not links[0].text):
            return False
        self.source_url = target(links[0].url)
        return bool(self.source_url)

    def _all_highlights(self) -> list[Highlight]:
        found = []
        for text, written, comment, line in self._highlights:
            url = target(written, self.source_url)
            if not url:
                self.report(line, f"“{written[:80]}” is no address of the web")
            found.append(Highlight(one_line(text), url, comment))
        return found

    def _navigation(self) -> list[Pointer]:
        """Each publication once."""
        found: dict[str, Pointer] = {}
        for label, written, rel in self._pointers:
            url = target(written, self.source_url) or written
            found.setdefault(url, Pointer(one_line(label), url, rel))
        return list(found.values())

    def _all_links(self) -> list[Link]:
        links = []
        for label, written in self._links:
            url = target(written, self.source_url)
            if url or not written.startswith("#"):
                links.append(Link(one_line(label) or url, url or written))
        return links

    def _report_repeated(self, entries: tuple[DigestEntry, ...]) -> None:
        first: dict[str, str] = {}
        for (draft, _), entry in zip(self.drafts, entries, strict=True):
            known = first.setdefault(entry.item.key, entry.item.title)
            if known is not entry.item.title:
                self.report(
                    draft.line,
                    f"“{bounded(entry.item.title, 60)}” is the same story as"
                    f" “{bounded(known, 60)}”; they become one item",
                )

    def _all_problems(self) -> tuple[Problem, ...]:
        ordered = sorted(self._problems, key=lambda problem: problem.line)
        if len(ordered) > MAX_PROBLEMS:
            more = len(ordered) - MAX_PROBLEMS
            last = Problem(ordered[MAX_PROBLEMS].line, f"and {more} more problems from here on")
            return (*ordered[:MAX_PROBLEMS], last)
        return tuple(ordered)


def week_of(title: str) -> tuple[int, int] | None:
    """Year and week that a title names."""
    match = _WEEK.search(title[:500])
    if match is None:
        return None
    year = int(match["y"] or match["z"])
    week = int(match["w"] or match["v"] or match["u"])
    return (year, week) if 1 <= week <= 53 and 1900 <= year <= 2200 else None


def number_of(title: str) -> int | None:
    """The number of an issue that a title names."""
    if match := _NUMBER.search(title[:500]):
        return int(match[1] or match[2])
    match = _CHINESE_NUMBER.search(title[:500])
    return _from_chinese(match[1]) if match else None


def _from_chinese(text: str) -> int | None:
    """二十三 as 23, 一百零五 as 105, 二〇 as 20."""
    if not any(unit in text for unit in "十百"):
        return int("".join(str(_DIGITS[char]) for char in text))
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    value = 100 * (_one(hundreds, 1) if "百" in text else 0)
    return value + (10 * _one(tens, 1) if ten else 0) + _one(ones if ten else rest, 0)


def _one(text: str, default: int) -> int:
    text = text.strip("零〇")
    return _DIGITS.get(text[-1:], default) if text else default
