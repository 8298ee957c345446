"""What all layouts share: the head and the end of an issue, and the facts of a card."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.digest.normalise import arxiv_id as arxiv_id_of
from bot.formats.draft import paper_of
from bot.formats.inline import MAX_LABEL
from bot.formats.languages import two_languages
from bot.imported import Pointer
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Line,
    Listing,
    Picture,
    Piece,
    Rule,
    Span,
    Style,
    Text,
    Tone,
    line,
    lines,
    piece,
    text,
)
from bot.layouts.kinds import kind_name
from bot.layouts.sheet import Card, Sheet
from bot.layouts.taxonomy import Place
from bot.messages import Messages, messages
from bot.model import Link, Section

BACK, ON = "⇦", "⇨"

SAID_AGAIN = 3
"""Characters of a label from which it is a link each time that it is said."""


def facts(sheet: Sheet) -> dict[str, str | int]:
    """What front matter tells of the issue beside its title, language and layout."""
    told: dict[str, str | int] = {} if sheet.number is None else {"number": sheet.number}
    texts = {"date": sheet.date, "week": sheet.week, "source": sheet.source_url}
    return told | {name: value for name, value in texts.items() if value}


def document_of(sheet: Sheet, pieces: Iterable[Piece]) -> Document:
    """The laid out sheet, without empty pieces."""
    there = tuple(each for each in pieces if each.blocks)
    return Document(sheet.layout, sheet.language, sheet.title, there, facts(sheet))


class Linker:
    """Puts the links of an issue's head back on the words in its texts that they had.

    Texts are given in the order in which they stand in the issue, as the links are. Of several
    links with the same words each has its turn.
    """

    def __init__(self, sheet: Sheet) -> None:
        pointers = (Link(p.label, p.url) for p in sheet.navigation if p.rel == "archive")
        self._all = (*sheet.links, *pointers)
        self._waiting = {
            link.label: [x for x in self._all if x.label == link.label]
            for link in self._all
            if link.label
        }
        self.placed: set[str] = set()

    def lines(self, words: str) -> tuple[Line, ...]:
        return tuple(self._line(each) for each in lines(words))

    def _line(self, plain: Line) -> Line:
        found: list[Span] = []
        rest = plain[0].text if plain else ""
        while place := self._next(rest):
            at, link = place
            found += [Span(rest[:at]), Span(link.label, link.url)]
            rest = rest[at + len(link.label) :]
        return line(*found, rest)

    def _next(self, rest: str) -> tuple[int, Link] | None:
        """The link whose words come first, the longest of those at one place."""
        places = ((_place(label, rest), -len(label), label) for label in self._waiting)
        at, _, label = min((p for p in places if p[0] >= 0), default=(-1, 0, ""))
        if at < 0:
            return None
        same = self._waiting[label]
        link = same.pop(0) if len(same) > 1 else same[0]
        if len(label) < SAID_AGAIN and len(same) == 1:
            del self._waiting[label]
        self.placed.add(link.url)
        return at, link

    def left(self) -> tuple[Link, ...]:
        """The links that found no words."""
        return tuple(link for link in self._all if link.url not in self.placed)


def _place(label: str, words: str) -> int:
    """Where a label stands as a word of its own; not behind a hash, which makes it a topic."""
    at = words.find(label)
    while at >= 0 and (
        words[max(at - 1, 0) : at] == "#"
        or _is_one_word(words[max(at - 1, 0) : at], label[0])
        or _is_one_word(label[-1], words[at + len(label) : at + len(label) + 1])
    ):
        at = words.find(label, at + 1)
    return at


def _is_one_word(left: str, right: str) -> bool:
    return (left + right).isascii() and left.isalnum() and right.isalnum()


def title_of(sheet: Sheet) -> Iterator[Block]:
    if sheet.title:
        yield Heading(1, line(sheet.title))
    if sheet.dateline:
        yield Text((line(sheet.dateline),))
    yield from (block for notice in sheet.notices for block in text(notice, Tone.HINT))
    yield from map(Picture, sheet.images[:1])


def linked(words: str, linker: Linker, tone: Tone = Tone.PLAIN) -> Iterator[Block]:
    """A text of the head or the end, if there is one."""
    if found := linker.lines(words):
        yield Text(found, tone)


def end(sheet: Sheet, linker: Linker, tone: Tone = Tone.PLAIN) -> Piece:
    """Farewell words, further pictures, and the way to other issues; empty where there is none."""
    say = messages(sheet.language)
    blocks = [*linked(sheet.closing, linker, tone), *map(Picture, sheet.images[1:])]
    others = tuple(line(Span(link.label, link.url)) for link in linker.left())
    blocks += [Listing(others)] if others else []
    ways = [pointer for pointer in sheet.navigation if pointer.url not in linker.placed]
    blocks += [*_past(ways, say), *_related(ways, say)]
    return piece([Rule(end=True), *blocks]) if blocks else Piece(())


def _past(ways: Sequence[Pointer], say: Messages) -> Iterator[Block]:
    past = [way for way in ways if way.rel != "related"]
    if not past:
        return
    yield Heading(2, line(say("layout.past")))
    before = [Span(way.label, way.url) for way in past if way.rel == "previous"]
    after = [Span(way.label, way.url) for way in past if way.rel == "next"]
    if before or after:
        yield Text((line(*before[:1], f" {BACK} {ON} ", *after[:1]),))
    rest = [Span(way.label, way.url) for way in past if way.rel not in {"previous", "next"}]
    rest += [*before[1:], *after[1:]]
    if rest:
        yield Listing(tuple((span,) for span in rest))


def _related(ways: Sequence[Pointer], say: Messages) -> Iterator[Block]:
    related = tuple(line(Span(way.label, way.url)) for way in ways if way.rel == "related")
    if related:
        yield Heading(2, line(say("layout.related")))
        yield Listing(related)


def section_of_cards(
    place: Place,
    lay_out: Callable[[Card], Iterable[Block]],
    linker: Linker,
    tone: Tone = Tone.PLAIN,
    between: Sequence[Block] = (),
) -> Iterator[Piece]:
    """A heading with its remark and its cards, ``between`` before each but the first."""
    above: list[Block] = []
    if place.path:
        above.append(Heading(len(place.path) + 1, line(place.path[-1])))
    above += linked(place.remark, linker, tone)
    if not place.cards:
        yield Piece(tuple(above))
    for number, card in enumerate(place.cards):
        opening = between if number else above
        yield piece(opening, lay_out(card), number=card.number, opens=len(opening))


def fact(label: str, *parts: str | Span) -> Line:
    """``**Label**: value``; nothing without a value."""
    value = line(*parts)
    return (Span(label, style=Style.STRONG), Span(": "), *value) if value else ()


def told(*facts_: Line) -> Iterator[Block]:
    """Those of the facts that there are."""
    if found := tuple(filter(None, facts_)):
        yield Text(found, Tone.FACT)


def label(name: str, card: Card, say: Messages) -> str:
    """The label of a field, which names the paper where it is one."""
    return say(f"card.{name}") if card.section is Section.PAPERS else say(f"item.{name}")


def card_facts(card: Card, say: Messages, derived: Section) -> tuple[Line, ...]:
    """What a card tells in labelled lines, in the order of the daily format.

    ``derived`` is the section that a reader would take it for; another one is said.
    """
    paper = paper_of(card.url, card.links, card.section) or ""
    return (
        fact(
            say("card.section"), kind_name(card.section, say) if card.section is not derived else ""
        ),
        fact(label("published", card, say), card.published),
        fact(say("card.venue"), card.venue),
        fact(say("card.field"), card.field),
        fact(label("tasks", card, say), *listed(card.tasks)),
        fact("arXiv", card.arxiv_id if card.arxiv_id != paper else ""),
    )


def listed(words: Iterable[str]) -> Iterator[Span]:
    """Words with commas between them; a comma inside of one is part of it."""
    for number, each in enumerate(words):
        if number:
            yield Span(", ", style=Style.MARK)
        yield Span(each, style=Style.NAME)


def code_fact(card: Card, say: Messages) -> Line:
    return fact(say("card.code"), *addresses(card.code_urls))


def addresses(urls: Iterable[str]) -> Iterator[Span]:
    for number, url in enumerate(urls):
        if number:
            yield Span(", ")
        yield Span(url, url)


def authors_fact(card: Card, say: Messages) -> Line:
    names = list(listed(card.authors))
    if names and card.authors_more:
        names.append(Span(f" {say('card.more')}", style=Style.MARK))
    return fact(label("authors", card, say), *names)


def links_fact(links: Sequence[Link], say: Messages) -> Line:
    """Further links in one line."""
    spans: list[Span] = []
    for link in links:
        spans += [Span(" · ")] if spans else []
        spans.append(Span(link.label[:MAX_LABEL], link.url))
    return fact(say("card.links"), *spans)


def note_facts(card: Card, say: Messages) -> Iterator[Block]:
    """What the editor says of it, each line labelled."""
    for paragraph in card.note.split("\n\n"):
        found = (fact(say("card.note"), words) for words in paragraph.split("\n") if words.strip())
        yield from told(*found)


def introduction_lines(card: Card) -> tuple[Line, ...]:
    """The introduction; a slash that could be taken for the one between two languages is none."""
    return tuple(plain_slashes(each, card) for each in lines(card.introduction))


def plain_slashes(each: Line, card: Card) -> Line:
    """A line of an introduction in one language, its slashes being no more than that."""
    if card.bilingual or two_languages(card.introduction) is None:
        return each
    return tuple(
        Span(part, style=Style.LITERAL if part in {"/", "／", "|"} else span.style)
        for span in each
        for part in re.split(r"([/／|])", span.text)
        if part
    )


def introduction(card: Card) -> Iterator[Block]:
    """The introduction as a text, if there is one."""
    if found := introduction_lines(card):
        yield Text(found)


def quoted(label: str, words: str) -> Iterator[Block]:
    """A labelled quotation of one or more paragraphs."""
    first, *rest = lines(words) or ((),)
    if first:
        yield Text((fact(label, *first), *rest), Tone.QUOTE)


def pictures(card: Card) -> Iterator[Block]:
    return map(Picture, card.images)


def is_arxiv_page(url: str, paper: str) -> bool:
    return bool(paper) and url == f"https://arxiv.org/abs/{paper}" and arxiv_id_of(url) == paper
