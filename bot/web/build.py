"""Builds the site: what changed since the last time, and nothing else.

A state beside the pages says from what they were made. Editions never change, so a new day means
its own pages, the page of the day before, and the lists that the day stands in.
"""

import asyncio
import multiprocessing
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.covers import cover_of
from bot.model import LANGUAGES
from bot.ports import IssueStore
from bot.topics import Taxonomy
from bot.web import copying, places
from bot.web.copying import Copier, Tally
from bot.web.editions import Edition, Editions, Printed
from bot.web.feeds import Feed, newest, opml
from bot.web.folder import Folder
from bot.web.months import MonthState, MonthTask, Sheet, build_month
from bot.web.pages import Neighbours, Pages
from bot.web.pictures import Album, Picture, Removed
from bot.web.rows import Row
from bot.web.searchindex import folding_table, months_index
from bot.web.site import Site, assets

MANY = 20
"""From so many editions on, more than one process is worth its start."""

WORKERS = 2
"""Processes at most: a build must not take a machine from those who are being answered."""

MONTHS_OF_LISTS = 3
"""The newest items on a topic are those of so many months; older ones stand in its archive."""

NEWEST_DAYS = 31
_STATE = "site"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did: how many editions there are and were built, and what became of files.

    ``images`` is None where the site holds no copies of images.
    """

    editions: int
    built: int
    written: int
    removed: int
    images: Tally | None = None


class Builder:
    """Builds one site into one folder."""

    def __init__(
        self,
        site: Site,
        editions: Editions,
        issues: IssueStore,
        *,
        taxonomy: Taxonomy,
        folder: Path,
        default_language: str,
        copier: Copier | None = None,
    ) -> None:
        """Without ``copier`` images are links, and copies that the folder has go."""
        self._site = site
        self._editions = editions
        self._copier = copier
        self._issues = issues
        self._taxonomy = taxonomy
        self._folder = folder
        self._default = default_language

    async def build(
        self, now: datetime, *, publish: bool = True, progress: Progress | None = None
    ) -> Report:
        """Bring the folder up to date; with ``publish`` today's edition is made first, if due.

        Raises ``SiteError`` if the folder can't be written.
        """
        sample = await self._editions.publish(now) if publish else ()
        editions = await self._editions.published()
        if editions:
            sample = ()
        removed = await self._issues.removed_items([e.issue_id for e in editions])
        folder = Folder(self._folder)
        album, images = await self._copied(folder, editions, removed, now)
        plan = Plan.of((*editions, *(p.edition for p in sample)), removed, album)
        before = self._before(folder)
        orders = self._orders(plan, before)
        if before and not orders:
            return Report(len(plan.keys), 0, folder.written, folder.removed, images)
        months, written, gone = await self._run(plan, orders, before, sample, progress)
        latest = await self._latest(plan, sample)
        finish = Finish(self._site, self._taxonomy, folder, self._default)
        await asyncio.to_thread(finish.build, months, latest, plan)
        kept = {picture.place for picture in album.copies.values()}
        await asyncio.to_thread(folder.keep_only, places.PICTURES, kept)
        folder.remember(_STATE, {"version": self._fingerprint(), "months": months})
        return Report(
            editions=len(plan.keys),
            built=sum(len(order.changed) for order in orders),
            written=written + folder.written,
            removed=gone + folder.removed,
            images=images,
        )

    async def _copied(
        self, folder: Folder, editions: Sequence[Edition], removed: Removed, now: datetime
    ) -> tuple[Album, Tally | None]:
        if self._copier is None:
            copying.forget(folder)
            return Album(), None
        return await self._copier.copy(folder, editions, removed, now)

    def _fingerprint(self) -> str:
        names = sha256(repr(self._taxonomy.topics).encode()).hexdigest()[:16]
        return f"{self._site.fingerprint}-{names}"

    def _before(self, folder: Folder) -> dict[str, Any]:
        """The months as they were built last, each by ``language-YYYY-MM``.

        After a change of what all pages have in common, each of them is as if it had no key.
        """
        state = folder.recall(_STATE) or {}
        months: dict[str, Any] = state.get("months", {})
        if state.get("version") != self._fingerprint():
            unknown = {name: dict.fromkeys(month["keys"], "") for name, month in months.items()}
            return {name: {"keys": keys, "topics": {}} for name, keys in unknown.items()}
        return months

    def _orders(self, plan: "Plan", before: Mapping[str, Any]) -> list["Order"]:
        """The months in which an edition is new, changed or gone."""
        days: dict[str, set[str]] = defaultdict(set)
        changed: dict[str, list[Edition]] = defaultdict(list)
        for edition in plan.editions:
            name = _month_name(edition)
            days[name].add(edition.day.isoformat())
            if plan.keys[edition] != _key_before(before, edition):
                changed[name].append(edition)
        gone = {name for name, month in before.items() if month["keys"].keys() - days[name]}
        return [
            Order(name, frozenset(days[name]), tuple(changed[name]))
            for name in sorted(changed.keys() | gone)
        ]

    async def _run(
        self,
        plan: "Plan",
        orders: Sequence["Order"],
        before: Mapping[str, Any],
        sample: Sequence[Printed],
        progress: Progress | None,
    ) -> tuple[dict[str, Any], int, int]:
        """The summaries of all months, those built now in the place of what was there."""
        months, written, removed = dict(before), 0, 0
        loop = asyncio.get_running_loop()
        # Read as they are needed: those of a year would take half a gigabyte.
        few = asyncio.Semaphore(WORKERS + 1)

        async def build(order: Order, pool: Executor | None) -> tuple[dict[str, Any], int, int]:
            async with few:
                task = await self._task(plan, order, sample)
                return await loop.run_in_executor(pool, build_month, task)

        async def named(order: Order, pool: Executor | None) -> tuple[Order, Any]:
            return order, await build(order, pool)

        with _workers(sum(len(order.changed) for order in orders)) as pool:
            running = [asyncio.create_task(named(order, pool)) for order in orders]
            try:
                for done, future in enumerate(asyncio.as_completed(running), 1):
                    order, (summary, wrote, took) = await future
                    months[order.name] = summary
                    if not summary["keys"]:
                        del months[order.name]
                    written, removed = written + wrote, removed + took
                    if progress:
                        progress(done, len(orders))
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
        return months, written, removed

    async def _task(self, plan: "Plan", order: "Order", sample: Sequence[Printed]) -> MonthTask:
        kept = [edition for edition in order.changed if edition.issue_id]
        printed = {p.edition: p for p in (*sample, *await self._editions.read(kept))}
        near = await self._near(plan, {e: printed[e] for e in order.changed})
        return MonthTask(
            root=self._folder,
            site=self._site,
            taxonomy=self._taxonomy,
            language=order.language,
            month=order.month,
            days=order.days,
            sheets=tuple(
                Sheet(
                    plan.keys[edition],
                    printed[edition],
                    near[edition],
                    plan.removed.get(edition.issue_id, frozenset()),
                    plan.pictures[edition],
                )
                for edition in order.changed
            ),
        )

    async def _near(
        self, plan: "Plan", printed: Mapping[Edition, Printed]
    ) -> dict[Edition, Neighbours]:
        """What the pages of these editions lead to: other days, and other languages."""
        siblings = {e: [s for s in plan.by_day[e.day] if s != e] for e in printed}
        ids = {s.issue_id for each in siblings.values() for s in each}
        items = await self._issues.item_ids(sorted(ids))
        near = {}
        for edition, others in siblings.items():
            there = {s.language: items.get(s.issue_id, frozenset()) for s in others}
            near[edition] = Neighbours(*plan.neighbours[edition], there)
        return near

    async def _latest(self, plan: "Plan", sample: Sequence[Printed]) -> dict[str, Printed]:
        """The newest edition of each language."""
        last = {edition.language: edition for edition in plan.editions}
        read = await self._editions.read(list(last.values()))
        return {p.edition.language: p for p in (*sample, *read)}


@dataclass(frozen=True, slots=True)
class Order:
    """A month to be built: all its days, and the editions that changed. ``en-2026-11``."""

    name: str
    days: frozenset[str]
    changed: tuple[Edition, ...]

    @property
    def language(self) -> str:
        return self.name[:-8]

    @property
    def month(self) -> str:
        return self.name[-7:]


@dataclass(frozen=True, slots=True)
class Plan:
    """All editions by day, what lies around each, and a key that changes when its pages would."""

    editions: tuple[Edition, ...]
    keys: Mapping[Edition, str]
    neighbours: Mapping[Edition, tuple[date | None, date | None]]
    by_day: Mapping[date, tuple[Edition, ...]]
    removed: Removed
    pictures: Mapping[Edition, Mapping[str, Picture]]

    @classmethod
    def of(cls, editions: Sequence[Edition], removed: Removed, album: Album) -> "Plan":
        ordered = sorted(editions, key=lambda edition: edition.day)
        by_day: dict[date, tuple[Edition, ...]] = {}
        neighbours: dict[Edition, tuple[date | None, date | None]] = {}
        for edition in ordered:
            by_day[edition.day] = (*by_day.get(edition.day, ()), edition)
        for language in LANGUAGES:
            own = [edition for edition in ordered if edition.language == language]
            days = [None, *(edition.day for edition in own), None]
            neighbours |= {e: (days[n], days[n + 2]) for n, e in enumerate(own)}
        pictures = {edition: album.shown(edition, removed) for edition in ordered}
        keys = {}
        for edition in ordered:
            same_day = (each.issue_id for each in by_day[edition.day])
            gone = sorted(removed.get(edition.issue_id, ()))
            parts = [*neighbours[edition], *same_day, "without", *gone]
            if shown := pictures[edition]:
                parts += ["pictures", sha256(repr(shown).encode()).hexdigest()[:16]]
            keys[edition] = " ".join(map(str, parts))
        return cls(tuple(ordered), keys, neighbours, by_day, removed, pictures)


class Finish:
    """What stands above the months: front pages, topics, history, search and feeds."""

    def __init__(
        self, site: Site, taxonomy: Taxonomy, folder: Folder, default_language: str
    ) -> None:
        self._site = site
        self._taxonomy = taxonomy
        self._folder = folder
        self._default = default_language

    def build(self, months: Mapping[str, Any], latest: Mapping[str, Printed], plan: Plan) -> None:
        write = self._folder.write
        for name, content in assets().items():
            write(f"{places.STATIC}/{name}", content)
        write(f"{places.STATIC}/simplified.json", folding_table())
        write(places.OPML, opml(self._site, self._taxonomy))
        for language in LANGUAGES:
            of_language = {n[-7:]: m for n, m in months.items() if n[:-8] == language}
            self._build_language(language, of_language, latest.get(language), plan)

    def _build_language(
        self, language: str, months: Mapping[str, Any], latest: Printed | None, plan: Plan
    ) -> None:
        pages = Pages(self._site, self._taxonomy, language)
        write = self._folder.write
        places_of_front = [places.front(language)]
        if language == self._default:
            places_of_front.append("index.html")
            write("404.html", pages.not_found())
        for place in places_of_front:
            write(place, self._front(pages, place, latest, plan))
        recent = [
            MonthState.recall(self._folder, language, month)
            for month in sorted(months, reverse=True)[:MONTHS_OF_LISTS]
        ]
        rows = [row for state in recent for row in state.all_rows()]
        self._build_topics(language, pages, months, rows)
        self._build_feed(language, pages, None, rows)
        editions = [edition for state in recent for edition in state.editions()]
        counts = {month: len(summary["keys"]) for month, summary in months.items()}
        write(places.history(language), pages.history(editions[:NEWEST_DAYS], counts))
        write(places.search(language), pages.search())
        write(places.search_months(language), months_index(list(months), self._taxonomy))
        write(places.feeds(language), pages.feeds())

    @staticmethod
    def _front(pages: Pages, place: str, latest: Printed | None, plan: Plan) -> str:
        if latest is None:
            return pages.nothing_yet(place)
        edition = latest.edition
        near = Neighbours(plan.neighbours[edition][0])
        removed = plan.removed.get(edition.issue_id, frozenset())
        return pages.issue(latest, near, removed, cover_of(latest.issue), front=place)

    def _build_topics(
        self, language: str, pages: Pages, months: Mapping[str, Any], rows: Sequence[Row]
    ) -> None:
        by_topic: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            for topic in row.topics:
                by_topic[topic].append(row)
        for each in self._taxonomy.topics:
            counts = {
                month: summary["topics"][each.id]
                for month, summary in months.items()
                if each.id in summary["topics"]
            }
            shown = newest(by_topic[each.id])
            page = pages.topic(each.id, shown, counts)
            self._folder.write(places.topic(language, each.id), page)
            self._build_feed(language, pages, each.id, by_topic[each.id])
        totals: Counter[str] = Counter()
        for summary in months.values():
            totals.update(summary["topics"])
        self._folder.write(places.topics(language), pages.topics(totals))

    def _build_feed(
        self, language: str, pages: Pages, topic_id: str | None, rows: Sequence[Row]
    ) -> None:
        title = pages.feed_title(topic_id)
        feed = Feed(self._site, self._taxonomy, language, topic_id, title, newest(rows))
        atom, json = feed.both()
        self._folder.write(places.feed(language, topic_id, "xml"), atom)
        self._folder.write(places.feed(language, topic_id, "json"), json)


def _month_name(edition: Edition) -> str:
    return f"{edition.language}-{edition.day:%Y-%m}"


def _key_before(before: Mapping[str, Any], edition: Edition) -> str | None:
    month = before.get(_month_name(edition), {"keys": {}})
    key: str | None = month["keys"].get(edition.day.isoformat())
    return key


def _workers(editions: int) -> Any:
    """Where to build: beside the event loop, in processes if it is much."""
    if editions < MANY:
        return nullcontext()
    count = min(WORKERS, os.cpu_count() or 1)
    # A fork of a process with threads may hang.
    context = multiprocessing.get_context("spawn")
    pool: Executor = ProcessPoolExecutor(count, mp_context=context)
    return pool
