"""Issues and replies as Telegram messages. Pure.

An issue becomes as few messages as possible, cut between its entries; an entry is only divided
when it is longer than a message by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import NamedTuple
from urllib.parse import urlsplit

from adapters.telegram.blocks import to_blocks
from adapters.telegram.laid_out import document_pieces
from adapters.telegram.payload import Payload
from adapters.telegram.rich import (
    BOLD,
    HEADING,
    ITALIC,
    MAX_ENTITIES,
    MAX_UNITS,
    QUOTE,
    TITLE,
    Rich,
    entities,
    joined,
    link_to,
    plain,
    size,
    split,
    stripped,
    to_html,
    under,
    units,
)
from bot.commands.reply import Block, File, IssueBlock, Rows, Text, Tone
from bot.covers import cover_of
from bot.digest.urls import usable_url
from bot.layouts.arrange import entries_of
from bot.layouts.catalogue import lay_out
from bot.layouts.composed import closing_lines, introduction_of, sheet_of_issue
from bot.messages import Messages, messages
from bot.model import Entry, Issue, IssueSection, Section

MAX_AUTHORS = 5
MAX_CAPTION = 1024
"""Units of the text under a picture."""

LATE_ROOM = 200
"""Units kept free in every message, so that a first one can still say that it comes late."""

_GAP = "\n\n"
"""Between the pieces of a message; it is under no mark."""

Measure = Callable[[Rich], int]

_MARKS = {Tone.PLAIN: (), Tone.TITLE: (BOLD,), Tone.HINT: (ITALIC,), Tone.REFUSAL: ()}


class Piece(NamedTuple):
    """What stands together, and the entry that it is, if it is one."""

    rich: Rich
    entry: Entry | None = None


class Sheet(NamedTuple):
    """A message: its text, and the entries that begin in it."""

    rich: Rich
    entries: tuple[Entry, ...] = ()

    @property
    def items(self) -> tuple[tuple[int, int], ...]:
        """Number and item of each entry that has both."""
        return tuple((entry.number, entry.id) for entry in self.entries if entry.id is not None)


class Style(NamedTuple):
    """How pushed issues look, by the operator's choice.

    ``cover``: they begin with a picture. ``preview``: the first item's page is shown under the
    message that it begins in. ``rich``: as Rich Messages, where Telegram and the app know them.
    """

    cover: bool = False
    preview: bool = False
    rich: bool = False


class TelegramRenderer:
    """The ``Renderer`` of Telegram: see ``Payload``."""

    def __init__(self, style: Style = Style()) -> None:  # noqa: B008 - it never changes
        self._style = style

    def render(self, issue: Issue) -> tuple[str, ...]:
        sheets = list(issue_messages(issue, cover=self._style.cover))
        made = [self._payload(sheet, issue.language) for sheet in sheets]
        if self._style.cover:
            made[0] = replace(made[0], cover=cover_of(issue), rich="")
        if self._style.preview:
            first = next((n for n, sheet in enumerate(sheets) if sheet.entries), None)
            if first is not None:
                made[first] = replace(made[first], preview=usable_url(sheets[first].entries[0].url))
        return tuple(each.dumped() for each in made)

    def _payload(self, sheet: Sheet, language: str) -> Payload:
        unfold = messages(language)("card.abstract")
        rich = to_blocks(sheet.rich, unfold) if self._style.rich else ""
        return Payload(to_html(sheet.rich), sheet.items, rich=rich)

    def plain(self, text: str) -> str:
        return Payload(to_html(plain(text))).dumped()

    def mark_late(self, payload: str, language: str) -> str:
        return Payload.loaded(payload).under(messages(language)("issue.late")).dumped()


def issue_messages(issue: Issue, *, cover: bool = False) -> Iterator[Sheet]:
    """The messages of an issue, in order; with a ``cover`` the first is that picture's caption."""
    pieces: Iterator[Piece] = (piece for piece in _pieces(issue) if piece.rich)
    if cover:
        head = list(_packed(islice(pieces, 1), MAX_CAPTION - LATE_ROOM, MAX_ENTITIES - 1))
        yield from head[:1]
        pieces = chain((Piece(sheet.rich) for sheet in head[1:]), pieces)
    yield from _packed(pieces, MAX_UNITS - LATE_ROOM, MAX_ENTITIES - 1)


def issue_pages(issue: Issue) -> list[Sheet]:
    """The same for paging: the HTML itself is no longer than a message may be.

    What counts in an edited text is told less clearly ("after entity parsing") than in a sent one.
    """
    return list(_packed(_pieces(issue), MAX_UNITS, MAX_ENTITIES, lambda r: units(to_html(r))))


def entry_message(entry: Entry, language: str) -> Rich:
    """One entry as a message of its own; what finds no room in it is cut off."""
    say = messages(language)
    whole = joined((_title(entry, numbered=False), *_details(entry, say)))
    return next(_packed([Piece(whole)], MAX_UNITS, MAX_ENTITIES)).rich


def reply_messages(blocks: Iterable[Block]) -> Iterator[Rich]:
    """The messages of a reply, but for its issue and files."""
    pieces = (Piece(rich) for block in blocks for rich in _block(block))
    return (sheet.rich for sheet in _packed(pieces, MAX_UNITS, MAX_ENTITIES))


def _block(block: Block) -> Iterator[Rich]:
    match block:
        case Text(text, tone):
            yield plain(text, *_MARKS[tone])
        case Rows(rows):
            # Many short lines belong together; so that a list can be cut, each is a piece.
            for start in range(0, len(rows), 10):
                yield joined(_row(*row) for row in rows[start : start + 10])
        case File() | IssueBlock():
            return


