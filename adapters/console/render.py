"""Issues and replies as lines of plain text, each with a style that a terminal may show."""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len

from adapters.console.lines import Line, Style
from adapters.packing import pack
from bot.commands.reply import Block, File, IssueBlock, Reply, Rows, Text, Tone
from bot.layouts.catalogue import lay_out
from bot.layouts.composed import closing_lines, introduction_of, sheet_of_issue
from bot.messages import Messages, messages
from bot.model import Entry, Issue, IssueSection, Section

MAX_MESSAGE = 16_384
"""Characters in one delivered message; the console's own choice, a few screens of text."""

MAX_AUTHORS = 5
_INDENT = "   "
_COLUMN = 34
_HARMLESS = frozenset("\n\u200c\u200d\u3000")
"""Not printable to Python, but text: line breaks, joiners in words and emoji, the wide space."""


_TONES = {
    Tone.PLAIN: Style.PLAIN,
    Tone.TITLE: Style.TITLE,
    Tone.HINT: Style.FAINT,
    Tone.REFUSAL: Style.REFUSAL,
}


class ConsoleRenderer:
    """The ``Renderer`` of the console: payloads are plain text."""

    def render(self, issue: Issue) -> tuple[str, ...]:
        room = MAX_MESSAGE - len(self.mark_late("", issue.language))
        return tuple(pack((as_text(piece) for piece in issue_pieces(issue)), room))

    def plain(self, text: str) -> str:
        return "\n".join(map(printable, text.split("\n")))

    def mark_late(self, payload: str, language: str) -> str:
        return f"{messages(language)('issue.late')}\n\n{payload}"


def as_text(lines: Iterable[Line]) -> str:
    return "\n".join(printable(line.text) for line in lines)


