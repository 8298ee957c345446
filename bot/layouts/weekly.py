"""The weekly issue: picks, numbered topics, and items with a headline and a comment. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from bot.formats.links import host_of, is_address
from bot.formats.vocabulary import section_of
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Listing,
    Piece,
    Rule,
    Span,
    Style,
    Text,
    line,
    piece,
    text,
)
from bot.layouts.parts import (
    Linker,
    authors_fact,
    card_facts,
    code_fact,
    document_of,
    end,
    introduction,
    is_arxiv_page,
    label,
    linked,
    links_fact,
    note_facts,
    pictures,
    quoted,
    title_of,
    told,
)
from bot.layouts.sheet import Card, Sheet
from bot.layouts.taxonomy import Place, places
from bot.messages import Messages, messages
from bot.model import Link, Section

MAX_HEADLINE = 300
"""Characters of a headline that stands as a link in a line of its own."""

_DASH = " — "


def lay_out(sheet: Sheet) -> Document:
    linker = Linker(sheet)
    say = messages(sheet.language)
    pieces = [_head(sheet, linker, say)]
    for place in places(without_contents(sheet)):
        pieces += _section(place, say, by_week=bool(sheet.week))
    pieces.append(end(sheet, linker))
    return document_of(sheet, pieces)


def without_contents(sheet: Sheet) -> Sheet:
    """For where the contents are worded otherwise than the headings."""
    return replace(sheet, contents=())


def _head(sheet: Sheet, linker: Linker, say: Messages) -> Piece:
    blocks: list[Block] = [*title_of(sheet), *linked(sheet.introduction, linker)]
    if sheet.highlights:
        blocks.append(Heading(2, line(say("layout.highlights"))))
        picks = (_pick(each.text, each.url, each.comment) for each in sheet.highlights)
        blocks.append(Listing(tuple(picks)))
    if sheet.contents:
        blocks.append(Heading(2, line(say("layout.contents"))))
        blocks.append(Listing(tuple(line(each) for each in sheet.contents), ordered=True))
    return piece(blocks)


def _pick(words: str, url: str, comment: str) -> tuple[Span, ...]:
    gap = " " if comment[:1].isascii() and comment[:1].isalnum() else ""
    return line(Span(words, url), f"{gap}{comment}")


def _section(place: Place, say: Messages, *, by_week: bool) -> Iterator[Piece]:
    above: list[Block] = [Rule()]
    if place.path:
        above.append(Heading(2, line(" / ".join(place.path))))
    above += text(place.remark)
    headed = by_week or not all(map(_has_line, place.cards))
    derived = (section_of(place.path[-1]) if place.path else None) or Section.OTHER
    for number, card in enumerate(place.cards):
        opening = above if number == 0 else []
        blocks = [*(_heading(card) if headed else _headline(card)), *_body(card, derived, say)]
        yield piece(opening, blocks, number=card.number, opens=len(opening))
    if not place.cards:
        yield piece(above)


def _has_line(card: Card) -> bool:
    """Whether the headline can be a line with a link."""
    return bool(card.url) and len(card.title) <= MAX_HEADLINE and not is_address(card.title, "")


def _headline(card: Card) -> Iterator[Block]:
    """``[headline](address) — [host](address)``."""
    title = Span(card.title, card.url, Style.STRONG)
    yield Text(((title, Span(_DASH), Span(host_of(card.url), card.url)),))
    yield from pictures(card)
    if name := _own_title(card):
        if is_arxiv_page(card.url, card.arxiv_id):
            yield Text((line(Span(f"[{card.arxiv_id}] ", style=Style.MARK), name.label),))
        else:
            yield Text(((Span(name.label, style=Style.EMPHASIS),),))


def _heading(card: Card) -> Iterator[Block]:
    yield Heading(3, line(card.title))
    yield from pictures(card)
    if name := _own_title(card):
        yield Text(((Span(name.label, style=Style.EMPHASIS),), (Span(card.url, card.url),)))
    elif card.url:
        yield Text(((Span(card.url, card.url),),))


def _own_title(card: Card) -> Link | None:
    """The title that the page itself has, beside the editor's headline."""
    first = next(iter(card.links), None)
    fits = first and first.url == card.url and 0 < len(first.label) <= MAX_HEADLINE
    return first if first and fits and not is_address(first.label, first.url) else None


def _body(card: Card, derived: Section, say: Messages) -> Iterator[Block]:
    links = card.links[1:] if _own_title(card) else card.links
    yield from told(
        *card_facts(card, say, derived),
        code_fact(card, say),
        authors_fact(card, say),
        links_fact(links, say),
    )
    yield from note_facts(card, say)
    yield from introduction(card)
    yield from quoted(label("abstract", card, say), card.abstract)
