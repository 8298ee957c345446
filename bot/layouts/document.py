"""A laid out issue, free of any form and platform: blocks of text, grouped into pieces."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Style(StrEnum):
    """How a span is meant.

    ``CITE`` is the number of a reference, ``NAME`` one of a list with commas, ``MARK`` is written
    as it is, and in a ``LITERAL`` no character has a meaning of its own.
    """

    PLAIN = "plain"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CITE = "cite"
    MARK = "mark"
    NAME = "name"
    LITERAL = "literal"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line, plain text; with ``url`` it is a link."""

    text: str
    url: str = ""
    style: Style = Style.PLAIN


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 is the title of the issue."""

    level: int
    line: Line


class Tone(StrEnum):
    """How a text is meant: ``FACT`` is a labelled line of a card, ``HINT`` is said in passing."""

    PLAIN = "plain"
    QUOTE = "quote"
    FACT = "fact"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of text; an empty line parts paragraphs.

    ``lists``: lines that begin with the mark of a list or have an indent are meant so.
    """

    lines: tuple[Line, ...]
    tone: Tone = Tone.PLAIN
    lists: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    url: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of lines, with numbers from 1 if ``ordered``."""

    lines: tuple[Line, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    number: int
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class References:
    """What the numbers in the text refer to."""

    all: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across; with ``end`` the one under which the issue only says farewell."""

    end: bool = False


Block = Heading | Text | Picture | Listing | References | Rule


@dataclass(frozen=True, slots=True)
class Piece:
    """What belongs together when an issue is divided. ``number`` is that of its item, 0 for none.

    ``opens`` says how many blocks before the item's own belong to the section that it opens.
    """

    blocks: tuple[Block, ...]
    number: int = 0
    opens: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A whole issue. ``facts`` are those of its head by name, as plain JSON values."""

    layout: str
    language: str
    title: str
    pieces: tuple[Piece, ...]
    facts: dict[str, str | int] = field(default_factory=dict)

    def blocks(self) -> Iterator[Block]:
        for piece in self.pieces:
            yield from piece.blocks


def line(*parts: str | Span) -> Line:
    """A line of texts and spans, without the empty ones."""
    spans = (Span(part) if isinstance(part, str) else part for part in parts)
    return tuple(span for span in spans if span.text)


def lines(text: str) -> tuple[Line, ...]:
    """A plain text as lines; empty lines at its ends are gone, and of several one is left."""
    found: list[Line] = []
    for each in text.strip("\n").split("\n"):
        if each.strip():
            found.append((Span(each.rstrip()),))
        elif found and found[-1]:
            found.append(())
    return tuple(found)


def text(words: str, tone: Tone = Tone.PLAIN, *, lists: bool = False) -> tuple[Block, ...]:
    """A block of a plain text, or none."""
    return (Text(lines(words), tone, lists),) if words.strip() else ()


def piece(*parts: Iterable[Block], number: int = 0, opens: int = 0) -> Piece:
    """A piece of the blocks in all parts."""
    return Piece(tuple(block for part in parts for block in part), number, opens)
