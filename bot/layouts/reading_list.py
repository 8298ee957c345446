"""The reading list: a taxonomy of headings, and items that are headings with a link. Pure."""

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

from bot.formats.dates import read_date
from bot.formats.links import is_code
from bot.formats.reading_list import REPOSITORY, VENUE, section_by
from bot.layouts.document import (
    Block,
    Document,
    Heading,
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
    document_of,
    end,
    introduction_lines,
    label,
    linked,
    links_fact,
    pictures,
    section_of_cards,
    title_of,
    told,
)
from bot.layouts.sheet import Card, Sheet
from bot.layouts.taxonomy import places
from bot.messages import Messages, messages
from bot.model import Link


def lay_out(sheet: Sheet) -> Document:
    linker = Linker(sheet)
    say = messages(sheet.language)
    there = list(places(sheet))
    depth = max((len(place.path) for place in there), default=1)
    pieces = [piece(title_of(sheet), linked(sheet.introduction, linker))]
    for place in there:
        card = partial(_card, level=max(depth, 1) + 2, say=say)
        pieces += section_of_cards(place, card, linker, between=[Rule()])
    pieces.append(end(sheet, linker))
    return document_of(sheet, pieces)


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
