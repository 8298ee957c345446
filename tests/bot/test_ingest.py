"""From sources to the store: one source's failure stays its own, and is remembered."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import SourceError
from bot.ingest import FIRST_BACKOFF, LONGEST_BACKOFF, Declared, Ingest, SourceReport, failed
from bot.model import Fetched, FetchState, Item, Section, SourceSpec
from bot.ports import Added, Source
from tests.conversation import NOON, Conversation, item


@dataclass
class ListSource:
    """A source that brings what it was given, or fails as it was told."""

    name: str
    items: Sequence[Item] = ()
    error: Exception | None = None
    host: str = "example.org"
    feeds: tuple[SourceSpec, ...] = ()
    unmodified: bool = False
    asked: list[FetchState] = field(default_factory=list)

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        self.asked.append(state)
        if self.error is not None:
            raise self.error
        state = FetchState(etag="v1", checked_at=now)
        if self.unmodified:
            return Fetched((), state, not_modified=True)
        return Fetched(tuple(self.items), state, {"no link": 1}, feeds=self.feeds)


MakeIngest = Callable[..., Ingest]


@pytest.fixture
def ingest(talk: Conversation) -> MakeIngest:
    def make(
        *sources: ListSource,
        topics: tuple[str, ...] = (),
        build: Callable[[SourceSpec], Source] | None = None,
    ) -> Ingest:
        store = talk.app.store
        pairs: list[Declared] = [(source, topics) for source in sources]
        return Ingest(pairs, store.items, store.sources, talk.app.classifier, build)

    return make


def bare(key: str, **changes: object) -> Item:
    return replace(item(key), topics=(), **changes)  # type: ignore[arg-type]


async def test_items_are_stored_with_topics_and_counted(
    ingest: MakeIngest, talk: Conversation
) -> None:
    paper = bare("arxiv:2611.00001", arxiv_categories=("cs.CV",))
    post = bare("url:a", title="Object detection, explained", section=Section.POSTS)
    (report,) = await ingest(ListSource("list", [paper, post])).fetch(NOON)
    assert report == SourceReport("list", Added(new=2), {"no link": 1})
    await talk.say("/subscribe cv")
    today = await talk.say("/today")
    assert paper.title in today
    assert post.title in today


async def test_declared_topics_hold_for_every_item(ingest: MakeIngest, talk: Conversation) -> None:
    source = ListSource("lab", [bare("url:a", title="Our week")])
    await ingest(source, topics=("robotics",)).fetch(NOON)
    assert "Our week" in await talk.say("/today robotics")


async def test_a_second_pass_finds_nothing_new_and_gets_the_state_of_the_first(
    ingest: MakeIngest,
) -> None:
    source = ListSource("list", [bare("url:a")])
    await ingest(source).fetch(NOON)
    (report,) = await ingest(source).fetch(NOON + timedelta(hours=1))
    assert report.added == Added(known=1)
    counts = FetchState(etag="v1", checked_at=NOON, new=1, dropped={"no link": 1})
    assert source.asked == [FetchState(), counts]


async def test_a_failing_source_keeps_the_rest_going(ingest: MakeIngest) -> None:
    bad = ListSource("bad", error=SourceError("the server answered 500"))
    good = ListSource("good", [bare("url:a")])
    reports = {report.name: report for report in await ingest(bad, good).fetch(NOON)}
    assert reports["bad"].error == "the server answered 500"
    assert reports["good"].added == Added(new=1)


async def test_a_fault_of_ours_in_one_source_keeps_the_rest_going(
    ingest: MakeIngest, caplog: pytest.LogCaptureFixture
) -> None:
    broken = ListSource("broken", error=ZeroDivisionError("a bug"))
    good = ListSource("good", [bare("url:a")])
    reports = {report.name: report for report in await ingest(broken, good).fetch(NOON)}
    assert reports["broken"].error == "a fault in Ribao (ZeroDivisionError); see its log"
    assert reports["good"].added == Added(new=1)
    assert "met a fault in Ribao" in caplog.text


async def test_a_failing_source_waits_and_is_then_asked_again(
    ingest: MakeIngest, talk: Conversation
) -> None:
    source = ListSource("bad", error=SourceError("no answer"))
    await ingest(source).fetch(NOON)
    (waiting,) = await ingest(source).fetch(NOON + FIRST_BACKOFF - timedelta(seconds=1))
    assert waiting.waiting_until == NOON + FIRST_BACKOFF
    assert waiting.error == "no answer"
    assert len(source.asked) == 1
    source.error = None
    await ingest(source).fetch(NOON + FIRST_BACKOFF)
    assert len(source.asked) == 2
    state = (await talk.app.store.sources.states())["bad"]
    assert (state.failures, state.failing_since, state.error) == (0, None, None)


async def test_a_source_that_is_named_is_read_whatever_its_wait(ingest: MakeIngest) -> None:
    bad, other = ListSource("bad", error=SourceError("no answer")), ListSource("other")
    await ingest(bad, other).fetch(NOON)
    reports = await ingest(bad, other).fetch(NOON, names=["bad"])
    assert [report.name for report in reports] == ["bad"]
    assert (len(bad.asked), len(other.asked)) == (2, 1)


async def test_progress_is_reported_source_by_source(ingest: MakeIngest) -> None:
    seen: list[tuple[str, int, int]] = []
    sources = [ListSource(f"source {n}", host=f"{n % 3}.example") for n in range(20)]

    def progress(report: SourceReport, done: int, total: int) -> None:
        seen.append((report.name, done, total))

    reports = await ingest(*sources).fetch(NOON, report=progress)
    assert [report.name for report in reports] == [source.name for source in sources]
    assert {name for name, _, _ in seen} == {source.name for source in sources}
    assert [numbers for _, *numbers in seen] == [[n, 20] for n in range(1, 21)]


async def test_what_was_brought_and_dropped_is_remembered(
    ingest: MakeIngest, talk: Conversation
) -> None:
    source = ListSource("list", [bare("url:a"), bare("url:b")])
    await ingest(source).fetch(NOON)
    source.items = [bare("url:b"), bare("url:c")]
    await ingest(source).fetch(NOON + timedelta(hours=1))
    states = talk.app.store.sources.states
    counts = (1, 1, {"no link": 1})
    state = (await states())["list"]
    assert (state.new, state.known, state.dropped) == counts
    source.unmodified = True
    await ingest(source).fetch(NOON + timedelta(hours=2))
    source.error = SourceError("no answer")
    await ingest(source).fetch(NOON + timedelta(hours=3))
    state = (await states())["list"]
    assert (state.new, state.known, state.dropped) == counts
    assert state.error == "no answer"


@dataclass
class Crowded(ListSource):
    """Sees how many sources of its host, and how many hosts, are read at the same time."""

    busy: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        self.busy[self.host] += 1
        self.most[self.host] = max(self.most[self.host], self.busy[self.host])
        self.most["hosts"] = max(self.most["hosts"], sum(n > 0 for n in self.busy.values()))
        await asyncio.sleep(0)
        self.busy[self.host] -= 1
        return await super().fetch(state, now)


async def test_hosts_are_read_together_and_sources_of_one_host_in_turn(ingest: MakeIngest) -> None:
    busy: Counter[str] = Counter()
    most: Counter[str] = Counter()
    sources = [
        Crowded(f"{host} {n}", host=f"{host}.example", busy=busy, most=most)
        for host in range(3)
        for n in range(4)
    ]
    await ingest(*sources).fetch(NOON)
    assert most.pop("hosts") == 3
    assert set(most.values()) == {1}


async def test_a_list_of_feeds_brings_its_feeds(ingest: MakeIngest, talk: Conversation) -> None:
    specs = tuple(SourceSpec(f"list: {n}", "feed", "", topics=("cv",)) for n in range(2))
    made = {"list: 0": ListSource("list: 0", [bare("url:a")]), "list: 1": ListSource("list: 1")}
    made["list: 1"].error = SourceError("no answer")
    listed = ListSource("list", feeds=specs)
    reports = await ingest(listed, build=lambda spec: made[spec.name]).fetch(NOON, names=["list"])
    assert [(one.name, one.added.new, one.error) for one in reports] == [
        ("list", 0, None),
        ("list: 0", 1, None),
        ("list: 1", 0, "no answer"),
    ]
    assert (await talk.app.store.sources.states())["list: 1"].failures == 1
    assert bare("url:a").title in await talk.say("/today cv")


@pytest.mark.parametrize(
    ("failures", "asked", "wait"),
    [
        (0, None, FIRST_BACKOFF),
        (1, None, 2 * FIRST_BACKOFF),
        (50, None, LONGEST_BACKOFF),
        (0, 1.0, FIRST_BACKOFF),
        (0, 3600.0, timedelta(hours=1)),
        (0, 1e9, LONGEST_BACKOFF),
    ],
)
def test_backoff(failures: int, asked: float | None, wait: timedelta) -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    state = FetchState(etag="v1", failures=failures, failing_since=since if failures else None)
    after = failed(state, SourceError("no answer", asked), NOON)
    assert after.not_before == NOON + wait
    assert after.failures == failures + 1
    assert after.failing_since == (since if failures else NOON)
    assert after.etag == "v1"
