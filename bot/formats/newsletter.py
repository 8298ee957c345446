"""The newsletter: numbered sections and entries, paragraphs with footnotes or links, references.

::

    1、Section emoji                # Section emoji
    1.1 Title                        ***Title***
    Text about a thing[1].           Text about [a thing](address).
    ...
    [1] a thing: address
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from bot.digest.normalise import one_line
from bot.formats.draft import Draft
from bot.formats.inline import parse_inline
from bot.formats.lines import Kind, Line
from bot.formats.links import is_address, is_code, target
from bot.formats.reader import Reader
from bot.formats.vocabulary import is_word_for, section_of
from bot.model import Section

_NUMBERED = re.compile(r"\s*(\d{1,2})\s*(?:[、．:：)]|\.(?!\d))\s*(\S.*)", re.DOTALL)
_ENTRY = re.compile(
    r"\s*(\d{1,2})[.．](\d{1,3})(?:[.、:：)]\s*|\s+|(?=[^\s\d.%]))(\S.*)", re.DOTALL
)
_REFERENCE = re.compile(r"\s*\[\^?(\d{1,4})\]\s*[:：]?\s*(.*)", re.DOTALL)
_CITED = re.compile(r"\[\^?(\d{1,4}(?:\s*[,，、]\s*\d{1,4})*)\](?!\()")
_LAST_URL = re.compile(r"https?://\S+")
_WHOLLY = re.compile(r"\s*(\*{2,3}|__)(?=\S)([^*]{1,300}?)(?<=\S)\1\s*[:：]?\s*")
_GREETING = re.compile(
    r"欢迎来到\s*([^!！。，,]{2,40})|歡迎(?:來到|收看|閱讀)\s*([^!！。，,]{2,40})"
    r"|welcome(?: back)? to (?:the )?(?:\S+ (?:issue|edition) of (?:the )?)?([^!.,]{2,60})",
    re.IGNORECASE,
)


class NewsletterReader(Reader):
    layout: ClassVar[str] = "newsletter"

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        super().__init__(lines, text)
        self._shape = _Shape(lines)
        self._references: dict[str, tuple[str, str, int]] = {}
        self._cited: dict[str, int] = {}
        self._heading: tuple[str, ...] = ()
        self._section_line = 0
        self._section = Section.OTHER
        self._entries_here = False
        self._item: Draft | None = None
        self._ended = False

    def read(self) -> None:
        first_reference = self._read_references()
        for at, line in enumerate(self.lines[:first_reference]):
            if line.kind is Kind.MATTER:
                self.matter(line)
            elif at in self._shape.contents:
                self.contents.append(_listed(line))
            elif at in self._shape.sections:
                self._begin_section(at, line)
            elif not self._heading:
                self._on_head(line)
            else:
                self._on_body(at, line)
        self.report_if_empty(self._section_line, self._heading)
        self._report_references()
        self._name_by_greeting()

    # References, which stand at the end.

    def _read_references(self) -> int:
        """Read the list of references; the index of its first line, or of the end."""
        at = len(self.lines)
        starts = [i for i, line in enumerate(self.lines) if _is_reference(line)]
        if not starts:
            return at
        first = _first_of_the_list(self.lines, starts)
        pending: tuple[str, str, int] | None = None
        for line in self.lines[first:]:
            pending = self._on_reference(line, pending)
        if pending:
            self._add_reference(*pending)
        titled = first > 0 and is_word_for("references", self.lines[first - 1].plain)
        return first - 1 if titled else first

    def _on_reference(
        self, line: Line, pending: tuple[str, str, int] | None
    ) -> tuple[str, str, int] | None:
        """A line of the list; a reference whose address is on its next line is pending."""
        match = _REFERENCE.fullmatch(line.raw.strip().lstrip("-*• "))
        if match:
            if pending:
                self._add_reference(*pending)
            if _LAST_URL.search(match[2]):
                self._add_reference(match[1], match[2], line.number)
                return None
            return match[1], match[2], line.number
        if pending and _LAST_URL.match(line.raw.strip()):
            self._add_reference(pending[0], f"{pending[1]} {line.raw.strip()}", pending[2])
            return None
        if pending:
            self._add_reference(*pending)
        if line.kind is not Kind.RULE:
            self.absorb(line, self.closing)
        return None

    def _add_reference(self, number: str, text: str, line: int) -> None:
        anchor, url = _anchor_and_url(text)
        if not url:
            self.report(line, f"reference [{number}] has no address: “{text[:80]}”")
        elif number in self._references:
            self.report(
                line, f"reference [{number}] is listed twice; this one is a link of the issue"
            )
            self.link_out(anchor, url)
        else:
            self._references[number] = (anchor, url, line)

    def _report_references(self) -> None:
        for number, (anchor, url, line) in self._references.items():
            if number not in self._cited:
                self.report(
                    line, f"reference [{number}] is cited nowhere; it is a link of the issue"
                )
                self.link_out(anchor, url)

    # The head.

    def _on_head(self, line: Line) -> None:
        heading = line.kind is Kind.HEADING
        if heading and not self.title and not is_word_for("contents", line.plain):
            self.title = line.plain
            self._images += line.inline.images
        elif not (
            line.kind is Kind.RULE or is_word_for("contents", line.plain) or self.is_source(line)
        ):
            self.absorb(line, self.introduction)

    def _name_by_greeting(self) -> None:
        if not self.title and (match := _GREETING.search(str(self.introduction)[:2_000])):
            self.title = next(filter(None, match.groups())).strip()

    # Sections and entries.

    def _begin_section(self, at: int, line: Line) -> None:
        self.report_if_empty(self._section_line, self._heading)
        text = _whole(line)
        self._heading, self._section_line = (text,), line.number
        self._section = section_of(text) or Section.OTHER
        self._images += line.inline.images
        following = range(at + 1, self._shape.next_section(at))
        self._entries_here = any(i in self._shape.entries for i in following)
        self._item = None
        if not self._shape.has_contents:
            self.contents.append(text)

    def _on_body(self, at: int, line: Line) -> None:
        if at in self._shape.entries:
            self._begin_entry(at, line)
        elif line.kind is Kind.RULE:
            self._ended = at > self._shape.last_start
        elif self._ended:
            self.absorb(line, self.closing)
        elif self._entries_here:
            if self._item is None:
                self.remark(line, self._heading)
            else:
                self._take(line, self._item)
        else:
            self._mention(line)

    def _begin_entry(self, at: int, line: Line) -> None:
        if not self._shape.has_contents:
            self.contents.append(_whole(line))
        number, title = self._shape.entries[at]
        self._item = Draft(line.number, self._heading, one_line(_CITED.sub("", title)), number)
        self._item.images += line.inline.images
        self.drafts.append((self._item, self._section))
        self._cite(line, self._item)
        for span in line.inline.links:
            self._item.take_link(span, line.number)

    def _mention(self, line: Line) -> None:
        """In a section without entries each line with a link is an item of its own."""
        if line.inline.links or _CITED.search(line.text):
            self._item = Draft(line.number, self._heading)
            self.drafts.append((self._item, self._section))
            self._take(line, self._item)
        elif self._item is not None:
            self._take(line, self._item)
        else:
            self.remark(line, self._heading)

    def _take(self, line: Line, item: Draft) -> None:
        """A line of running text, with its links and footnotes in their order."""
        item.images += line.inline.images
        for kind, value in _in_order(line):
            if kind == "cited":
                self._cite_one(value, line.number, item)
            else:
                label, _, url = value.partition("\n")
                self._link(item, label, url, line.number)
        mark = "- " if line.kind is Kind.BULLET else ""
        plain = _CITED.sub("", line.plain if line.kind is not Kind.TABLE else line.raw)
        item.summary.add(mark + plain if plain.strip() else "", gap=line.gap)
        if line.card:
            self._link(item, line.card.title, line.card.url, line.number)
            item.summary.add(line.card.teaser)

    def _cite(self, line: Line, item: Draft) -> None:
        for match in _CITED.finditer(line.text):
            for number in re.findall(r"\d+", match[1]):
                self._cite_one(number, line.number, item)

    def _cite_one(self, number: str, line: int, item: Draft) -> None:
        if number in self._references:
            self._cited[number] = line
            anchor, url, _ = self._references[number]
            self._link(item, anchor, url, line)
        elif self._references:
            self.report(line, f"[{number}] is cited, but there is no such reference")
        else:
            item.note.add(f"[{number}]")
            self.report(line, f"[{number}] is cited, but there is no list of references")

    def _link(self, item: Draft, label: str, url: str, line: int) -> None:
        words = "" if is_address(label, url) else label
        if words or url != item.main:
            item.links.append((words, url, line))
        if not item.main:
            item.main = url
        elif is_code(target(url)):
            item.take_code(url, line)


class _Shape:
    """Which lines are contents, sections and entries, by their numbers or by their markup."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        marks = [_mark(line) for line in lines]
        self.contents = _contents(lines, marks)
        self.has_contents = bool(self.contents)
        self.entries: dict[int, tuple[str | None, str]] = {}
        if sum(mark is not None for mark in marks) - len(self.contents) >= 2:
            self.sections = self._by_numbers(marks)
        else:
            self.sections = self._by_markup()
        self._ordered = sorted(self.sections)
        self.last_start = max((*self.sections, *self.entries), default=0)

    def next_section(self, at: int) -> int:
        after = bisect_right(self._ordered, at)
        return self._ordered[after] if after < len(self._ordered) else len(self._lines)

    def _by_numbers(self, marks: Sequence[tuple[int, int, str] | None]) -> set[int]:
        """Sections count up from one, entries within them; other numbers are just text."""
        sections: set[int] = set()
        current = 0
        for at, mark in enumerate(marks):
            if mark is None or at in self.contents:
                continue
            section, entry, title = mark
            if not entry and current < section <= current + 3:
                sections.add(at)
                current = section
            elif entry and section == current:
                self.entries[at] = (f"{section}.{entry}", title)
        return sections

    def _by_markup(self) -> set[int]:
        """Headings of the highest level are sections; deeper ones and emphasised lines entries."""
        lines = self._lines
        headings = [i for i, x in enumerate(lines) if x.kind is Kind.HEADING and x.plain]
        first = headings[0] if headings else 0
        levels = [lines[i].level for i in headings[1:]] or [lines[i].level for i in headings]
        top = min(levels, default=1)
        alone = len(headings) > 1 and lines[first].level < top
        titled = alone or _is_series_title(lines, headings)
        sections = {i for i in headings if lines[i].level <= top and not (titled and i == first)}
        start = min(sections, default=len(lines))
        for i, line in enumerate(lines):
            if i > start and i not in sections and (title := _entry_title(line)):
                self.entries[i] = (None, title)
        return sections


