"""Between the values of ``bot.model`` and what the tables hold."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from bot.model import (
    Entry,
    Issue,
    IssueSection,
    Item,
    Link,
    Section,
    StoredItem,
    TopicMatch,
)
from bot.topics import normal_form


def search_text(texts: Iterable[str]) -> str:
    """The texts as one, in the form in which keywords are compared.

    Each by itself: what is plain ASCII is normalised ten times as fast.
    """
    return " ".join(map(normal_form, texts))


def item_to_row(item: Item, first_seen: datetime) -> dict[str, Any]:
    """The columns of ``items`` but for the id."""
    return {
        "key": item.key,
        "section": item.section.value,
        "source": item.source,
        "published": item.published,
        "first_seen": first_seen,
        "signals": dict(item.signals),
        "topics": [(topic.id, topic.confidence, topic.reason) for topic in item.topics],
        "title": item.title,
        "url": item.url,
        "authors": item.authors,
        "authors_more": item.authors_more,
        "venue": item.venue,
        "language": item.language,
        "images": item.images,
        "code_urls": item.code_urls,
        "links": [(link.label, link.url) for link in item.links],
        "arxiv_id": item.arxiv_id,
        "arxiv_categories": item.arxiv_categories,
        "note": item.note,
        "summary": dict(item.summary),
        "abstract": dict(item.abstract),
        "text": search_text((item.title, *item.summary.values(), *item.abstract.values())),
    }


def topics_to_rows(item_id: int, item: Item, first_seen: datetime) -> list[dict[str, Any]]:
    """The rows of ``item_topics`` of one item."""
    return [
        {"item_id": item_id, "topic_id": topic.id, "first_seen": first_seen}
        for topic in item.topics
    ]


def row_to_item(row: Row[Any]) -> StoredItem:
    """A whole row of ``items``, and whether the item is ``removed``."""
    return StoredItem(row.id, row.first_seen, _item(row), removed=bool(row.removed))


def item_to_json(item: Item) -> dict[str, Any]:
    """An item that is not in ``items``, as plain JSON values."""
    row = item_to_row(item, datetime.min.replace(tzinfo=UTC))
    return {name: value for name, value in row.items() if name not in {"first_seen", "text"}}


def item_from_json(data: Mapping[str, Any]) -> Item:
    """What ``item_to_json`` gave, after a way through JSON."""
    return _item(SimpleNamespace(**data))


def _item(row: Any) -> Item:
    return Item(
        key=row.key,
        title=row.title,
        url=row.url,
        section=Section(row.section),
        published=row.published,
        authors=tuple(row.authors),
        authors_more=row.authors_more,
        venue=row.venue,
        language=row.language,
        summary=row.summary,
        abstract=row.abstract,
        images=tuple(row.images),
        code_urls=tuple(row.code_urls),
        links=_links(row.links),
        arxiv_id=row.arxiv_id,
        arxiv_categories=tuple(row.arxiv_categories),
        topics=tuple(TopicMatch(*topic) for topic in row.topics),
        signals=row.signals,
        source=row.source,
        note=row.note,
    )


def issue_to_json(issue: Issue) -> dict[str, Any]:
    """The issue as plain JSON values: dates as ISO text, tuples as arrays."""
    return {
        **asdict(issue),
        "day": issue.day.isoformat(),
        "previous": issue.previous and issue.previous.isoformat(),
        "next": issue.next and issue.next.isoformat(),
    }


def issue_from_json(data: Mapping[str, Any]) -> Issue:
    """What ``issue_to_json`` gave, after a way through JSON."""
    return Issue(
        **{
            **data,
            "day": date.fromisoformat(data["day"]),
            "previous": _date(data["previous"]),
            "next": _date(data["next"]),
            "topics": tuple(data["topics"]),
            "notices": tuple(data["notices"]),
            "sections": tuple(_section(section) for section in data["sections"]),
        }
    )


def issue_digest(issue: Issue, item_ids: Sequence[int]) -> str:
    """The SHA-256, in hex, of the issue's content and its items: the same for the same issue."""
    # The repr of frozen values says all that they hold, five times as fast as JSON does.
    content = repr((issue, tuple(item_ids)))
    return hashlib.sha256(content.encode()).hexdigest()


def _section(data: Mapping[str, Any]) -> IssueSection:
    entries = tuple(_entry(entry) for entry in data["entries"])
    return IssueSection(**{**data, "section": Section(data["section"]), "entries": entries})


def _entry(data: Mapping[str, Any]) -> Entry:
    tuples = {name: tuple(data[name]) for name in ("tasks", "authors", "code_urls", "images")}
    links = tuple(Link(**link) for link in data["links"])
    return Entry(**{**data, **tuples, "section": Section(data["section"]), "links": links})


def _links(pairs: Iterable[Sequence[str]]) -> tuple[Link, ...]:
    return tuple(Link(label, url) for label, url in pairs)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
