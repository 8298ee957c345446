"""The web edition after a year: 365 issues of 100 items in three languages, and one more day."""

import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.measure import percentile, show
from benchmarks.search import _papers
from bot.app import App, open_app
from bot.config import Settings, WebSettings
from bot.digest.choose import DAILY_SECTIONS
from bot.messages import messages
from bot.model import (
    LANGUAGES,
    WEB,
    Chat,
    ChatAddress,
    ChatKind,
    Entry,
    Issue,
    IssueSection,
    Item,
    Schedule,
    Section,
    TopicMatch,
    Why,
)
from bot.ports import ComposedIssue
from bot.sample import sample_items
from bot.web.build import Report
from bot.web.serve import serving
from tests.bot.web.test_browser import OFFLINE

_FIRST_RESULT = """words => new Promise(found => {
  const start = performance.now();
  const results = document.getElementById("results");
  new MutationObserver(() => results.firstChild && found(performance.now() - start))
    .observe(results, {childList: true});
  document.getElementById("q").value = words;
  document.getElementById("search").requestSubmit();
})"""

DAYS, PER_DAY = 365, 100
FIRST = date(2025, 11, 26)
_CHINESE = (
    "本文提出一种新的方法，在多个公开数据集上取得了领先的结果，并且训练成本更低，代码已经开源。"
)


class Clock:
    """Past the hour of the last day's edition."""

    def __init__(self) -> None:
        self.day = FIRST + timedelta(DAYS - 1)

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> None:
    clock, site = Clock(), folder / "site"
    settings = Settings(data_dir=folder / "data", web=WebSettings(base_url="https://example.org/"))
    async with open_app(settings, clock) as app:
        editions = _editions()
        await _publish(app, list(islice(editions, DAYS)))
        before = os.times()
        report, seconds = await _build(app, site, clock)
        after = os.times()
        assert report.editions == DAYS * len(LANGUAGES)
        show(f"{DAYS} issues of {PER_DAY} items, 3 languages", f"{seconds:.1f} s", "<= 60 s")
        worked = sum(after[:4]) - sum(before[:4])
        show("    processor time, of two cores each", f"{worked / 2:.1f} s")
        show("    files", f"{report.written:,}")
        clock.day += timedelta(1)
        await _publish(app, [next(editions)])
        worked = time.process_time()
        report, seconds = await _build(app, site, clock)
        worked = time.process_time() - worked
        show("one more day", f"{seconds:.2f} s", "<= 2 s")
        show("    processor time", f"{worked:.2f} s")
        show("    files", f"{report.written:,}")
        _, seconds = await _build(app, site, clock)
        show("nothing new", f"{seconds:.2f} s")
    _sizes(site)
    async with serving(site, "127.0.0.1", 0, "en") as port:
        await asyncio.to_thread(_search, f"http://127.0.0.1:{port}/")


async def _build(app: App, site: Path, clock: Clock) -> tuple[Report, float]:
    builder = await app.site_builder(site)
    start = time.perf_counter()
    report = await builder.build(clock.now())
    return report, time.perf_counter() - start


def _search(address: str) -> None:
    """How long a reader waits for the first result, nothing having been read before."""
    chromium = shutil.which("chromium")
    if chromium is None:
        show("first result in the browser", "skipped: no Chromium")
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(OFFLINE))
        for language, words in (("en", "network"), ("zh-CN", "計算機視覺")):
            times = []
            for _ in range(5):
                page = browser.new_page()
                page.goto(f"{address}{language}/search/index.html")
                times.append(page.evaluate(_FIRST_RESULT, words))
                page.close()
            shown = f"{min(times):.0f}, median {percentile(times, 0.5):.0f} ms"
            show(f"{language}: first result in the browser", shown, "<= 200 ms")
        browser.close()


