"""Entries to normalised items per second, against feedparser alone on the same documents."""

import gzip
import json
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from xml.sax.saxutils import escape

import feedparser

from benchmarks.measure import SHARED, show
from bot.model import SourceSpec
from bot.sources.arxiv import parse_arxiv
from bot.sources.feed import parse_feed

ROUNDS = 5
SPEC = SourceSpec("bench", "feed", "https://example.org/feed")


def run() -> None:
    real = [path.read_bytes() for path in sorted((SHARED / "feeds/real").glob("*.xml"))]
    records = _records(2000)
    if not real or not records:
        show("feeds", "skipped: no ../shared")
        return
    _compare("35 real feeds", real, lambda body: len(parse_feed(body, "", SPEC).items))
    answer = _api_answer(records)
    _compare("arXiv answer of 2000", [answer], lambda body: len(parse_arxiv(body, SPEC).items))
    ours = sum(len(item.authors) for item in parse_arxiv(answer, SPEC).items)
    theirs = sum(len(record["authors"]) for record in records)
    show("authors kept of those in the arXiv answer", f"{ours} of {theirs}")


def _compare(what: str, bodies: Sequence[bytes], ours: Callable[[bytes], int]) -> None:
    fast = _rate(bodies, ours, ROUNDS)
    slow = _rate(bodies, lambda body: len(feedparser.parse(body).entries), 2)
    show(f"{what}: items/s, all of Ribao's steps", f"{fast:,.0f}")
    show(f"{what}: entries/s, feedparser alone", f"{slow:,.0f}")
    show(f"{what}: ratio", f"{fast / slow:.1f}", ">= 20")


def _rate(bodies: Sequence[bytes], parse: Callable[[bytes], int], rounds: int) -> float:
    """Entries per second in the best of some rounds; ratios hold on noisy machines."""
    best = 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        entries = sum(parse(body) for body in bodies)
        best = max(best, entries / (time.perf_counter() - start))
    return best


def _records(count: int) -> list[dict[str, list[str]]]:
    path = next((SHARED / "arxiv").glob("*.jsonl.gz"), None)
    if path is None:
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, count)]


def _api_answer(records: Sequence[dict[str, list[str]]]) -> bytes:
    """An Atom document as export.arxiv.org answers a query, from metadata records."""
    entries = "".join(_entry(record) for record in records)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        f"<id>http://arxiv.org/api/query</id><title>ArXiv Query</title>{entries}</feed>"
    ).encode()


def _entry(record: Mapping[str, object]) -> str:
    authors = record["authors"]
    categories = record["categories"]
    assert isinstance(authors, list)
    assert isinstance(categories, list)
    comment = record["comment"]
    return (
        f"<entry><id>http://arxiv.org/abs/{record['id']}v1</id>"
        f"<title>{escape(str(record['title']))}</title>"
        f"<updated>{record['day']}T04:00:00Z</updated>"
        f"<published>{record['day']}T04:00:00Z</published>"
        f"<summary>{escape(str(record['summary']))}</summary>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in authors)
        + (f"<arxiv:comment>{escape(str(comment))}</arxiv:comment>" if comment else "")
        + f'<arxiv:primary_category term="{categories[0]}"/>'
        + "".join(f'<category term="{term}"/>' for term in categories)
        + f'<link href="http://arxiv.org/abs/{record["id"]}v1" rel="alternate"/></entry>'
    )
