"""Feeds of every kind as items, whatever they hold."""

import io
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import SourceError
from bot.model import FetchState, Section, SourceSpec
from bot.ports import Source
from bot.sources.document import readable
from bot.sources.entries import instant
from bot.sources.feed import MAX_ENTRIES, FeedSource, parse_feed
from bot.sources.items import MAX_AUTHORS, MAX_SUMMARY
from bot.sources.parsed import ParsedFeed
from bot.sources.parser import Parser
from bot.sources.tools import LONGEST_FRESH, Tools
from bot.sources.xmlfeed import MAX_SLOW_BYTES
from tests.bot.sources.conftest import NOW, SPEC, document
from tests.bot.sources.server import LoopbackServer, answer, bytes_and_close, conditional, head

REAL_FEEDS = Path(__file__).parents[4] / "shared" / "feeds" / "real"


def parse(body: bytes | str, spec: SourceSpec = SPEC) -> ParsedFeed:
    body = body.encode() if isinstance(body, str) else body
    return parse_feed(body, "https://blog.example.org/feed.xml", spec)


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'


def entry(title: str = "T", link: str = "https://example.org/1", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


# ---------------------------------------------------------------- kinds of feeds


def test_rss_with_its_namespaces() -> None:
    feed = parse(document("rss.xml"))
    assert feed.title == "Weights & Measures"
    assert feed.language == "en"
    assert feed.dropped == {"duplicate in feed": 1, "no link": 1, "no title": 1, "not http": 1}
    models, attention, paper, tool = feed.items
    assert models.key == "url:blog.example.org/small-models?page=2"
    assert models.url == "https://blog.example.org/small-models?page=2#top"
    assert models.title == "Why small models win — sometimes"
    assert models.published == "2026-03-03T08:30:00+00:00"
    assert models.authors == ("Ada Lovelace", "Émilie du Châtelet")
    assert models.summary == {"en": "Three experiments, one surprise."}
    assert models.abstract["en"].startswith("We trained forty models.\nCode: here, weights at")
    assert models.abstract["en"].endswith("\n- cheap\n- quick")
    assert models.images == ("https://blog.example.org/images/plot.png?w=800&h=600",)
    assert models.code_urls == (
        "https://github.com/example-org/small-models",
        "https://huggingface.co/example-org/small",
    )
    assert (models.source, models.section, models.language) == ("Example", Section.POSTS, "en")
    assert attention.url == "https://blog.example.org/attention/"
    assert attention.authors == ("Grace Hopper",)
    assert attention.summary == {"en": "Short & sweet."}
    assert attention.images == ("https://cdn.example.org/attention.jpg",)
    assert (paper.key, paper.arxiv_id) == ("arxiv:1706.03762", "1706.03762")
    assert paper.section is Section.PAPERS
    assert tool.key == "github:example-org/small-models"
    assert tool.section is Section.PROJECTS


def test_rdf_in_latin_1() -> None:
    feed = parse(document("rdf.xml"))
    assert feed.language == "de"
    (item,) = feed.items
    assert item.key == "doi:10.1234/example.1"
    assert item.title == "Über das Lernen"
    assert item.authors == ("Jürgen Schmidhuber", "Sepp Hochreiter")
    assert item.published == "1997-11-15T00:00:00+00:00"
    assert item.summary == {"de": "Eine kurze Mitteilung."}


def test_atom_with_several_authors_and_xhtml() -> None:
    feed = parse(document("atom.xml"))
    assert feed.title == "模型周报"
    assert feed.language == "zh-CN"
    omni, alone = feed.items
    assert omni.title == "多模态模型的新进展"
    assert omni.authors == ("张三", "李四", "王五")
    assert omni.published == "2026-03-05T02:00:00+00:00"
    assert omni.summary == {
        "zh-CN": "要点\n本周发布了三个模型。代码见 github.com/example-cn/omni。"
    }
    assert omni.code_urls == ("https://github.com/example-cn/omni",)
    assert alone.url == "https://blog.example.org/11"
    assert alone.authors == ()
    assert alone.summary == {"zh-CN": "1 < 2，但不是标签。"}


def test_json_feed() -> None:
    feed = parse(document("feed.json"))
    assert feed.title == "A feed in JSON"
    assert feed.dropped == {"no link": 1}
    proof, plain = feed.items
    assert proof.title == "Is 3 < 5 & 7 > 5?"
    assert proof.authors == ("Kurt Gödel", "Emmy Noether")
    assert proof.published == "2026-03-04T13:06:07+00:00"
    assert proof.summary == {"en": "An <unusual> proof"}
    assert proof.abstract == {"en": "Yes."}
    assert proof.images == ("https://json.example.org/proof.png",)
    assert plain.url == "https://elsewhere.example.org/post"
    assert plain.summary == {"en": "Tags such as <b> are words here."}
    assert plain.authors == ("Maria Single",)
    assert plain.images == ("https://json.example.org/cover.webp",)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"items": 5}', '{"version": "https://jsonfeed.org/version/1"}', "[" * 100_000],
)
def test_json_that_is_no_feed(text: str) -> None:
    with pytest.raises(SourceError, match=r"is not a feed|is none"):
        parse(text)