def _is_series_title(lines: Sequence[Line], headings: Sequence[int]) -> bool:
    """Whether the first heading of several equals is a title: nothing below it is an entry."""
    if len(headings) < 3 or section_of(lines[headings[0]].plain):
        return False
    between = lines[headings[0] + 1 : headings[1]]
    return not any(_entry_title(line) for line in between)


def _entry_title(line: Line) -> str:
    if line.kind is Kind.HEADING:
        return line.plain
    match = _WHOLLY.fullmatch(line.text) if line.kind is Kind.TEXT else None
    return parse_inline(match[2]).plain.strip() if match else ""


def _mark(line: Line) -> tuple[int, int, str] | None:
    """Section and entry number, and title; entry number 0 for a section. None for other lines."""
    if line.kind in {Kind.RULE, Kind.TABLE, Kind.CARD, Kind.MATTER, Kind.QUOTE}:
        return None
    text = line.plain if line.kind in {Kind.HEADING, Kind.BULLET} else _raw_plain(line)
    if len(text) > 200:
        return None
    if match := _ENTRY.fullmatch(text):
        return int(match[1]), int(match[2]), match[3].strip()
    if match := _NUMBERED.fullmatch(text):
        return int(match[1]), 0, match[2].strip()
    return None


def _raw_plain(line: Line) -> str:
    """The line with the number that a list's mark would take away."""
    return parse_inline(line.raw.strip()).plain if line.kind is Kind.ORDERED else line.plain


