"""A document as plain text, for terminals and mail."""

from collections.abc import Iterator

from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Line,
    Listing,
    Picture,
    References,
    Rule,
    Style,
    Text,
    Tone,
)


def to_text(document: Document) -> str:
    """The whole document, with a line break at its end. Links are shown where they lead."""
    parts = ("\n".join(block_lines(block)) for block in document.blocks())
    return "\n\n".join(filter(None, parts)) + "\n"


def block_lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(_, line):
            yield line_to_text(line)
        case Text(lines, tone):
            mark = "  " if tone is Tone.QUOTE else ""
            yield from (mark + line_to_text(line) if line else "" for line in lines)
        case Picture():
            return
        case Listing(lines, ordered):
            marks = (f"{number}." if ordered else "-" for number in range(1, len(lines) + 1))
            yield from (f"{m} {line_to_text(line)}" for m, line in zip(marks, lines, strict=True))
        case References(all_):
            yield from (f"[{each.number}] {each.label}: {each.url}" for each in all_)
        case Rule():
            yield "─" * 24


def line_to_text(line: Line) -> str:
    """The words of a line; an address stands behind the words that first lead there."""
    words = ""
    shown = ""
    for span in line:
        if span.style is Style.CITE:
            words += f"[{span.text}]"
        elif span.url and span.url not in {span.text, shown}:
            words += f"{span.text} <{span.url}>"
            shown = span.url
        else:
            words += span.text
    return words
