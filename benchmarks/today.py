"""`/today` at 100,000 items: from the message to the reply, and to its text."""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.console.adapter import ConsoleAdapter
from adapters.console.render import as_text, reply_lines
from adapters.console.session import address_of
from benchmarks.measure import percentile, show
from bot.app import App, open_app
from bot.commands.context import Incoming
from bot.commands.dispatch import Dispatcher
from bot.config import AccessSettings, Settings
from bot.model import ChatKind, Item, Section, TopicMatch
from bot.running import settle_memory

ITEMS = 100_000
DAYS = 90
ROUNDS = 1000
END = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
READERS = (
    "/subscribe cv",
    "/subscribe nlp rl",
    "/subscribe cv -medical",
    '/subscribe "gait recognition" speech',
    "/subscribe all",
)


class Clock:
    def now(self) -> datetime:
        return END


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> None:
    async with (
        open_app(
            Settings(data_dir=folder, access=AccessSettings(per_minute=100_000)), Clock()
        ) as app,
        ConsoleAdapter.open(folder, "me") as adapter,
    ):
        start = time.perf_counter()
        await _fill(app)
        show(f"storing {ITEMS:,} items with topics", f"{ITEMS / _since(start):,.0f} items/s")
        settle_memory()  # as `ribao run` does when it has started
        dispatcher = app.dispatcher(adapter)
        for line in READERS:
            await _say(dispatcher, line, line)
        first = max([await _today(dispatcher, line) for line in READERS]) * 1000
        show(f"/today, the slowest first one of {len(READERS)} readers", f"{first:.1f} ms")
        times = [await _today(dispatcher, READERS[n % len(READERS)]) for n in range(ROUNDS)]
        p50, p99 = percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000
        show(f"/today, {ROUNDS} times by {len(READERS)} readers: p50", f"{p50:.1f} ms")
        show(f"/today, {ROUNDS} times by {len(READERS)} readers: p99", f"{p99:.1f} ms", "<= 30 ms")


async def _today(dispatcher: Dispatcher, who: str) -> float:
    start = time.perf_counter()
    await _say(dispatcher, who, "/today")
    return _since(start)


async def _say(dispatcher: Dispatcher, who: str, text: str) -> None:
    incoming = Incoming(address_of(who), ChatKind.PRIVATE, who, who, text)
    reply = await dispatcher.handle(incoming, END)
    assert reply is not None
    as_text(reply_lines(reply))


async def _fill(app: App) -> None:
    roots = app.taxonomy.roots()
    made = _items(roots)
    per_day = ITEMS // DAYS + 1
    for day in range(DAYS):
        seen = END - timedelta(days=DAYS - day - 1, hours=3)
        batch = [item for item, _ in zip(made, range(per_day), strict=False)]
        await app.store.items.add(batch, seen)


def _items(topics: tuple[str, ...]) -> Iterator[Item]:
    """As many papers as anything else together, each on one to four topics."""
    chance = random.Random(1)
    sections = (Section.TOOLS, Section.PROJECTS, Section.POSTS, Section.RESOURCES)
    for number in range(ITEMS):
        section = Section.PAPERS if number % 2 else chance.choice(sections)
        found = chance.sample(topics, chance.randint(1, 4))
        words = " ".join(chance.choices(_WORDS, k=150))
        yield Item(
            key=f"bench:{number}",
            title=" ".join(chance.choices(_WORDS, k=9)).capitalize(),
            url=f"https://example.org/{number}",
            section=section,
            published=f"{END - timedelta(minutes=number):%Y-%m-%dT%H:%M:%S+00:00}",
            authors=("Ada Lovelace", "Alan Turing", "Grace Hopper"),
            summary={"en": words[:300]},
            abstract={"en": words},
            topics=tuple(TopicMatch(topic, 1.0, "bench") for topic in found),
            signals={"upvotes": float(chance.randint(0, 200))},
            source="bench",
        )


def _since(start: float) -> float:
    return time.perf_counter() - start


_WORDS = (
    *("attention", "learning", "model", "gait recognition", "transfer", "image", "language"),
    *("graph", "policy", "speech", "robot", "data", "large", "small", "deep", "robust", "agent"),
    *("efficient", "sparse", "neural", "vision", "world", "reward", "tool", "bench"),
)
