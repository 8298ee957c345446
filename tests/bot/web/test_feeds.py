"""Feeds, as readers that others wrote understand them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree  # type: ignore[import-untyped]

from tests.bot.web.newsroom import Newsroom, newsroom
from tests.bot.web.test_site import hostile
from tests.conversation import item

BASE = "https://news.example.org/"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with newsroom(tmp_path, base_url=BASE) as open_room:
        await open_room.next_day(item("a", "detection"), item("b", "nlp"), hostile())
        yield open_room


def read(room: Newsroom, place: str = "en/feed.xml") -> Any:
    parsed = feedparser.parse(room.files()[place][0])
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    return parsed


async def test_atom_is_understood(room: Newsroom) -> None:
    parsed = read(room)
    assert parsed.feed.title == "Ribao · AI daily"
    assert parsed.feed.updated == "2026-11-17T09:00:00Z"
    assert {link.rel: link.href for link in parsed.feed.links} == {
        "self": f"{BASE}en/feed.xml",
        "alternate": f"{BASE}en/index.html",
    }
    (entry,) = (each for each in parsed.entries if each.title == "Title of a")
    assert entry.id.startswith("urn:uuid:")
    assert entry.link.startswith(f"{BASE}en/items/")
    assert {link.rel: link.href for link in entry.links}["related"] == "https://example.org/a"
    assert entry.summary == "Summary of a."
    assert [author.name for author in entry.authors] == ["Ada Lovelace", "Alan Turing"]
    assert [tag.term for tag in entry.tags] == ["cv", "detection"]


async def test_every_feed_is_well_formed_and_complete(room: Newsroom) -> None:
    """What RFC 4287 (4.1.1, 4.1.2) asks of a feed and its entries."""
    atom = "{http://www.w3.org/2005/Atom}"
    feeds = [body for place, (body, _) in room.files("**/*.xml").items()]
    assert len(feeds) == 3 * 5
    ids = set()
    for body in feeds:
        feed = etree.fromstring(body)
        assert [len(feed.findall(atom + tag)) for tag in ("id", "title", "updated")] == [1, 1, 1]
        assert feed.findall(atom + "author")
        ids.add(feed.findtext(atom + "id"))
        for entry in feed.iterfind(atom + "entry"):
            counts = [len(entry.findall(atom + tag)) for tag in ("id", "title", "updated")]
            assert counts == [1, 1, 1]
            assert entry.findall(atom + "link") or entry.findall(atom + "content")
    assert len(ids) == len(feeds)


async def test_json_feed_has_what_version_1_1_asks_for(room: Newsroom) -> None:
    feed = json.loads(room.page("zh-CN/topics/nlp.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{BASE}zh-CN/topics/nlp.json"
    assert feed["language"] == "zh-CN"
    (entry,) = feed["items"]
    assert entry["external_url"] == "https://example.org/b"
    assert entry["content_text"] == "Summary of b."
    assert entry["date_published"] == "2026-11-17T09:00:00Z"
    for place, (body, _) in room.files("**/topics/*.json").items():
        for each in json.loads(body)["items"]:
            assert isinstance(each["id"], str), place
            assert each["content_text"], place


async def test_ids_stay_and_nothing_is_updated_that_did_not_change(
    room: Newsroom, tmp_path: Path
) -> None:
    before = {entry.id: entry for entry in read(room).entries}
    await room.next_day(item("c", "cv"))
    after = {entry.id: entry for entry in read(room).entries}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    assert read(room).feed.updated == "2026-11-18T09:00:00Z"
    assert read(room, "en/topics/nlp.xml").feed.updated == "2026-11-17T09:00:00Z"
    (room.folder / ".ribao" / "site.json").unlink()
    whole = room.files()
    await room.build()
    assert room.files() == whole


async def test_the_same_story_in_two_languages_is_two_entries(room: Newsroom) -> None:
    ids = [{entry.id for entry in read(room, f"{tag}/feed.xml").entries} for tag in ("en", "zh-CN")]
    assert ids[0].isdisjoint(ids[1])


async def test_opml_lists_every_feed_by_its_address(room: Newsroom) -> None:
    outlines = etree.fromstring(room.files()["feeds.opml"][0]).iterfind(".//outline[@xmlUrl]")
    addresses = {outline.get("xmlUrl") for outline in outlines}
    assert addresses == {BASE + place for place in room.files("**/*.xml")}


async def test_without_an_address_of_the_site_entries_lead_to_their_sources(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.next_day(item("a", "cv"))
        (entry,) = read(room).entries
        assert entry.link == "https://example.org/a"
        assert json.loads(room.page("en/feed.json"))["items"][0]["url"] == "https://example.org/a"
