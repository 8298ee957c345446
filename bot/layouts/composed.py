"""The sheet of a composed issue, in the layout that its reader has chosen. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bot.imported import Highlight, Remark
from bot.layouts.arrange import entries_of, is_told, taxonomy_path
from bot.layouts.sheet import Card, Sheet
from bot.layouts.weeks import kind_of, neighbour, span_name
from bot.messages import Messages, messages
from bot.model import PICK, Entry, Issue, Link, Section

PICKS = 3
"""So many picks stand at the head of a weekly issue."""


def sheet_of_issue(issue: Issue, most_authors: int | None = None) -> Sheet:
    """What the issue says, of authors at most so many; its supplements are issues of their own."""
    say = messages(issue.language)
    sheet = _SHAPES.get(issue.layout, _daily)(_head(issue, say), issue, say)
    if most_authors is None:
        return sheet
    return replace(sheet, cards=tuple(_shortened(card, most_authors) for card in sheet.cards))


def _shortened(card: Card, most: int) -> Card:
    if len(card.authors) <= most:
        return card
    return replace(card, authors=card.authors[:most], authors_more=True)


def _head(issue: Issue, say: Messages) -> Sheet:
    number = say("issue.number", number=issue.number)
    about = say("issue.topics", topics=" · ".join(issue.topics))
    about = about if issue.topics else say("issue.all_topics")
    count = say("issue.count", n=issue.count)
    name = span_name(issue.span, say) if issue.span else number
    return Sheet(
        layout=issue.layout,
        language=issue.language,
        title=f"{issue.title} · {name}",
        cards=(),
        number=None if issue.span else issue.number,
        date=issue.day.isoformat(),
        week=issue.span if "W" in issue.span else "",
        dateline=" · ".join((issue.dateline, about, count)),
        notices=issue.notices,
        closing="\n".join(_farewell(issue, say)),
    )


def _farewell(issue: Issue, say: Messages) -> Iterator[str]:
    """What found no room, the way to other issues, and the call to send something in."""
    if left_out := sum(section.left_out for section in issue.sections):
        yield say("issue.left_out", n=left_out)
    yield from closing_lines(issue, say)


def closing_lines(issue: Issue, say: Messages) -> Iterator[str]:
    """The last lines of an issue, in whatever layout."""
    if issue.span:
        before = neighbour(issue.span, -1)
        command = f"/{kind_of(before)} {before}"
        yield f"{say('issue.previous', day=span_name(before, say))} · {command}"
    if issue.previous:
        yield say("issue.previous", day=say.short_day(issue.previous))
    if issue.next:
        yield say("issue.next", day=say.short_day(issue.next))
    yield say("layout.farewell")


def _card(entry: Entry, heading: tuple[str, ...]) -> Card:
    return Card(
        title=entry.title,
        url=entry.url,
        section=entry.kind or entry.section,
        number=entry.number,
        heading=heading,
        published=entry.published,
        venue=entry.venue,
        field=entry.field,
        tasks=entry.tasks,
        authors=entry.authors,
        authors_more=entry.authors_more,
        introduction=entry.introduction,
        abstract=entry.abstract,
        note=entry.note,
        images=entry.images,
        code_urls=entry.code_urls,
        links=entry.links,
    )


def _daily(head: Sheet, issue: Issue, say: Messages) -> Sheet:
    cards = []
    for section in issue.sections:
        for entry in section.entries:
            card = replace(_card(entry, (section.title,)), section=entry.section)
            cards.append(
                replace(card, introduction=introduction_of(entry), bilingual=_is_bilingual(entry))
            )
    papers = [s.title for s in issue.sections if s.section is Section.PAPERS]
    remarks = tuple(Remark((title,), issue.call) for title in papers if issue.call)
    return replace(
        head,
        cards=tuple(cards),
        contents=tuple(section.title for section in issue.sections),
        introduction=say("layout.tagline"),
        remarks=remarks,
    )


def _is_bilingual(entry: Entry) -> bool:
    return bool(entry.original and entry.introduction and entry.section is Section.PAPERS)


def introduction_of(entry: Entry) -> str:
    """That of a paper is in two languages where it is there in both, as ``English./中文``."""
    if _is_bilingual(entry):
        return f"{entry.original}/{entry.introduction}"
    return entry.introduction


def _weekly(head: Sheet, issue: Issue, say: Messages) -> Sheet:
    entries = entries_of(issue)
    cards = [
        _commented(_card(entry, (f"{number}. {section.title}",)))
        for number, section in enumerate(issue.sections, 1)
        for entry in section.entries
    ]
    picks = tuple(Highlight(entry.title, entry.url) for entry in picked(entries))
    return replace(
        head,
        cards=tuple(cards),
        contents=tuple(section.title for section in issue.sections),
        highlights=picks,
        introduction=_opening(issue, entries, say),
    )


def _commented(card: Card) -> Card:
    """With one comment: the editor's own, else the introduction."""
    if card.note:
        return replace(card, introduction=card.note, note="", abstract="")
    if card.introduction:
        return replace(card, abstract="")
    return card


