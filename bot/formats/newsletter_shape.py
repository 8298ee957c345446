"""Which lines of a newsletter are contents, sections, entries and references."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from bot.digest.normalise import one_line
from bot.formats.inline import parse_inline
from bot.formats.lines import Kind, Line
from bot.formats.vocabulary import is_word_for, section_of

_NUMBERED = re.compile(r"\s*(\d{1,2})\s*(?:[、．:：)]|\.(?!\d))\s*(\S.*)", re.DOTALL)
_ENTRY = re.compile(
    r"\s*(\d{1,2})[.．](\d{1,3})(?:[.、:：)]\s*|\s+|(?=[^\s\d.%]))(\S.*)", re.DOTALL
)
REFERENCE = re.compile(r"\s*\[\^?(\d{1,4})\]\s*[:：]?\s*(.*)", re.DOTALL)
_WHOLLY = re.compile(r"\s*(\*{2,3}|__)(?=\S)([^*]{1,300}?)(?<=\S)\1\s*[:：]?\s*")


class Shape:
    """Which lines are contents, sections and entries, by their numbers or by their markup."""

    def __init__(self, lines: Sequence[Line], *, told: bool = False) -> None:
        """``told``: the title of the issue is known, and stands in no line."""
        self._lines = lines
        self._told = told
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
        titled = not self._told and (alone or _is_series_title(lines, headings))
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


def heading_of(line: Line) -> str:
    return one_line(_raw_plain(line))


def is_reference(line: Line) -> bool:
    return line.raw.strip().lstrip("-*• ")[:1] == "[" and bool(
        REFERENCE.fullmatch(line.raw.strip().lstrip("-*• "))
    )


def shape_score(lines: Sequence[Line]) -> float:
    """Points for the signs of this format: entries, footnotes, named sections."""
    marks = [mark for line in lines if (mark := _mark(line))]
    entries = sum(1 for _, entry, _ in marks if entry)
    plain = sum(
        1 for line in lines if line.kind in {Kind.TEXT, Kind.BULLET} and _chinese_number(line)
    )
    references = sum(1 for line in lines if is_reference(line) and "http" in line.raw)
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
