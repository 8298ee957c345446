"""The five sample digests: every count, and every item against the reference parses.

The samples are other people's text and are read where they are, beside the project.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from bot.formats.recognise import read_digest, recognise
from bot.imported import Digest, DigestEntry
from bot.model import Section
from tests.command import SHARED

SEEDS = SHARED / "seeds"


def _text(number: str) -> str:
    found = sorted(SEEDS.glob(f"{number}_*.txt"))
    if not found:
        pytest.skip("the sample digests (../shared/seeds) are not here")
    return found[0].read_text(encoding="utf-8")


@cache
def _digest(number: str) -> Digest:
    digest = read_digest(_text(number))
    assert digest is not None
    return digest


def _expected(number: str) -> Any:
    found = sorted((SEEDS / "expected").glob(f"{number}_*.json"))
    if not found:
        pytest.skip("the reference parses (../shared/seeds/expected) are not here")
    return json.loads(found[0].read_text(encoding="utf-8"))


def _only(texts: Mapping[str, str]) -> str | None:
    assert len(texts) <= 1
    return next(iter(texts.values()), None)


def _sections(digest: Digest) -> dict[Section, int]:
    return Counter(entry.item.section for entry in digest.entries)


def _headings(digest: Digest, level: int = 0) -> dict[str, int]:
    return Counter(entry.heading[level] for entry in digest.entries)


@pytest.mark.parametrize(
    ("number", "layout", "items"),
    [
        ("000", "daily", 16),
        ("001", "weekly", 11),
        ("002", "newsletter", 23),
        ("003", "weekly", 15),
        ("004", "reading-list", 55),
    ],
)
def test_formats_are_recognised(number: str, layout: str, items: int) -> None:
    assert recognise(_text(number)) == layout
    assert len(_digest(number).entries) == items


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_line_endings_do_not_matter(number: str) -> None:
    assert read_digest(_text(number).replace("\n", "\r\n")) == _digest(number)


@pytest.mark.parametrize(
    ("number", "pattern", "by"),
    [
        ("000", r"^#", "##"),  # everything one level deeper
        ("000", r"\*\*", ""),  # no bold labels
        ("000", r"[🚧👍📚🔥⚡] ?", ""),
        ("000", r"[『』]", ""),
        ("001", r"^# (?!Akira)", "## "),
        ("001", r"\*\*", ""),
        ("001", r"^[#* —–]+$", ""),  # no rules
        ("001", r"^(# \**)\d\.", r"\1"),  # no numbers, and contents in other words
        ("002", r"\n", "\n\n"),  # a blank line after each
        ("002", r"^\[(\d+)\] ", r"[\1]: "),
        ("002", r"本文参考资料\n", ""),
        ("003", r"^(# )\d\.", r"\1"),
        ("003", r"^— .*—$", "---"),
        ("004", r"^#", "##"),
        ("004", r"^-{4,}$", ""),
        ("004", r"摘要", "Abstract"),
        ("004", r"\)\[([^\]]*)\]$", r") (\1)"),  # dates in round brackets
    ],
)
def test_the_samples_in_other_shapes_say_the_same(number: str, pattern: str, by: str) -> None:
    changed = read_digest(re.sub(pattern, by, _text(number), flags=re.MULTILINE))
    assert changed is not None
    known = _digest(number)
    assert changed.layout == known.layout
    assert [_essence(entry) for entry in changed.entries] == [
        _essence(entry) for entry in known.entries
    ]


def _essence(entry: DigestEntry) -> tuple[object, ...]:
    item = entry.item
    title = re.sub(r"[『』]", "", item.title)
    links = {link.url for link in item.links}
    when = (item.published, item.venue)
    return (title, item.url, item.section, item.images, item.code_urls, links, item.arxiv_id, when)


def test_the_daily_issue_has_all_that_was_counted() -> None:
    digest = _digest("000")
    items = [entry.item for entry in digest.entries]
    papers = [entry for entry in digest.entries if entry.item.section is Section.PAPERS]
    assert _headings(digest) == {
        "工具&框架": 4,
        "项目&代码": 1,
        "博文&分享": 3,
        "数据&资源": 2,
        "研究&论文": 6,
    }
    assert list(_sections(digest).values()) == [4, 1, 3, 2, 6]
    assert (sum(len(item.images) for item in items), len(digest.images)) == (29, 3)
    code = [url for item in items for url in item.code_urls]
    assert (len(code), len(set(code))) == (6, 5)
    assert [len(entry.item.authors) for entry in papers] == [3, 5, 5, 5, 18, 43]
    assert [len(entry.tasks) for entry in papers] == [0, 4, 2, 0, 4, 4]
    assert Counter(entry.field for entry in papers) == {
        "机器学习": 1,
        "计算机视觉": 4,
        "自然语言处理": 1,
    }
    assert [entry.item.published for entry in papers] == [
        f"2022-06-{day}" for day in (27, 28, 28, 29, 30, 30)
    ]
    assert all(entry.item.arxiv_id for entry in papers)
    assert all(set(entry.item.summary) == {"en", "zh-CN"} for entry in papers)
    assert all(set(entry.item.abstract) == {"zh-CN"} for entry in papers)
    assert digest.date is None
    assert [pointer.label for pointer in digest.navigation] == ["历史文章列表", "专题合辑&电子月刊"]
    assert "日报" in digest.remarks[0].text
    assert "版权所有" in digest.closing
    assert not digest.problems


def test_the_daily_issue_agrees_with_the_reference() -> None:
    for entry, known in zip(_digest("000").entries, _expected("000"), strict=True):
        item, fields = entry.item, known["fields"]
        assert entry.heading == (known["section"],)
        assert (item.title, item.url) == (known["title_clean"], known["url"])
        assert list(item.images) == known["images"]
        assert list(item.code_urls) == ([known["code_url"]] if known["code_url"] else [])
        if fields:
            assert entry.field == fields["所属领域"]
            assert list(entry.tasks) == fields.get("对应任务", "").split("，") or not entry.tasks
            assert list(item.authors) == fields["论文作者"].split(", ")
            assert "/".join(item.summary.values()) == fields["论文简介"]
            assert _without_links(_only(item.abstract)) == _without_links(fields["论文摘要"])
        else:
            assert _only(item.summary) == known["summary"]


def _without_links(text: str | None) -> str:
    plain = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", text or "")
    return re.sub(r"\]\(https[^()]*\)", "", plain).strip()


def test_an_item_with_labelled_links_keeps_them_all() -> None:
    course = _digest("000").entries[9].item
    assert [link.label for link in course.links] == [
        "课程主页",
        "课程主页（中文）",
        "B站视频: 【更新中】MLC-机器学习编译",
    ]
    assert course.url == course.links[0].url
    network = _digest("000").entries[5].item
    assert (network.url, network.code_urls) == (network.links[0].url, ())


def test_the_weekly_by_number_has_all_that_was_counted() -> None:
    digest = _digest("001")
    assert list(_headings(digest).values()) == [2, 1, 6, 1, 1]
    assert list(_sections(digest).values()) == [2, 1, 6, 1, 1]
    assert sum(len(entry.item.images) for entry in digest.entries) == 8
    assert sum(entry.item.arxiv_id is not None for entry in digest.entries) == 8
    assert [pointer.rel for pointer in digest.navigation] == ["related"] * 4
    assert (digest.number, digest.week) == (33, None)
    assert len(digest.contents) == 4
    first_two = [entry.item.arxiv_id for entry in digest.entries[:2]]
    assert [pick.url[-10:] for pick in digest.highlights] == first_two[::-1]
    assert "utm_" not in repr(digest)
    assert not digest.problems


def test_the_weekly_by_number_agrees_with_the_reference() -> None:
    digest, known = _digest("001"), _expected("001")
    assert (digest.title, digest.number) == (known["issue"], known["issue_no"])
    assert digest.source_url == known["source_url"]
    assert list(digest.contents) == known["toc"]
    assert [{"text": p.text, "url": p.url} for p in digest.highlights] == known["highlights"]
    for entry, one in zip(digest.entries, known["items"], strict=True):
        item = entry.item
        assert entry.heading == (one["section"],)
        assert item.title == (one["headline"] or one["paper_title_zh"])
        assert item.arxiv_id == one.get("arxiv")
        assert item.images == ((one["image"],) if "image" in one else ())
        assert "url" not in one or item.url == one["url"]
        own = one.get("paper_title_zh") or one.get("card_title")
        assert item.title == own or own in {link.label for link in item.links}


def test_the_newsletter_has_all_that_was_counted() -> None:
    digest = _digest("002")
    assert list(_headings(digest).values()) == [4, 3, 4, 1, 3, 4, 4]
    assert len(digest.contents) == 7 + 19
    assert sum(len(entry.item.links) for entry in digest.entries) == 39
    assert sum(entry.number is None for entry in digest.entries) == 4
    assert "xxx." not in repr(digest)
    assert "留言" in digest.introduction
    assert not digest.problems


def test_the_newsletter_agrees_with_the_reference() -> None:
    digest, known = _digest("002"), _expected("002")
    assert list(digest.contents) == known["toc"]
    for entry, one in zip(digest.entries, known["items"], strict=True):
        item = entry.item
        assert (entry.heading, entry.number) == ((one["section"],), one["number"])
        assert one["title"] is None or item.title == one["title"]
        assert (_only(item.summary) or "").split("\n") == one["plain"].split("\n")
        anchors = [known["refs"][str(number)] for number in one["refs"]]
        assert [link.label for link in item.links] == [each["anchor"] for each in anchors]
        urls = [_clean(each["url"]) for each in anchors]
        assert [link.url for link in item.links] == urls
        assert item.url == urls[0]


def _clean(url: str) -> str:
    return url.replace("http://xxx.itp.ac.cn/", "https://arxiv.org/").partition("?utm_")[0]


def test_the_weekly_by_week_has_all_that_was_counted() -> None:
    digest = _digest("003")
    assert list(_headings(digest).values()) == [9, 2, 2, 2]
    assert list(_sections(digest).values()) == [9, 2, 2, 2]
    assert sum(len(entry.item.images) for entry in digest.entries) == 9
    assert sum(entry.item.arxiv_id is not None for entry in digest.entries) == 7
    assert (digest.week, digest.date, digest.number) == ("2021-W02", "2021-01-03", 2)
    assert len(digest.highlights) == 3
    rels = [pointer.rel for pointer in digest.navigation]
    assert rels == ["previous", "next", "month", "month", "month", "year"]
    assert [(p.line, "no link" in p.text) for p in digest.problems] == [(174, True)]


def test_the_weekly_by_week_agrees_with_the_reference() -> None:
    digest, known = _digest("003"), _expected("003")
    assert (digest.title, list(digest.contents)) == (known["issue"], known["toc"])
    assert [pick.url for pick in digest.highlights] == known["highlights"]
    nav = known["nav"]
    assert digest.navigation[0].url.endswith(nav["prev"])
    assert digest.navigation[1].url.endswith(nav["next"])
    labels = [pointer.label for pointer in digest.navigation[2:]]
    assert labels == nav["monthly"] + nav["yearly"]
    for entry, one in zip(digest.entries, known["items"], strict=True):
        assert entry.heading == (one["section"],)
        assert (entry.item.title, entry.item.url or None) == (one["headline"], one["url"])
        paper = one["paper_title_zh"]
        assert paper is None or paper in {link.label for link in entry.item.links}


def test_the_reading_list_has_all_that_was_counted() -> None:
    digest = _digest("004")
    items = [entry.item for entry in digest.entries]
    assert list(_headings(digest).values()) == [12, 6, 10, 1, 6, 3, 5, 9, 1, 2]
    assert len(digest.contents) == 11 + 27
    assert sum(len(item.images) for item in items) == 66
    code = [url for item in items for url in item.code_urls]
    assert (len(code), len(set(code))) == (50, 49)
    assert sum(not item.code_urls for item in items) == 10
    lengths = Counter(len(item.published or "") for item in items if not item.venue)
    assert lengths == {10: 44 + 1, 7: 2, 0: 3}
    assert sum(item.venue is not None for item in items) == 5
    assert sum("paperswithcode.com" in item.url for item in items) == 52
    assert [(p.line, "2023年8月22" in p.text) for p in digest.problems] == [(282, True)]


def test_the_reading_list_keeps_what_curators_said() -> None:
    digest = _digest("004")
    notes = {entry.item.title: entry.item.note for entry in digest.entries if entry.item.note}
    assert len(notes) == 4
    assert sum("Paper" in note for note in notes.values()) == 2
    assert any(r"\cos\left(\theta_{y_{i}} + m\right)" in note for note in notes.values())
    assert any("| 8 * RTX 2080 Ti|" in note for note in notes.values())
    (remark,) = digest.remarks
    assert remark.heading == ("科学空间|Scientific Spaces議題",)
    assert {link.url for link in digest.links} == {
        "https://kexue.fm/",
        "https://hackmd.io/sEVKyc0oTPKkrjbPURI4FA",
    }


def test_the_reading_list_agrees_with_the_reference() -> None:
    for entry, known in zip(_digest("004").entries, _expected("004"), strict=True):
        _compare_listed(entry, known)


def _compare_listed(entry: DigestEntry, known: Mapping[str, Any]) -> None:
    item = entry.item
    assert entry.heading == (known["h1"], known["h2"])
    assert (item.title, item.url) == (known["title"], known["url"])
    assert list(item.images) == known["images"]
    assert list(item.code_urls) == known["repos"]
    links = [[link.label, link.url] for link in item.links]
    assert links == known["other_links"] + known["body_links"]
    abstract = _without_links(known["summary"]).replace("**", "")
    assert _only(item.abstract) == abstract
    written = known["date_raw"]
    if written and "年" in written:
        parts = [part.zfill(2) for part in re.findall(r"\d+", written)]
        assert (item.published, item.venue) == ("-".join(parts), None)
    else:
        assert (item.published, item.venue) == (None, written)
