"""Any issue, published as Markdown and imported again, has the same items, field by field."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digest.normalise import arxiv_id, canonical_key, one_line
from bot.digest.urls import usable_url
from bot.formats.draft import paper_of
from bot.formats.links import is_address, is_code, target
from bot.formats.recognise import read_digest
from bot.imported import Digest, DigestEntry, Highlight, Pointer
from bot.layouts.catalogue import LAYOUTS, lay_out
from bot.layouts.markdown import to_markdown
from bot.layouts.sheet import sheet_of_digest
from bot.model import Item, Link, Section

PIECES = [
    *("word", "Net", "a", "x1", "7", "42", "AI", "中文", "学习", "模型", "🚧", "📙"),
    *("*", "**", "_", "__", "`", "~~", "[", "]", "(", ")", "![", "](", "<b>", "</a>", "<", ">"),
    *("#", "##", "|", "\\", "\\[", "$", "$x_1$", "&amp;", "&copy", "&", '"', "'", "%", "="),
    *(
        "1.",
        "2)",
        "3、",
        "1.1",
        "[3]",
        "[2101.00001]",
        "【2101.00001】",
        "【",
        "』",
        "『",
        "：",
        ":",
    ),
    *("—", "---", "- ", "⇦", "⇨", "+", "!", "/", "，", ",", ";", "https://e.org/x_y", "paper:"),
    *("Paper", "References", "Contents", "Abstract", "Date:", "**Authors**:", "Topics", "About"),
]
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8)


def _tidy(text: str) -> str:
    return one_line(text).strip()


def _line(text: str) -> str:
    """As importers keep a line: a list's mark is a dash, and nothing else that has no words."""
    return re.sub(r"^(?:[*+•‣▪◦·-]\s+)+", "", _tidy(text))


LABELS = st.one_of(WORDS.map(" ".join), WORDS.map("".join)).map(_tidy).filter(bool)
LINES = st.one_of(WORDS.map(" ".join), WORDS.map("".join)).map(_line).filter(bool)
TEXTS = st.one_of(
    LINES,
    st.lists(LINES, min_size=1, max_size=4).map("\n".join),
    st.tuples(LINES, LINES).map("\n\n".join),
)
NAMES = st.sampled_from(
    ["Ada Lovelace", "José Núñez", "Doe, Jane", "李伟", "R&D Team", "Smith and Sons", "A.-B. C*"]
)
PATHS = st.sampled_from(
    ["a", "b/c", "d_e_f", "g(h)", "i?x=1&copy=2", "j#k", "l*m", "n,o;p", "q?r=$s", "t~u", "v'w"]
)
HOSTS = st.sampled_from(
    [
        "https://e.org/",
        "http://www.b.example.org/",
        "https://github.com/acme/",
        "https://huggingface.co/datasets/a/",
    ]
)
PAPER_URLS = st.integers(10000, 99999).map(lambda n: f"https://arxiv.org/abs/2301.{n}")
URLS = st.one_of(st.tuples(HOSTS, PATHS).map("".join).map(usable_url), PAPER_URLS)
CODE = st.sampled_from(
    ["https://github.com/acme/x", "https://gitlab.com/b/y_z", "https://github.com/c/d.e"]
)
DATES = st.sampled_from([None, "2022", "2022-06", "2022-06-27", "2024-02-29"])
IMAGES = st.sampled_from(["https://e.org/i.png", "img/a b.png", "https://e.org/(1).jpg?x=1&lt=2"])
LANGUAGES = {
    "en": "Some words in English about neural networks that go on for quite a while, and more",
    "zh-CN": "这是一些关于神经网络的简体中文内容说明，还有很多很多字",
    "zh-TW": "這是一些關於神經網路的繁體中文內容說明，還有很多很多字",
}
"""Enough of each language that no generated text can change it."""

TASKS = st.lists(st.sampled_from(["a, b", "识别", "c*d"]), max_size=2).map(tuple)
HEADINGS = {
    Section.TOOLS: "工具&框架",
    Section.PAPERS: "研究&论文",
    Section.POSTS: "Posts & talks",
    Section.USE_CASES: "Use cases",
    Section.OTHER: "Other topics",
}


