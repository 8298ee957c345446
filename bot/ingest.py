"""From sources to the store: fetch, classify, keep; one source's failure stays its own."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.digest.classify import Classifier
from bot.errors import SourceError
from bot.model import FetchState, Item, TopicMatch
from bot.ports import Added, ItemStore, Source, SourceStore

log = logging.getLogger(__name__)

MAX_CONCURRENT = 8
FIRST_BACKOFF = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(hours=12)

Progress = Callable[["SourceReport"], None]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one pass over one source brought. ``error`` is set when it failed."""

    name: str
    added: Added = field(default_factory=Added)
    dropped: Mapping[str, int] = field(default_factory=dict)
    not_modified: bool = False
    waiting_until: datetime | None = None
    error: str | None = None


class Ingest:
    """Runs sources and stores what they bring, with topics."""

    def __init__(
        self,
        sources: Sequence[tuple[Source, tuple[str, ...]]],
        items: ItemStore,
        states: SourceStore,
        classifier: Classifier,
    ) -> None:
        """``sources`` come with the topics that are declared for each of their items."""
        self._sources = sources
        self._items = items
        self._states = states
        self._classifier = classifier

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all sources."""
        return tuple(source.name for source, _ in self._sources)

    async def fetch(
        self, now: datetime, *, names: Iterable[str] = (), report: Progress | None = None
    ) -> tuple[SourceReport, ...]:
        """One pass: all sources whose wait is over, or just ``names``, whatever their wait."""
        wanted = set(names)
        states = await self._states.states()
        places = asyncio.Semaphore(MAX_CONCURRENT)

        async def one(source: Source, declared: tuple[str, ...]) -> SourceReport:
            async with places:
                state = states.get(source.name, FetchState())
                result = await self._one(source, declared, state, now, forced=bool(wanted))
            if report is not None:
                report(result)
            return result

        chosen = [pair for pair in self._sources if not wanted or pair[0].name in wanted]
        return tuple(await asyncio.gather(*(one(*pair) for pair in chosen)))

    async def _one(
        self,
        source: Source,
        declared: tuple[str, ...],
        state: FetchState,
        now: datetime,
        *,
        forced: bool,
    ) -> SourceReport:
        if not forced and state.not_before is not None and state.not_before > now:
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
        await self._states.save(source.name, fetched.state)
        return SourceReport(source.name, added, fetched.dropped, fetched.not_modified)

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
