"""In a chat each item has one number, that which commands take. Pure.

A newsletter numbers its entries by section, ``1.2``; as a file it keeps that.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.layouts.document import Block, Document, Heading, Line, Listing, Piece, Span, Style


def numbered_for_chats(document: Document) -> Document:
    """Without the numbers that items have in their layout; in the contents stand those of the chat.

    Whoever shows it puts the number of each piece before its item.
    """
    numbers = {mark: piece.number for piece in document.pieces if (mark := _mark_of(piece))}
    if not numbers:
        return document
    return replace(document, pieces=tuple(_numbered(each, numbers) for each in document.pieces))


def _mark_of(piece: Piece) -> str:
    """The number that the piece's item has in its layout, as it stands before the title."""
    title = _title_of(piece)
    first = title.line[0] if title and title.line else Span("")
    return first.text if first.style is Style.MARK else ""


def _title_of(piece: Piece) -> Heading | None:
    own = piece.blocks[piece.opens :] if piece.number else ()
    return own[0] if own and isinstance(own[0], Heading) else None


def _numbered(piece: Piece, numbers: Mapping[str, int]) -> Piece:
    blocks = [_contents(block, numbers) for block in piece.blocks]
    if _mark_of(piece) and (title := _title_of(piece)):
        blocks[piece.opens] = replace(title, line=title.line[1:])
    return replace(piece, blocks=tuple(blocks))


def _contents(block: Block, numbers: Mapping[str, int]) -> Block:
    if not isinstance(block, Listing):
        return block
    return replace(block, lines=tuple(_line(line, numbers) for line in block.lines))


def _line(line: Line, numbers: Mapping[str, int]) -> Line:
    first = line[0] if line else Span("")
    number = numbers.get(first.text) if first.style is Style.MARK else None
    return line if number is None else (replace(first, text=f"{number}. "), *line[1:])
