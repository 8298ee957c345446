"""import, classify, preview and topics, through the installed command."""

import json
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from tests.command import SHARED, Command

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>A lab</title>
<item><title>Object detection at night</title><link>https://lab.example.org/a</link></item>
<item><title>No link</title></item></channel></rss>"""

ITEM_FIELDS = {
    *("kind", "title", "url", "section", "heading", "number", "published", "venue", "authors"),
    *("summary", "abstract", "language", "images", "code_urls", "links", "topics", "arxiv_id"),
    "note",
}
ISSUE_FIELDS = {
    *("kind", "title", "number", "date", "language", "layout", "contents", "highlights"),
    "navigation",
}


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    file = tmp_path / "feed.xml"
    file.write_text(FEED, encoding="utf-8")
    return file


def test_import_as_json_is_the_contract(ribao: Command, feed: Path) -> None:
    issue, item = ribao("import", feed, "--dry-run", "--json").objects
    assert set(issue) == ISSUE_FIELDS
    assert set(item) == ITEM_FIELDS
    assert (issue["kind"], issue["title"]) == ("issue", "A lab")
    assert (item["kind"], item["title"]) == ("item", "Object detection at night")
    assert [topic["id"] for topic in item["topics"]] == ["cv", "detection"]


def test_import_stores_unless_it_is_dry(ribao: Command, feed: Path) -> None:
    assert "no link: 1" in ribao("import", feed, "--dry-run").stdout
    assert "sample edition" in ribao("preview").stdout
    ribao("import", feed)
    assert "Object detection at night" in ribao("preview", "--topics", "cv").stdout


WEEKLY = """# Small Models Weekly - Issue 12

# 1. Papers

# A smaller net

