"""Values for the tests of the store: valid, short, and changed where a test needs it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.model import (
    Chat,
    ChatAddress,
    ChatKind,
    Entry,
    Issue,
    IssueSection,
    Item,
    Link,
    PlannedDelivery,
    Schedule,
    Section,
)
from bot.ports import ComposedIssue
from bot.store import Store

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
TODAY = date(2026, 3, 1)
ACCOUNT = ("telegram", "bot")
ACCOUNTS = (ACCOUNT, ("discord", "bot"))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def an_item(key: str = "k", **changes: Any) -> Item:
    values = {
        "key": key,
        "title": f"Title of {key}",
        "url": f"https://example.org/{key}",
        "section": Section.PAPERS,
        "source": "arxiv",
    }
    return Item(**{**values, **changes})


def a_chat(name: str = "1", **changes: Any) -> Chat:
    values = {
        "id": 0,
        "address": ChatAddress(*ACCOUNT, name),
        "kind": ChatKind.PRIVATE,
        "title": f"Chat {name}",
        "language": "en",
        "schedule": Schedule(time(8), "Europe/Berlin"),
        "active_since": NOW,
    }
    return Chat(**{**values, **changes})


def an_entry(number: int = 1, **changes: Any) -> Entry:
    values = {
        "number": number,
        "title": "Attention",
        "url": "https://example.org/attention",
        "section": Section.PAPERS,
        "published": "2026-02-28",
        "field": "language",
        "tasks": ("translation",),
        "authors": ("Ann", "Bo"),
        "authors_more": True,
        "venue": "NeurIPS",
        "introduction": "一句话。",
        "abstract": "A sentence.",
        "code_urls": ("https://example.org/code",),
        "links": (Link("slides", "https://example.org/slides"),),
        "images": (),
    }
    return Entry(**{**values, **changes})


def an_issue(**changes: Any) -> Issue:
    section = IssueSection(Section.PAPERS, "P", "Papers", (an_entry(),), left_out=2)
    values = {
        "title": "日报",
        "day": TODAY,
        "dateline": "1 March 2026",
        "number": 1,
        "language": "en",
        "layout": "daily",
        "topics": ("nlp",),
        "sections": (section,),
        "notices": ("A sample.",),
        "previous": TODAY - timedelta(days=1),
    }
    return Issue(**{**values, **changes})


def composed(*item_ids: int, until: datetime = NOW, **changes: Any) -> ComposedIssue:
    return ComposedIssue(an_issue(**changes), item_ids, until)


def a_plan(chat: Chat, day: date = TODAY, **changes: Any) -> PlannedDelivery:
    values = {"chat_id": chat.id, "day": day, "due_at": NOW}
    return PlannedDelivery(**{**values, **changes})


async def add_chat(store: Store, name: str = "1", **changes: Any) -> Chat:
    return await store.chats.add(a_chat(name, **changes), NOW)


async def add_items(store: Store, *items: Item, now: datetime = NOW) -> tuple[int, ...]:
    """Store the items; returns their ids in the same order."""
    await store.items.add(items, now)
    ids = {found.item.key: found.id for found in await store.items.load(range(1, 1000))}
    return tuple(ids[item.key] for item in items)