def _contents(lines: Sequence[Line], marks: Sequence[tuple[int, int, str] | None]) -> set[int]:
    """The table of contents: numbers that begin again after it, or a list of anchors."""
    numbered = [i for i, mark in enumerate(marks) if mark]
    firsts = [i for i in numbered if marks[i] and marks[i][:2] == (1, 0)]  # type: ignore[index]
    if len(firsts) >= 2:
        return {i for i in numbered if firsts[0] <= i < firsts[1]}
    listed = {Kind.BULLET, Kind.ORDERED}
    start = next((i for i, line in enumerate(lines) if line.kind is Kind.HEADING), 0)
    titled = next((i for i, x in enumerate(lines) if is_word_for("contents", x.plain)), None)
    found: set[int] = set()
    for i in range(start if titled is None else titled + 1, len(lines)):
        links = lines[i].inline.links
        anchored = bool(links) and all(span.url.startswith("#") for span in links)
        if lines[i].kind in listed and (anchored or (titled is not None and not links)):
            found.add(i)
        elif found or titled is not None:
            break
    return found


def _listed(line: Line) -> str:
    return _whole(line)


def _whole(line: Line) -> str:
    return one_line(_raw_plain(line))


def _is_reference(line: Line) -> bool:
    return line.raw.strip().lstrip("-*• ")[:1] == "[" and bool(
        _REFERENCE.fullmatch(line.raw.strip().lstrip("-*• "))
    )


