"""The order of an issue's items in a layout: its sections, numbered through. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from bot.layouts.kinds import ORDER, kind_name
from bot.messages import Messages, messages
from bot.model import Entry, Issue, IssueSection, Section

Path = tuple[str, ...]


def arranged(issue: Issue, item_ids: Sequence[int]) -> tuple[Issue, tuple[int, ...]]:
    """The issue with its sections and items in the order of its layout, and the ids likewise.

    What had no room is told under the last section that begins with the same daily section.
    """
    group = _GROUPS.get(issue.layout)
    if group is None:
        return issue, tuple(item_ids)
    entries = entries_of(issue)
    ids = {entry.number: item_id for entry, item_id in zip(entries, item_ids, strict=True)}
    left_out = {section.section: section.left_out for section in issue.sections}
    icons = {section.section: section.icon for section in issue.sections}
    groups = group(entries, messages(issue.language))
    ordered: list[Entry] = []
    sections: list[IssueSection] = []
    for title, found in groups:
        start = len(ordered) + 1
        numbered = tuple(replace(e, number=n) for n, e in enumerate(found, start))
        ordered += found
        daily = found[0].section
        sections.append(IssueSection(daily, icons[daily], title, numbered))
    for at in range(len(sections) - 1, -1, -1):
        missing = left_out.pop(sections[at].section, 0)
        sections[at] = replace(sections[at], left_out=missing)
    if sections and left_out:
        rest = sections[-1].left_out + sum(left_out.values())
        sections[-1] = replace(sections[-1], left_out=rest)
    return replace(issue, sections=tuple(sections)), tuple(ids[e.number] for e in ordered)


def entries_of(issue: Issue) -> tuple[Entry, ...]:
    """All items of the issue, in their order."""
    return tuple(entry for section in issue.sections for entry in section.entries)


def is_told(entry: Entry) -> bool:
    """Whether there are words on it, and not just a title."""
    return bool(entry.introduction or entry.abstract or entry.note)


def taxonomy_path(entry: Entry, say: Messages) -> Path:
    """The headings above an item of a reading list: its field, and the first of its tasks."""
    field = entry.field or say("layout.others")
    return (field, entry.tasks[0]) if entry.tasks else (field,)


Groups = list[tuple[str, list[Entry]]]


def _by_kind(entries: Iterable[Entry], say: Messages) -> Groups:
    found: dict[Section, list[Entry]] = {kind: [] for kind in ORDER}
    for entry in entries:
        found[entry.kind or entry.section].append(entry)
    return [(kind_name(kind, say), each) for kind, each in found.items() if each]


def _with_mentions(entries: Sequence[Entry], say: Messages) -> Groups:
    groups = _by_kind(filter(is_told, entries), say)
    mentions = [entry for entry in entries if not is_told(entry)]
    return groups + ([(say("layout.mentions"), mentions)] if mentions else [])


def _by_taxonomy(entries: Iterable[Entry], say: Messages) -> Groups:
    """By field and the first task; each heading once, in the order of its best item."""
    fields: dict[str, dict[Path, list[Entry]]] = {}
    for entry in entries:
        path = taxonomy_path(entry, say)
        fields.setdefault(path[0], {}).setdefault(path, []).append(entry)
    return [
        (" / ".join(path), found[path])
        for found in fields.values()
        for path in sorted(found, key=len)
    ]


_GROUPS: Mapping[str, Callable[[Sequence[Entry], Messages], Groups]] = {
    "weekly": _by_kind,
    "newsletter": _with_mentions,
    "reading-list": _by_taxonomy,
}