def test_a_feed_that_only_feedparser_reads() -> None:
    rock, second = parse(document("malformed.xml")).items
    assert rock.title == "Rock & Roll <3"
    assert rock.url == "https://old.example.org/a?x=1&y=2"
    assert rock.published == "2026-03-01T00:00:00+00:00"
    assert rock.language is None
    assert rock.summary["und"].startswith("An item outside of any channel, with a naked &")
    assert second.published is None


def test_an_empty_feed_is_a_feed() -> None:
    assert parse(rss()).items == ()
    assert parse('<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>').items == ()


# ---------------------------------------------------------------- what is no feed


def test_a_page_instead_of_a_feed() -> None:
    with pytest.raises(SourceError, match="HTML page, not a feed"):
        parse(document("page.html"))


@pytest.mark.parametrize(
    "text", ["hello", "<svg xmlns='http://www.w3.org/2000/svg'/>", "<?xml version='1.0'?>", "<"]
)
def test_what_is_no_feed(text: str) -> None:
    with pytest.raises(SourceError, match="neither RSS, RDF, Atom nor JSON Feed"):
        parse(text)


def test_billion_laughs() -> None:
    laughs = document("laughs.xml")
    with pytest.raises(SourceError, match="declares XML entities"):
        parse(laughs)
    inside = laughs.decode().partition("<!DOCTYPE")[2].partition("]>")[0]
    (item,) = parse(rss(f"<!DOCTYPE{inside}]>", entry(more="<category>&lol9;</category>"))).items
    assert item.title == "T"


@pytest.mark.parametrize("tags", ["<a>" * 390_000, "<item>" * 80_000, "<p>text" * 70_000])
async def test_deep_nesting_is_read_or_refused_in_time(parser: Parser, tags: str) -> None:
    """The parser would be killed if it took too long, and say so."""
    nested = rss(entry(more=f"<description>{tags}</description>")).encode()
    parsed = await parser.read(parse_feed, nested, "", SPEC)
    assert parsed.items or parsed.dropped
    with pytest.raises(SourceError, match="is not a feed"):
        await parser.read(parse_feed, f"<unknown>{tags}".encode(), "", SPEC)


def test_a_document_too_big_for_the_slow_parser() -> None:
    with pytest.raises(SourceError, match="is not a feed"):
        parse(f"<channel><item><title>{'x' * MAX_SLOW_BYTES}</title></item></channel>")


# ---------------------------------------------------------------- what entries hold


def test_scripts_and_traps() -> None:
    feed = parse(document("scripts.xml"))
    assert feed.title == "Harmless"
    (item,) = feed.items
    assert item.title == "Hello"
    assert item.url == "https://evil.example.org/1"
    assert item.authors == ("Evenimda",)
    assert item.summary == {"und": "Kept words."}
    assert item.images == ()


def test_a_script_before_the_words_is_no_summary() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><link href="/1"/>'
        "<content type='html'>&lt;script&gt;steal()&lt;/script&gt;&lt;p&gt;Words.&lt;/p&gt;"
        "</content></entry></feed>"
    )
    assert parse(atom).items[0].summary == {"und": "Words."}


def test_plain_text_of_atom_is_not_taken_for_html() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><link href="/1"/>'
        "<content type='text'>vector&lt;int&gt; and &lt;b&gt;</content></entry></feed>"
    )
    assert parse(atom).items[0].summary == {"und": "vector<int> and <b>"}


