"""The daily issue: a quoted head, sections, and cards that begin with an icon. Pure."""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from bot.digest.choose import DAILY_SECTIONS
from bot.formats.links import is_address, is_code
from bot.formats.vocabulary import card_field_of, field_of, section_of
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Line,
    Span,
    Style,
    Text,
    Tone,
    line,
    piece,
)
from bot.layouts.parts import (
    Linker,
    authors_fact,
    card_facts,
    code_fact,
    document_of,
    end,
    fact,
    introduction,
    introduction_lines,
    label,
    linked,
    links_fact,
    note_facts,
    pictures,
    quoted,
    section_of_cards,
    title_of,
    told,
)
from bot.layouts.sheet import Card, Sheet
from bot.layouts.taxonomy import places
from bot.messages import Messages, messages
from bot.model import Link, Section

ICONS: Mapping[Section, str] = {**DAILY_SECTIONS}
OTHER_ICON = "🔹"

MAX_LABEL = 40
"""Characters of a label that is read as one (``bot.formats.fields.LABEL``)."""


def lay_out(sheet: Sheet) -> Document:
    linker = Linker(sheet)
    say = messages(sheet.language)
    head = piece(title_of(sheet), linked(sheet.introduction, linker, Tone.QUOTE))
    there = list(places(sheet))
    depth = max((len(place.path) for place in there), default=1)
    pieces = [head]
    for place in there:
        card = partial(_card, level=max(depth, 1) + 2, say=say)
        pieces += section_of_cards(place, card, linker, Tone.QUOTE)
    pieces.append(end(sheet, linker, Tone.QUOTE))
    return document_of(sheet, pieces)


def _card(card: Card, level: int, say: Messages) -> Iterator[Block]:
    """A card of a tool, project, post or resource, or of a paper with all of its fields."""
    named = section_of(card.heading[-1]) if card.heading else None
    is_paper = card.section is Section.PAPERS
    title = [say("card.paper", title=card.title)] if is_paper else _title(card.title)
    derived = named or (Section.PAPERS if is_paper else Section.OTHER)
    yield Heading(level, line(f"{ICONS.get(card.section, OTHER_ICON)} ", *title))
    if is_paper:
        yield from told(
            *card_facts(card, say, derived),
            fact(say("card.link"), Span(card.url, card.url)) if card.url else (),
            code_fact(card, say),
            authors_fact(card, say),
            links_fact(card.links, say),
        )
        yield from note_facts(card, say)
        yield from _labelled(say("card.introduction"), introduction_lines(card))
    else:
        yield from _links(card, say)
        yield from told(*card_facts(card, say, derived), code_fact(card, say))
        yield from told(authors_fact(card, say))
        yield from note_facts(card, say)
        yield from introduction(card)
    yield from quoted(label("abstract", card, say), card.abstract)
    yield from pictures(card)


def _title(title: str) -> list[str | Span]:
    """A title that begins like that of a paper, but is none."""
    match = re.match(r"(?:Paper|论文|論文)(?=[:：])", title)
    if match is None:
        return [title]
    at = match.end()
    return [title[:at], Span(title[at], style=Style.LITERAL), title[at + 1 :]]


def _labelled(label: str, found: tuple[Line, ...]) -> Iterator[Block]:
    if found:
        first, *rest = found
        yield Text((fact(label, *first), *rest))


def _links(card: Card, say: Messages) -> Iterator[Block]:
    """The address, or the links by their labels; the first one is the address then."""
    links = card.links
    labelled = 0
    for link in links:
        if not _may_be_labelled(link):
            break
        labelled += 1
    first_is_main = bool(labelled) and links[0].url == card.url
    if card.url and not first_is_main:
        yield Text(((Span(card.url, card.url),),))
    found: list[Line] = [_labelled_link(link) for link in links[:labelled]]
    yield from told(*found, links_fact(links[labelled:], say))


def _labelled_link(link: Link) -> Line:
    label, colon, words = link.label.partition(": ")
    return fact(label, Span(words if colon else link.url, link.url))


def _may_be_labelled(link: Link) -> bool:
    """Whether the label can stand before its address and is taken for nothing else."""
    label, colon, words = link.label.partition(": ")
    known = field_of(label) or card_field_of(label) or is_code(link.url)
    if known or not 0 < len(label) <= MAX_LABEL or any(char in label for char in ":：[]"):
        return False
    if label != label.strip() or words != words.strip():
        return False
    return not colon or (bool(words) and not is_address(words, link.url))