def _first_of_the_list(lines: Sequence[Line], starts: Sequence[int]) -> int:
    """Where the list begins: after its title, or with the run of references at the end."""
    titles = [i for i in starts if i and is_word_for("references", lines[i - 1].plain)]
    if titles:
        return titles[-1]
    first = starts[-1]
    for i in reversed(starts[:-1]):
        if first - i > 3:
            break
        first = i
    return first


def _anchor_and_url(text: str) -> tuple[str, str]:
    """``anchor: address``, split at the last address; also ``[anchor](address)``."""
    inline = parse_inline(text)
    if written := inline.written_links:
        anchor = written[0].text or inline.outside
        return anchor.strip(" :："), written[0].url
    found = list(_LAST_URL.finditer(text))
    if not found:
        return text.strip(), ""
    last = found[-1]
    anchor = parse_inline(text[: last.start()]).plain.strip()
    return re.sub(r"\s*[:：]\s*$", "", anchor), last[0].rstrip(">.,;)")


def _in_order(line: Line) -> list[tuple[str, str]]:
    """Links and footnotes of a line in the order in which they stand."""
    found: list[tuple[str, str]] = []
    text = ""
    for span in line.inline.spans:
        if span.kind == "link":
            found += _footnotes(text)
            text = ""
            found.append(("link", f"{span.text}\n{span.url}"))
        elif span.kind == "text":
            text += span.text
    return found + _footnotes(text)


def _footnotes(text: str) -> list[tuple[str, str]]:
    return [
        ("cited", number)
        for match in _CITED.finditer(text)
        for number in re.findall(r"\d+", match[1])
    ]


def shape_score(lines: Sequence[Line]) -> float:
    """Points for the signs of this format: entries, footnotes, named sections."""
    marks = [mark for line in lines if (mark := _mark(line))]
    entries = sum(1 for _, entry, _ in marks if entry)
    plain = sum(
        1 for line in lines if line.kind in {Kind.TEXT, Kind.BULLET} and _chinese_number(line)
    )
    references = sum(1 for line in lines if _is_reference(line) and "http" in line.raw)
    titles = sum(1 for line in lines if line.kind is Kind.TEXT and _entry_title(line))
    linked = sum(1 for line in lines if line.kind is Kind.TEXT and line.inline.written_links)
    headings = [line for line in lines if line.kind is Kind.HEADING]
    named = sum(
        1
        for line, below in pairwise(headings)
        if below.level > line.level and section_of(line.plain)
    )
    return entries + 0.5 * plain + 0.5 * references + min(titles, linked) + 0.5 * min(named, linked)


def _chinese_number(line: Line) -> bool:
    return bool(re.match(r"\d{1,2}、", line.plain))
