"""Kinds of sources, and the list that ships with Ribao."""

from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.model import Section, SourceSpec
from bot.sources.arxiv import ArxivSource
from bot.sources.feed import FeedSource
from bot.sources.http import Fetcher
from bot.sources.registry import KINDS, build, load_defaults
from bot.topics import Taxonomy


def spec(kind: str) -> SourceSpec:
    return SourceSpec("Example", kind, "https://example.org/feed.xml")


async def test_sources_are_built_by_kind(fetcher: Fetcher) -> None:
    assert type(build(spec("feed"), fetcher)) is FeedSource
    assert type(build(spec("arxiv"), fetcher)) is ArxivSource
    assert build(spec("feed"), fetcher).name == "Example"


async def test_an_unknown_kind_is_refused(fetcher: Fetcher) -> None:
    with pytest.raises(ConfigError) as caught:
        build(spec("telepathy"), fetcher)
    assert str(caught.value) == (
        "source 'Example': there is no kind 'telepathy' (there are feed, arxiv)"
    )


def test_the_built_in_list() -> None:
    sources = load_defaults()
    topics = Taxonomy.load()
    assert len(sources) > 40
    assert len({source.name for source in sources}) == len(sources)
    assert len({source.url for source in sources}) == len(sources)
    for source in sources:
        assert source.kind in KINDS
        assert source.url.startswith("https://")
        assert all(topics.get(topic) for topic in source.topics), source
    assert [source.section for source in sources if source.kind == "arxiv"] == [Section.PAPERS]
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
    assert load_defaults(file) == (
        SourceSpec("A", "feed", "http://10.0.0.1/feed", Section.NEWS, ("cv",), "en"),
        SourceSpec("B", "arxiv", "https://rss.arxiv.org/atom/cs.CL"),
    )


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(
        '[[sources]]\nname = "A"\nkind = "telepathy"\nurl = "ftp://example.org"\n'
        'section = "sports"\ntopics = "cv"\nlanguage = 7\ncolour = "red"\n'
        '[[sources]]\nname = "A"\nkind = "feed"\n'
        "[[sources]]\nname = 5\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_defaults(file)
    faults = [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]
    sections = ", ".join(Section)
    assert faults == [
        "sources.0 (A): there is no key 'colour'",
        "sources.0 (A): there is no kind 'telepathy' (there are feed, arxiv)",
        "sources.0 (A): 'ftp://example.org' is no http(s) address",
        f"sources.0 (A): 'sports' is no section (there are {sections})",
        "sources.0 (A): topics must be a list of topic ids",
        "sources.0 (A): language must be a language tag, such as en",
        "sources.1 (A): url is missing",
        "sources.2 (5): name is missing",
        "sources.2 (5): kind is missing",
        "sources.2 (5): url is missing",
        "the name 'A' is used 2 times",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not toml", "can't be read"),
        ("sources = 5", "[[sources]]"),
        ("sources = [5]", "[[sources]]"),
        (b"\xff\xfe", "can't be read"),
        (None, "can't be read"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str | bytes | None, reason: str) -> None:
    file = tmp_path / "sources.toml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_defaults(file)
    assert reason in str(caught.value)
    assert str(file) in str(caught.value)
