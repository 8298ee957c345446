"""Other issues of the same series: other languages, other section names, parts missing or moved.

All of them were written for these tests (``tests/data/digests``).
"""

import re
from functools import cache
from pathlib import Path

import pytest

from bot.formats.recognise import read_digest, recognise
from bot.imported import Digest
from bot.model import Item, Section

ISSUES = Path(__file__).parents[2] / "data" / "digests"


@cache
def _issue(name: str) -> Digest:
    digest = read_digest((ISSUES / f"{name}.md").read_text(encoding="utf-8"))
    assert digest is not None
    return digest


def _items(name: str) -> list[Item]:
    return [entry.item for entry in _issue(name).entries]


def _labels(item: Item) -> list[str]:
    return [link.label for link in item.links]


@pytest.mark.parametrize(
    ("name", "layout", "language", "items"),
    [
        ("daily-en", "daily", "en", 5),
        ("daily-zh-TW", "daily", "zh-TW", 3),
        ("weekly-number-en", "weekly", "en", 5),
        ("weekly-week-en", "weekly", "en", 3),
        ("weekly-zh-TW", "weekly", "zh-TW", 4),
        ("newsletter-footnotes-en", "newsletter", "en", 5),
        ("newsletter-links-en", "newsletter", "en", 5),
        ("newsletter-zh-TW", "newsletter", "zh-TW", 2),
        ("reading-list-en", "reading-list", "en", 4),
    ],
)
def test_variants_are_recognised(name: str, layout: str, language: str, items: int) -> None:
    text = (ISSUES / f"{name}.md").read_text(encoding="utf-8")
    digest = _issue(name)
    assert (recognise(text), digest.layout) == (layout, layout)
    assert (digest.language, len(digest.entries)) == (language, items)
    assert "utm_" not in repr(digest)


def test_a_daily_issue_in_english_with_deeper_headings() -> None:
    digest, (tool, profiler, songs, sparse, sheep) = _issue("daily-en"), _items("daily-en")
    assert digest.title == "Morning Models Daily | 3 March 2025"
    assert digest.date == "2025-03-03"
    assert digest.contents == ("Tools & Frameworks", "Data & Resources", "Research & Papers")
    assert [entry.heading for entry in digest.entries[1:3]] == [
        ("Tools & Frameworks",),
        ("Data & Resources",),
    ]
    assert [item.section for item in (tool, songs, sparse)] == [
        Section.TOOLS,
        Section.RESOURCES,
        Section.PAPERS,
    ]
    assert (tool.title, tool.url) == (
        "『pipette』 A tiny task runner",
        "https://github.com/acme/pipette",
    )
    assert profiler.url == "https://lathe.example.org/?id=3"
    assert (
        profiler.summary["en"]
        == "It shows where time goes:\n- reads counters\n- draws flame graphs"
    )
    assert _labels(profiler) == ["Docs: Read the guide"]
    assert _labels(songs) == ["Home page", "Birds at dawn", "Mirror (Europe)"]
    assert sparse.authors == ("Ana Petrova", "José Núñez", "Li Wei")
    assert sparse.published == "2025-03-01"
    assert sparse.code_urls == (
        "https://github.com/acme/sparse",
        "https://gitlab.com/acme/sparse-jax",
    )
    assert digest.entries[3].tasks == ("Object Detection", "Tracking")
    assert len(sparse.images) == 2
    assert (sheep.url, sheep.arxiv_id) == ("https://arxiv.org/abs/2503.00456", "2503.00456")
    assert (sheep.authors, sheep.authors_more) == (("B. Shepherd",), True)
    assert sheep.note == "Date: sometime in spring"
    assert [problem.line for problem in digest.problems] == [64]
    assert [pointer.label for pointer in digest.navigation] == ["archive", "topic collections"]
    assert "All rights reserved" in digest.closing


