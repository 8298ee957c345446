"""From sources to the store: fetch, classify, keep; one source's failure stays its own."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.digest.classify import Classifier
from bot.errors import SourceError
from bot.model import Fetched, FetchState, Item, SourceSpec, TopicMatch
from bot.ports import Added, ItemStore, Source, SourceStore

log = logging.getLogger(__name__)

MAX_CONCURRENT = 8
"""Hosts that are read at the same time; each by one source after the other."""

FIRST_BACKOFF = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(hours=12)

Progress = Callable[["SourceReport", int, int], None]
"""Told of each source that is done: how many are, and of how many."""

Declared = tuple[Source, tuple[str, ...]]
"""A source, and the topics that are declared for each of its items."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one pass over one source brought. ``error`` is set when it failed."""

    name: str
    added: Added = field(default_factory=Added)
    dropped: Mapping[str, int] = field(default_factory=dict)
    not_modified: bool = False
    waiting_until: datetime | None = None
    error: str | None = None
    feeds: tuple[SourceSpec, ...] = ()


@dataclass(slots=True)
class _Pass:
    """One pass over sources, and how far it is."""

    now: datetime
    states: Mapping[str, FetchState]
    forced: bool
    report: Progress | None
    total: int = 0
    finished: int = 0

    def done(self, report: SourceReport) -> SourceReport:
        self.finished += 1
        if self.report is not None:
            self.report(report, self.finished, self.total)
        return report


class Ingest:
    """Runs sources and stores what they bring, with topics."""

    def __init__(
        self,
        sources: Sequence[Declared],
        items: ItemStore,
        states: SourceStore,
        classifier: Classifier,
        build: Callable[[SourceSpec], Source] | None = None,
    ) -> None:
        """``build`` makes the sources that another source, a list of feeds, brings."""
        self._sources = sources
        self._items = items
        self._states = states
        self._classifier = classifier
        self._build = build

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all sources."""
        return tuple(source.name for source, _ in self._sources)

    async def fetch(
        self, now: datetime, *, names: Iterable[str] = (), report: Progress | None = None
    ) -> tuple[SourceReport, ...]:
        """One pass: all sources whose wait is over, or just ``names``, whatever their wait."""
        wanted = set(names)
        chosen = [pair for pair in self._sources if not wanted or pair[0].name in wanted]
        states = await self._states.states()
        one_pass = _Pass(now, states, forced=bool(wanted), report=report)
        reports = await self._together(chosen, one_pass)
        if self._build is not None:
            listed = [(self._build(spec), spec.topics) for one in reports for spec in one.feeds]
            reports += await self._together(listed, one_pass)
        return tuple(reports)

    async def _together(self, chosen: Sequence[Declared], one_pass: "_Pass") -> list[SourceReport]:
        """Read the sources: all hosts at the same time, those of one host in turn."""
        one_pass.total += len(chosen)
        places = asyncio.Semaphore(MAX_CONCURRENT)
        by_host: dict[str, list[Declared]] = {}
        for pair in chosen:
            by_host.setdefault(pair[0].host, []).append(pair)

        async def of_one_host(pairs: Sequence[Declared]) -> list[SourceReport]:
            async with places:
                return [one_pass.done(await self._one(*pair, one_pass)) for pair in pairs]

        done = await asyncio.gather(*map(of_one_host, by_host.values()))
        by_name = {report.name: report for reports in done for report in reports}
        return [by_name[source.name] for source, _ in chosen]

    async def _one(
        self, source: Source, declared: tuple[str, ...], one_pass: "_Pass"
    ) -> SourceReport:
        now = one_pass.now
        state = one_pass.states.get(source.name, FetchState())
        if not one_pass.forced and state.not_before is not None and state.not_before > now:
            return SourceReport(source.name, waiting_until=state.not_before, error=state.error)
        try:
            fetched = await source.fetch(state, now)
        except SourceError as error:
            return await self._failed(source, state, error, now)
        except Exception as error:
            # A mistake of ours that one source brings out must not hold up the others.
            log.exception("source %s met a fault in Ribao", source.name)
            fault = SourceError(f"a fault in Ribao ({type(error).__name__}); see its log")
            return await self._failed(source, state, fault, now)
        added = await self.keep(fetched.items, now, declared)
        # The state is saved after the items: a crash in between fetches again and loses nothing.
        await self._states.save(source.name, succeeded(state, fetched, added))
        return SourceReport(
            source.name,
            added,
            fetched.dropped,
            not_modified=fetched.not_modified,
            feeds=fetched.feeds,
        )

    async def _failed(
        self, source: Source, state: FetchState, error: SourceError, now: datetime
    ) -> SourceReport:
        await self._states.save(source.name, failed(state, error, now))
        return SourceReport(source.name, error=str(error))

    async def keep(
        self, items: Sequence[Item], now: datetime, declared: tuple[str, ...] = ()
    ) -> Added:
        """Classify and store items."""
        if not items:
            return Added()
        classified = await asyncio.to_thread(self._classified, items, declared)
        return await self._items.add(classified, now)

    def _classified(self, items: Sequence[Item], declared: tuple[str, ...]) -> list[Item]:
        return [replace(item, topics=topics_of(item, declared, self._classifier)) for item in items]


def topics_of(
    item: Item, declared: tuple[str, ...], classifier: Classifier
) -> tuple[TopicMatch, ...]:
    """The topics of an item; those that it brings along stay as they are."""
    if item.topics:
        return item.topics
    text = "\n".join((*item.summary.values(), *item.abstract.values()))
    return classifier.classify(item.title, text, item.arxiv_categories, declared)


def succeeded(before: FetchState, fetched: Fetched, added: Added) -> FetchState:
    """The state after a fetch, with counts of what it brought, or of the last that did."""
    if fetched.not_modified:
        return replace(fetched.state, new=before.new, known=before.known, dropped=before.dropped)
    return replace(
        fetched.state,
        new=added.new,
        known=added.known + added.enriched,
        dropped=dict(fetched.dropped),
    )


def failed(state: FetchState, error: SourceError, now: datetime) -> FetchState:
    """The state after a failure: the wait doubles with each in a row, or is what was asked for."""
    failures = state.failures + 1
    wait = min(FIRST_BACKOFF * (1 << min(failures - 1, 10)), LONGEST_BACKOFF)
    if error.retry_after is not None:
        wait = max(wait, min(timedelta(seconds=error.retry_after), LONGEST_BACKOFF))
    return replace(
        state,
        checked_at=now,
        not_before=now + wait,
        failures=failures,
        failing_since=state.failing_since or now,
        error=str(error),
    )
