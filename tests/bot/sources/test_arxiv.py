"""arXiv's documents: every author, every category, and no replacements."""

import gzip
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.tex import decode_tex
from bot.errors import SourceError
from bot.model import FetchState, Item, Section, SourceSpec
from bot.sources.arxiv import MAX_INTRODUCTION, MAX_PAPERS, ArxivSource, is_arxiv, parse_arxiv
from bot.sources.tools import Tools
from tests.bot.sources.conftest import NOW, document
from tests.bot.sources.server import LoopbackServer, answer

SHARED = Path(__file__).parents[4] / "shared"
SPEC = SourceSpec("arXiv", "arxiv", "https://rss.arxiv.org/atom/cs.CL", Section.PAPERS)
ATOM = "http://www.w3.org/2005/Atom"
ARXIV = "http://arxiv.org/schemas/atom"


def test_the_query_api() -> None:
    body = document("arxiv-api.xml")
    assert is_arxiv(body)
    feed = parse_arxiv(body, SPEC)
    assert feed.title == "ArXiv Query: search_query=all:example"
    assert feed.dropped == {}
    abstract = (
        "We present an example that is long enough to be broken into lines. It is 3 < 5 times "
        "faster. Code is at https://github.com/example-org/fast."
    )
    new, old = feed.items
    assert new == Item(
        key="arxiv:2603.01234",
        title="A Long Title That arXiv Breaks Over Two Lines: $\\mathcal{O}(n)$ & Schrödinger",
        url="https://arxiv.org/abs/2603.01234",
        section=Section.PAPERS,
        published="2026-03-02T17:59:59+00:00",
        authors=("François Viète", "Łukasz O'Brien", "Ada Lovelace"),
        venue="J. Examples 7 (2026) 1-12",
        language="en",
        summary={"en": abstract},
        abstract={"en": abstract},
        code_urls=(
            "https://github.com/example-org/fast",
            "https://huggingface.co/datasets/example-org/fast-data",
        ),
        arxiv_id="2603.01234",
        arxiv_categories=("cs.LG", "stat.ML"),
        source="arXiv",
        note="12 pages, data: https://huggingface.co/datasets/example-org/fast-data",
    )
    assert (old.key, old.arxiv_categories) == ("arxiv:math/0309136", ("math.GT",))
    assert old.url == "https://arxiv.org/abs/math/0309136"


def test_announcements_in_rss() -> None:
    body = document("arxiv-rss.xml")
    assert is_arxiv(body)
    feed = parse_arxiv(body, SPEC)
    assert feed.title == "cs.CL updates on arXiv.org"
    assert feed.dropped == {"replacement": 2, "no arXiv identifier": 1}
    new, cross = feed.items
    assert new.abstract == {"en": 'It says "a & b". More follows.'}
    assert new.authors == ("A. Müller", "Martin Luther King Jr.", "Paul Erdős")
    assert new.arxiv_categories == ("cs.CL", "cs.AI")
    assert new.published == "2026-03-05T05:00:00+00:00"
    assert new.venue == "Proc. of Nothing"
    assert new.note is None
    assert cross.key == "arxiv:2603.00002"
    assert cross.abstract == {"en": "Listed here too."}


def test_a_real_announcement_in_atom() -> None:
    path = SHARED / "feeds" / "arxiv_rss_example_2025-08-20_csAI.atom.xml"
    if not path.exists():
        pytest.skip("no arXiv document beside the project")
    body = path.read_bytes()
    feed = parse_arxiv(body, SPEC)
    entries = ET.fromstring(body).findall(f"{{{ATOM}}}entry")  # noqa: S314 - arXiv's own
    assert len(feed.items) == len(entries) == 7
    for item, entry in zip(feed.items, entries, strict=True):
        creator = entry.findtext("{http://purl.org/dc/elements/1.1/}creator", "")
        assert item.authors == tuple(decode_tex(creator).split(", "))
        abstract = entry.findtext(f"{{{ATOM}}}summary", "").partition("Abstract: ")[2]
        assert item.abstract["en"] == " ".join(abstract.split())
        categories = [one.get("term") for one in entry.findall(f"{{{ATOM}}}category")]
        assert list(item.arxiv_categories) == categories
        assert item.published == "2025-08-20T04:00:00+00:00"


