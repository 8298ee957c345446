"""Telling the formats of digests apart by their structure, not by their words."""

from collections.abc import Mapping, Sequence

from bot.formats.daily import DailyReader, is_card, labels
from bot.formats.lines import Kind, Line, read_lines
from bot.formats.newsletter import NewsletterReader
from bot.formats.newsletter_shape import shape_score
from bot.formats.numbers import number_of, week_of
from bot.formats.reader import Reader, told_head
from bot.formats.reading_list import ReadingListReader, begins_item
from bot.formats.weekly import PAPER_ID, WeeklyReader
from bot.formats.weekly_plan import SECTION
from bot.imported import Digest

FORMATS: Mapping[str, type[Reader]] = {
    reader.layout: reader
    for reader in (DailyReader, WeeklyReader, NewsletterReader, ReadingListReader)
}
"""The readers by the name of the layout that they read."""

_ENOUGH = 2.0  # two sure signs, or one and a few weak ones


def read_digest(text: str, layout: str | None = None) -> Digest | None:
    """The digest in ``text``; None if it is in none of the formats. ``layout`` says which it is.

    Never raises for any text. Raises ``KeyError`` for a layout that is none of ``FORMATS``.
    """
    lines = read_lines(text)
    layout = layout or _recognise(lines)
    return FORMATS[layout](lines, text).digest() if layout else None


def recognise(text: str) -> str | None:
    """The name of the format of ``text``, or None."""
    return _recognise(read_lines(text))


def _recognise(lines: Sequence[Line]) -> str | None:
    """What the file tells; else each format earns points for each sign of it, and the most win."""
    told = next((name for name in FORMATS if told_head(lines, name)), None)
    if told:
        return told
    headings = [line for line in lines if line.kind is Kind.HEADING]
    linked = sum(map(begins_item, headings))
    cards = sum(map(is_card, headings))
    points = {
        "daily": cards + min(labels(lines), 4 * cards) / 2,
        "weekly": _weekly(lines, headings),
        "newsletter": shape_score(lines),
        "reading-list": 1.5 * linked if 2 * linked >= len(headings) - linked else 0.5 * linked,
    }
    best = max(points, key=lambda name: points[name])
    return best if points[best] >= _ENOUGH else None


def _weekly(lines: Sequence[Line], headings: Sequence[Line]) -> float:
    sections = sum(1 for line in headings if SECTION.fullmatch(line.plain))
    papers = sum(1 for line in lines if PAPER_ID.fullmatch(line.plain[:300]))
    rules = sum(1 for line in lines if line.kind is Kind.RULE and "—" in line.raw)
    title = headings[0].plain if headings else ""
    titled = week_of(title) is not None or number_of(title) is not None
    return min(sections, 6) + 0.5 * papers + 0.25 * min(rules, 8) + (1.5 if titled else 0)