def printable(text: str) -> str:
    """The text without control characters: a feed must not steer the reader's terminal."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in _HARMLESS else " " if c.isspace() else "" for c in text
    )


def reply_lines(reply: Reply) -> Iterator[Line]:
    """A whole reply, an empty line between its blocks, choices numbered at its end."""
    for number, block in enumerate(reply.blocks):
        if number and not _belongs_together(reply.blocks[number - 1], block):
            yield Line("")
        yield from _block_lines(block)
    if reply.page and reply.page.total > 1:
        yield Line(f"{reply.page.number}/{reply.page.total} · {_other_pages(reply)}", Style.FAINT)
    if reply.choices:
        yield Line("")
        for number, choice in enumerate(reply.choices, 1):
            tick = "✓" if choice.on else " "
            yield Line(f"{number:>3}{tick} {choice.label}  →  {choice.command}", Style.FAINT)


def _belongs_together(before: Block, after: Block) -> bool:
    return isinstance(before, Text) and isinstance(after, Text | Rows)


def _other_pages(reply: Reply) -> str:
    page = reply.page
    if page is None:
        return ""
    others = [n for n in (page.number - 1, page.number + 1) if 1 <= n <= page.total]
    return " · ".join(f"{page.command} {n}" for n in others)


def _block_lines(block: Block) -> Iterator[Line]:
    match block:
        case Text(text, tone):
            yield from (Line(line, _TONES[tone]) for line in text.splitlines())
        case Rows(rows):
            yield from _table(rows)
        case File(name, str(content)):
            yield Line(f"── {name}", Style.FAINT)
            yield from (Line(line) for line in content.splitlines())
        case File(name):
            yield Line(f"── {name}, {len(block.data) / 1000:,.0f} kB", Style.FAINT)
        case IssueBlock(issue):
            for number, piece in enumerate(issue_pieces(issue)):
                if number:
                    yield Line("")
                yield from piece


def _table(rows: tuple[tuple[str, str], ...]) -> Iterator[Line]:
    """Two columns. Words whose name is too long for its column stand below it."""
    widths = [cell_len(name) for name, _ in rows]
    column = max((width for width in widths if width <= _COLUMN), default=0)
    for (name, words), width in zip(rows, widths, strict=True):
        if width > column and words:
            yield Line(f"  {name}")
            yield Line(f"  {' ' * column}  {words}")
        else:
            yield Line(f"  {name}{' ' * (column - width)}  {words}".rstrip())


def issue_pieces(issue: Issue) -> Iterator[tuple[Line, ...]]:
    """The parts of an issue between which it may be divided: its head, and each entry."""
    if issue.layout == "daily":
        yield from _daily_pieces(issue)
    else:
        # Most readers have the daily layout, which needs none of this.
        from adapters.console.laid_out import document_pieces  # noqa: PLC0415

        yield from document_pieces(lay_out(sheet_of_issue(issue, MAX_AUTHORS)))
    for supplement in issue.supplements:
        yield from issue_pieces(supplement)


def _daily_pieces(issue: Issue) -> Iterator[tuple[Line, ...]]:
    say = messages(issue.language)
    yield tuple(_head(issue, say))
    for section in issue.sections:
        for position, entry in enumerate(section.entries):
            heading = [Line(f"{section.icon} {section.title}", Style.SECTION), Line("")]
            if section.section is Section.PAPERS and issue.call:
                heading[1:1] = [Line(_INDENT + issue.call, Style.FAINT)]
            lines = list(_entry_lines(entry, say))
            last = position == len(section.entries) - 1
            yield (*(heading if position == 0 else ()), *lines, *_left_out(section, say, last))
    yield tuple(Line(words, Style.FAINT) for words in closing_lines(issue, say))


def _head(issue: Issue, say: Messages) -> Iterator[Line]:
    yield Line(f"📰 {issue.title} · {say('issue.number', number=issue.number)}", Style.TITLE)
    yield Line(issue.dateline)
    topics = say("issue.topics", topics=" · ".join(issue.topics))
    counted = say("issue.count", n=issue.count)
    yield Line(f"{topics if issue.topics else say('issue.all_topics')} · {counted}")
    for notice in issue.notices:
        yield Line("")
        yield Line(notice, Style.FAINT)


def _entry_lines(entry: Entry, say: Messages) -> Iterator[Line]:
    yield Line(f"{entry.number}. {entry.title}", Style.ENTRY)
    if entry.section is Section.PAPERS:
        yield from _paper_lines(entry, say)
    else:
        yield from _field("", entry.url, Style.LINK)
        byline = " · ".join(filter(None, (_authors(entry, say), entry.published)))
        yield from _field("", byline)
        yield from (_code_line(entry, say))
        yield from _field(say("card.note"), entry.note)
        yield from _field("", entry.introduction or entry.abstract)
    for link in entry.links:
        yield from _field(link.label, link.url)


def _paper_lines(entry: Entry, say: Messages) -> Iterator[Line]:
    """A paper card, its fields in the order of the daily format."""
    yield from _field(say("card.published"), entry.published)
    yield from _field(say("card.venue"), entry.venue)
    yield from _field(say("card.field"), entry.field)
    yield from _field(say("card.tasks"), " · ".join(entry.tasks))
    yield from _field(say("card.link"), entry.url, Style.LINK)
    yield from _code_line(entry, say)
    yield from _field(say("card.authors"), _authors(entry, say))
    yield from _field(say("card.note"), entry.note)
    yield from _field(say("card.introduction"), introduction_of(entry))
    yield from _field(say("card.abstract"), entry.abstract)


def _field(name: str, value: str, style: Style = Style.PLAIN) -> Iterator[Line]:
    if value:
        indented = value.replace("\n", "\n" + _INDENT)
        yield Line(f"{_INDENT}{name}: {indented}" if name else _INDENT + indented, style)


def _code_line(entry: Entry, say: Messages) -> Iterator[Line]:
    other = [url for url in entry.code_urls if url != entry.url]
    return _field(say("card.code"), " · ".join(other), Style.LINK)


def _authors(entry: Entry, say: Messages) -> str:
    shown = ", ".join(entry.authors[:MAX_AUTHORS])
    if shown and (entry.authors_more or len(entry.authors) > MAX_AUTHORS):
        return say("card.authors_more", authors=shown)
    return shown


def _left_out(section: IssueSection, say: Messages, last: bool) -> tuple[Line, ...]:
    if not last or not section.left_out:
        return ()
    return (Line(""), Line(_INDENT + say("issue.left_out", n=section.left_out), Style.FAINT))