def _sizes(site: Path) -> None:
    for language in LANGUAGES:
        pages = [page.stat().st_size for page in site.glob(f"{language}/issues/*.html")]
        index = sum(file.stat().st_size for file in site.glob(f"{language}/search/*.json"))
        month = max(file.stat().st_size for file in site.glob(f"{language}/search/2*.json"))
        show(f"{language}: largest page of an issue", f"{max(pages) / 1000:.0f} kB", "<= 100 kB")
        show(f"{language}: search index", f"{index / 1e6:.2f} MB", "<= 5 MB")
        show(f"{language}: its largest month", f"{month / 1000:.0f} kB")


def _editions() -> Iterator[tuple[date, list[Item]]]:
    """A day and its items, day after day: real papers where there are any, with three topics."""
    chance = random.Random(1)
    topics = ["cv", "detection", "nlp", "llm", "agents", "rl", "robotics", "speech", "graph", "ml"]
    texts = cycle(list(islice(_papers(), DAYS * PER_DAY)) or sample_items())
    day = FIRST
    while True:
        items = []
        for number, text in enumerate(islice(texts, PER_DAY)):
            key = f"{day}/{number}"
            abstract = " ".join(text.abstract.values()) or " ".join(text.summary.values())
            found = tuple(TopicMatch(each, 0.9, "bench") for each in chance.sample(topics, 3))
            items.append(
                Item(
                    key=key,
                    title=f"{text.title[:110]} {chance.randrange(10_000)}",
                    url=f"https://example.org/{key}",
                    section=Section.PAPERS,
                    published=day.isoformat(),
                    authors=text.authors[:8] or ("A. Writer", "B. Reader"),
                    summary={"en": abstract[:300], "zh-CN": _CHINESE * 2, "zh-TW": _CHINESE * 2},
                    abstract={"en": abstract},
                    topics=found,
                    source="bench",
                )
            )
        yield day, items
        day += timedelta(1)


async def _publish(app: App, editions: Sequence[tuple[date, list[Item]]]) -> None:
    """The editions of these days, as if they had been composed."""
    ids: dict[str, int] = {}
    for day, items in editions:
        moment = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        await app.store.items.add(items, moment)
        for item in items:
            stored = await app.store.items.find(item.key)
            assert stored
            ids[item.key] = stored.id
    for language in LANGUAGES:
        schedule = Schedule(moment.time(), "UTC")
        address = ChatAddress(WEB, WEB, language)
        chat = await app.store.chats.add(
            Chat(0, address, ChatKind.CHANNEL, WEB, language, schedule), moment
        )
        for day, items in editions:
            moment = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
            issue = _issue(day, items, language, app)
            shown = ComposedIssue(issue, tuple(ids[item.key] for item in items), moment)
            issue_id = await app.store.issues.save(shown, moment)
            await app.store.issues.show(chat.id, issue_id, moment, moment)


def _issue(day: date, items: Sequence[Item], language: str, app: App) -> Issue:
    say = messages(language)
    sections, share = [], len(items) // len(DAILY_SECTIONS)
    for place, (section, icon) in enumerate(DAILY_SECTIONS.items()):
        entries = tuple(
            _entry(number, item, section, language, app)
            for number, item in enumerate(items[place * share : (place + 1) * share], place * share)
        )
        sections.append(IssueSection(section, icon, say(f"section.{section}"), entries))
    return Issue(
        title=say("issue.title"),
        day=day,
        dateline=say.day(day),
        number=(day - FIRST).days + 1,
        language=language,
        layout="daily",
        topics=(),
        sections=tuple(sections),
    )


def _entry(number: int, item: Item, section: Section, language: str, app: App) -> Entry:
    names = tuple(app.taxonomy.name(topic.id, language) for topic in item.topics)
    return Entry(
        number=number + 1,
        title=item.title,
        url=item.url,
        section=section,
        published=messages(language).published(item.published or ""),
        field=names[0],
        tasks=names[1:],
        authors=item.authors,
        authors_more=False,
        venue="",
        introduction=item.summary[language],
        abstract=item.abstract["en"],
        code_urls=(),
        links=(),
        images=(),
        why=Why(item.topics, (), True, "", (), 0.0, 0.0, 0.0, 0.0, 1, 1),
    )