*On small nets*
[https://arxiv.org/abs/2301.00001](https://arxiv.org/abs/2301.00001)

It is small.

# A talk about it

It was recorded by nobody.
"""


@pytest.fixture
def weekly(tmp_path: Path) -> Path:
    file = tmp_path / "weekly.md"
    file.write_text(WEEKLY, encoding="utf-8")
    return file


def test_a_digest_is_recognised_and_its_problems_have_lines(ribao: Command, weekly: Path) -> None:
    outcome = ribao("import", weekly, "--dry-run", "--json")
    issue, paper, talk = outcome.objects
    assert set(issue) > ISSUE_FIELDS
    assert set(paper) > ITEM_FIELDS
    assert (issue["layout"], issue["number"]) == ("weekly", 12)
    assert (paper["arxiv_id"], paper["section"], paper["heading"]) == (
        "2301.00001",
        "papers",
        ["1. Papers"],
    )
    assert talk["url"] is None
    (problem,) = issue["problems"]
    assert problem["line"] == 12
    assert f"{weekly}:12: “A talk about it” has no link" in outcome.stderr
    assert outcome.status == 0


def test_publishing_says_of_which_file_and_line_it_speaks(
    ribao: Command, weekly: Path, tmp_path: Path
) -> None:
    assert f"{weekly}:12: “A talk about it” has no link" in ribao("publish", weekly).stderr
    missing = ribao("publish", tmp_path / "none.md")
    assert (missing.status, f"ribao: {tmp_path / 'none.md'}: " in missing.stderr) == (1, True)


def test_importing_a_digest_twice_writes_nothing(ribao: Command, weekly: Path) -> None:
    def dump() -> list[str]:
        with closing(sqlite3.connect(ribao.data_dir / "ribao.db")) as connection:
            return list(connection.iterdump())

    first = ribao("import", weekly)
    assert first.stdout.split()[-2:] == ["2", "0"]
    assert "ribao preview" in first.stderr
    before = dump()
    assert any("digest_items" in line and "INSERT" in line for line in before)
    assert ribao("import", weekly).stdout.split()[-2:] == ["0", "2"]
    assert dump() == before
    assert "A smaller net" in ribao("preview").stdout


def test_a_format_can_be_said(ribao: Command, weekly: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.txt"
    plain.write_text("Nothing in particular.\n", encoding="utf-8")
    outcome = ribao("import", plain)
    assert outcome.status == 1
    assert "is in no format that is known (feed, arxiv, opml, daily, weekly" in outcome.stderr
    said = ribao("import", plain, "--format", "newsletter", "--dry-run", "--json").objects
    assert (said[0]["layout"], said[0]["introduction"]) == ("newsletter", "Nothing in particular.")
    wrong = ribao("import", weekly, "--format", "fortnightly")
    assert wrong.status == 2
    assert "'fortnightly' is not one of" in " ".join(wrong.stderr.replace("│", " ").split())


def test_opml_becomes_sources_to_configure(ribao: Command, tmp_path: Path) -> None:
    listed = tmp_path / "feeds.opml"
    outline = '<outline type="rss" text="{}" xmlUrl="{}"/>'
    one = outline.format("A &quot;lab&quot;", "https://lab.example.org/feed")
    other = outline.format("A &quot;lab&quot;", "https://lab.example.org/more")
    broken = outline.format("none", "ftp://lab.example.org/")
    listed.write_text(
        f'<opml version="2.0"><head><title>Labs</title></head>\n<body>{one}{other}\n{broken}'
        "</body></opml>"
    )
    outcome = ribao("import", listed)
    sources = tomllib.loads(outcome.stdout)["sources"]
    assert [source["name"] for source in sources] == ['A "lab"', 'A "lab" 2']
    assert all(source["kind"] == "feed" for source in sources)
    assert f"{listed}:3: " in outcome.stderr
    assert "add the lines above to your configuration" in outcome.stderr
    config = tmp_path / "config.toml"
    config.write_text(outcome.stdout)
    assert "sources:  2" in ribao("check-config", "-c", config).stdout
    (issue,) = ribao("import", listed, "--json").objects
    assert [link["url"] for link in issue["navigation"]] == [source["url"] for source in sources]


def test_a_bad_file_is_said_and_the_others_are_read(
    ribao: Command, feed: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html><body>Hello</body></html>", encoding="utf-8")
    outcome = ribao("import", page, tmp_path / "none.xml", feed, "--dry-run", "--json")
    assert outcome.status == 1
    assert [each["kind"] for each in outcome.objects] == ["issue", "item"]
    assert outcome.stderr.count("ribao: ") == 2
    assert "Traceback" not in outcome.stderr


def test_all_real_feeds_are_read(ribao: Command) -> None:
    real = sorted((SHARED / "feeds/real").glob("*.xml"))
    if not real:
        pytest.skip("the real feeds (../shared/feeds) are not here")
    outcome = ribao("import", *real, "--dry-run", "--json")
    assert outcome.status == 0
    assert outcome.stderr == ""
    issues = [each for each in outcome.objects if each["kind"] == "issue"]
    assert len(issues) == len(real)
    assert len(outcome.objects) - len(issues) > 500


def test_classify_adds_topics_and_keeps_the_rest(ribao: Command, tmp_path: Path) -> None:
    lines = [
        {"title": "Fast object detection", "summary": "", "id": 7},
        {"title": "On something", "summary": "", "categories": ["cs.CL"]},
        {"title": "Bread", "summary": "How to bake it."},
    ]
    file = tmp_path / "items.jsonl"
    file.write_text("\n\n".join(map(json.dumps, lines)), encoding="utf-8")
    from_file = ribao("classify", file, "--json").objects
    assert [[topic["id"] for topic in each["topics"]] for each in from_file] == [
        ["cv", "detection"],
        ["nlp"],
        [],
    ]
    assert from_file[0]["id"] == 7
    assert ribao("classify", stdin=file.read_text(encoding="utf-8")).objects == from_file


def test_classify_takes_odd_values_as_none(ribao: Command) -> None:
    (found,) = ribao("classify", stdin='{"title": 7, "summary": null, "categories": 5}').objects
    assert found["topics"] == []


@pytest.mark.parametrize("line", ["{", "[1]", '"text"', "[" * 100_000])
def test_classify_refuses_what_is_no_object(ribao: Command, line: str) -> None:
    outcome = ribao("classify", stdin=line)
    assert outcome.status == 1
    assert "line 1 is not" in outcome.stderr


def test_preview_as_json_has_the_issue_and_its_items(ribao: Command) -> None:
    issue, *items = ribao("preview", "--topics", "cv -medical", "--as", "json").objects
    assert set(issue) == ISSUE_FIELDS
    assert items
    assert [item["number"] for item in items] == list(range(1, len(items) + 1))
    assert all("imaging" not in {topic["id"] for topic in item["topics"]} for item in items)


def test_preview_speaks_the_language_asked_for(ribao: Command) -> None:
    assert "计算机视觉" in ribao("preview", "--topics", "cv", "--lang", "zh-CN").stdout
    assert "電腦視覺" in ribao("preview", "--topics", "cv", "--lang", "zh-TW").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--topics", "visoin"), "there is no topic 'visoin'; did you mean cv"),
        (("--lang", "tlh"), "'tlh' is not one of en, zh-CN, zh-TW"),
        (("--date", "yesterday"), "does not match the format"),
        (("--date", "9999-12-31"), "is too far from today"),
    ],
)
def test_preview_refuses_wrong_input(ribao: Command, arguments: tuple[str, ...], said: str) -> None:
    outcome = ribao("preview", *arguments)
    assert outcome.status == 2
    assert said in " ".join(outcome.stderr.replace("│", " ").split())


def test_topics_lists_the_taxonomy(ribao: Command) -> None:
    assert "计算机视觉" in ribao("topics").stdout
    by_id = {topic["id"]: topic for topic in ribao("topics", "--json").objects}
    assert by_id["detection"]["parent"] == "cv"
    named = "cv nlp llm multimodal generation speech rl robotics graph recommendation theory "
    named += "systems medical security datasets ethics education tools"
    assert set(named.split()) <= set(by_id)


def test_search_prints_what_it_finds(ribao: Command) -> None:
    found = ribao("search", "注意力", "topic:nlp", "--json").objects
    assert "Attention Is All You Need" in [each["title"] for each in found]
    assert [each["number"] for each in found] == list(range(1, len(found) + 1))
    assert len(ribao("search", "transformer", "--limit", "2", "--json").objects) == 2
    assert "arxiv.org/abs/1706.03762" in ribao("search", '"is all you need"').stdout
    assert ribao("search", "xyzzy", "--json").objects == []


def test_a_search_that_can_not_be_read_is_wrong_usage(ribao: Command) -> None:
    for words in ("topic:xyzzy", "since:soon", "!"):
        answer = ribao("search", words)
        assert (answer.status, answer.stdout) == (2, "")
        assert answer.stderr


def test_a_digest_is_published_in_its_layout_or_another(ribao: Command, weekly: Path) -> None:
    published = ribao("publish", weekly).stdout
    assert published.startswith("---\nlayout: weekly\n")
    again = weekly.with_name("again.md")
    again.write_text(published, encoding="utf-8")
    objects = [ribao("import", each, "--dry-run", "--json").stdout for each in (weekly, again)]
    first, second = ([json.loads(line) for line in text.splitlines()] for text in objects)
    assert first[1:] == second[1:]
    assert "<article" in ribao("publish", weekly, "--layout", "newsletter", "--as", "html").stdout
