"""Issues of 20 items as each platform's messages: issues a second of processor time."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from adapters.discord.render import DiscordRenderer
from adapters.telegram.render import TelegramRenderer
from benchmarks.measure import show
from bot.messages import messages
from bot.model import LANGUAGES, Entry, Issue, IssueSection, Link, Section

ISSUES = 120
ROUNDS = 20
ITEMS = 20
DAY = date(2026, 11, 18)

Render = Callable[[Issue], tuple[str, ...]]

_PLATFORMS: dict[str, Render] = {
    "Telegram": TelegramRenderer().render,
    "Discord": DiscordRenderer().render,
}
_SHAPES = {"items with 300 characters each": 300, "papers with 1,300 characters each": 1_300}
"""The abstracts of arXiv hold 1,300 characters on average."""


def run() -> None:
    for what, length in _SHAPES.items():
        issues = list(issues_of(length))
        for platform, render in _PLATFORMS.items():
            best = min(_seconds(render, issues) for _ in range(ROUNDS))
            name = f"{platform}, {ITEMS} {what}"
            show(name, f"{len(issues) / best:,.0f} issues/s", ">= 500")


def _seconds(render: Render, issues: list[Issue]) -> float:
    start = time.process_time()
    for issue in issues:
        render(issue)
    return time.process_time() - start


def issues_of(length: int) -> Iterator[Issue]:
    """Issues that share no text, so that nothing is gained by having laid one out before."""
    some = random.Random(7)
    for number in range(ISSUES):
        language = LANGUAGES[number % len(LANGUAGES)]
        say = messages(language)
        day = DAY + timedelta(days=number)
        entries = [_entry(some, n, length, language) for n in range(1, ITEMS + 1)]
        sections = [
            IssueSection(section, "⚡", say(f"section.{section}"), tuple(entries[start::2]), 3)
            for start, section in enumerate((Section.PAPERS, Section.TOOLS))
        ]
        yield Issue(
            title=say("issue.title"),
            day=day,
            dateline=say.day(day),
            number=number,
            language=language,
            layout="daily",
            topics=("Computer vision", "Language"),
            sections=tuple(sections),
        )


def _entry(some: random.Random, number: int, length: int, language: str) -> Entry:
    return Entry(
        id=number,
        number=number,
        title=_text(some, 70, language),
        url=f"https://arxiv.org/abs/{some.randrange(10**9)}",
        section=Section.PAPERS,
        published="Nov 17, 2026",
        field="Computer vision",
        tasks=("Object detection", "Diffusion models"),
        authors=tuple(_text(some, 14, "en") for _ in range(5)),
        authors_more=True,
        venue="CVPR 2027",
        introduction=_text(some, 150, language),
        abstract=_text(some, length, language),
        code_urls=(f"https://github.com/ada/{some.randrange(10**9)}",),
        links=(Link("Project", f"https://example.org/{some.randrange(10**9)}"),),
        images=(),
    )


def _text(some: random.Random, length: int, language: str) -> str:
    """Words of the language: Latin ones with some marks between, or as many Chinese characters."""
    if language != "en":
        return "".join(chr(some.randrange(0x4E00, 0x9FA5)) for _ in range(length // 3))
    words: list[str] = []
    while sum(map(len, words)) + len(words) < length:
        words.append("".join(chr(some.randrange(97, 123)) for _ in range(some.randrange(2, 11))))
    return " ".join(words).capitalize() + " <5 % & more."
