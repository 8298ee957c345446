"""Issues and replies as Discord messages in components V2. Pure.

Bounds of one message: 40 components in all, and 4000 characters over all its texts
(https://discord.com/developers/docs/components/reference).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from adapters.discord.embeds import COMPONENTS_V2
from adapters.discord.laid_out import MAX_LINE, document_parts
from adapters.discord.markdown import bold, escaped, leading, linked, quoted, spoken, subtle
from adapters.discord.payload import Payload
from adapters.packing import divide
from bot.commands.reply import Block, File, IssueBlock, Rows, Text, Tone
from bot.covers import cover_of
from bot.digest.normalise import bounded, one_line
from bot.digest.urls import usable_url, without_unseen
from bot.layouts.catalogue import lay_out
from bot.layouts.composed import closing_lines, introduction_of, sheet_of_issue
from bot.messages import Messages, messages
from bot.model import Entry, Issue, IssueSection, Section

MAX_TEXT = 4000
MAX_COMPONENTS = 40
ROWS_TOGETHER = 8

MAX_IN_ISSUE = 31
"""Components of an issue's message beside its container: a cover, a role's call, the late mark and
a menu, or a menu and two rows of buttons with two each, find room as well."""

MAX_IN_REPLY = 5
"""The same for a reply, under which there may be six rows of buttons, 27 of them."""

LATE_ROOM = 200
"""Characters kept free in every message, so that a first one can still say that it comes late."""

ACCENT = 0x3B6EA5
MAX_AUTHORS = 5
MAX_LABEL = 100
"""Characters of what stands in a menu."""

_CONTAINER, _SECTION, _TEXT, _THUMBNAIL, _SEPARATOR = 17, 9, 10, 11, 14

_TONES = {Tone.PLAIN: spoken, Tone.TITLE: bold, Tone.HINT: subtle, Tone.REFUSAL: spoken}

Component = dict[str, Any]
Form = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands together: markdown, perhaps a picture beside it, perhaps a line above it.

    ``entry`` is the one that begins here, if one does.
    """

    text: str
    image: str = ""
    apart: bool = False
    entry: Entry | None = None

    @property
    def components(self) -> list[Component]:
        text = text_component(self.text)
        if self.image:
            picture = {"type": _THUMBNAIL, "media": {"url": self.image}}
            text = {"type": _SECTION, "components": [text], "accessory": picture}
        line = [{"type": _SEPARATOR}] if self.apart else []
        return [*line, text]

    @property
    def count(self) -> int:
        """How many components it is."""
        return (3 if self.image else 1) + self.apart


class DiscordRenderer:
    """The ``Renderer`` of Discord: see ``Payload``."""

    def render(self, issue: Issue) -> tuple[str, ...]:
        return tuple(payload.dumped() for payload in issue_payloads(issue))

    def plain(self, text: str) -> str:
        return Payload(next(reply_bodies([Text(text)]))).dumped()

    def mark_late(self, payload: str, language: str) -> str:
        punctual = Payload.loaded(payload)
        late = text_component(subtle(messages(language)("issue.late")))
        components = [late, *punctual.body["components"]]
        return replace(punctual, body={**punctual.body, "components": components}).dumped()


def text_component(markdown: str) -> Component:
    return {"type": _TEXT, "content": markdown}


def issue_payloads(issue: Issue) -> Iterator[Payload]:
    """An issue's messages, in order, without their mentions and nonce."""
    pages = list(_packed(_pieces(issue), MAX_TEXT - LATE_ROOM, MAX_IN_ISSUE))
    begun = [[piece.entry for piece in pieces if piece.entry] for pieces in pages]
    if not any(begun):  # a layout that does not tell where an entry begins
        begun[-1] = [entry for section in issue.sections for entry in section.entries]
    for number, (pieces, entries) in enumerate(zip(pages, begun, strict=True)):
        items = tuple((e.id, _label(e)) for e in entries if e.id is not None)
        first = number == 0
        topics = tuple(_topics(issue)) if first else ()
        cover = cover_of(issue) if first else None
        yield Payload(_body(pieces), items, topics, issue.language, first, cover)


def _label(entry: Entry) -> str:
    return bounded(f"{entry.number} · {without_unseen(one_line(entry.title))}", MAX_LABEL)


def _topics(issue: Issue) -> dict[str, None]:
    """What the chat follows, then the fields of what is in the issue, the most frequent first."""
    fields = Counter(entry.field for section in issue.sections for entry in section.entries)
    return dict.fromkeys([*issue.topics, *(field for field, _ in fields.most_common())])


def reply_bodies(blocks: Iterable[Block]) -> Iterator[dict[str, Any]]:
    """The bodies of a reply's words, but for its issue and files. Room is left for its buttons."""
    pieces = (piece for block in blocks for piece in _block(block))
    return map(_body, _packed(pieces, MAX_TEXT, MAX_IN_REPLY))


def _body(pieces: Iterable[Piece]) -> dict[str, Any]:
    components = [component for piece in pieces for component in piece.components]
    container = {"type": _CONTAINER, "accent_color": ACCENT, "components": components}
    return {"flags": COMPONENTS_V2, "components": [container]}


