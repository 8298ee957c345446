"""The reading list: a taxonomy of headings, and items that are headings with a link. Pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.formats.dates import read_date
from bot.formats.links import is_code
from bot.formats.reading_list import REPOSITORY, VENUE, section_by
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Piece,
    Rule,
    Span,
    Style,
    Text,
    line,
    lines,
    piece,
)
from bot.layouts.parts import (
    Linker,
    authors_fact,
    card_facts,
    end,
    facts,
    introduction_lines,
    label,
    linked,
    links_fact,
    pictures,
    title_of,
    told,
)
from bot.layouts.sheet import Card, Sheet
from bot.layouts.taxonomy import Place, places
from bot.messages import Messages, messages
from bot.model import Link


def lay_out(sheet: Sheet) -> Document:
    linker = Linker(sheet)
    say = messages(sheet.language)
    there = list(places(sheet))
    depth = max((len(place.path) for place in there), default=1)
    pieces = [piece(title_of(sheet), linked(sheet.introduction, linker))]
    for place in there:
        pieces += _section(place, depth, linker, say)
    pieces.append(end(sheet, linker))
    return Document(
        sheet.layout,
        sheet.language,
        sheet.title,
        tuple(each for each in pieces if each.blocks),
        facts(sheet),
    )


def _section(place: Place, depth: int, linker: Linker, say: Messages) -> Iterator[Piece]:
    above: list[Block] = []
    if place.path:
        above.append(Heading(len(place.path) + 1, line(place.path[-1])))
    above += linked(place.remark, linker)
    if not place.cards and above:
        yield Piece(tuple(above))
    for number, card in enumerate(place.cards):
        opening = above if number == 0 else [Rule()]
        blocks = _card(card, max(depth, 1) + 2, say)
        yield piece(opening, blocks, number=card.number, opens=len(opening))


def _card(card: Card, level: int, say: Messages) -> Iterator[Block]:
    dated = bool(card.url and card.published and read_date(card.published))
    placed = bool(card.url and VENUE.fullmatch(card.venue) and not read_date(card.venue))
    brackets = [f"[{card.published}]"] if dated else []
    brackets += [f"[{card.venue}]"] if placed else []
    after = Span(f" {' '.join(brackets)}" if brackets else "", style=Style.MARK)
    yield Heading(level, line(Span(card.title, card.url), after))
    yield from pictures(card)
    yield from _codes(card)
    plain, rest = _links(card)
    for link in plain:
        yield Text(((Span(link.label, link.url),),))
    said = card_facts(card, say, section_by(card.url, card.heading))
    unsaid = {1 if dated else -1, 2 if placed else -1}
    yield from told(
        *(each for n, each in enumerate(said) if n not in unsaid),
        authors_fact(card, say),
        links_fact(rest, say),
    )
    for title, found in (
        (label("introduction", card, say), introduction_lines(card)),
        (say("item.abstract"), lines(card.abstract)),
        (say("card.note"), lines(card.note)),
    ):
        if found:
            yield Heading(level + 1, line(title))
            yield Text(found, lists=True)


def _codes(card: Card) -> Iterator[Block]:
    for url in card.code_urls:
        yield Text(((Span(urlsplit(url).path.strip("/") or url, url),),))


def _links(card: Card) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """Those that can stand on lines of their own, and, from the first on that can't, the rest."""
    for number, link in enumerate(card.links):
        if is_code(link.url) or REPOSITORY.fullmatch(link.label) or not link.label:
            return card.links[:number], card.links[number:]
    return card.links, ()
