"""The lines of a digest, each with its number and its kind.

Every line that is not blank comes out exactly once, alone or inside the one that it belongs to
(a heading broken over two lines, a link card over five), so that a reader of the lines can account
for all of them. Not CommonMark: digests are pasted, translated and wrapped in stars.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from bot.formats.escapes import opaque, protected
from bot.formats.inline import Inline, parse_inline

CARD_LINES = 12
"""A link card is at most so long."""

MATTER_LINES = 60
"""The block of keys before a document is at most so long."""


class Kind(StrEnum):
    HEADING = "heading"
    RULE = "rule"
    QUOTE = "quote"
    BULLET = "bullet"
    ORDERED = "ordered"
    TABLE = "table"
    CARD = "card"
    MATTER = "matter"
    TEXT = "text"


@dataclass(frozen=True)
class Card:
    """A preview of a linked page, as Medium shows it."""

    title: str
    teaser: str
    url: str


@dataclass(frozen=True)
class Line:
    """One line. ``text`` is without the marks of its kind, but with inline markup.

    ``number`` counts from 1. ``level`` is that of a heading, or the indent of a list. ``gap`` says
    that a blank line stood before it. Escaped characters are hidden (``bot.formats.escapes``).
    """

    number: int
    kind: Kind
    text: str
    raw: str = ""
    level: int = 0
    gap: bool = False
    card: Card | None = None

    @cached_property
    def inline(self) -> Inline:
        """Links, images and text."""
        return parse_inline(self.text)

    @cached_property
    def plain(self) -> str:
        """The text without markup."""
        return self.inline.plain.strip()


_NEWLINE = re.compile(r"\r\n|\n|\r")
_HEADING = re.compile(
    r"\s{0,3}(?:\*{2,})?(#{1,6})(?:[ \t\u3000]++|(?<=##)(?=[^#\s])|$)(.*)", re.DOTALL
)
_QUOTE = re.compile(r"\s{0,3}(?:\*{2,})?(?:>\s*)+(.*)", re.DOTALL)
_BULLET = re.compile(r"(\s*)[-*+•‣▪◦·]\s+(.*)", re.DOTALL)
_ORDERED = re.compile(r"(\s*)\d{1,3}[.)](?!\d)\s+(.*)", re.DOTALL)
_CARD = re.compile(r"\[#{1,6}\s+(.*)$")
_CARD_END = re.compile(r"^([^\[\]]*)\]\(([^\s()]+)\)(.*)$")
_EMPTY_LINK = re.compile(r"\[\]\([^\s()\[\]]*\)")
_DASHES = frozenset("-*_—–―─━＝=•·~\u2500")
_LONG_DASHES = frozenset("—–―─━")
_UNDERLINE = re.compile(r"={3,}\s*")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_KEY = re.compile(r"([A-Za-z][\w-]{0,30}):\s*(.*)|\s*-\s+(.*)|\s+\S.*")


def read_lines(text: str) -> list[Line]:
    """All lines that are not blank, in their order."""
    return list(_Reader(_NEWLINE.split(text.removeprefix("\ufeff"))).run())


def is_rule(raw: str) -> bool:
    """Whether the line is nothing but a separator."""
    marks = "".join(raw.split())
    if not marks or not _DASHES.issuperset(marks):
        return False
    return len(marks) >= 3 or (len(marks) == 2 and _LONG_DASHES.issuperset(marks))


class _Reader:
    def __init__(self, raw: list[str]) -> None:
        self._written = raw
        self._raw = list(map(protected, raw))
        self._at = 0
        self._gap = False
        self._fences = sum(1 for line in self._raw if _FENCE.match(line))
        self._in_code = False
        self._comment_ends = [i for i, line in enumerate(self._raw) if "-->" in line]

    def run(self) -> Iterator[Line]:
        yield from self._matter()
        while self._at < len(self._raw):
            raw = self._raw[self._at]
            number = self._at + 1
            self._at += 1
            if not raw.strip():
                self._gap = True
                continue
            if self._fence(raw) or (not self._in_code and self._comment(raw)):
                continue
            if self._in_code:
                code = opaque(self._written[number - 1])
                yield Line(number, Kind.TEXT, code.strip(), code, 0, self._gap)
            elif "[#" in raw and _CARD.search(raw):
                yield from self._cards(raw, number)
            else:
                yield self._line(raw, number)
            self._gap = False

    def _matter(self) -> Iterator[Line]:
        """The keys between two lines of dashes at the very top (YAML front matter)."""
        if not self._raw or self._raw[0].rstrip() != "---":
            return
        for at, raw in enumerate(self._raw[1:MATTER_LINES], 1):
            if raw.rstrip() in {"---", "..."}:
                keys = enumerate(self._written[1:at], 2)
                yield from (
                    Line(n, Kind.MATTER, key.strip(), key) for n, key in keys if key.strip()
                )
                self._at = at + 1
                return
            if raw.strip() and not _KEY.fullmatch(raw):
                return

    def _fence(self, raw: str) -> bool:
        """Marks of code; one that is never closed is none."""
        if not _FENCE.match(raw):
            return False
        self._fences -= 1
        if self._in_code or self._fences > 0:
            self._in_code = not self._in_code
        return True

    def _comment(self, raw: str) -> bool:
        """Whether a comment of HTML, which nobody sees, begins here; it is passed over."""
        if not raw.lstrip().startswith("<!--"):
            return False
        end = bisect_left(self._comment_ends, self._at - 1)
        if end == len(self._comment_ends):
            return False
        self._at = self._comment_ends[end] + 1
        return True

    def _line(self, raw: str, number: int) -> Line:
        if is_rule(raw):
            return Line(number, Kind.RULE, "", raw, 0, self._gap)
        if match := _HEADING.match(raw):
            return self._heading(match, raw, number)
        if marked := self._marked(raw, number):
            return marked
        following = self._raw[self._at] if self._at < len(self._raw) else ""
        if _UNDERLINE.fullmatch(following):
            self._at += 1
            return Line(number, Kind.HEADING, raw.strip(), raw, 1, self._gap)
        return Line(number, Kind.TEXT, raw.strip(), raw, 0, self._gap)

    def _marked(self, raw: str, number: int) -> Line | None:
        """A line that a mark begins."""
        bare = raw.strip()
        if match := _QUOTE.match(raw):
            return Line(number, Kind.QUOTE, match[1], raw, 0, self._gap)
        if len(bare) > 1 and bare[0] == bare[-1] == "|":
            return Line(number, Kind.TABLE, bare, raw, 0, self._gap)
        for kind, pattern in ((Kind.BULLET, _BULLET), (Kind.ORDERED, _ORDERED)):
            if match := pattern.match(raw):
                indent = len(match[1].expandtabs(4))
                return Line(number, kind, match[2], raw, indent, self._gap)
        return None

    def _heading(self, match: re.Match[str], raw: str, number: int) -> Line:
        text = match[2].strip()
        if text.count("[") > text.count("]") and self._at < len(self._raw):
            following = self._raw[self._at].strip()
            if following.startswith("](") or re.match(r"[^\[\]]*\]\(", following):
                self._at += 1
                text = f"{text} {following}".replace(" ](", "](")
        if is_rule(text):
            return Line(number, Kind.RULE, "", raw, 0, self._gap)
        text = text.rstrip("#").rstrip() if text.endswith(" #") else text
        return Line(number, Kind.HEADING, text, raw, len(match[1]), self._gap)

    def _cards(self, raw: str, number: int) -> Iterator[Line]:
        """The cards that begin on this line; one may begin where another ends."""
        gap = self._gap
        while match := _CARD.search(raw):
            before = _EMPTY_LINK.sub("", raw[: match.start()]).strip(" *\t")
            if before:
                yield Line(number, Kind.TEXT, before, before, 0, gap)
            end = self._card_end()
            if end is None:
                text = raw[match.start() :].strip()
                yield Line(number, Kind.TEXT, text, text, 0, gap)
                return
            last, closed = end
            inner = [each.strip().lstrip("#").strip() for each in self._raw[self._at : last]]
            teaser = " ".join(filter(None, inner))
            card = Card(parse_inline(match[1]).plain.strip(), parse_inline(teaser).plain, closed[2])
            yield Line(number, Kind.CARD, "", raw, 0, gap, card)
            self._at, number, raw, gap = last + 1, last + 1, closed[3], False
        if raw.strip(" *\t"):
            yield self._line(raw, number)

    def _card_end(self) -> tuple[int, re.Match[str]] | None:
        for at in range(self._at, min(self._at + CARD_LINES, len(self._raw))):
            if match := _CARD_END.match(self._raw[at].strip()):
                return at, match
            if "](" in self._raw[at] or "[#" in self._raw[at]:
                return None
        return None