def test_a_holiday_is_no_error() -> None:
    body = document("arxiv-empty.xml")
    assert is_arxiv(body)
    feed = parse_arxiv(body, SPEC)
    assert feed.items == ()
    assert feed.dropped == {}


def test_arxiv_says_what_was_wrong() -> None:
    with pytest.raises(SourceError, match="arXiv answers: incorrect id format for nonsense"):
        parse_arxiv(document("arxiv-error.xml"), SPEC)
    with pytest.raises(SourceError, match="fewer requests"):
        parse_arxiv(b"Rate exceeded.", SPEC)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Maintenance</body></html>",
        b"{}",
        b"<rss version='2.0'><channel>",
        document("arxiv-api.xml")[:-20],
        document("arxiv-api.xml").decode().encode("utf-16"),
        document("laughs.xml"),
        b"<!DOCTYPE feed [<!ENTITY a 'b'>]>" + document("arxiv-empty.xml"),
    ],
)
def test_what_is_no_whole_document_of_arxiv(body: bytes) -> None:
    with pytest.raises(SourceError):
        parse_arxiv(body, SPEC)


def test_other_feeds_are_not_taken_for_arxiv() -> None:
    assert not is_arxiv(document("atom.xml"))
    assert not is_arxiv(document("rss.xml"))
    assert not is_arxiv(b"")
    feed = parse_arxiv(document("atom.xml"), SPEC)
    assert feed.items == ()
    assert feed.dropped == {"no arXiv identifier": 2}


def api(*entries: str) -> bytes:
    return f'<feed xmlns="{ATOM}" xmlns:arxiv="{ARXIV}">{"".join(entries)}</feed>'.encode()


def paper(number: int = 1, more: str = "", title: str = "T", abstract: str = "A.") -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/2603.{number:05}v1</id><title>{title}</title>"
        f"<summary>{abstract}</summary>{more}</entry>"
    )


def test_duplicates_and_papers_without_title_are_counted() -> None:
    feed = parse_arxiv(api(paper(1), paper(1), paper(2, title=" ")), SPEC)
    assert len(feed.items) == 1
    assert feed.dropped == {"duplicate in feed": 1, "no title": 1}


def test_more_papers_than_arxiv_ever_sends_are_counted() -> None:
    entries = "".join(paper(number) for number in range(MAX_PAPERS + 3))
    feed = parse_arxiv(api(entries), SPEC)
    assert len(feed.items) == MAX_PAPERS
    assert feed.dropped == {"beyond the first 10,000": 3}


def test_comments_and_cdata_are_read_as_xml_has_it() -> None:
    body = api(
        "<!-- <entry><id>http://arxiv.org/abs/2603.00009v1</id><title>Hidden</title></entry> -->",
        paper(1, title="<![CDATA[a < b && <c>]]> d", more="<!-- <name>Nobody</name> -->"),
    )
    (item,) = parse_arxiv(body, SPEC).items
    assert item.title == "a < b && <c> d"
    assert item.authors == ()


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"<author><name>{n}</name></author>" for n in ("A Team", ":", "B. Member")),
        "<dc:creator>A Team, :, B. Member</dc:creator>",
    ],
)
def test_the_colon_behind_a_team_is_no_author(written: str) -> None:
    (item,) = parse_arxiv(api(paper(more=written)), SPEC).items
    assert item.authors == ("A Team", "B. Member")


def test_a_stray_control_character_and_broken_bytes() -> None:
    body = api(paper(title="a\x08\u202eb", abstract="c\x0bd")).replace(b"T", b"\xff")
    (item,) = parse_arxiv(body, SPEC).items
    assert item.title == "ab"
    assert item.abstract["en"].isprintable()


