"""What the readers of all formats share: the head and the end of an issue, and the reports.

A file may tell its own layout, before all else, between two lines of dashes::

    ---
    layout: weekly
    title: "..."
    week: 2021-W02
    ---

Then what it tells there is not guessed from its text, and the issue ends at the line ``* * *``,
under which it only says farewell. So ``bot.layouts`` writes.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from bot.digest.normalise import bounded, one_line
from bot.formats.dates import find_date, read_date
from bot.formats.draft import Context, Draft, Text, finish, images_of
from bot.formats.escapes import all_restored, restored
from bot.formats.languages import language_of_text
from bot.formats.lines import Kind, Line
from bot.formats.links import is_address, target
from bot.formats.navigation import is_navigation, pointers, relation
from bot.formats.numbers import number_of, week_of
from bot.formats.vocabulary import is_word_for, speaks_of
from bot.imported import Digest, DigestEntry, Highlight, Pointer, Problem, Remark
from bot.model import Link, Section

MAX_PROBLEMS = 1_000
"""Problems of one file that are listed; a last one says how many more there are."""

MAX_DIGITS = 9
"""Of an issue's number, as of a number in a Markdown list (CommonMark, 5.2)."""


class Reader(ABC):
    """Reads the lines of one issue. A subclass sees every line once, and loses none.

    Lines of the head and the end go to ``absorb``; what nobody has a place for to ``remark`` or
    ``report``.
    """

    layout: ClassVar[str]

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        self.told = told_head(lines, self.layout)
        self.lines, self._tail = _divided(lines, self.told) if self.told else (lines, ())
        self.language = self.told.get("language") or language_of_text(text)
        self.title = self.told.get("title", "")
        self.date: str | None = self.told.get("date")
        self.source_url = target(self.told.get("source", ""))
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
        self._read_tail()
        title = one_line(restored(self.title[:1_000])) or None
        number, week = self._number_and_week(title or "")
        context = Context(self.source_url, self.language, title or self.layout, self.report)
        entries = tuple(finish(draft, context, section) for draft, section in self.drafts)
        self._report_repeated(entries)
        digest = Digest(
            layout=self.layout,
            title=title,
            language=self.language,
            entries=entries,
            number=number,
            date=self.date if self.told else self.date or find_date(title or ""),
            week=week,
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
        return all_restored(digest)

    def _number_and_week(self, title: str) -> tuple[int | None, str | None]:
        if self.told:
            number = self.told.get("number", "")
            is_one = number.isdecimal() and len(number) <= MAX_DIGITS
            return int(number) if is_one else None, self.told.get("week")
        if week := week_of(title):
            return week[1], f"{week[0]}-W{week[1]:02}"
        return number_of(title), None

    def _read_tail(self) -> None:
        """The lines under the last rule: farewell words, and links to other issues."""
        where = ""
        for line in self._tail:
            part = next((p for p in ("past", "related") if is_word_for(p, line.plain)), "")
            if line.kind is Kind.HEADING and part:
                where = part
            elif where == "past" and is_navigation(line):
                self._images += line.inline.images
                for pointer in pointers(line):
                    self.point(*pointer)
            elif where and line.kind is Kind.BULLET and len(line.inline.written_links) == 1:
                span = line.inline.written_links[0]
                rel = relation(span.text) if where == "past" else "related"
                self.point(span.text, span.url, rel)
            else:
                where = ""
                self.absorb(line, self.closing)

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


_TOLD = re.compile(r"(layout|title|language|number|date|week|source):\s*(.*)", re.IGNORECASE)
_END_RULE = "* * *"


def told_head(lines: Sequence[Line], layout: str) -> Mapping[str, str]:
    """What the keys before the document tell of it; nothing unless they tell this ``layout``."""
    keys = (_TOLD.fullmatch(line.text) for line in lines if line.kind is Kind.MATTER)
    told = {match[1].lower(): _value(match[2].strip()) for match in keys if match}
    return told if told.get("layout") == layout else {}


def _value(written: str) -> str:
    """A value of YAML: in double quotes it is spelled as in JSON."""
    if written.startswith('"'):
        try:
            return str(json.loads(written))
        except ValueError:
            pass
    return written.strip("\"'")


def _divided(
    lines: Sequence[Line], told: Mapping[str, str]
) -> tuple[Sequence[Line], Sequence[Line]]:
    """The lines without what the head told, and those under the last rule."""
    rest = [x for x in lines if not (x.kind is Kind.MATTER and _TOLD.fullmatch(x.text))]
    title = next((i for i, x in enumerate(rest) if x.kind is Kind.HEADING), None)
    if title is not None and one_line(restored(rest[title].plain)) == told.get("title"):
        del rest[title]
    ends = [i for i, x in enumerate(rest) if x.kind is Kind.RULE and x.raw.strip() == _END_RULE]
    return (rest[: ends[-1]], rest[ends[-1] + 1 :]) if ends else (rest, ())
