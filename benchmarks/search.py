"""`/search` at 100,000 items, half of them English, half Chinese, and what its index costs."""

import asyncio
import gzip
import json
import random
import string
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, count, islice, pairwise
from pathlib import Path

from sqlalchemy import select

from adapters.console.adapter import ConsoleAdapter
from adapters.console.render import as_text, reply_lines
from adapters.console.session import address_of
from benchmarks.measure import SHARED, percentile, show
from bot.app import App, open_app
from bot.commands.context import Incoming
from bot.commands.dispatch import Dispatcher
from bot.config import AccessSettings, Settings
from bot.digest.terms import phrase
from bot.han import simplified
from bot.model import ChatKind, Item, SearchQuery, Section
from bot.sample import sample_items
from bot.store import search
from bot.store.tables import items as item_rows
from bot.store.tables import not_removed
from bot.topics import normal_form

ITEMS = 100_000
PHRASES = 300
CHECKED = 60
"""Phrases of each language whose items are also looked for text by text."""

_ENDS = f"{string.ascii_letters}{string.digits}{string.punctuation}，。、；：！？“”「」 "
NOW = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


class Clock:
    def now(self) -> datetime:
        return NOW


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> None:
    chance = random.Random(1)
    english = list(islice(chain(_papers(), _texts("en", chance)), ITEMS // 2))
    chinese = [
        *islice(_texts("zh-CN", chance), ITEMS // 4),
        *islice(_texts("zh-TW", chance), ITEMS // 4),
    ]
    settings = Settings(data_dir=folder, access=AccessSettings(per_minute=100_000))
    async with open_app(settings, Clock()) as app, ConsoleAdapter.open(folder, "me") as adapter:
        for name, items in (("English", english), ("Chinese", chinese)):
            await _fill(app, name, items)
        dispatcher, texts = app.dispatcher(adapter), await _texts_of(app)
        for name, items in (("English", english), ("Chinese", chinese)):
            phrases = [_phrase_of(chance.choice(items), chance) for _ in range(PHRASES)]
            await _measure(app, dispatcher, name, phrases, texts)
        await _single(app, chinese[:1000], chance)


async def _fill(app: App, name: str, items: Sequence[Item]) -> None:
    start, processor = time.perf_counter(), time.process_time()
    for first in range(0, len(items), 1000):
        await app.store.items.add(items[first : first + 1000], NOW)
    show(f"storing {name} items, index included", f"{len(items) / _since(start):,.0f} items/s")
    whole = time.process_time() - processor
    processor = time.process_time()
    # Again into an index that is then thrown away: what the index alone takes.
    async with app.store.database.engine.connect() as connection:
        placed = [(10**6 + n, item, NOW) for n, item in enumerate(items[:5000])]
        for first in range(0, len(placed), 500):
            await search.put(app.store.database, connection, placed[first : first + 500])
        await connection.rollback()
    index = (time.process_time() - processor) * len(items) / 5000
    show(f"storing {name} items, on one core", f"{len(items) / whole:,.0f} items/s")
    show(f"storing {name} items, share of the index", f"{index / whole:.0%} of processor time")


async def _measure(
    app: App,
    dispatcher: Dispatcher,
    name: str,
    phrases: Sequence[str],
    texts: Sequence[tuple[int, str]],
) -> None:
    times, worked, answers, found = [], [], [], []
    for each in phrases:
        start, processor = time.perf_counter(), time.process_time()
        found.append(len(await app.store.search.find(_query(each), 1001)))
        times.append(_since(start) * 1000)
        worked.append((time.process_time() - processor) * 1000)
        start = time.perf_counter()
        await _say(dispatcher, f'/search "{each}"')
        answers.append(_since(start) * 1000)
    what = f"{PHRASES} {name} phrases"
    show(f"{what}: items found, median", f"{percentile(found, 0.5):,.0f}")
    for label, values, aim in (
        ("search", times, "<= 20 ms"),
        ("search, processor time", worked, ""),
        ("/search to its text", answers, ""),
    ):
        show(f"{what}, {label}: p50", f"{percentile(values, 0.5):.1f} ms")
        show(f"{what}, {label}: p99", f"{percentile(values, 0.99):.1f} ms", aim)
    whole = await _recall(app, texts, phrases[:CHECKED])
    show(f"{CHECKED} {name} phrases: items found of those that hold it", f"{whole:.2%}", "100 %")


async def _single(app: App, items: Sequence[Item], chance: random.Random) -> None:
    times = []
    for item in chance.choices(items, k=100):
        letter = chance.choice([c for c in next(iter(item.abstract.values())) if c.isalnum()])
        start = time.perf_counter()
        await app.store.search.find(_query(letter), 1001)
        times.append(_since(start) * 1000)
    show("100 single Chinese characters: p50", f"{percentile(times, 0.5):.1f} ms")
    show("100 single Chinese characters: p99", f"{percentile(times, 0.99):.1f} ms")


async def _texts_of(app: App) -> list[tuple[int, str]]:
    """What readers can find, by id: a few texts that look alike have become one story."""
    live = select(item_rows.c.id, item_rows.c.title, item_rows.c.abstract).where(not_removed())
    async with app.store.database.read() as connection:
        rows = await connection.execute(live)
        return [
            (row.id, "\n".join(map(_folded, (row.title, *row.abstract.values())))) for row in rows
        ]


async def _recall(app: App, texts: Sequence[tuple[int, str]], phrases: Iterable[str]) -> float:
    """The share of items that are found, among those whose text holds the phrase."""
    held = hit = 0
    for each in phrases:
        found = set(await app.store.search.find(_query(each), ITEMS))
        sought = _folded(each)
        sought = sought if sought.isascii() else sought.strip()
        expected = {item_id for item_id, text in texts if sought in text}
        held, hit = held + len(expected), hit + len(expected & found)
    return hit / held


def _folded(text: str) -> str:
    plain = simplified(normal_form(text))
    return f" {' '.join(''.join(c if c.isalnum() else ' ' for c in plain).split())} "


async def _say(dispatcher: Dispatcher, text: str) -> None:
    incoming = Incoming(address_of("me"), ChatKind.PRIVATE, "me", "me", text)
    reply = await dispatcher.handle(incoming, NOW)
    assert reply is not None
    as_text(reply_lines(reply))


def _query(text: str) -> SearchQuery:
    made = phrase(text)
    assert made is not None, text
    return SearchQuery((made,))


def _phrase_of(item: Item, chance: random.Random) -> str:
    """One to four words, or two to eight characters, of the item's text."""
    text = next(iter(item.abstract.values()))
    if item.language == "en":
        words = text.split()
        first = chance.randrange(len(words))
        chosen = " ".join(words[first : first + chance.randint(1, 4)])
        return chosen if phrase(chosen) else item.title
    first = chance.randrange(len(text) - 8)
    # No half of an English word at either end: words are found whole.
    chosen = text[first : first + chance.randint(2, 8)].strip(_ENDS)
    return chosen if len(chosen) > 1 else _phrase_of(item, chance)


def _papers() -> Iterator[Item]:
    """Real papers, where they are at hand."""
    for path in (SHARED / "arxiv").glob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                yield _item(record["id"], record["title"], record["summary"], "en", record["day"])


def _texts(language: str, chance: random.Random) -> Iterator[Item]:
    """Texts made of the sample edition's: what may follow what is as it is there."""
    source = " ".join(item.summary[language] for item in sample_items())
    pieces = [f"{word} " for word in source.split()] if language == "en" else list(source)
    follow: dict[str, list[str]] = {pieces[-1]: [pieces[0]]}
    for piece, following in pairwise(pieces):
        follow.setdefault(piece, []).append(following)
    for number in count():
        made = [chance.choice(pieces)]
        for _ in range(200):
            made.append(chance.choice(follow[made[-1]]))
        text = "".join(made)
        day = NOW - timedelta(days=chance.randrange(300))
        yield _item(f"{language}-{number}", text[:24], text, language, f"{day:%Y-%m-%d}")


def _item(key: str, title: str, text: str, language: str, day: str) -> Item:
    return Item(
        key=f"bench:{key}",
        title=title,
        url=f"https://example.org/{key}",
        section=Section.PAPERS,
        published=day,
        abstract={language: text},
        language=language,
        source="bench",
    )


def _since(start: float) -> float:
    return time.perf_counter() - start
