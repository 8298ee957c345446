"""Nested, huge, bombed and malformed documents: processor time, memory, and the event loop."""

import asyncio
import gzip
import resource
import time
from collections.abc import AsyncIterator, Iterator

from benchmarks.measure import show
from bot.errors import SourceError
from bot.model import SourceSpec
from bot.sources.arxiv import parse_arxiv
from bot.sources.body import MAX_BYTES, read_body
from bot.sources.feed import parse_feed
from bot.sources.feedlist import read_list
from bot.sources.parser import Parser, Reader
from bot.sources.response import Response

SPEC = SourceSpec("bench", "feed", "https://example.org/feed")
LOOK_EVERY = 0.005  # seconds

_HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>'
_ENTRY = b"<item><title>t</title><link>https://e.example/%d</link><description>%s</description>"
_ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>'
_ARXIV = b'<feed xmlns:arxiv="http://arxiv.org/schemas/atom"><id>http://arxiv.org/api/x</id>'
_LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
)


def documents() -> Iterator[tuple[str, bytes]]:
    """Documents of about the size that is let through, by what is wrong with each."""
    full = MAX_BYTES - 1_000
    nested = {"a": 390_000, "item": 390_000, "entry": 390_000, "div": 390_000}
    for tag, times in nested.items():
        yield f"<{tag}> nested {times:,} times", _HEAD + b"<%s>" % tag.encode() * times
    yield "nested in a description", _HEAD + _ENTRY % (1, b"<a>" * 390_000)
    yield "nested, escaped HTML", _HEAD + _ENTRY % (1, b"&lt;b&gt;" * (full // 10))
    yield "malformed, 1.2 MB nested", b"<feed>" + b"<p><x>" * 200_000
    yield "malformed, 500 kB nested a little", (b"<channel>" + b"<item><b>" * 200) * 250
    yield "attributes without end", _HEAD + b"<item " + b'a="b" ' * (full // 6)
    yield "one attribute of 5 MB", _HEAD + b'<item a="' + b"x" * full
    yield "a title of 5 MB", _HEAD + b"<item><title>" + b"x" * full + b"</title></item>"
    yield "a text of 5 MB of &amp;", _HEAD + _ENTRY % (1, b"&amp;" * (full // 5))
    yield "60,000 small entries", _HEAD + b"".join(_ENTRY % (n, b"") for n in range(60_000))
    yield "390,000 empty entries", _ATOM + b"<entry/>" * 390_000
    yield "95,000 authors", _ATOM + b"<entry>" + b"<author><name>n</name></author>" * 95_000
    yield "entities that multiply", b"<!DOCTYPE rss [" + _LAUGHS + b"]>" + _HEAD + b"&l9;"
    yield "rich titles, 5 MB", _HEAD + b"<item><title>a<b>c</b></title></item>" * 90_000
    yield "<!-- without end", _HEAD + b"<!--" * (full // 4)
    yield "CDATA without end", _HEAD + b"<![CDATA[" * (full // 9)
    yield "<?xml again and again", b'<?xml version="1.0"?>' * (full // 22)
    yield "5 MB of zeros", b"\0" * full
    yield "5 MB of <", b"<" * full
    yield "UTF-16, 5 MB", ("<rss><channel>" + "<item>语</item>" * 180_000).encode("utf-16")
    yield "JSON nested 2,500,000 times", b"[" * (full // 2)
    yield "JSON of 1,700,000 lists", b'{"items":[' + b"[]," * (full // 3 - 20) + b"[]]}"
    yield "JSON of 390,000 items", b'{"items":[' + b'{"url":"x"},' * 390_000 + b"{}]}"
    yield "arXiv, one paper of 5 MB", _ARXIV + b"<entry>" + b"<category a" * (full // 12)
    yield "arXiv, 190,000 papers", _ARXIV + b"<entry></entry>" * 190_000 + b"</feed>"
    yield "OPML, 150,000 outlines", b"<opml><body>" + b'<outline xmlUrl="http://e.e/"/>' * 150_000


def run() -> None:
    asyncio.run(_measure())


async def _measure() -> None:
    async with _Watch() as idle:
        await asyncio.sleep(10)
    trivial = [await _one(parse_feed, (b"<x/>", "", SPEC)) for _ in range(5)]
    startup = min(spent for spent, _, _ in trivial)
    worst_time = worst_late = 0.0
    for what, body in documents():
        spent, late, outcome = await _one(*_reader(what, body))
        seconds = max(spent - startup, 0.0)
        worst_time, worst_late = max(worst_time, seconds), max(worst_late, late)
        show(f"{what}: {outcome}"[:58], f"{seconds:.2f} s, {late * 1000:.0f} ms late")
    show("a gzip bomb of 1 GB: " + await _bomb(), "")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    show("worst: processor time", f"{worst_time:.2f} s", "<= 2 s")
    show("worst: memory of the process that parses", f"{peak:.0f} MB", "<= 256 MB")
    show("worst: event loop late by", f"{worst_late * 1000:.0f} ms", "<= 100 ms")
    show("the same in 10 s of doing nothing", f"{idle.late * 1000:.0f} ms")
    harmless = max(late for _, late, _ in trivial)
    show("the same while an empty document is read", f"{harmless * 1000:.0f} ms")


def _reader(what: str, body: bytes) -> tuple[Reader, tuple[object, ...]]:
    if what.startswith("arXiv"):
        return parse_arxiv, (body, SPEC)
    if what.startswith("OPML"):
        return read_list, (Response("", body), SPEC)
    return parse_feed, (body, "https://example.org/feed", SPEC)


async def _one(reader: Reader, arguments: tuple[object, ...]) -> tuple[float, float, str]:
    """Processor seconds of a process that reads just this; how late the loop was; the outcome."""
    before = _children()
    outcome = "read"
    async with _Watch() as watch, Parser() as parser:
        try:
            await parser.read(reader, *arguments)
        except SourceError as error:
            outcome = str(error)
    return _children() - before, watch.late, outcome


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _Watch:
    """Sees by how many seconds the event loop is late at most."""

    late = 0.0

    async def __aenter__(self) -> "_Watch":
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _look(self) -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(LOOK_EVERY)
            self.late = max(self.late, time.perf_counter() - start - LOOK_EVERY)


async def _bomb() -> str:
    """What becomes of a small answer that unpacks to far more than is let through."""
    packed = gzip.compress(bytes(1 << 30), 1)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), 65_536):
            yield packed[start : start + 65_536]

    try:
        await read_body(chunks(), "gzip")
    except SourceError as error:
        return str(error)
    return "unpacked"