def test_a_title_of_two_megabytes() -> None:
    (item,) = parse(rss(entry("word " * 400_000))).items
    assert len(item.title) <= 500
    assert parse(rss(entry("&lt;b&gt;" * 200_000 + "x"))).dropped == {"no title": 1}


def test_control_characters_and_broken_encoding() -> None:
    (item,) = parse(rss(entry("a\x08b\x00c")).encode() + b"\x1b").items
    assert item.title == "abc"
    (item,) = parse(rss(entry("good ? bad")).encode().replace(b"?", b"\xff\xfe")).items
    assert item.title in {"good ÿþ bad", "good \ufffd\ufffd bad"}
    surrogates = {"items": [{"url": "https://example.org/", "title": "a\ud800b"}]}
    (item,) = parse(json.dumps(surrogates)).items
    assert item.title == "ab"


def test_long_texts_end_well() -> None:
    sentence = "This sentence has exactly fifty letters, it does.  "
    (item,) = parse(rss(entry(more=f"<description>{sentence * 100}</description>"))).items
    assert 500 < len(item.summary["und"]) <= MAX_SUMMARY
    assert item.summary["und"].endswith("it does.")


def test_an_excerpt_of_the_content_is_not_shown_twice() -> None:
    content = "&lt;p&gt;The first words of it, and then many more of them.&lt;/p&gt;"
    (item,) = parse(
        rss(
            entry(
                more="<description>The first words of it, and […]</description>"
                f'<encoded xmlns="http://purl.org/rss/1.0/modules/content/">{content}</encoded>'
            )
        )
    ).items
    assert item.summary == {"und": "The first words of it, and […]"}
    assert item.abstract == {"und": "The first words of it, and then many more of them."}


def test_the_face_of_the_author_is_no_image_of_the_post() -> None:
    face = '<content xmlns="http://search.yahoo.com/mrss/" medium="image" url="{}"/>'
    gravatar = face.format("https://1.gravatar.com/avatar/0")
    photo = face.format("https://example.org/photo.jpg")
    assert parse(rss(entry(more=gravatar))).items[0].images == ()
    assert parse(rss(entry(more=gravatar + photo))).items[0].images == (
        "https://example.org/photo.jpg",
    )


def test_text_behind_a_lot_of_markup_is_found() -> None:
    markup = f'&lt;img src="x.png" data-attributes="{"x" * 3_000}"&gt;'
    (item,) = parse(rss(entry(more=f"<description>{markup}Words.</description>"))).items
    assert item.summary == {"und": "Words."}


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (
            "Ada Lovelace, Alan Turing and Grace Hopper",
            ("Ada Lovelace", "Alan Turing", "Grace Hopper"),
        ),
        ("Ada Lovelace &amp; Alan Turing", ("Ada Lovelace", "Alan Turing")),
        ("Lovelace, Ada", ("Lovelace, Ada",)),
        ("Research and Development", ("Research and Development",)),
        ("张三、李四", ("张三", "李四")),
        ("ada@example.org (Ada Lovelace)", ("Ada Lovelace",)),
        ("Ada Lovelace &lt;ada@example.org&gt;", ("Ada Lovelace",)),
        ("ada@example.org", ()),
        ("Paul Erd\\H{o}s", ("Paul Erdős",)),
    ],
)
def test_names_in_one_field(field: str, names: tuple[str, ...]) -> None:
    creator = f'<creator xmlns="http://purl.org/dc/elements/1.1/">{field}</creator>'
    assert parse(rss(entry(more=creator))).items[0].authors == names


def test_a_crowd_of_authors_is_cut() -> None:
    names = "".join(f"<author><name>A B{n}</name></author>" for n in range(MAX_AUTHORS * 2))
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><link href="/1"/>'
        f"{names}</entry></feed>"
    )
    assert len(parse(atom).items[0].authors) == MAX_AUTHORS