def test_a_daily_issue_in_traditional_chinese_without_head_end_and_bold() -> None:
    digest, (tool, flying, plain) = _issue("daily-zh-TW"), _items("daily-zh-TW")
    assert digest.contents == ("工具", "專案", "論文")
    assert tool.summary == {"zh-TW": "這個工具會讀取筆記並產生測驗題目。"}
    assert flying.summary == {
        "en": "Networks can fly when they are trained in wind tunnels.",
        "zh-TW": "網路在風洞裡訓練後就會飛。",
    }
    assert (flying.title, flying.published) == ("會飛的網路", "2024-05")
    assert flying.authors == ("王小明", "陳大文")
    assert digest.entries[1].tasks == ("飛行控制", "路徑規劃")
    assert (plain.code_urls, plain.published) == ((), "2024-05-06")
    assert not digest.problems


def test_a_weekly_by_number_in_english() -> None:
    digest, items = _issue("weekly-number-en"), _items("weekly-number-en")
    assert (digest.number, len(digest.contents)) == (7, 4)
    assert [item.section for item in items] == [
        Section.NEWS,
        Section.NEWS,
        Section.USE_CASES,
        Section.PAPERS,
        Section.PAPERS,
    ]
    assert [item.title for item in items] == [
        "Bigger is not always better",
        "A set without faces",
        "Weather for farmers",
        "Nets that forget",
        "Second paper of the section",
    ]
    assert [item.arxiv_id for item in items] == [
        "2401.00002",
        "2401.00001",
        None,
        "2401.00003",
        None,
    ]
    assert _labels(items[0]) == ["On the Limits of Size"]
    assert items[3].code_urls == ("https://github.com/acme/forget",)
    assert [(p.url, p.rel) for p in digest.navigation] == [
        ("https://blog.example.org/a", "related"),
        ("https://notes.example.org/b", "related"),
    ]
    assert digest.highlights[0].comment == "was released for commercial use."
    assert not digest.problems


def test_a_weekly_by_week_in_english() -> None:
    digest, (arms, legs, gripper) = _issue("weekly-week-en"), _items("weekly-week-en")
    assert (digest.week, digest.number) == ("2024-W13", 13)
    assert [pointer.rel for pointer in digest.navigation] == [
        "previous",
        "next",
        "month",
        "month",
        "year",
    ]
    assert (arms.url, legs.arxiv_id) == ("https://arxiv.org/abs/2403.11111", "2403.22222")
    assert _labels(legs) == ["Walking Without Maps"]
    assert gripper.abstract == {"en": "Money, mostly."}
    assert digest.entries[2].heading == ("2. Articles",)
    assert not digest.problems


def test_rules_between_the_items_of_a_weekly_end_nothing() -> None:
    digest = _issue("weekly-zh-TW")
    assert digest.number == 32
    assert [entry.heading[0] for entry in digest.entries] == ["1、精選論文"] * 2 + [
        "2、應用案例"
    ] * 2
    assert digest.closing == "關於我\n\n我喜歡桌子。"


def test_a_newsletter_with_footnotes_in_english() -> None:
    digest, items = _issue("newsletter-footnotes-en"), _items("newsletter-footnotes-en")
    assert [entry.number for entry in digest.entries] == ["1.1", "1.2", "2.1", None, None]
    assert len(digest.contents) == 6
    assert items[0].summary["en"].endswith("1.5 times the data, and costs [sic] nothing.")
    assert _labels(items[1]) == ["The Decade: Sound and Silence"]
    assert items[2].code_urls == ("https://github.com/acme/ear-lib",)
    assert items[4].title == "Listening 101"
    assert [problem.line for problem in digest.problems] == [20, 29]
    assert [link.label for link in digest.links] == ["unused"]


def test_a_newsletter_with_inline_links() -> None:
    digest, items = _issue("newsletter-links-en"), _items("newsletter-links-en")
    assert (digest.title, digest.number) == (
        "Sound Newsletter #12: Ears, Whistles and More",
        12,
    )
    assert [item.title for item in items] == [
        "Hearing colours",
        "A decade of sound",
        "Who owns a whistle?",
        "Whistle",
        "Listening 101",
    ]
    assert items[0].code_urls == ("https://github.com/acme/colours",)
    assert items[0].images == ("https://img.example.org/colours.png",)
    assert items[2].section is Section.ETHICS
    assert "write to us" in digest.closing


