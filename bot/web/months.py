"""A month of the site in one language: its issues, their items, and what lists them.

Months are independent of each other, so that they can be built side by side, and those in which
nothing changed are left as they are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bot.covers import cover_of, draw
from bot.topics import Taxonomy
from bot.web import places
from bot.web.editions import Printed
from bot.web.folder import Folder
from bot.web.pages import Neighbours, Pages
from bot.web.pictures import Picture
from bot.web.rows import Row, rows_of
from bot.web.searchindex import month_index
from bot.web.site import Site


@dataclass(frozen=True, slots=True)
class Sheet:
    """An edition that is to be built, ``key`` telling it from how it was built before."""

    key: str
    printed: Printed
    near: Neighbours
    removed: frozenset[int] = frozenset()
    pictures: Mapping[str, Picture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MonthTask:
    """``days`` are all editions of the month by ISO date; those not in ``sheets`` stay."""

    root: Path
    site: Site
    taxonomy: Taxonomy
    language: str
    month: str
    days: frozenset[str]
    sheets: tuple[Sheet, ...]


@dataclass(slots=True)
class MonthState:
    """What is remembered of a month that was built: by ISO date, its key, number and rows."""

    keys: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @classmethod
    def recall(cls, folder: Folder, language: str, month: str) -> "MonthState":
        state = cls()
        for day, (key, number, rows) in (folder.recall(f"{language}-{month}") or {}).items():
            state.keys[day], state.numbers[day] = key, number
            state.rows[day] = [_row(values) for values in rows]
        return state

    def remember(self, folder: Folder, language: str, month: str) -> None:
        days = {day: (self.keys[day], self.numbers[day], self.rows[day]) for day in self.keys}
        folder.remember(f"{language}-{month}", days)

    def all_rows(self) -> list[Row]:
        """Newest day first, those of a day in the order of its issue."""
        return [row for day in sorted(self.rows, reverse=True) for row in self.rows[day]]

    def editions(self) -> list[tuple[date, int, int]]:
        """Day, number and count of items, newest first."""
        return [
            (date.fromisoformat(day), self.numbers[day], len(self.rows[day]))
            for day in sorted(self.keys, reverse=True)
        ]

    def summary(self) -> dict[str, Any]:
        """What the rest of the site needs to know of the month, as plain JSON values."""
        topics = Counter(topic for row in self.all_rows() for topic in row.topics)
        return {"keys": self.keys, "topics": dict(topics)}


def _row(values: Sequence[Any]) -> Row:
    row = Row(*values)
    return row._replace(topics=tuple(row.topics), authors=tuple(row.authors))


def build_month(task: MonthTask) -> tuple[dict[str, Any], int, int]:
    """Build what changed; the month's summary, and how many files were written and removed."""
    folder = Folder(task.root)
    pages = Pages(task.site, task.taxonomy, task.language)
    before = MonthState.recall(folder, task.language, task.month)
    state = MonthState(
        *({day: each[day] for day in each.keys() & task.days} for each in _parts(before))
    )
    for sheet in task.sheets:
        _build_edition(folder, pages, sheet)
        day = sheet.printed.issue.day.isoformat()
        state.keys[day], state.numbers[day] = sheet.key, sheet.printed.issue.number
        state.rows[day] = rows_of(sheet.printed, sheet.removed, task.taxonomy)
    _remove_gone(folder, task.language, before, state)
    _build_lists(folder, pages, task, state)
    state.remember(folder, task.language, task.month)
    return state.summary(), folder.written, folder.removed


def _parts(state: MonthState) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    return state.keys, state.numbers, state.rows


def _build_edition(folder: Folder, pages: Pages, sheet: Sheet) -> None:
    printed, language = sheet.printed, sheet.printed.edition.language
    cover = cover_of(printed.issue)
    folder.write(places.cover(language, printed.issue.day), draw(cover))
    page = pages.issue(printed, sheet.near, sheet.removed, cover)
    folder.write(places.issue(language, printed.issue.day), page)
    for place, item_page in pages.items(printed, sheet.near, sheet.removed, cover, sheet.pictures):
        folder.write(place, item_page)


def _remove_gone(folder: Folder, language: str, before: MonthState, after: MonthState) -> None:
    """Pages of what was there and is no longer."""
    for day in before.keys.keys() - after.keys.keys():
        folder.remove(places.issue(language, day))
        folder.remove(places.cover(language, day))
    for item_id in _ids(before.rows.values()) - _ids(after.rows.values()):
        folder.remove(places.item(language, item_id))


def _ids(rows: Iterable[Sequence[Row]]) -> set[int]:
    return {row.id for each in rows for row in each}


def _build_lists(folder: Folder, pages: Pages, task: MonthTask, state: MonthState) -> None:
    """What lists the items of the month: those on each topic, all for the search, its days."""
    language, month = task.language, task.month
    rows = state.all_rows()
    by_topic: Mapping[str, list[Row]] = {topic.id: [] for topic in task.taxonomy.topics}
    for row in rows:
        for topic in row.topics:
            if topic in by_topic:  # the operator's topics may have changed since
                by_topic[topic].append(row)
    days = state.editions()
    listed = {
        places.history_month(language, month): pages.history_month(month, days) if days else "",
        places.search_month(language, month): month_index(rows, task.taxonomy) if days else "",
    }
    for topic, found in by_topic.items():
        place = places.topic_month(language, topic, month)
        listed[place] = pages.topic_month(topic, month, found) if found else ""
    for place, content in listed.items():
        if content:
            folder.write(place, content)
        else:
            folder.remove(place)
