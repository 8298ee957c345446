"""A laid out issue as lines of a terminal, by the pieces between which it may be divided. Pure."""

from collections.abc import Iterator

from adapters.console.lines import Line, Style
from bot.layouts.document import Block, Document, Heading, Piece, Rule, Text, Tone
from bot.layouts.numbering import numbered_for_chats
from bot.layouts.plain import block_lines

_TONES = {Tone.HINT: Style.FAINT}


def document_pieces(document: Document) -> Iterator[tuple[Line, ...]]:
    for piece in numbered_for_chats(document).pieces:
        lines = tuple(_piece_lines(piece))
        if lines:
            yield lines


def _piece_lines(piece: Piece) -> Iterator[Line]:
    before: Block | None = None
    for at, block in enumerate(piece.blocks):
        number = f"{piece.number}. " if piece.number and at == piece.opens else ""
        lines = list(_lines(block, number))
        if lines and before is not None and not _belongs(before, block):
            yield Line("")
        yield from lines
        before = block if lines else before


def _belongs(before: Block, block: Block) -> bool:
    """Whether no empty line stands between them."""
    return isinstance(before, Heading) and isinstance(block, Text)


def _lines(block: Block, number: str) -> Iterator[Line]:
    for at, words in enumerate(block_lines(block)):
        yield Line(f"{number}{words}" if at == 0 else words, _style(block))


def _style(block: Block) -> Style:
    match block:
        case Heading(level, _):
            return {1: Style.TITLE, 2: Style.SECTION}.get(level, Style.ENTRY)
        case Text(_, tone):
            return _TONES.get(tone, Style.PLAIN)
        case Rule():
            return Style.FAINT
        case _:
            return Style.PLAIN