def _row(name: str, words: str) -> Rich:
    return (*plain(name, BOLD), *(plain(f"  {words}") if words else ()))


def _packed(
    pieces: Iterable[Piece], limit: int, most_entities: int, measure: Measure = size
) -> Iterator[Sheet]:
    message: list[Rich] = []
    entries: list[Entry] = []
    length = marks = 0
    for rich, entry in pieces:
        begins = entry
        for part, more, more_marks in _parts(rich, limit, most_entities, measure):
            full = length + len(_GAP) + more > limit or marks + more_marks > most_entities
            if message and full:
                yield Sheet(joined(message, _GAP), tuple(entries))
                message, entries, length, marks = [], [], 0, 0
            length += more + (len(_GAP) if message else 0)
            marks += more_marks
            message.append(part)
            if begins:
                entries.append(begins)
                begins = None
    if message:
        yield Sheet(joined(message, _GAP), tuple(entries))


def _parts(
    piece: Rich, limit: int, most_entities: int, measure: Measure, room: int | None = None
) -> Iterator[tuple[Rich, int, int]]:
    """The piece, divided where it is too long by itself: each part, its length, its entities.

    Parts that measure more than they show are divided again, into ``room`` visible units.
    """
    whole = stripped(piece)
    length, marks = measure(whole), entities(whole)
    if (length <= limit and marks <= most_entities) or room == 1:
        if whole:
            yield whole, length, marks
        return
    room = limit if room is None else max(room // 2, 1)
    for part in split(whole, room, most_entities):
        yield from _parts(part, limit, most_entities, measure, room)


def _pieces(issue: Issue) -> Iterator[Piece]:
    """The parts of an issue between which it may be cut: its head, and each entry."""
    if issue.layout == "daily":
        yield from _daily_pieces(issue)
    else:
        entries = {entry.number: entry for entry in entries_of(issue)}
        document = lay_out(sheet_of_issue(issue, MAX_AUTHORS))
        for rich, number in document_pieces(document):
            yield Piece(rich, entries.get(number))
    for supplement in issue.supplements:
        yield from _pieces(supplement)


def _daily_pieces(issue: Issue) -> Iterator[Piece]:
    say = messages(issue.language)
    yield Piece(_head(issue, say))
    for section in issue.sections:
        for position, entry in enumerate(section.entries):
            heading = _section_head(section, issue.call) if position == 0 else ()
            last = position == len(section.entries) - 1
            rest = _left_out(section, say) if last else ()
            yield Piece(joined((heading, _entry(entry, say), rest), "\n\n"), entry)
    yield Piece(plain("\n".join(closing_lines(issue, say)), ITALIC))


def _section_head(section: IssueSection, call: str) -> Rich:
    heading = plain(f"{section.icon} {section.title}", HEADING)
    is_papers = section.section is Section.PAPERS
    return joined((heading, plain(call, ITALIC) if is_papers else ()))


def _head(issue: Issue, say: Messages) -> Rich:
    title = f"📰 {issue.title} · {say('issue.number', number=issue.number)}"
    topics = say("issue.topics", topics=" · ".join(issue.topics))
    counted = say("issue.count", n=issue.count)
    about = topics if issue.topics else say("issue.all_topics")
    top = joined((plain(title, TITLE), plain(issue.dateline), plain(f"{about} · {counted}")))
    return joined((top, *(plain(notice, ITALIC) for notice in issue.notices)), "\n\n")


def _entry(entry: Entry, say: Messages) -> Rich:
    return joined((_title(entry), *_details(entry, say)))


def _details(entry: Entry, say: Messages) -> tuple[Rich, ...]:
    return (
        plain(_byline(entry, say)),
        plain(_subject(entry)),
        _note(entry, say),
        plain(introduction_of(entry)),
        under(QUOTE, plain(entry.abstract)),
        _links(entry, say),
    )


def _title(entry: Entry, *, numbered: bool = True) -> Rich:
    number = plain(f"{entry.number}. ", BOLD) if numbered else ()
    url = usable_url(entry.url)
    if not url:
        return (*number, *plain(entry.title, BOLD))
    return (*number, *plain(entry.title, BOLD, link_to(url)), *_true_host(entry.title, url))


def _true_host(title: str, url: str) -> Rich:
    """Where a title that looks like an address leads, if it is elsewhere."""
    if not ("://" in title or ("." in title and " " not in title.strip())):
        return ()
    host = urlsplit(url).hostname or ""
    return plain(f" ({host})") if host not in title else ()


def _byline(entry: Entry, say: Messages) -> str:
    shown = ", ".join(entry.authors[:MAX_AUTHORS])
    if shown and (entry.authors_more or len(entry.authors) > MAX_AUTHORS):
        shown = say("card.authors_more", authors=shown)
    return " · ".join(filter(None, (entry.venue, entry.published, shown)))


def _note(entry: Entry, say: Messages) -> Rich:
    return plain(f"{say('card.note')}: {entry.note}") if entry.note else ()


def _subject(entry: Entry) -> str:
    return " · ".join(filter(None, (entry.field, *entry.tasks)))


def _links(entry: Entry, say: Messages) -> Rich:
    """Code and further links in one line."""
    code = [(say("card.code"), url) for url in entry.code_urls if url != entry.url]
    named = [*code, *((link.label, link.url) for link in entry.links)]
    usable = ((label, usable_url(url)) for label, url in named)
    return joined((plain(label or url, link_to(url)) for label, url in usable if url), " · ")


def _left_out(section: IssueSection, say: Messages) -> Rich:
    return plain(say("issue.left_out", n=section.left_out), ITALIC) if section.left_out else ()