def test_the_introduction_is_how_the_abstract_begins() -> None:
    first = "We do what nobody did before, and we do it well, as all the world can see. "
    (item,) = parse_arxiv(api(paper(abstract=first * 20)), SPEC).items
    assert 150 < len(item.summary["en"]) <= MAX_INTRODUCTION
    assert item.summary["en"].endswith("see.")
    assert len(item.abstract["en"]) > 1_000
    (item,) = parse_arxiv(api(paper(abstract="")), SPEC).items
    assert item.summary == item.abstract == {}


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("<published>2026-03-02T17:59:59Z</published>", "2026-03-02T17:59:59+00:00"),
        ("<published>2026-03-02T00:00:00-05:00</published>", "2026-03-02T05:00:00+00:00"),
        ("<pubDate>Mon, 02 Mar 2026 00:00:00 -0500</pubDate>", "2026-03-02T05:00:00+00:00"),
        ("<published>2026-13-45T17:59:59Z</published>", None),
        ("<pubDate>some day</pubDate>", None),
        ("", None),
    ],
)
def test_dates(date: str, published: str | None) -> None:
    assert parse_arxiv(api(paper(more=date)), SPEC).items[0].published == published


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Co"]), max_size=60)
WORDS = TEXTS.map(lambda text: " ".join(text.replace("\\", "").split())).filter(bool)


@given(
    title=WORDS,
    abstract=WORDS,
    names=st.lists(WORDS, max_size=5),
    categories=st.lists(st.sampled_from(["cs.CL", "cs.CV", "stat.ML", "math-ph"]), min_size=1),
)
def test_it_reads_what_an_xml_library_writes(
    title: str, abstract: str, names: list[str], categories: list[str]
) -> None:
    ET.register_namespace("", ATOM)
    ET.register_namespace("arxiv", ARXIV)
    feed = ET.Element(f"{{{ATOM}}}feed")
    entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
    ET.SubElement(entry, f"{{{ATOM}}}id").text = "http://arxiv.org/abs/2603.00001v1"
    ET.SubElement(entry, f"{{{ATOM}}}title").text = title
    ET.SubElement(entry, f"{{{ATOM}}}summary").text = f"  {abstract}\n"
    for name in names:
        author = ET.SubElement(entry, f"{{{ATOM}}}author")
        ET.SubElement(author, f"{{{ATOM}}}name").text = name
        ET.SubElement(author, f"{{{ARXIV}}}affiliation").text = title
    for category in categories[1:]:
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": category, "scheme": ARXIV})
    ET.SubElement(entry, f"{{{ARXIV}}}primary_category", {"term": categories[0]})
    (item,) = parse_arxiv(ET.tostring(feed, "utf-8", xml_declaration=True), SPEC).items
    assert item.title == title
    assert item.abstract["en"] == abstract
    assert item.authors == tuple(names)
    assert item.arxiv_categories == tuple(dict.fromkeys(categories))


def test_two_thousand_real_papers_keep_all_authors() -> None:
    path = SHARED / "arxiv" / "arxiv-2025-03..2026-02.jsonl.gz"
    if not path.exists():
        pytest.skip("no arXiv records beside the project")
    with gzip.open(path, "rt") as lines:
        records: list[dict[str, Any]] = [json.loads(next(lines)) for _ in range(2_000)]
    feed = parse_arxiv(api(*map(_written, records)), SPEC)
    assert len(feed.items) == len(records)
    for item, record in zip(feed.items, records, strict=True):
        assert item.arxiv_id == record["id"]
        names = [" ".join(name.split()) for name in record["authors"] if name != ":"]
        assert list(item.authors) == names
        assert list(item.arxiv_categories) == record["categories"]
        assert item.abstract["en"].split() == record["summary"].split()


def _written(record: dict[str, Any]) -> str:
    names = "".join(f"<author><name>{escape(name)}</name></author>" for name in record["authors"])
    terms = "".join(f'<category term="{category}"/>' for category in record["categories"])
    return (
        f"<entry><id>http://arxiv.org/abs/{record['id']}v1</id><title>{escape(record['title'])}"
        f"</title><summary>  {escape(record['summary'])}\n</summary>{names}"
        f"<arxiv:comment>{escape(record['comment'] or '')}</arxiv:comment>{terms}</entry>"
    )


async def test_arxiv_on_the_web(tools: Tools, server: LoopbackServer) -> None:
    url = server.on("/atom", answer(document("arxiv-rss.xml"), etag='"1"'))
    source = ArxivSource(replace(SPEC, url=url), tools)
    fetched = await source.fetch(FetchState(), NOW)
    assert source.name == "arXiv"
    assert len(fetched.items) == 2
    assert fetched.dropped["replacement"] == 2
    assert fetched.state == FetchState(etag='"1"', checked_at=NOW)
