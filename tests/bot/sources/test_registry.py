"""Kinds of sources, and the list that ships with Ribao."""

from pathlib import Path

import pytest

from bot.config import load_sources
from bot.errors import ConfigError
from bot.model import Section, SourceSpec
from bot.source_kinds import KINDS
from bot.sources.registry import CLASSES, build
from bot.sources.tools import Tools
from bot.topics import Taxonomy


async def test_every_kind_that_may_be_configured_is_built(tools: Tools) -> None:
    assert set(CLASSES) == set(KINDS)
    for kind in KINDS:
        source = build(SourceSpec("Example", kind, "https://example.org/feed.xml"), tools)
        assert source.name == "Example"
        assert source.host == "example.org"


def test_the_built_in_list() -> None:
    sources = load_sources()
    topics = Taxonomy.load()
    assert len(sources) > 40
    assert len({source.name for source in sources}) == len(sources)
    assert len({(source.url, source.query) for source in sources}) == len(sources)
    for source in sources:
        assert source.kind in KINDS
        assert source.url.startswith("https://")
        assert all(topics.get(topic) for topic in source.topics), source
    assert all(source.section is Section.PAPERS for source in sources if "arxiv" in source.kind)
    assert {source.kind for source in sources} == KINDS.keys() - {"opml", "reddit"}
    assert all(
        source.section is Section.TOOLS
        for source in sources
        if source.url.endswith("/releases.atom")
    )


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(
        '[[sources]]\nname = "A"\nkind = "feed"\nurl = "http://10.0.0.1/feed"\n'
        'section = "news"\ntopics = ["cv"]\nlanguage = "en"\n'
        '[[sources]]\nname = "B"\nkind = "arxiv"\nurl = "https://rss.arxiv.org/atom/cs.CL"\n'
    )
    assert load_sources(file) == (
        SourceSpec("A", "feed", "http://10.0.0.1/feed", Section.NEWS, ("cv",), "en"),
        SourceSpec("B", "arxiv", "https://rss.arxiv.org/atom/cs.CL", Section.PAPERS),
    )


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(
        '[[sources]]\nname = "A"\nkind = "telepathy"\nurl = "ftp://example.org"\n'
        'section = "sports"\ntopics = "cv"\nlanguage = 7\ncolor = "red"\n'
        '[[sources]]\nname = "B"\nkind = "feed"\nmin_points = 5\n'
        '[[sources]]\nname = "C"\nkind = "github"\ntopic = "a OR b"\nmin_star = 5\ndays = 0\n'
        '[[sources]]\nname = "D"\nkind = "hackernews"\nwords = []\n'
        "[[sources]]\nname = 5\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_sources(file)
    faults = [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]
    kinds = ", ".join(KINDS)
    *first, last = (f"'{section}'" for section in Section)
    sections = f"{', '.join(first)} or {last}"
    assert [fault.partition(". Input")[0] for fault in faults] == [
        f"sources.0.kind: there is no kind 'telepathy' (there are {kinds})",
        "sources.0.url: 'ftp://example.org' is no http(s) address",
        f"sources.0.section: Input should be {sections}",
        "sources.0.topics: Input should be a valid tuple",
        "sources.0.language: Input should be a valid string",
        "sources.0.color: there is no such key",
        "sources.1.url: this key is missing; a source of kind 'feed' needs it",
        "sources.1.min_points: a source of kind 'feed' has no such key",
        "sources.2.topic: 'a OR b' is not one word of letters, digits and hyphens",
        "sources.2.days: Input should be greater than or equal to 1",
        "sources.2.min_star: there is no such key (did you mean min_stars?)",
        "sources.3.words: Tuple should have at least 1 item after validation, not 0",
        "sources.4.kind: this key is missing",
        "sources.4.name: Input should be a valid string",
    ]


def test_names_must_differ(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    one = '[[sources]]\nname = "A"\nkind = "feed"\nurl = "https://example.org/"\n'
    file.write_text(one + one)
    with pytest.raises(ConfigError, match="names must differ; used twice: A"):
        load_sources(file)


def test_what_a_kind_says_where_nothing_is_configured(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(
        '[[sources]]\nname = "A"\nkind = "github"\ntopic = "llm"\n'
        '[[sources]]\nname = "B"\nkind = "hackernews"\nwords = ["AI"]\nmin_points = 7\n'
        '[[sources]]\nname = "C"\nkind = "opml"\npath = "feeds.opml"\n'
        '[[sources]]\nname = "D"\nkind = "reddit"\nsubreddit = "MachineLearning"\n'
    )
    github, hackernews, opml, reddit = load_sources(file)
    assert github == SourceSpec(
        "A",
        "github",
        "https://api.github.com/search/repositories",
        Section.PROJECTS,
        query="llm",
        days=30,
        minimum=50,
    )
    assert (hackernews.words, hackernews.minimum) == (("AI",), 7)
    assert hackernews.section is Section.NEWS
    assert opml.url == "feeds.opml"
    assert (reddit.url, reddit.query) == ("https://www.reddit.com", "MachineLearning")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not toml", "not valid TOML"),
        ("sources = 5", "sources: "),
        ("sources = [5]", "sources.0: "),
        (b"\xff\xfe", "can't be read"),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str | bytes | None, reason: str) -> None:
    file = tmp_path / "sources.toml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_sources(file)
    assert reason in str(caught.value)
    assert str(file) in str(caught.value)
