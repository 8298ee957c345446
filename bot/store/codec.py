"""Between the values of ``bot.model`` and what the tables hold."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Row

from bot.digest.rank import origins, standing
from bot.digest.terms import whole_texts
from bot.model import (
    Entry,
    Issue,
    IssueSection,
    Item,
    Link,
    Match,
    MatchKind,
    Section,
    Sighting,
    StoredItem,
    TopicMatch,
    Why,
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
        **item_to_json(item),
        "first_seen": first_seen,
        "text": search_text((item.title, *whole_texts(item))),
    }


def item_to_json(item: Item) -> dict[str, Any]:
    """The item as plain JSON values, by the names of its fields."""
    return {
        "key": item.key,
        "section": item.section.value,
        "source": item.source,
        "published": item.published,
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
    }


def topics_to_rows(item_id: int, item: Item, first_seen: datetime) -> list[dict[str, Any]]:
    """The rows of ``item_topics`` of one item."""
    return [
        {"item_id": item_id, "topic_id": topic.id, "first_seen": first_seen}
        for topic in item.topics
    ]


def standing_to_row(item_id: int, item: Item, first_seen: datetime) -> dict[str, Any]:
    """The row of ``standings`` of one item."""
    return {
        "item_id": item_id,
        "standing": standing(item, first_seen),
        "origins": "\n".join(origins(item)),
    }


def row_to_item(row: Row[Any]) -> StoredItem:
    """A whole row of ``items``, and whether the item is ``removed``."""
    item = item_from_json(row._asdict())
    return StoredItem(row.id, row.first_seen, item, removed=bool(row.removed))


def item_from_json(data: Mapping[str, Any]) -> Item:
    """What ``item_to_json`` gave, after a way through JSON or the columns of ``items``."""
    return Item(
        key=data["key"],
        title=data["title"],
        url=data["url"],
        section=Section(data["section"]),
        published=data["published"],
        authors=tuple(data["authors"]),
        authors_more=data["authors_more"],
        venue=data["venue"],
        language=data["language"],
        summary=data["summary"],
        abstract=data["abstract"],
        images=tuple(data["images"]),
        code_urls=tuple(data["code_urls"]),
        links=_links(data["links"]),
        arxiv_id=data["arxiv_id"],
        arxiv_categories=tuple(data["arxiv_categories"]),
        topics=tuple(TopicMatch(*topic) for topic in data["topics"]),
        signals=data["signals"],
        source=data["source"],
        note=data["note"],
    )


def sighting_to_row(item_id: int, sighting: Sighting) -> dict[str, Any]:
    """The columns of ``sightings`` but for the id."""
    match = sighting.match
    return {
        "item_id": item_id,
        "source": sighting.item.source,
        "key": sighting.item.key,
        "seen_at": sighting.seen_at,
        "match_kind": match and match.kind.value,
        "match_detail": match and match.detail,
        "origin_id": sighting.origin,
        "content": item_to_json(sighting.item),
    }


def row_to_sighting(row: Row[Any]) -> Sighting:
    """A row of ``sightings``."""
    match = Match(MatchKind(row.match_kind), row.match_detail) if row.match_kind else None
    return Sighting(item_from_json(row.content), row.seen_at, match, row.origin_id, row.id)


def issue_from_json(data: Mapping[str, Any]) -> Issue:
    """An issue, after a way through JSON."""
    return Issue(
        **{
            **data,
            "day": date.fromisoformat(data["day"]),
            "previous": _date(data["previous"]),
            "next": _date(data["next"]),
            "topics": tuple(data["topics"]),
            "notices": tuple(data["notices"]),
            "sections": tuple(_section(section) for section in data["sections"]),
            "supplements": tuple(map(issue_from_json, data.get("supplements", ()))),
        }
    )


def issue_digest(issue: Issue, item_ids: Sequence[int]) -> str:
    """The SHA-256, in hex, of the issue's content and its items: the same for the same issue."""
    return hashlib.sha256(orjson.dumps([issue, item_ids])).hexdigest()


def _section(data: Mapping[str, Any]) -> IssueSection:
    entries = tuple(_entry(entry) for entry in data["entries"])
    return IssueSection(**{**data, "section": Section(data["section"]), "entries": entries})


def _entry(data: Mapping[str, Any]) -> Entry:
    tuples = {name: tuple(data[name]) for name in ("tasks", "authors", "code_urls", "images")}
    links = tuple(Link(**link) for link in data["links"])
    section, why, kind = Section(data["section"]), data.get("why"), data.get("kind")
    return Entry(
        **{
            **data,
            **tuples,
            "section": section,
            "kind": Section(kind) if kind else None,
            "links": links,
            "why": why and _why(why),
        }
    )


def _why(data: Mapping[str, Any]) -> Why:
    return Why(
        **{
            **data,
            "topics": tuple(TopicMatch(**topic) for topic in data["topics"]),
            "keywords": tuple(data["keywords"]),
            "signals": tuple((name, value) for name, value in data["signals"]),
        }
    )


def _links(pairs: Iterable[Sequence[str]]) -> tuple[Link, ...]:
    return tuple(Link(label, url) for label, url in pairs)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
