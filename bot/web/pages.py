"""The pages of the site, as text. Everything that is put into one is escaped by Jinja2."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.covers import HEIGHT, WIDTH, Cover
from bot.messages import Messages, messages
from bot.model import LANGUAGES, Entry, Section
from bot.topics import Taxonomy
from bot.web import places
from bot.web.editions import Printed
from bot.web.pictures import Picture
from bot.web.rows import Row, entries_of, links_of, paragraphs, shortened, topics_of, web_link
from bot.web.site import Site
from bot.web.words import OWN_NAMES, words

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE_TEXT = 60_000
"""Characters of an issue's page that introductions may take together: it stays below 100 kB."""

MAX_AUTHORS = 30
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Link = Mapping[str, object]


@cache
def environment() -> "Environment":
    from jinja2 import Environment, PackageLoader  # noqa: PLC0415 - only loaded to make pages

    return Environment(
        loader=PackageLoader("bot.web", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The template, filled; without characters that XML can't hold (XML 1.0, 2.2)."""
    return _NOT_IN_XML.sub("", environment().get_template(template).render(values))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The editions before and after one, and what those of its day in other languages hold."""

    previous: date | None = None
    next: date | None = None
    others: Mapping[str, frozenset[int]] = field(default_factory=dict)


class Pages:
    """Makes the pages of one language."""

    def __init__(self, site: Site, taxonomy: Taxonomy, language: str) -> None:
        self._site = site
        self._taxonomy = taxonomy
        self._language = language
        self.say: Messages = messages(language)
        self._names = {t.id: taxonomy.name(t.id, language) for t in taxonomy.topics}
        self._frames: dict[tuple[str, str], Mapping[str, str]] = {}
        named = words(language)
        self._menu = {
            places.front(language): named["today"],
            places.topics(language): named["topics"],
            places.history(language): named["history"],
            places.search(language): named["search"],
        }

    # An issue and its items

    def issue(
        self,
        printed: Printed,
        near: Neighbours,
        removed: frozenset[int],
        cover: Cover,
        *,
        front: str = "",
    ) -> str:
        """The page of an edition; with ``front`` as the front page, which lies there."""
        language, issue = self._language, printed.issue
        place = places.issue(language, issue.day)
        ids = {entry.number: item_id for entry, item_id in entries_of(printed)}
        room = min(max(PAGE_TEXT // max(issue.count, 1), 160), 700)
        sections = [
            {
                "id": section.section.value,
                "icon": section.icon,
                "title": section.title,
                "entries": [
                    self._card(entry, ids[entry.number], room)
                    for entry in section.entries
                    if ids[entry.number] not in removed
                ],
            }
            for section in issue.sections
        ]
        numbered = self.say("issue.number", number=issue.number)
        heading = f"{issue.title} · {numbered}"

        def elsewhere(tag: str) -> str:
            return places.issue(tag, issue.day) if tag in near.others else ""

        return self._render(
            "issue.html",
            front or place,
            "front" if front else "issue",
            title=f"{heading} · {issue.dateline}",
            description=self._headlines(printed, removed),
            canonical=place,
            cover=self._cover(cover),
            languages=self._languages(places.front if front else elsewhere),
            feed=self._feed(None),
            heading=heading,
            day=issue.day.isoformat(),
            dateline=issue.dateline,
            counted=self.say("issue.count", n=sum(len(s["entries"]) for s in sections)),
            notices=issue.notices,
            sections=[section for section in sections if section["entries"]],
            links=self._site.subscribe_links(None),
            previous=near.previous and self._previous(near.previous),
            next=near.next and self._next(near.next),
        )

    def items(
        self,
        printed: Printed,
        near: Neighbours,
        removed: frozenset[int],
        cover: Cover,
        pictures: Mapping[str, Picture],
    ) -> Iterable[tuple[str, str]]:
        """The pages of an edition's items, each with its place; ``pictures`` by address."""
        shown = [(e, item_id) for e, item_id in entries_of(printed) if item_id not in removed]
        day = self.say.short_day(printed.issue.day)
        issue = {
            "place": places.issue(self._language, printed.issue.day),
            "words": self.say("web.from_issue", day=day),
        }
        for at, (entry, item_id) in enumerate(shown):
            before = shown[at - 1] if at else None
            after = shown[at + 1] if at + 1 < len(shown) else None
            place = places.item(self._language, item_id)
            yield (
                place,
                self._render(
                    "item.html",
                    place,
                    "item",
                    title=entry.title,
                    description=shortened(entry.introduction or entry.abstract, 200),
                    cover=self._cover(cover),
                    languages=self._languages(
                        lambda tag: (
                            places.item(tag, item_id)  # noqa: B023 - called at once
                            if item_id in near.others.get(tag, ())  # noqa: B023
                            else ""
                        )
                    ),
                    e=self._details(entry, pictures),
                    topics=self._topic_links(topics_of(entry, self._taxonomy)),
                    issue=issue,
                    previous=self._item_link(before),
                    next=self._item_link(after),
                ),
            )

    def _card(self, entry: Entry, item_id: int, room: int) -> dict[str, Any]:
        """An item as it stands on the page of its issue."""
        byline = (
            self._authors(entry, 3),
            entry.venue,
            entry.published,
            entry.field if entry.section is Section.PAPERS else "",
        )
        return {
            "number": entry.number,
            "title": entry.title,
            "url": web_link(entry.url),
            "byline": " · ".join(filter(None, byline)),
            "text": shortened(entry.introduction or entry.abstract, room),
            "place": places.item(self._language, item_id),
            "code_urls": [u for u in map(web_link, entry.code_urls[:2]) if u and u != entry.url],
        }

    def _details(self, entry: Entry, pictures: Mapping[str, Picture]) -> dict[str, Any]:
        """An item as it stands on its own page: all of it."""
        say = words(self._language)
        facts = (
            (say["published"], entry.published),
            (say["venue"], entry.venue),
            (say["field"], entry.field),
            (say["tasks"], " · ".join(entry.tasks)),
            (say["authors"], self._authors(entry, MAX_AUTHORS)),
        )
        return {
            "number": entry.number,
            "title": entry.title,
            "url": web_link(entry.url),
            "facts": [fact for fact in facts if fact[1]],
            "introduction": paragraphs(entry.introduction),
            "abstract": paragraphs(entry.abstract),
            "images": [
                {"url": url, "shown": pictures.get(url)}
                for url in map(web_link, entry.images)
                if url
            ],
            "links": links_of(entry, say["code"]),
        }

    def _authors(self, entry: Entry, most: int) -> str:
        shown = ", ".join(entry.authors[:most])
        if shown and (entry.authors_more or len(entry.authors) > most):
            return self.say("card.authors_more", authors=shown)
        return shown

    def _headlines(self, printed: Printed, removed: frozenset[int]) -> str:
        titles = [e.title for e, item_id in entries_of(printed) if item_id not in removed]
        return shortened(" · ".join(titles[:4]), 240)

    def _cover(self, cover: Cover) -> Link:
        place = places.cover(self._language, cover.day)
        return {"place": place, "width": WIDTH, "height": HEIGHT, "words": cover.words}

    def _previous(self, day: date) -> Link:
        words = self.say("issue.previous", day=self.say.short_day(day))
        return {"place": places.issue(self._language, day), "words": words}

    def _next(self, day: date) -> Link:
        words = self.say("issue.next", day=self.say.short_day(day))
        return {"place": places.issue(self._language, day), "words": words}

    def _item_link(self, other: tuple[Entry, int] | None) -> Link | None:
        if other is None:
            return None
        return {"place": places.item(self._language, other[1]), "title": other[0].title}

    # Topics, history, search

    def topic(self, topic_id: str, rows: Sequence[Row], months: Mapping[str, int]) -> str:
        """The newest items on a topic; ``months`` counts all of them by month."""
        below = self._taxonomy.children(topic_id)
        return self._list(
            places.topic(self._language, topic_id),
            "topic",
            heading=self._names[topic_id],
            canonical=places.topic(self._language, topic_id),
            languages=self._languages(lambda tag: places.topic(tag, topic_id)),
            feed=self._feed(topic_id),
            links=self._site.subscribe_links(topic_id),
            finer=self._topic_links(below),
            groups=self._by_day(rows),
            months=self._months(months, lambda m: places.topic_month(self._language, topic_id, m)),
        )

    def topic_month(self, topic_id: str, month: str, rows: Sequence[Row]) -> str:
        """All items on a topic of one month."""
        return self._list(
            places.topic_month(self._language, topic_id, month),
            "topic-month",
            heading=f"{self._names[topic_id]} · {self.say.published(month)}",
            languages=self._languages(lambda tag: places.topic(tag, topic_id)),
            finer=self._topic_links((topic_id,)),
            groups=self._by_day(rows),
        )

    def topics(self, counts: Mapping[str, int]) -> str:
        """All topics, with how many items each has."""

        def shown(topic_id: str) -> dict[str, Any]:
            return {
                "id": topic_id,
                "name": self._names[topic_id],
                "place": places.topic(self._language, topic_id),
                "count": counts.get(topic_id, 0),
            }

        fields = [
            {**shown(root), "finer": [shown(each) for each in below(self._taxonomy, root)]}
            for root in self._taxonomy.roots()
        ]
        here = places.topics(self._language)
        return self._render(
            "topics.html",
            here,
            "topics",
            title=self._titled("topics"),
            languages=self._languages(places.topics),
            feed=self._feed(None),
            fields=fields,
        )

    def history(self, newest: Sequence[tuple[date, int, int]], months: Mapping[str, int]) -> str:
        """The newest editions (day, number, count of items), and how many there are by month."""
        return self._list(
            places.history(self._language),
            "history",
            heading=words(self._language)["history"],
            languages=self._languages(places.history),
            feed=self._feed(None),
            groups=self._editions(newest),
            months=self._months(months, lambda m: places.history_month(self._language, m)),
        )

    def history_month(self, month: str, editions: Sequence[tuple[date, int, int]]) -> str:
        return self._list(
            places.history_month(self._language, month),
            "history-month",
            heading=f"{words(self._language)['history']} · {self.say.published(month)}",
            languages=self._languages(places.history),
            groups=self._editions(editions),
        )

    def search(self) -> str:
        return self._render(
            "search.html",
            places.search(self._language),
            "search",
            title=self._titled("search"),
            languages=self._languages(places.search),
        )

    def feeds(self) -> str:
        """The list of all feeds in this language."""
        return self._render(
            "feeds.html",
            places.feeds(self._language),
            "feeds",
            title=self._titled("feeds"),
            languages=self._languages(places.feeds),
            all_feeds=[self._feed(None), *(self._feed(t.id) for t in self._taxonomy.topics)],
        )

    def nothing_yet(self, place: str) -> str:
        """The front page before the first edition."""
        return self._message(place, words(self._language)["name"], "nothing_yet")

    def not_found(self) -> str:
        """Its links hold from anywhere: it is shown under the address that was asked for."""
        return self._message("404.html", words(self._language)["not_found"], "not_found_hint")

    def _message(self, place: str, heading: str, key: str) -> str:
        return self._render(
            "message.html",
            place,
            "message",
            title=heading,
            languages=self._languages(places.front),
            heading=heading,
            text=words(self._language)[key],
        )

    def feed_title(self, topic_id: str | None) -> str:
        name = words(self._language)["name"]
        return f"{name} · {self._names[topic_id]}" if topic_id else name

    def _feed(self, topic_id: str | None) -> Link:
        return {
            "title": self.feed_title(topic_id),
            "atom": places.feed(self._language, topic_id, "xml"),
            "json": places.feed(self._language, topic_id, "json"),
        }

    def _titled(self, key: str) -> str:
        say = words(self._language)
        return f"{say[key]} · {say['name']}"

    def _topic_links(self, topic_ids: Iterable[str]) -> list[Link]:
        return [
            {"place": places.topic(self._language, each), "name": self._names[each]}
            for each in topic_ids
        ]

    def _by_day(self, rows: Sequence[Row]) -> list[Link]:
        groups: dict[str, list[Link]] = {}
        for row in rows:
            shown = {"place": places.item(self._language, row.id), "title": row.title, "faint": ""}
            groups.setdefault(row.day, []).append(shown)
        return [
            {"title": self.say.short_day(date.fromisoformat(day)), "rows": each}
            for day, each in groups.items()
        ]

    def _editions(self, editions: Sequence[tuple[date, int, int]]) -> list[Link]:
        rows = [
            {
                "place": places.issue(self._language, day),
                "title": f"{self.say.day(day)} · {self.say('issue.number', number=number)}",
                "faint": self.say("issue.count", n=count),
            }
            for day, number, count in editions
        ]
        return [{"title": "", "rows": rows}] if rows else []

    def _months(self, months: Mapping[str, int], place: Any) -> list[Link]:
        return [
            {"place": place(month), "words": self.say.published(month), "count": months[month]}
            for month in sorted(months, reverse=True)
        ]

    # All pages

    def _list(self, here: str, kind: str, *, heading: str, **more: Any) -> str:
        title = f"{heading} · {words(self._language)['name']}"
        return self._render("list.html", here, kind, title=title, heading=heading, **more)

    def _languages(self, place_in: Any) -> list[Link]:
        """The page in each language; where it is not there, that language's front page."""
        return [
            {"tag": tag, "name": OWN_NAMES[tag], "place": place_in(tag) or places.front(tag)}
            for tag in LANGUAGES
        ]

    def _render(self, template: str, here: str, kind: str, **more: Any) -> str:
        values = {
            "lang": self._language,
            "w": words(self._language),
            "site": self._site,
            "root": places.up(here),
            "here": here,
            "canonical": here,
            "kind": kind,
        }
        frame = self._frame(here, values)
        return fill(template, {**values, "frame": frame, **more})

    def _frame(self, here: str, values: Mapping[str, Any]) -> Mapping[str, str]:
        """What does not differ between pages: made anew, it would be half the work of a page."""
        key = values["root"], here if here in self._menu else ""
        if key not in self._frames:
            menu = [{"place": place, "words": name} for place, name in self._menu.items()]
            made: Any = (
                environment().get_template("frame.html").make_module({**values, "menu": menu})
            )
            self._frames[key] = {
                "head": made.head(),
                "top": made.top(),
                "theme": made.theme(),
                "foot": made.foot(),
            }
        return self._frames[key]


def below(taxonomy: Taxonomy, topic_id: str) -> Iterable[str]:
    """All topics that are part of one, each before its own parts."""
    for child in taxonomy.children(topic_id):
        yield child
        yield from below(taxonomy, child)
