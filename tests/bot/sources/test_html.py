"""HTML as plain text: the words stay, tags and what could do harm go."""

import time
from pathlib import Path

import fastfeedparser  # type: ignore[import-untyped]
import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.html import MAX_HTML, MAX_IMAGES, images, to_text

REAL_FEEDS = Path(__file__).parents[4] / "shared" / "feeds" / "real"
PIECES = """
    <p> </p> <b> </b> <br/> <li> <script> </script> <style <!-- --> <![CDATA[ ]]> &amp; &lt;b&gt;
    &#8217; &#0; < > " ' ="> <a|href='x'> <a|title="a|>|b"> words é </ <svg> \u202e |
"""
MARKUP = st.lists(st.sampled_from(PIECES.split())).map(lambda p: "".join(p).replace("|", " "))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain words", "plain words"),
        ("<p>One</p><p>Two <b>bo</b>ld</p>", "One\nTwo bold"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<ul>\n <li>One</li>\n <li><p>Two</p></li>\n <li></li></ul>", "- One\n- Two"),
        ("<li></li><li>One</li>", "- One"),
        ("<h2>Title</h2>\n\n\n  Text   with\n\tspace ", "Title\nText with space"),
        ("caf&eacute; &amp; &#8220;more&#8221; &lt;b&gt;", "café & “more” <b>"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<script>alert(1)</script>kept<style>p{}</style>", "kept"),
        ("<SCRIPT>alert(1)</SCRIPT>kept", "kept"),
        ("<svg><text>gone</text></svg><math>x</math>kept", "kept"),
        ("<unknown>kept</unknown>", "kept"),
        ("<!-- gone -->kept<!-- <b> gone -->", "kept"),
        ("<p onclick='x()'>kept <a href=\"javascript:x()\">too</a></p>", "kept too"),
        ('<a title="a > b">kept</a>', "kept"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("&lt;p&gt;escaped &lt;b&gt;twice&lt;/b&gt;&lt;/p&gt;", "escaped twice"),
        ("tra\u202epped\x00", "trapped"),
        ("<p>never closed", "never closed"),
        ("", ""),
    ],
)
def test_text(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize("limit", range(20, 60))
def test_no_piece_of_a_tag_is_left_where_it_is_cut(limit: int) -> None:
    text = to_text('<p>One</p><a href="https://example.org/x">Two</a><p>Three</p>', limit)
    assert "One\nTwo\nThree".startswith(text)


@given(MARKUP)
def test_any_markup_is_taken(html: str) -> None:
    text = to_text(html)
    assert all(line == " ".join(line.split()) and line for line in text.splitlines())
    assert "\u202e" not in text
    images(html, "https://example.org/")


def test_simple_markup_reads_as_nh3_has_it() -> None:
    """The quick way and the thorough one agree on what feeds really hold."""
    if not REAL_FEEDS.is_dir():
        pytest.skip("no real feeds beside the project")
    seen = 0
    for path in REAL_FEEDS.iterdir():
        for entry in fastfeedparser.parse(path.read_bytes())["entries"]:
            html = (entry.get("content") or [{"value": entry["description"]}])[0]["value"][:2_000]
            html = html[: html.rfind(">") + 1]
            if "<iframe" not in html and not html.lstrip().startswith("&lt;"):
                seen += 1
                assert "".join(to_text(html).split()) == "".join(to_text(nh3.clean(html)).split())
    assert seen > 400


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<a><b>", "<li><ul>", "<table><td>", "<svg>", "<img ", "&amp", "<!--", "&lt;"],
)
def test_nesting_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    to_text(piece * 1_000_000)
    images(piece * 1_000_000)
    assert time.perf_counter() - started < 1


def test_only_the_beginning_is_looked_at() -> None:
    assert len(to_text("word " * 1_000_000)) <= MAX_HTML


def test_images() -> None:
    html = """
      <img src="/a.png?x=1&amp;y=2" alt="first"><IMG SRC='b.jpg'>
      <img loading="lazy" data-src="no.png" src=https://cdn.example.org/c.webp>
      <img src="/a.png?x=1&amp;y=2"><img src="data:image/png;base64,AAAA">
      <img src="javascript:alert(1)"><img src="https://t.example.org/p.gif" width="1" height="1">
      <img alt="no source">
    """
    assert images(html, "https://example.org/posts/1") == (
        "https://example.org/a.png?x=1&y=2",
        "https://example.org/posts/b.jpg",
        "https://cdn.example.org/c.webp",
    )
    assert images(html, "https://example.org/", limit=1) == ("https://example.org/a.png?x=1&y=2",)
    assert images("<img src='relative.png'>") == ()
    assert images("no image") == ()


def test_a_gallery_is_cut() -> None:
    gallery = "".join(f"<img src='https://example.org/{n}.png'>" for n in range(50))
    assert len(images(gallery)) == MAX_IMAGES
