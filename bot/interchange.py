"""Items and issues as JSON objects for scripts; the field names are a contract (docs/cli.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.imported import Digest, DigestEntry, Problem
from bot.model import Issue, Item, Link, StoredItem, TopicMatch


def item_object(
    item: Item,
    *,
    number: int | str | None = None,
    heading: Sequence[str] = (),
    language: str = "en",
) -> dict[str, Any]:
    """One item. Texts are in ``language`` where they are there in it, else in any."""
    return {
        "kind": "item",
        "title": item.title,
        "url": item.url or None,
        "section": item.section.value,
        "heading": list(heading),
        "number": number,
        "published": item.published,
        "venue": item.venue,
        "authors": list(item.authors),
        "summary": _in(item.summary, language),
        "abstract": _in(item.abstract, language),
        "language": item.language,
        "images": list(item.images),
        "code_urls": list(item.code_urls),
        "links": _links(item.links),
        "topics": [topic_object(topic) for topic in item.topics],
        "arxiv_id": item.arxiv_id,
        "note": item.note,
    }


def topic_object(match: TopicMatch) -> dict[str, Any]:
    """One topic of an item."""
    return {"id": match.id, "confidence": round(match.confidence, 3), "reason": match.reason}


def issue_object(
    title: str | None,
    *,
    number: int | None = None,
    date: str | None = None,
    language: str | None = None,
    layout: str | None = None,
    contents: Sequence[str] = (),
) -> dict[str, Any]:
    """What stands before the items of a feed, a digest or an issue."""
    return {
        "kind": "issue",
        "title": title,
        "number": number,
        "date": date,
        "language": language,
        "layout": layout,
        "contents": list(contents),
        "highlights": [],
        "navigation": [],
    }


def imported_objects(
    title: str | None, language: str | None, layout: str, items: Sequence[Item]
) -> list[dict[str, Any]]:
    """What a file held: its head, and its items in order."""
    head = issue_object(title, language=language, layout=layout)
    return [head, *(item_object(item, language=item.language or "en") for item in items)]


def digest_objects(digest: Digest) -> list[dict[str, Any]]:
    """A digest that was read from a file: its head with what was not understood, and its entries.

    An entry's texts are in its own language; ``summaries`` and ``abstracts`` hold all languages.
    """
    head = issue_object(
        digest.title,
        number=digest.number,
        date=digest.date,
        language=digest.language,
        layout=digest.layout,
        contents=digest.contents,
    )
    head |= {
        "highlights": [
            {"text": each.text, "url": each.url or None, "comment": each.comment}
            for each in digest.highlights
        ],
        "navigation": [asdict(pointer) for pointer in digest.navigation],
        "week": digest.week,
        "source_url": digest.source_url,
        "introduction": digest.introduction,
        "closing": digest.closing,
        "remarks": [asdict(remark) for remark in digest.remarks],
        "images": list(digest.images),
        "links": _links(digest.links),
        "problems": [asdict(problem) for problem in digest.problems],
    }
    return [head, *map(_digest_entry, digest.entries)]


def _digest_entry(entry: DigestEntry) -> dict[str, Any]:
    item = entry.item
    language = item.language or "en"
    return item_object(item, number=entry.number, heading=entry.heading, language=language) | {
        "field": entry.field,
        "tasks": list(entry.tasks),
        "summaries": dict(item.summary),
        "abstracts": dict(item.abstract),
    }


def outline_objects(
    title: str, feeds: Sequence[Link], problems: Sequence[Problem]
) -> list[dict[str, Any]]:
    """A list of feeds: it has no items, its feeds are where to go from here."""
    head = issue_object(title or None, layout="opml")
    head["navigation"] = [{**link, "rel": "feed"} for link in _links(feeds)]
    return [head | {"problems": [asdict(problem) for problem in problems]}]


def composed_objects(
    issue: Issue, items: Mapping[int, StoredItem], ids: Sequence[int]
) -> list[dict[str, Any]]:
    """A composed issue: its head, and its items in order with section headings and numbers."""
    headings = [s.title for s in issue.sections for _ in s.entries]
    head = issue_object(
        issue.title,
        number=issue.number,
        date=issue.day.isoformat(),
        language=issue.language,
        layout=issue.layout,
        contents=[section.title for section in issue.sections],
    )
    return [
        head,
        *(
            item_object(items[id_].item, number=n, heading=[heading], language=issue.language)
            for n, (id_, heading) in enumerate(zip(ids, headings, strict=True), 1)
        ),
    ]


def _links(links: Sequence[Link]) -> list[dict[str, str]]:
    return [{"label": link.label, "url": link.url} for link in links]


def _in(text: Mapping[str, str], language: str) -> str | None:
    return text.get(language) or next(iter(text.values()), None)
