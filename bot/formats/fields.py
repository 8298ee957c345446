"""Labelled lines of a card: ``**Authors**: A, B``. Every format knows them."""

import re

from bot.digest.normalise import one_line
from bot.formats.draft import Draft, Report
from bot.formats.inline import Span
from bot.formats.lines import Kind, Line
from bot.formats.links import is_address
from bot.formats.vocabulary import card_field_of, field_of, section_of
from bot.model import Section

LABEL = re.compile(r"\s*([^:：\[\]]{1,40}?)\s*[:：]\s*(.*)", re.DOTALL)
_BOLD = re.compile(r"\s*\*\*[^*]{1,40}?(?:\*\*\s*[:：]|[:：]\s*\*\*)", re.DOTALL)


def begins_bold(line: Line) -> bool:
    """Whether the line begins with a label in bold."""
    return _BOLD.match(line.text) is not None


def take_card_line(line: Line, item: Draft, report: Report) -> bool:
    """Whether the line is a field with a bold label, or goes on with a quoted abstract."""
    if line.kind is Kind.QUOTE and item.abstract and not begins_bold(line):
        item.take_text(line, item.abstract)
        return True
    match = LABEL.match(line.plain) if begins_bold(line) else None
    if match is None or line.kind not in {Kind.TEXT, Kind.QUOTE}:
        return False
    if name := card_field_of(match[1]):
        _take_card_field(line, item, name, match[2].strip())
        return True
    name = field_of(match[1])
    if name is None or (name in {"url", "code"} and not line.inline.links):
        return False
    take_field(line, item, name, report)
    return True


def _take_card_field(line: Line, item: Draft, name: str, value: str) -> None:
    if name == "venue":
        item.venue = one_line(value) or None
    elif name == "note":
        item.note.add(value, gap=line.gap)
    elif name == "section":
        known = value.lower() in set(Section)
        item.section = Section(value.lower()) if known else section_of(value)
    elif name == "arxiv":
        item.paper = value
    else:
        item.links += [(s.text, s.url, line.number) for s in line.inline.written_links]


def take_field(line: Line, item: Draft, name: str, report: Report) -> None:
    """The field that ``bot.formats.vocabulary.field_of`` names."""
    value = line.plain[LABEL.match(line.plain).start(2) :].strip()  # type: ignore[union-attr]
    item.images += line.inline.images
    if name in {"url", "code"}:
        _take_address(line, item, name)
    elif name in {"abstract", "introduction"}:
        text = item.abstract if name == "abstract" else item.summary
        item.links += [(s.text, s.url, line.number) for s in _worded(line)]
        text.add(value, gap=True)
    elif not _is_taken(name, value, item, line.number, report):
        item.note.add(line.plain)


def _is_taken(name: str, value: str, item: Draft, line: int, report: Report) -> bool:
    """Whether a value found its place; one that is said twice has none."""
    if name == "authors" and not item.authors:
        item.take_authors(value)
    elif name == "tasks" and not item.tasks:
        item.take_tasks(value)
    elif name == "field" and not item.field:
        item.field = one_line(value) or None
    elif name in {"title", "date"}:
        return _is_as_told(name, value, item, line, report)
    else:
        report(line, f"“{name}” is said twice; the second is kept as a note")
        return False
    return True


def _is_as_told(name: str, value: str, item: Draft, line: int, report: Report) -> bool:
    """Whether a title says what the heading says, or a date is one."""
    if name == "title":
        return one_line(value) == one_line(item.title)
    if not item.take_date(value, line, report):
        report(line, f"“{value[:60]}” is no date")
        return False
    return True


def _take_address(line: Line, item: Draft, name: str) -> None:
    for span in line.inline.links:
        if name == "url":
            item.take_link(span, line.number)
        elif item.main:
            item.take_code(span.url, line.number)
        else:
            item.code.setdefault(span.url, line.number)


def _worded(line: Line) -> list[Span]:
    """Links in a running text that say more than their address."""
    return [s for s in line.inline.written_links if not is_address(s.text, s.url)]
