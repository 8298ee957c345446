"""Feeds: Atom (RFC 4287), JSON Feed 1.1, and a list of them all (OPML 2.0)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.model import LANGUAGES
from bot.topics import Taxonomy
from bot.web import places
from bot.web.pages import Pages, fill
from bot.web.rows import Row
from bot.web.site import Site
from bot.web.words import OWN_NAMES, words

MOST = 60
"""Entries of a feed; at least the newest edition as a whole, if it is longer."""

BEFORE_ALL = "1970-01-01T00:00:00Z"
"""When a feed was changed in which nothing has stood yet."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed of a topic, or of the whole paper, in one language; ``rows`` newest first."""

    site: Site
    taxonomy: Taxonomy
    language: str
    topic_id: str | None
    title: str
    rows: Sequence[Row]

    def both(self) -> tuple[str, str]:
        """The feed as Atom and as JSON Feed, of entries that are put together once."""
        values = self._values()
        return fill("atom.xml", {"feed": values}), self._json(values)

    def _json(self, values: Mapping[str, Any]) -> str:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": values["title"],
            "home_page_url": values["page"],
            "feed_url": self._address("json"),
            "language": self.language,
            "authors": [{"name": values["author"]}],
            "items": [_json_item(entry, self.language) for entry in values["entries"]],
        }
        return json.dumps({k: v for k, v in feed.items() if v != ""}, ensure_ascii=False, indent=1)

    def _address(self, ending: str) -> str:
        return self.site.address(places.feed(self.language, self.topic_id, ending))

    def _values(self) -> dict[str, Any]:
        page = (
            places.topic(self.language, self.topic_id)
            if self.topic_id
            else places.front(self.language)
        )
        return {
            "id": self.site.urn("feed", self.language, self.topic_id or ""),
            "title": self.title,
            "language": self.language,
            "author": words(self.language)["name"],
            "updated": max((row.until for row in self.rows), default=BEFORE_ALL),
            "address": self._address("xml"),
            "page": self.site.address(page),
            "entries": [self._entry(row) for row in self.rows],
        }

    def _entry(self, row: Row) -> dict[str, Any]:
        return {
            "id": self.site.urn("item", self.language, str(row.id)),
            "title": row.title,
            "updated": row.until,
            "url": row.url,
            "page": self.site.address(places.item(self.language, row.id)),
            "authors": row.authors,
            "topics": [
                {"id": topic.id, "name": self.taxonomy.name(topic.id, self.language)}
                for each in row.topics
                if (topic := self.taxonomy.resolve(each))
            ],
            "text": row.text,
        }


def _json_item(entry: Mapping[str, Any], language: str) -> dict[str, Any]:
    item = {
        "id": entry["id"],
        "url": entry["page"] or entry["url"],
        "external_url": entry["url"] if entry["page"] else "",
        "title": entry["title"],
        "content_text": entry["text"] or entry["title"],
        "date_published": entry["updated"],
        "date_modified": entry["updated"],
        "authors": [{"name": name} for name in entry["authors"]],
        "tags": [topic["name"] for topic in entry["topics"]],
        "language": language,
    }
    return {name: value for name, value in item.items() if value not in ("", [])}


def newest(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that stand in a feed, of those that are there, newest first."""
    of_last_day = sum(row.day == rows[0].day for row in rows) if rows else 0
    return rows[: max(MOST, of_last_day)]


def opml(site: Site, taxonomy: Taxonomy) -> str:
    """All feeds of the site, by language. Only their full addresses are of use to a reader."""
    groups = []
    for language in LANGUAGES:
        pages = Pages(site, taxonomy, language)
        feeds = [
            {
                "title": pages.feed_title(topic_id),
                "address": site.address(place) or place,
                "page": site.address(
                    places.topic(language, topic_id) if topic_id else places.front(language)
                ),
                "language": language,
            }
            for topic_id in (None, *(topic.id for topic in taxonomy.topics))
            if (place := places.feed(language, topic_id, "xml"))
        ]
        groups.append({"title": OWN_NAMES[language], "feeds": feeds})
    title = words(LANGUAGES[0])["name"]
    return fill("opml.xml", {"title": title, "groups": groups})
