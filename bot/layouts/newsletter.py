"""The newsletter: contents, numbered sections and entries, footnotes with a list. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.formats.links import is_code
from bot.formats.vocabulary import section_of
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Line,
    Listing,
    Piece,
    Reference,
    References,
    Span,
    Style,
    Text,
    line,
    lines,
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
    fact,
    label,
    linked,
    links_fact,
    note_facts,
    pictures,
    plain_slashes,
    quoted,
    title_of,
    told,
)
from bot.layouts.sheet import Card, Sheet
from bot.layouts.taxonomy import Place, places
from bot.layouts.weekly import without_contents
from bot.messages import Messages, messages
from bot.model import Section

_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,3})?[\s.、:：)]*")


class _Notes:
    """The references of an issue, counted through in the order in which they are cited."""

    def __init__(self) -> None:
        self.all: list[Reference] = []

    def cite(self, label: str, url: str) -> Span:
        number = len(self.all) + 1
        self.all.append(Reference(number, label, url))
        return Span(str(number), style=Style.CITE)


@dataclass(frozen=True, slots=True)
class _Cited:
    """A text with its citations, and how many of the links it cites."""

    lines: tuple[Line, ...]
    count: int


def lay_out(sheet: Sheet) -> Document:
    linker, notes = Linker(sheet), _Notes()
    say = messages(sheet.language)
    pieces = [piece(title_of(sheet), linked(sheet.introduction, linker), _contents(sheet))]
    for place in places(without_contents(sheet)):
        pieces += _section(place, notes, say)
    if notes.all:
        heading = Heading(2, line(say("layout.references")))
        pieces.append(Piece((heading, References(tuple(notes.all)))))
    pieces.append(end(sheet, linker))
    return document_of(sheet, pieces)


def _contents(sheet: Sheet) -> Iterator[Block]:
    """The table of contents, of an issue whose sections are numbered."""
    if any(card.place for card in sheet.cards):
        yield Listing(tuple(map(_numbered, sheet.contents)))


def _numbered(words: str) -> Line:
    """A line of the contents, whose number counts."""
    match = _NUMBER.match(words)
    end = match.end() if match else 0
    return line(Span(words[:end], style=Style.MARK), words[end:])


def _section(place: Place, notes: _Notes, say: Messages) -> Iterator[Piece]:
    title = " / ".join(place.path)
    above: list[Block] = [Heading(2, _numbered(title))] if title else []
    above += text(place.remark)
    derived = (section_of(place.path[-1]) if place.path else None) or Section.OTHER
    mentions = all(_is_mention(card, derived) for card in place.cards)
    for number, card in enumerate(place.cards):
        opening = above if number == 0 else []
        blocks = _mention(card, notes) if mentions else _entry(card, derived, notes, say)
        yield piece(opening, blocks, number=card.number, opens=len(opening))
    if not place.cards:
        yield piece(above)


def _is_mention(card: Card, derived: Section) -> bool:
    """Whether it is no more than a text that cites its links, with the first for its title."""
    if card.place or not card.links or card.links[0].label != card.title:
        return False
    cited = _cited(card, _Notes())
    first = cited.lines[0] if cited.lines else ()
    in_first = sum(span.style is Style.CITE for span in first)
    bare = Card(
        card.title,
        card.url,
        derived,
        card.number,
        heading=card.heading,
        introduction=card.introduction,
        links=card.links,
        code_urls=card.code_urls,
        arxiv_id=card.arxiv_id,
    )
    return card == bare and cited.count == in_first == len(card.links) and _codes_are_cited(card)


def _codes_are_cited(card: Card) -> bool:
    return card.code_urls == tuple(
        link.url for link in card.links[1:] if is_code(link.url) and link.url != card.url
    )


def _mention(card: Card, notes: _Notes) -> Iterator[Block]:
    yield Text(_cited(card, notes).lines)


def _entry(card: Card, derived: Section, notes: _Notes, say: Messages) -> Iterator[Block]:
    place = f"{card.place} " if card.place else ""
    yield Heading(3, line(Span(place, style=Style.MARK), card.title))
    cited = _cited(card, notes)
    first_is_main = bool(cited.count) and card.links[0].url == card.url
    address = fact(say("card.link"), Span(card.url, card.url)) if card.url else ()
    yield from told(
        *card_facts(card, say, derived),
        () if first_is_main else address,
        () if _codes_are_cited(card) and cited.count == len(card.links) else code_fact(card, say),
        authors_fact(card, say),
    )
    yield from note_facts(card, say)
    if cited.lines:
        yield Text(cited.lines)
    yield from told(links_fact(card.links[cited.count :], say))
    yield from quoted(label("abstract", card, say), card.abstract)
    yield from pictures(card)


def _cited(card: Card, notes: _Notes) -> _Cited:
    """The introduction with a number behind each label that it says, as long as they go in order.

    The address must be cited first or stand above; a repository that is cited is one of its codes.
    """
    links = list(card.links)
    found: list[Line] = []
    count = 0
    for each in lines(card.introduction):
        spans: list[Span] = []
        rest = each[0].text if each else ""
        while count < len(links) and rest and _may_be_cited(links[count].url, card):
            label = links[count].label
            at = rest.find(label) if label else -1
            if at < 0:
                break
            at += len(label)
            spans += [Span(rest[:at]), notes.cite(label, links[count].url)]
            rest, count = rest[at:], count + 1
        found.append(plain_slashes(line(*spans, rest), card))
    return _Cited(tuple(found), count)


def _may_be_cited(url: str, card: Card) -> bool:
    return url == card.url or not is_code(url) or url in card.code_urls