def picked(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The editor's picks, else what stood best by rank; at most ``PICKS``, in their order."""
    found = [e for e in entries if e.url and e.why and PICK in dict(e.why.signals)]
    best = sorted((e for e in entries if e.url and e.why), key=lambda e: -_score(e))
    chosen = {entry.number for entry in (found or best)[:PICKS]}
    return tuple(entry for entry in entries if entry.number in chosen)


def _score(entry: Entry) -> float:
    why = entry.why
    return why.fit + why.heat + why.weight if why else 0.0


def _opening(issue: Issue, entries: tuple[Entry, ...], say: Messages) -> str:
    if not entries:
        return ""
    return _issued(entries, say) or say("layout.roundup" if issue.span else "layout.weekly")


def _issued(entries: tuple[Entry, ...], say: Messages) -> str:
    """Which daily issues a round-up is from."""
    days = sorted({entry.issued for entry in entries if entry.issued})
    return say("layout.issued", days=" · ".join(f"/issue {day}" for day in days)) if days else ""


def _newsletter(head: Sheet, issue: Issue, say: Messages) -> Sheet:
    cards: list[Card] = []
    contents: list[str] = []
    for number, section in enumerate(issue.sections, 1):
        title = f"{number}、{section.title}"
        contents.append(title)
        for place, entry in enumerate(section.entries, 1):
            card = _card(entry, (title,))
            if is_told(entry):
                card = replace(_footnoted(_commented(card), say), place=f"{number}.{place}")
                contents.append(f"{card.place} {entry.title}")
                cards.append(card)
            else:
                cards.append(_mention(card))
    return replace(
        head,
        cards=tuple(cards),
        contents=tuple(contents),
        introduction=say("layout.greeting", title=issue.title),
    )


def _footnoted(card: Card, say: Messages) -> Card:
    """With words for its links at the end of its text, so that they can be cited."""
    words = [Link(say("layout.read"), card.url)] if card.url else []
    words += [Link(say("card.code"), url) for url in card.code_urls if url != card.url]
    words += [link for link in card.links if link.label]
    said = " · ".join(link.label for link in words)
    text = "\n".join(filter(None, (card.introduction, said)))
    return replace(card, introduction=text, links=tuple(words))


def _mention(card: Card) -> Card:
    return Card(
        title=card.title,
        url=card.url,
        section=Section.OTHER,
        number=card.number,
        heading=card.heading,
        introduction=card.title,
        links=(Link(card.title, card.url),) if card.url else (),
    )


def _reading_list(head: Sheet, issue: Issue, say: Messages) -> Sheet:
    cards = []
    for entry in entries_of(issue):
        card = _card(entry, taxonomy_path(entry, say))
        cards.append(replace(card, field="", tasks=entry.tasks[1:]))
    contents = dict.fromkeys(card.heading[:end] for card in cards for end in (1, 2))
    return replace(
        head,
        cards=tuple(cards),
        contents=tuple(path[-1] for path in contents),
        introduction=say("layout.list"),
    )


_Shape = Callable[[Sheet, Issue, Messages], Sheet]
_SHAPES: Mapping[str, _Shape] = {
    "daily": _daily,
    "weekly": _weekly,
    "newsletter": _newsletter,
    "reading-list": _reading_list,
}
