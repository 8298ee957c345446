"""Taking in a year of arXiv, with topics, stories and search; then once more, which writes nothing.

47,919 metadata records as a source would bring them, 2,000 at a time. No two of them are one paper,
so each must come out as an item of its own.
"""

import asyncio
import gzip
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.measure import SHARED, show
from bot.digest.classify import Classifier, shipped_model
from bot.digest.normalise import bounded, code_urls
from bot.ingest import Ingest
from bot.model import Item, Section
from bot.ports import Added
from bot.store import Store, open_store
from bot.topics import Taxonomy

AT_ONCE = 2_000
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def run() -> None:
    path = next((SHARED / "arxiv").glob("*.jsonl.gz"), None)
    if path is None:
        show("ingest", "skipped: no ../shared")
        return
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_run(Path(folder), path))


async def _run(folder: Path, path: Path) -> None:
    store = await open_store(f"sqlite:///{folder}/ribao.db")
    try:
        classifier = Classifier(Taxonomy.load(), shipped_model)
        ingest = Ingest([], store.items, store.sources, classifier)
        await _pass("first pass", ingest, path, target=">= 2,000 items/s")
        items = await store.items.count()
        merged = sum(map(len, _batches(path))) - items
        show("items; papers merged, each of which would be wrong", f"{items:,}; {merged}", "0")
        await _empty_log(store)
        await _pass("second pass", ingest, path)
        written = (folder / "ribao.db-wal").stat().st_size
        show("second pass: bytes written into the write-ahead log", f"{written:,}", "0")
    finally:
        await store.close()


async def _pass(name: str, ingest: Ingest, path: Path, target: str = "") -> None:
    """By the clock of this process's CPU: the machine may have other work."""
    added, peaks = Added(), []
    wall, cpu = time.perf_counter(), time.process_time()
    reading = 0.0
    for batch in _batches(path):
        start = time.process_time()
        items = [_item(record) for record in batch]
        reading += time.process_time() - start
        more = await ingest.keep(items, NOW)
        added = Added(*(a + b for a, b in zip(astuple(added), astuple(more), strict=True)))
        peaks.append(_resident())
    cpu, wall = time.process_time() - cpu - reading, time.perf_counter() - wall
    count = added.new + added.known + added.enriched
    show(f"{name}: items per second of CPU", f"{count / cpu:,.0f}", target)
    show(f"{name}: items per second by the clock, reading included", f"{count / wall:,.0f}")
    show(f"{name}: new, known, enriched", f"{added.new:,}, {added.known:,}, {added.enriched:,}")
    third = len(peaks) // 3
    memory = f"{peaks[third]} and {peaks[-1]} MB"
    show(f"{name}: resident after a third and at the end", memory)


def _batches(path: Path) -> Iterator[list[Mapping[str, Any]]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        while batch := [json.loads(line) for line in islice(lines, AT_ONCE)]:
            yield batch


def _item(record: Mapping[str, Any]) -> Item:
    summary = " ".join(record["summary"].split())
    comment = " ".join((record["comment"] or "").split())
    return Item(
        key=f"arxiv:{record['id']}",
        title=" ".join(record["title"].split()),
        url=f"https://arxiv.org/abs/{record['id']}",
        section=Section.PAPERS,
        published=record["day"],
        authors=tuple(record["authors"]),
        language="en",
        summary={"en": bounded(summary, 1_000)},
        abstract={"en": bounded(summary, 2_000)},
        code_urls=code_urls(f"{summary} {comment}"),
        arxiv_id=record["id"],
        arxiv_categories=tuple(record["categories"]),
        source="arXiv",
        note=comment or None,
    )


async def _empty_log(store: Store) -> None:
    """Move all of SQLite's write-ahead log into the database; what is written next stands alone."""
    async with store.database.outside_transaction() as connection:
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _resident() -> int:
    """MB of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 // 2**20