def test_a_newsletter_with_numbered_headings_and_anchors() -> None:
    digest = _issue("newsletter-zh-TW")
    assert [entry.number for entry in digest.entries] == ["1.1", "2.1"]
    assert digest.contents == ("1. 論文 📙", "1.1 聽見顏色", "2. 工具 ⚙️", "2.1 耳朵")
    assert digest.number == 5


def test_a_reading_list_with_a_title_and_deeper_items() -> None:
    digest, (colours, quiet, ears, whistle) = _issue("reading-list-en"), _items("reading-list-en")
    assert digest.title == "Awesome Ears"
    assert digest.entries[0].heading == ("Hearing", "Colours")
    assert colours.published == "2023-06-27"
    assert (colours.arxiv_id, colours.key) == ("2306.01234", "arxiv:2306.01234")
    assert colours.url == "https://paperswithcode.com/paper/hearing-colours"
    assert colours.abstract["en"] == "We hear colours. Really.\n\n* first\n    * second"
    assert _labels(colours) == ["Demo", "Paper"]
    assert (quiet.title, quiet.venue) == ("A quiet net for loud rooms", "ICASSP 2024")
    assert quiet.note == "This one is my favourite\nMy notes\nNeeds a better microphone."
    assert (ears.section, ears.published) == (Section.PROJECTS, "2022")
    assert ears.summary == {"en": "Just a list."}
    assert (whistle.section, whistle.published) == (Section.RESOURCES, "2023-05")
    assert [problem.line for problem in digest.problems] == [26]


def test_an_issue_of_a_hundred_items() -> None:
    cards = "\n".join(
        f"## 🔥『n{i}』Net {i}\nhttps://example.org/{i}\n\nText {i}.\n" for i in range(100)
    )
    digest = read_digest(f"# Projects\n\n{cards}")
    assert digest is not None
    assert [entry.item.url for entry in digest.entries] == [
        f"https://example.org/{i}" for i in range(100)
    ]


def test_a_newsletter_of_a_hundred_entries_and_references() -> None:
    lines = []
    for section in range(1, 11):
        lines.append(f"{section}、Part {section}")
        for entry in range(1, 11):
            number = (section - 1) * 10 + entry
            lines += [f"{section}.{entry} Thing {number}", f"About it[{number}]."]
    lines += [f"[{n}] it: {n}: https://example.org/{n}" for n in range(1, 101)]
    digest = read_digest("\n".join(lines))
    assert digest is not None
    assert [entry.number for entry in digest.entries][-1] == "10.10"
    assert [entry.item.links[0].label for entry in digest.entries] == [
        f"it: {n}" for n in range(1, 101)
    ]


def test_a_newsletter_without_numbers() -> None:
    text = (ISSUES / "newsletter-zh-TW.md").read_text(encoding="utf-8")
    body = text[text.index("## 1. 論文") :].replace("1. ", "").replace("2. ", "")
    digest = read_digest(body.replace("1.1 ", "").replace("2.1 ", "") * 2)
    assert digest is not None
    assert (digest.layout, digest.contents[:2]) == ("newsletter", ("論文 📙", "聽見顏色"))
    assert [entry.item.title for entry in digest.entries] == ["聽見顏色", "耳朵"] * 2


def test_a_weekly_without_numbers() -> None:
    text = (ISSUES / "weekly-number-en.md").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^# \d\. ", "# ", text).replace("2. Machine", "2. Our machine")
    digest = read_digest(text)
    assert digest is not None
    assert [entry.heading[0] for entry in digest.entries] == [
        "Featured papers",
        "Featured papers",
        "Machine learning use cases",
        "Papers",
        "Papers",
    ]
    assert len(digest.navigation) == 2


def test_japanese() -> None:
    digest = read_digest(
        "# 論文\n## ⚡ 論文：みる網\n論文タイトル：みる網\n日付：2024年5月6日\n著者：山田\n"
    )
    assert digest is not None
    assert (digest.language, digest.entries[0].item.section) == ("ja", Section.PAPERS)
    assert digest.entries[0].item.published == "2024-05-06"
    assert digest.entries[0].item.authors == ("山田",)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "Hello.", "# Title\n\nJust an article.\n\n- a\n- b\n"]
)
def test_what_is_no_digest_is_none(text: str) -> None:
    assert recognise(text) is None
    assert read_digest(text) is None
