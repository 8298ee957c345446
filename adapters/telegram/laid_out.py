"""A laid out issue in Telegram's marks, by the pieces between which it may be divided. Pure."""

from collections.abc import Iterator

from adapters.telegram.rich import (
    BOLD,
    HEADING,
    ITALIC,
    QUOTE,
    TITLE,
    Mark,
    Rich,
    joined,
    link_to,
    plain,
    under,
)
from bot.digest.urls import usable_url
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Line,
    Listing,
    Piece,
    References,
    Span,
    Style,
    Text,
    Tone,
)
from bot.layouts.numbering import numbered_for_chats

_STYLES = {Style.STRONG: (BOLD,), Style.EMPHASIS: (ITALIC,)}
_TONES: dict[Tone, Mark] = {Tone.HINT: ITALIC, Tone.QUOTE: QUOTE}


def document_pieces(document: Document) -> Iterator[tuple[Rich, int]]:
    """Each piece with the number of its item, 0 for none. Pictures are left out."""
    for piece in numbered_for_chats(document).pieces:
        if rich := _piece(piece):
            yield rich, piece.number


def _piece(piece: Piece) -> Rich:
    """The item's own blocks go together; those above it stand apart."""
    above = piece.blocks[: piece.opens] if piece.number else piece.blocks
    own = piece.blocks[piece.opens :] if piece.number else ()
    item = joined(map(_block, own))
    number = plain(f"{piece.number}. ", BOLD) if item else ()
    return joined((*map(_block, above), (*number, *item)), "\n\n")


def _block(block: Block) -> Rich:
    match block:
        case Heading(level, line):
            return under(TITLE if level == 1 else HEADING, _line(line))
        case Text(lines, tone):
            rich = joined(_line(line) for line in lines)
            return under(_TONES[tone], rich) if tone in _TONES else rich
        case Listing(lines, ordered):
            marks = (f"{number}. " if ordered else "• " for number in range(1, len(lines) + 1))
            return joined((*plain(m), *_line(x)) for m, x in zip(marks, lines, strict=True))
        case References(all_):
            return joined(
                (*plain(f"[{each.number}] "), *_span(Span(each.label, each.url))) for each in all_
            )
        case _:
            return ()


def _line(line: Line) -> Rich:
    return tuple(run for span in line for run in _span(span))


def _span(span: Span) -> Rich:
    if span.style is Style.CITE:
        return plain(f"[{span.text}]")
    marks = _STYLES.get(span.style, ())
    url = usable_url(span.url) if span.url else ""
    return plain(span.text, *marks, link_to(url)) if url else plain(span.text, *marks)