@st.composite
def items(draw: st.DrawFn, language: str, section: Section) -> Item:
    """An item as an importer could have read it: its texts are in the issue's language."""
    url = draw(URLS)
    title = draw(LABELS.filter(lambda t: not is_address(t, "") and t.strip("#").strip() == t))
    labels = LABELS.filter(lambda t: not re.search(r"https?:", t) and not is_address(t, ""))
    links = draw(st.lists(st.builds(Link, labels, URLS), max_size=3, unique=True))
    codes = draw(st.lists(CODE, max_size=2, unique=True))
    words = LANGUAGES[language]
    summary = draw(st.one_of(st.none(), TEXTS))
    abstract = draw(st.one_of(st.none(), TEXTS))
    paper = paper_of(url, tuple(links), section)
    return Item(
        key=f"arxiv:{paper}" if paper else canonical_key(url),
        title=title,
        url=url,
        section=section,
        published=draw(DATES),
        authors=tuple(draw(st.lists(NAMES, max_size=3, unique=True))),
        venue=draw(st.sampled_from([None, "CVPR 2023", "NeurIPS", "2022年某会 (口头)", "A: b"])),
        language=language,
        summary={language: f"{words} {summary}"} if summary else {},
        abstract={language: f"{words} {abstract}"} if abstract else {},
        images=tuple(draw(st.lists(IMAGES, max_size=2, unique=True))),
        code_urls=tuple(code for code in codes if code != url),
        links=tuple(links),
        arxiv_id=paper,
        note=draw(st.one_of(st.none(), LINES.map(lambda t: f"Said: {t}"))),
    )


@st.composite
def digests(draw: st.DrawFn, layout: str) -> Digest:
    language = draw(st.sampled_from(sorted(LANGUAGES)))
    sections = draw(
        st.lists(st.sampled_from(sorted(HEADINGS)), min_size=1, max_size=3, unique=True)
    )
    entries: list[DigestEntry] = []
    for number, section in enumerate(sections, 1):
        mark = {"weekly": f"{number}. ", "newsletter": f"{number}、"}.get(layout, "")
        heading = (f"{mark}{HEADINGS[Section(section)]}",)
        found = draw(st.lists(items(language, Section(section)), min_size=1, max_size=3))
        for place, item in enumerate(found, 1):
            entries.append(
                DigestEntry(
                    item,
                    heading,
                    number=f"{number}.{place}" if layout == "newsletter" else None,
                    field=draw(st.sampled_from([None, "机器学习", "Computer Vision"])),
                    tasks=tuple(
                        draw(st.lists(st.sampled_from(["a, b", "识别", "c*d"]), max_size=2))
                    ),
                )
            )
    headings = tuple(dict.fromkeys(entry.heading[0] for entry in entries))
    titled: list[str] = []
    for above in headings:
        here = (entry for entry in entries if entry.heading[0] == above)
        titled += [above, *(f"{each.number} {_plain(each.item.title)}" for each in here)]
    return Digest(
        layout=layout,
        title=draw(LABELS),
        language=language,
        entries=tuple(entries),
        number=draw(st.one_of(st.none(), st.integers(1, 999))),
        date=draw(st.sampled_from([None, "2026-11-26"])),
        week=draw(st.sampled_from([None, "2026-W48"])),
        contents=tuple(titled) if layout == "newsletter" else headings,
        highlights=draw(_highlights()) if layout == "weekly" else (),
        navigation=draw(_ways()),
        introduction=draw(TEXTS),
        images=tuple(draw(st.lists(IMAGES, max_size=2, unique=True))),
    )


def _plain(title: str) -> str:
    """A title as a table of contents may have it."""
    return one_line(re.sub(r"[^\w ]", "", title)) or "x"


def _highlights() -> st.SearchStrategy[tuple[Highlight, ...]]:
    pick = st.builds(Highlight, LABELS, URLS, st.sampled_from(["", "。因此", "is new"]))
    return st.lists(pick, max_size=2).map(tuple)


def _ways() -> st.SearchStrategy[tuple[Pointer, ...]]:
    before = Pointer("Issue 1", "https://w.example.org/1", "previous")
    after = Pointer("2021 第 3 周", "https://w.example.org/3", "next")
    month = Pointer("2020 年 12 月汇总", "https://w.example.org/m", "month")
    year = Pointer("2020 summary", "https://w.example.org/y", "year")
    other = Pointer("A post", "https://w.example.org/o", "related")
    return st.sampled_from([(), (before,), (before, after), (before, after, month, year, other)])


def _again(digest: Digest) -> Digest:
    again = read_digest(to_markdown(lay_out(sheet_of_digest(digest))))
    assert again is not None
    return again


@settings(max_examples=25, deadline=None)
@given(digest=st.sampled_from(sorted(LAYOUTS)).flatmap(digests))
def test_what_is_published_is_read_as_the_same(digest: Digest) -> None:
    again = _again(digest)
    for entry, same in zip(digest.entries, again.entries, strict=True):
        assert same == entry
    assert replace(again, entries=(), problems=()) == replace(digest, entries=(), problems=())


@given(url=URLS)
def test_the_addresses_of_these_tests_are_as_importers_keep_them(url: str) -> None:
    assert target(url) == url
    assert is_code("https://github.com/acme/x")
    assert arxiv_id("https://arxiv.org/abs/2301.12345") == "2301.12345"
