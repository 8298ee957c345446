"""Pages that readers send in: what they say of themselves is read, and nothing else happens."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.curation.drafts import draft_of
from bot.errors import SourceError
from bot.model import FetchState, Item, Section
from bot.sources.http import Fetcher
from bot.sources.pages import item_of_page, looking
from bot.sources.response import Response
from tests.bot.sources.conftest import NOW
from tests.bot.sources.server import (
    LoopbackServer,
    answer,
    bytes_and_close,
    dripping,
    endless,
    redirect,
    zipped,
)

URL = "https://example.org/post"


def draft(url: str = URL) -> Item:
    made = draft_of(url)
    assert made is not None
    return made


def read(html: str | bytes, url: str = URL, content_type: str | None = "text/html") -> Item:
    body = html if isinstance(html, bytes) else html.encode()
    return item_of_page(Response(url, body, content_type), draft(url))


def ld(*objects: Any) -> str:
    return "".join(
        f'<script type="application/ld+json">{json.dumps(each)}</script>' for each in objects
    )


def test_open_graph() -> None:
    item = read(
        """<!doctype html><html lang="en-US"><head><title>Site | Post</title>
        <meta property="og:title" content="A post &amp; more">
        <meta property="og:description" content="What it says.">
        <meta property="og:image" content="/cover.png">
        <meta property="article:published_time" content="2026-03-04T10:00:00+08:00">
        </head><body><h1>Other</h1></body></html>"""
    )
    assert (item.title, item.summary) == ("A post & more", {"en": "What it says."})
    assert item.published == "2026-03-04T02:00:00+00:00"
    assert item.images == ("https://example.org/cover.png",)
    assert (item.url, item.key, item.source) == (URL, "url:example.org/post", "submission")


def test_linked_data_come_before_open_graph() -> None:
    site = {"@type": "WebSite", "name": "The site", "description": "Not this"}
    post = {
        "@type": ["BlogPosting", "Thing"],
        "headline": "The post",
        "datePublished": "2026-03-04",
        "author": [{"@type": "Person", "name": "Ada Lovelace"}, {"name": "Alan Turing"}],
        "description": "Of the post",
    }
    item = read(f'<meta property="og:title" content="OG">{ld({"@graph": [site, post]})}')
    assert item.title == "The post"
    assert item.authors == ("Ada Lovelace", "Alan Turing")
    assert item.published == "2026-03-04"
    assert list(item.summary.values()) == ["Of the post"]


def test_a_paper_by_its_citation() -> None:
    item = read(
        """<html lang=en><meta name="citation_title" content="On Things">
        <meta name="citation_author" content="Lovelace, Ada">
        <meta name="citation_author" content="Turing, Alan">
        <meta name="citation_publication_date" content="2026/3">
        <meta name="citation_abstract" content="We study things.">"""
    )
    assert item.section is Section.PAPERS
    assert item.authors == ("Ada Lovelace", "Alan Turing")
    assert item.published == "2026-03"
    assert item.summary == {"en": "We study things."}


def test_an_arxiv_page_brings_its_categories() -> None:
    item = read(
        """<html lang="en"><meta name="citation_title" content="T">
        <meta name="citation_date" content="2017/06/12">
        <td class="tablecell subjects"><span class="primary-subject">Computation and Language
        (cs.CL)</span>; Machine Learning (cs.LG); Quantum (quant-ph)</td>""",
        "https://arxiv.org/abs/1706.03762",
    )
    assert item.arxiv_categories == ("cs.CL", "cs.LG", "quant-ph")
    assert (item.key, item.published) == ("arxiv:1706.03762", "2017-06-12")


def test_a_repository_goes_by_its_name() -> None:
    item = read(
        '<title>GitHub - a/b: It does things</title><meta property="og:description" content="D">',
        "https://github.com/a/b",
    )
    assert (item.title, item.section) == ("a/b", Section.PROJECTS)


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("2026", "2026"),
        ("2026-13-01", None),
        ("2026-02-30", None),
        ("0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_as_exact_as_they_are(text: str, published: str | None) -> None:
    html = f'<title>T</title><meta name="citation_date" content="{text}">'
    assert read(html).published == published


@pytest.mark.parametrize("declared", ["", "; charset=gb2312"])
def test_a_page_in_an_old_encoding(declared: str) -> None:
    html = '<html><head><meta charset="gb2312"><title>机器学习周报</title>'.encode("gb2312")
    item = read(html, content_type=f"text/html{declared}")
    assert item.title == "机器学习周报"


HOSTILE = {
    "script": '<meta property="og:title" content="&lt;script&gt;alert(1)&lt;/script&gt;T">',
    "markup": '<meta property="og:title" content="T"><meta name="description" content="'
    '&lt;img src=x onerror=alert(1)&gt;&lt;a href=javascript:x&gt;W&lt;/a&gt;">',
    "direction": '<title>T\u202e\u2066</title><meta name="description" content="\u202eevil">',
    "images": '<title>T</title><meta property="og:image" content="javascript:alert(1)">',
    "nested": "<title>T</title>" + "<div>" * 50_000,
    "metas": "<title>T</title>" + '<meta name="description" content="x">' * 20_000,
    "linked data": f"<title>T</title>{ld([[{'@type': 'Article'}]] * 1000)}" + "<script"
    ' type="application/ld+json">' + "[" * 100_000 + "</script>",
    "wrong types": f"<title>T</title>{ld({'@type': 'Article', 'headline': 7, 'author': [7, {}]})}",
    "long": f"<title>T {'x' * 300_000}</title>",
    "cut off": "<title>T</title><meta name='description' content='never closed",
    "no markup": "T",
    "nul": "<title>T\0</title>",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_is_plain_text_or_refused(html: str) -> None:
    try:
        item = read(html)
    except SourceError:
        return
    said = f"{item.title}{item.summary}{item.images}"
    assert not any(bad in said for bad in ("<", "script", "javascript", "\u202e", "\u2066", "\0"))
    assert len(item.title) <= 500


def test_what_says_nothing_goes_by_its_address() -> None:
    assert read("<html><body>Hello</body></html>").title == "example.org/post"


def test_an_empty_page_is_none() -> None:
    with pytest.raises(SourceError):
        read("")


# ------------------------------------------------------------------------------ over the network


async def looked(server: LoopbackServer, url: str, **bounds: Any) -> Item:
    """As for a page on the open internet; here the loopback is allowed for just this server."""
    async with Fetcher(**bounds) as fetcher:
        look = looking(lambda address, now: fetcher.get(address, FetchState(), now))
        return await look(draft(url), NOW)


async def test_a_page_is_fetched_and_its_final_address_counts(server: LoopbackServer) -> None:
    server.on("/s", redirect("/real?utm_source=x"))
    server.on("/real", zipped(b"<title>Real</title>", content_type="text/html; charset=utf-8"))
    item = await looked(server, server.url("/s"))
    assert (item.title, item.url) == ("Real", server.url("/real"))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answer(b"%PDF-", content_type="application/pdf"), "is no page"),
        (answer(b"x" * 6_000_000, content_type="text/html"), "more than 5 MiB"),
        (endless, "more than 5 MiB"),
        (answer(b"", "404 Not Found"), "404"),
        (answer(b"", "500 Oops"), "500"),
        (bytes_and_close(b"nonsense"), "127"),
        (redirect("http://127.0.0.1:9/"), "private"),
        (redirect("http://169.254.169.254/latest/meta-data"), "private"),
        (redirect("file:///etc/passwd"), "http"),
    ],
)
async def test_what_goes_wrong_is_said(server: LoopbackServer, reply: Any, reason: str) -> None:
    url = server.on("/x", reply)
    with pytest.raises(SourceError, match=reason):
        await looked(server, url)


async def test_a_slow_page_is_given_up(server: LoopbackServer) -> None:
    url = server.on("/x", dripping)
    with pytest.raises(SourceError, match=r"within 0\.3 s"):
        await looked(server, url, seconds=0.3)


async def test_a_private_address_is_never_asked(server: LoopbackServer) -> None:
    url = server.on("/x", answer(b"<title>Secret</title>", content_type="text/html"))
    async with Fetcher() as fetcher:
        look = looking(fetcher.get_public)
        for address in (url, url.replace("127.0.0.1", "localhost"), "http://[::1]/", "http://0/"):
            with pytest.raises(SourceError, match="private"):
                await look(draft(address), NOW + timedelta(0))
    assert server.connections == 0
