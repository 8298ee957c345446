"""One request at a time to a host, and a pause after it, also among several processes."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import SourceError
from bot.sources.politeness import SHARED_GAPS, Politeness, group_of
from bot.store import open_store
from tests.forked import nursery

TURNING = Path(__file__).with_name("turning.py")
GAP = 0.2


def test_all_of_arxiv_is_one_host() -> None:
    hosts = ("arxiv.org", "rss.arxiv.org", "export.arxiv.org.", "OAIPMH.arXiv.org")
    assert {group_of(host) for host in hosts} == {"arxiv.org"}
    assert group_of("notarxiv.org") == "notarxiv.org"
    assert SHARED_GAPS == {"arxiv.org": 3.0}


@pytest.mark.both_engines
async def test_two_processes_take_turns(url: str, tmp_path: Path) -> None:
    await (await open_store(url)).close()
    record = tmp_path / "record"
    command = "tests.bot.sources.turning", url, record, "3", str(GAP)
    with (
        nursery().start(*command, files=(0, 1, 2)) as first,
        nursery().start(*command, files=(0, 1, 2)) as second,
    ):
        assert [await asyncio.to_thread(each.wait) for each in (first, second)] == [0, 0]
    turns = sorted(tuple(map(float, line.split())) for line in record.read_text().splitlines())
    assert len(turns) == 6
    for (_, ended), (begun, _) in pairwise(turns):
        assert begun - ended >= GAP


async def test_requests_of_one_process_wait_for_each_other() -> None:
    politeness = Politeness(gap=0.05)
    turns: list[tuple[float, float]] = []

    async def ask(host: str) -> None:
        async with politeness.turn(host):
            begun = time.monotonic()
            await asyncio.sleep(0)
            turns.append((begun, time.monotonic()))

    await asyncio.gather(*(ask("example.org") for _ in range(4)))
    for (_, ended), (begun, _) in pairwise(sorted(turns)):
        assert begun - ended >= 0.05


async def test_hosts_do_not_wait_for_each_other() -> None:
    politeness = Politeness(gap=0)
    async with politeness.turn("a.example"), politeness.turn("b.example"):
        pass


async def test_a_host_that_asks_for_a_pause_gets_it() -> None:
    politeness = Politeness(gap=0)
    with pytest.raises(SourceError, match="429"):
        async with politeness.turn("example.org"):
            raise SourceError("answers 429", retry_after=600)
    with pytest.raises(SourceError, match="left alone, for another 10 min") as caught:
        async with politeness.turn("example.org"):
            pytest.fail("it was asked again")
    assert caught.value.retry_after == pytest.approx(600, abs=30)
    async with politeness.turn("example.com"):
        pass


@pytest.mark.both_engines
async def test_a_pause_holds_for_all_processes(url: str) -> None:
    store = await open_store(url)
    one, other = Politeness(store.turns), Politeness(store.turns)
    with pytest.raises(SourceError, match="429"):
        async with one.turn("rss.arxiv.org"):
            raise SourceError("answers 429", retry_after=600)
    with pytest.raises(SourceError, match="left alone"):
        async with other.turn("export.arxiv.org"):
            pytest.fail("it was asked again")
    await store.close()


async def test_many_hosts_are_not_all_remembered() -> None:
    politeness = Politeness(gap=0)
    for number in range(1_000):
        async with politeness.turn(f"{number}.example"):
            pass
    assert len(politeness._hosts) < 300
