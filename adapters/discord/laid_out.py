"""A laid out issue in Discord's markdown, by the pieces between which it may be divided. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters.discord.markdown import bold, escaped, linked, quoted, subtle
from adapters.packing import divide
from bot.digest.urls import usable_url
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Line,
    Listing,
    Picture,
    References,
    Span,
    Style,
    Text,
    Tone,
)
from bot.layouts.numbering import numbered_for_chats
from bot.layouts.plain import line_to_text

MAX_LINE = 1500
"""Characters of one line before its signs are escaped, which at most doubles them; longer texts are
continued on the next, without their links and marks."""

_TONES: dict[Tone, Callable[[str], str]] = {Tone.HINT: subtle, Tone.QUOTE: quoted}


@dataclass(frozen=True, slots=True)
class Part:
    """Markdown of a piece, its picture, and whether a line stands above it."""

    text: str
    image: str
    apart: bool


def document_parts(document: Document) -> Iterator[Part]:
    for piece in numbered_for_chats(document).pieces:
        lines: list[str] = []
        for at, block in enumerate(piece.blocks):
            number = piece.number if piece.number and at == piece.opens else 0
            lines += _lines(block, number)
        pictures = (block.url for block in piece.blocks if isinstance(block, Picture))
        image = next(filter(None, map(usable_url, pictures)), "")
        if text := "\n".join(filter(None, lines)):
            yield Part(text, image, apart=bool(piece.opens))


def _lines(block: Block, number: int) -> Iterator[str]:
    """``number`` is that of the item which begins with the block, else 0."""
    counted = f"**{number}\\.** " if number else ""
    match block:
        case Heading(level, line):
            yield (
                f"{counted}{_headline(line)}" if number else f"{'#' * min(level, 3)} {_line(line)}"
            )
        case Text(lines, tone):
            for at, line in enumerate(lines):
                yield from _text(line, tone, counted if at == 0 else "")
        case Listing(lines, ordered):
            marks = (f"{at}." if ordered else "-" for at in range(1, len(lines) + 1))
            yield from (f"{m} {_line(line)}" for m, line in zip(marks, lines, strict=True))
        case References(all_):
            yield from (f"\\[{x.number}\\] {linked(x.label, x.url)}" for x in all_)


def _headline(line: Line) -> str:
    is_linked = any(span.url for span in line)
    return _line(line) if is_linked else bold(line_to_text(line))


def _text(line: Line, tone: Tone, before: str) -> Iterator[str]:
    plain = line_to_text(line)
    if tone in _TONES and all(span.style is not Style.STRONG and not span.url for span in line):
        yield from map(_TONES[tone], divide(plain, MAX_LINE))
    elif len(plain) > MAX_LINE:
        yield from map(escaped, divide(plain, MAX_LINE))
    else:
        mark = "> " if tone is Tone.QUOTE else ""
        yield f"{mark}{before}{_line(line)}"


def _line(line: Line) -> str:
    return "".join(map(_span, line))


def _span(span: Span) -> str:
    if span.url:
        return linked(span.text, span.url)
    words = escaped(f"[{span.text}]" if span.style is Style.CITE else span.text)
    if span.style is Style.STRONG:
        return f"**{words}**"
    if span.style is Style.EMPHASIS:
        return f"*{words}*"
    return words
