"""Items and issues as JSON objects for scripts; the field names are a contract (docs/cli.md)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.model import Issue, Item, StoredItem, TopicMatch


def item_object(
    item: Item, *, number: int | None = None, heading: Sequence[str] = (), language: str = "en"
) -> dict[str, Any]:
    """One item. Texts are in ``language`` where they are there in it, else in any."""
    return {
        "kind": "item",
        "title": item.title,
        "url": item.url,
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
        "links": [{"label": link.label, "url": link.url} for link in item.links],
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


def _in(text: Mapping[str, str], language: str) -> str | None:
    return text.get(language) or next(iter(text.values()), None)