def _packed(pieces: Iterable[Piece], limit: int, most: int) -> Iterator[list[Piece]]:
    """Pieces by message; one longer than a message is cut between its lines."""
    message: list[Piece] = []
    length = count = 0
    for piece in pieces:
        for part in _parts(piece, limit):
            if message and (length + len(part.text) > limit or count + part.count > most):
                yield message
                message, length, count = [], 0, 0
            message.append(part)
            length += len(part.text)
            count += part.count
    if message:
        yield message


def _parts(piece: Piece, limit: int) -> Iterator[Piece]:
    if len(piece.text) <= limit:
        yield piece
        return
    first, *rest = divide(piece.text, limit)
    yield replace(piece, text=first)
    yield from map(Piece, rest)


def _block(block: Block) -> Iterator[Piece]:
    match block:
        case Text(text, tone):
            yield from _joined(_lines(text, _TONES[tone]))
        case Rows(rows):
            for start in range(0, len(rows), ROWS_TOGETHER):
                some = rows[start : start + ROWS_TOGETHER]
                yield from _joined(f"{bold(name)} {escaped(words)}".strip() for name, words in some)
        case File() | IssueBlock():
            return


def _joined(lines: Iterable[str], *, apart: bool = False) -> Iterator[Piece]:
    text = "\n".join(filter(None, lines))
    if text:
        yield Piece(text, apart=apart)


def _lines(text: str, form: Form) -> Iterator[str]:
    """The text in markdown, each line short enough that it need not be cut in the middle."""
    return map(form, divide(text, MAX_LINE))


def _pieces(issue: Issue) -> Iterator[Piece]:
    """The parts of an issue between which it may be cut: its head, and each entry."""
    if issue.layout == "daily":
        yield from _daily_pieces(issue)
    else:
        for part in document_parts(lay_out(sheet_of_issue(issue, MAX_AUTHORS))):
            yield Piece(part.text, part.image, part.apart)
    for supplement in issue.supplements:
        yield from _pieces(supplement)


def _daily_pieces(issue: Issue) -> Iterator[Piece]:
    say = messages(issue.language)
    yield from _joined(_head(issue, say))
    for section in issue.sections:
        for position, entry in enumerate(section.entries):
            first, last = position == 0, position == len(section.entries) - 1
            heading = list(_section_head(section, issue.call)) if first else []
            rest = _left_out(section, say) if last else []
            lines = filter(None, (*heading, *_entry(entry, say), *rest))
            yield Piece("\n".join(lines), _image(entry), first, entry)
    yield from _joined(map(subtle, closing_lines(issue, say)), apart=True)


def _section_head(section: IssueSection, call: str) -> Iterator[str]:
    yield f"## {escaped(f'{section.icon} {section.title}')}"
    if section.section is Section.PAPERS and call:
        yield subtle(call)


def _head(issue: Issue, say: Messages) -> Iterator[str]:
    title = f"📰 {issue.title} · {say('issue.number', number=issue.number)}"
    topics = say("issue.topics", topics=" · ".join(issue.topics))
    about = topics if issue.topics else say("issue.all_topics")
    yield f"# {escaped(title)}"
    yield escaped(issue.dateline)
    yield from _lines(f"{about} · {say('issue.count', n=issue.count)}", escaped)
    for notice in issue.notices:
        yield from _lines(notice, subtle)


def _entry(entry: Entry, say: Messages) -> Iterator[str]:
    title = linked(entry.title, entry.url)
    if len(title) > MAX_LINE:
        title = "\n".join(_lines(entry.title, bold))
    yield f"**{entry.number}\\.** {title}"
    yield from _lines(_byline(entry, say), escaped)
    yield from _lines(" · ".join(filter(None, (entry.field, *entry.tasks))), subtle)
    if entry.note:
        yield from _lines(f"{say('card.note')}: {entry.note}", escaped)
    yield from _lines(introduction_of(entry), escaped)
    yield from _lines(entry.abstract, quoted)
    yield _links(entry, say)


def _byline(entry: Entry, say: Messages) -> str:
    shown = ", ".join(entry.authors[:MAX_AUTHORS])
    if shown and (entry.authors_more or len(entry.authors) > MAX_AUTHORS):
        shown = say("card.authors_more", authors=shown)
    return " · ".join(filter(None, (entry.venue, entry.published, shown)))


def _links(entry: Entry, say: Messages) -> str:
    """Code and further links in one line, as many as find room."""
    code = [(say("card.code"), url) for url in entry.code_urls if url != entry.url]
    named = [*code, *((link.label or link.url, link.url) for link in entry.links)]
    line = ""
    for label, url in named:
        target = usable_url(url)
        longer = " · ".join(filter(None, (line, leading(label, target) if target else "")))
        line = longer if len(longer) <= MAX_LINE else line
    return line


def _image(entry: Entry) -> str:
    return next((url for url in map(usable_url, entry.images) if url), "")


def _left_out(section: IssueSection, say: Messages) -> list[str]:
    return [subtle(say("issue.left_out", n=section.left_out))] if section.left_out else []
