"""Lists of feeds: what others write is read, and what we write is read by others."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SourceError
from bot.sources.opml import MAX_FEEDS, Outline, is_opml, parse_opml, write_opml

GROUPED = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- exported -->
<opml version="1.0">
  <head><title>Reading  list</title></head>
  <body>
    <outline text="AI" title="AI">
      <outline type="rss" text="One &amp; only" xmlUrl="https://one.example/feed?a=1&amp;b=2"
        htmlUrl="https://one.example/"/>
      <outline text="Deeper"><outline text="Two" xmlurl="http://two.example/rss"/></outline>
    </outline>
    <outline text="" xmlUrl="https://three.example/atom.xml" language="zh-CN" category="news"/>
    <outline text="A page" htmlUrl="https://four.example/"/>
    <outline text="Odd" xmlUrl="feed:five"/>
    <outline text="Again" xmlUrl="https://one.example/feed?a=1&amp;b=2"/>
  </body>
</opml>
"""


def test_groups_cases_and_faults() -> None:
    found = parse_opml(GROUPED)
    assert found.title == "Reading list"
    assert [(feed.name, feed.url, feed.category) for feed in found.feeds] == [
        ("One & only", "https://one.example/feed?a=1&b=2", "AI"),
        ("Two", "http://two.example/rss", "Deeper"),
        ("three.example/atom.xml", "https://three.example/atom.xml", "news"),
    ]
    assert found.feeds[0].site == "https://one.example/"
    assert found.feeds[2].language == "zh-CN"
    assert found.faults == (
        (13, "no http(s) address: 'feed:five'"),
        (14, "the same feed as on line 8"),
    )


def test_too_many_feeds_are_counted() -> None:
    feeds = [Outline(f"n{n}", f"https://example.org/{n}") for n in range(MAX_FEEDS + 3)]
    found = parse_opml(write_opml("big", feeds).encode())
    assert len(found.feeds) == MAX_FEEDS
    assert len(found.faults) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<rss/>",
        b"<html><opml/></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><opml>&a;</opml>',
        b"not xml",
    ],
)
def test_what_is_no_list(body: bytes) -> None:
    with pytest.raises(SourceError):
        parse_opml(body)


def test_a_damaged_list_still_gives_its_feeds() -> None:
    body = b'<opml><body><outline text="a" xmlUrl="https://a.example/f"><outline text="b & c"'
    assert [feed.name for feed in parse_opml(body).feeds] == ["a"]


def test_recognised_by_its_root() -> None:
    assert is_opml(GROUPED)
    assert is_opml(b"\xef\xbb\xbf <OPML>")
    assert not is_opml(b"<rss><opml/></rss>")


_names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
_outlines = st.builds(
    Outline,
    name=_names,
    url=st.integers().map(lambda n: f"https://example.org/f?a={n}&b=%22"),
    site=st.none() | st.just("https://example.org/'\"<"),
    category=st.just("") | _names,
    language=st.none() | st.just("en"),
)


@given(st.lists(_outlines, max_size=8, unique_by=lambda outline: outline.url), _names)
def test_what_is_written_is_read_again(feeds: list[Outline], title: str) -> None:
    text = write_opml(title, feeds)
    root = ElementTree.fromstring(text)  # noqa: S314 - our own document
    assert len(root.findall(".//outline[@xmlUrl]")) == len(feeds)
    found = parse_opml(text.encode())
    assert found.title == title
    assert {(feed.name, feed.url, feed.category) for feed in found.feeds} == {
        (feed.name, feed.url, feed.category) for feed in feeds
    }
    assert not found.faults