@pytest.mark.parametrize(
    ("declared", "configured", "language"),
    [
        ("en-us", None, "en"),
        ("EN", None, "en"),
        ("zh-hant", None, "zh-TW"),
        ("pt_br", None, "pt-BR"),
        ("de", "fr", "fr"),
        ("", None, None),
        ("not a language", None, None),
    ],
)
def test_languages(declared: str, configured: str | None, language: str | None) -> None:
    text = rss(f"<language>{declared}</language>", entry())
    feed = parse(text, replace(SPEC, language=configured))
    assert feed.language == language
    assert feed.items[0].language == language


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("大模型最新研究进展综述", "zh-CN"),
        ("大規模言語モデルについて", "ja"),
        ("대규모 언어 모델", "ko"),
    ],
)
def test_a_script_gives_the_language_away(title: str, language: str) -> None:
    assert parse(rss(entry(title))).language == language


@pytest.mark.parametrize(
    ("link", "configured", "section"),
    [
        ("https://github.com/a/b", Section.NEWS, Section.PROJECTS),
        ("https://github.com/a/b", Section.TOOLS, Section.TOOLS),
        ("https://github.com/a/b/releases/tag/v1", Section.TOOLS, Section.TOOLS),
        ("https://github.com/a/b/issues/1", Section.POSTS, Section.POSTS),
        ("https://arxiv.org/abs/1706.03762", Section.NEWS, Section.PAPERS),
        ("https://example.org/", Section.EDUCATION, Section.EDUCATION),
    ],
)
def test_sections(link: str, configured: Section, section: Section) -> None:
    feed = parse(rss(entry(link=link)), replace(SPEC, section=configured))
    assert feed.items[0].section is section


def test_a_release_names_its_project() -> None:
    link = "https://github.com/vllm-project/vllm/releases/tag/v0.9.1"
    assert parse(rss(entry("v0.9.1", link))).items[0].title == "vllm v0.9.1"
    assert parse(rss(entry("vLLM 0.9.1", link))).items[0].title == "vLLM 0.9.1"


def test_a_link_that_forgot_its_scheme() -> None:
    assert parse(rss(entry(link="blog.example.org/1"))).items[0].url == "https://blog.example.org/1"


def test_more_entries_than_wanted_are_counted() -> None:
    feed = parse(rss(*(entry(link=f"https://example.org/{n}") for n in range(MAX_ENTRIES + 7))))
    assert len(feed.items) == MAX_ENTRIES
    assert feed.dropped == {"beyond the first 2,000": 7}


@given(st.text(max_size=40))
def test_instants_never_raise(text: str) -> None:
    assert instant(text) is None or len(instant(text) or "") == 25


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_feed_is_read_or_refused(data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["rss.xml", "atom.xml", "rdf.xml", "feed.json", "scripts.xml"])
    )
    body = bytearray(document(name))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(body) - 1))
        piece = data.draw(
            st.sampled_from([b"<", b">", b"&", b"\0", b"]]>", b"<item>", b"\xff", b""])
        )
        body[place : place + data.draw(st.integers(0, 9))] = piece
    try:
        feed = parse(bytes(body))
    except SourceError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, nothing else is
    else:
        assert all(item.key and item.title and item.url for item in feed.items)


# ---------------------------------------------------------------- real feeds


def real_feeds() -> list[Path]:
    return sorted(REAL_FEEDS.iterdir()) if REAL_FEEDS.is_dir() else []


def test_real_feeds_are_there() -> None:
    if not real_feeds():
        pytest.skip("no real feeds beside the project")
    assert len(real_feeds()) == 35


@pytest.mark.parametrize("path", real_feeds(), ids=lambda path: path.stem)
def test_real_feeds(path: Path) -> None:
    body = path.read_bytes()
    feed = parse_feed(body, "https://coghlan.me/feed.xml", SPEC)
    theirs = feedparser.parse(io.BytesIO(readable(body)))
    if theirs.version:  # it knows no JSON Feed
        # Short posts without a title are no news, and are counted.
        assert len(feed.items) + feed.dropped.total() == len(theirs.entries)
    assert feed.items
    for item in feed.items:
        assert re.match(r"https?://\S+$", item.url)
        assert item.title == " ".join(item.title.split())
        assert item.published is None or datetime.fromisoformat(item.published).tzinfo
        assert not re.search(r"<(?:p|div|script|span)[\s>]", item.summary.get("und", ""))


# ---------------------------------------------------------------- the source


async def test_a_feed_on_the_web(tools: Tools, server: LoopbackServer) -> None:
    url = server.on("/feed", conditional(rss(entry(link="/1")).encode(), etag='"a"'))
    source: Source = FeedSource(replace(SPEC, url=url), tools)
    before = FetchState(failures=3, failing_since=NOW - timedelta(days=1), error="was broken")
    first = await source.fetch(before, NOW)
    assert source.name == "Example"
    assert [item.url for item in first.items] == [server.url("/1")]
    assert first.state == FetchState(etag='"a"', checked_at=NOW)
    again = await source.fetch(first.state, NOW + timedelta(hours=1))
    assert again.not_modified
    assert again.items == ()
    assert again.state == FetchState(etag='"a"', checked_at=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("max-age=600", timedelta(minutes=10)),
        ("max-age=31536000", LONGEST_FRESH),
        ("max-age=0", None),
        ("no-cache", None),
    ],
)
async def test_a_fresh_feed_is_left_alone_for_a_while(
    tools: Tools, server: LoopbackServer, header: str, wait: timedelta | None
) -> None:
    url = server.on("/feed", answer(rss(entry()).encode(), cache_control=header))
    fetched = await FeedSource(replace(SPEC, url=url), tools).fetch(FetchState(), NOW)
    assert fetched.state.not_before == (NOW + wait if wait else None)


async def test_what_a_304_does_not_repeat_is_kept(tools: Tools, server: LoopbackServer) -> None:
    url = server.on("/feed", bytes_and_close(head("304 Not Modified")))
    before = FetchState(etag='"a"', last_modified="Tue, 03 Mar 2026 08:00:00 GMT")
    fetched = await FeedSource(replace(SPEC, url=url), tools).fetch(before, NOW)
    assert fetched.not_modified
    assert fetched.state == replace(before, checked_at=NOW)


async def test_what_was_dropped_is_told(tools: Tools, server: LoopbackServer) -> None:
    url = server.on("/feed", answer(document("rss.xml")))
    fetched = await FeedSource(replace(SPEC, url=url), tools).fetch(FetchState(), NOW)
    assert len(fetched.items) == 5
    assert fetched.dropped == {"no link": 1, "no title": 1, "not http": 1}


async def test_failures_are_source_errors(tools: Tools, server: LoopbackServer) -> None:
    server.on("/page", answer(document("page.html"), content_type="text/html"))
    server.on("/wait", answer(b"", "429 Too Many Requests", retry_after="60"))
    refusals = {"/page": "HTML page", "/missing": "404", "/wait": "429", "/feed": "left alone"}
    for path, reason in refusals.items():
        source = FeedSource(replace(SPEC, url=server.url(path)), tools)
        with pytest.raises(SourceError, match=reason):
            await source.fetch(FetchState(), NOW)


async def test_the_charset_of_the_header_counts(tools: Tools, server: LoopbackServer) -> None:
    body = rss(entry("Модель")).encode("koi8-r")
    url = server.on("/feed", answer(body, content_type="text/xml; charset=koi8-r"))
    fetched = await FeedSource(replace(SPEC, url=url), tools).fetch(FetchState(), NOW)
    assert fetched.items[0].title == "Модель"


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        (
            '<title type="xhtml"><h:i xmlns:h="urn:x">A <b>b</b></h:i></title>',
            "A b",
        ),
        ("<title>A <b>bold</b> word</title>", "A bold word"),
        ('<title mode="base64">RXhhbXBsZSA8Yj5BdG9tPC9iPg==</title>', "Example Atom"),
        ('<title type="html">A&lt;link rel="x" href="y"&gt; b</title>', "A b"),
        ("<title>Why &lt;T&gt; is generic</title>", "Why <T> is generic"),
    ],
)
def test_titles_with_markup_keep_their_words(markup: str, title: str) -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry>'
        f'{markup}<link href="https://example.org/a"/></entry></feed>'
    )
    (item,) = parse(body).items
    assert item.title == title


def test_only_a_link_to_the_entry_itself_is_its_link() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>'
        "<entry><title>A</title><id>HTTP://example.org/a</id>"
        '<link rel="enclosure" href="https://example.org/a.mp4"/></entry>'
        '<entry><title>B</title><link rel="related" href="https://example.org/b"/></entry>'
        "</feed>"
    )
    parsed = parse(body)
    assert [item.url.lower() for item in parsed.items] == ["http://example.org/a"]
    assert parsed.dropped == {"no link": 1}
