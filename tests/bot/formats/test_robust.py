"""Any text is taken: nothing raises, nothing takes its time, no line is lost in silence."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.formats.recognise import FORMATS, read_digest, recognise
from bot.interchange import digest_objects

ISSUES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[2] / "data" / "digests").glob("*.md"))
}
PIECES = [
    r"[",
    r"]",
    r"![",
    r"](",
    r"(",
    r")",
    r"[a](https://e.org/a)",
    r"![](b.png",
    r"=5x)",
    r"<a",
    r"<br>",
    r'<img|src="c">',
    r"*",
    r"**",
    r"***",
    r"****",
    r"_",
    r"`",
    r"~~",
    r"&amp;",
    r"https://e.org/x",
    r"http://",
    r"#",
    r"##",
    r"###",
    r"[##",
    r">",
    r"-",
    r"1.",
    r"1、",
    r"1.1|",
    r"『",
    r"』",
    r"【",
    r"】",
    r"：",
    r":",
    r"|",
    r"---",
    r"—",
    r"```",
    r"<!--",
    r"-->",
    r"[1]",
    r"[^2]",
    r"[2101.00001]",
    r"【2101.00002】",
    r"2023年8月22",
    r"论文",
    r"论文作者：甲、乙",
    r"**Date**:",
    r"Abstract",
    r"References",
    r"🚧",
    r"⚡",
    r"第3期",
    r"$\left(",
    r"中文",
    r"/",
    r"words",
    r"⇦",
    r"⇨",
    r"===",
    r"a,|b",
]
TEXTS = st.lists(
    st.sampled_from([*PIECES, "\u202e", "\ud800", "\n", "\n", "\n\n", " ", "\r\n"]), max_size=80
).map(lambda pieces: "".join(pieces).replace("|", " "))
HOSTILE = [
    *(
        "[",
        "![",
        "](",
        "[[a](b)",
        "<a ",
        '<a href="',
        "*a",
        "**a* ",
        "__a",
        "`",
        "&amp",
        "https://a(",
    ),
    *(
        "\\",
        " ",
        "# ",
        "[## a",
        "> ",
        "| ",
        "— ",
        "a: ",
        "【",
        "『",
        "[2101.00001]",
        "[1] a: http://",
    ),
    *("<!-- ", "[2023年", "[![**a**](b =5x)](c)[", "中/a", "1.1 a ", '<a href="http://b">x</a>'),
    *("# [a](http://b)\n", "[## a\n", "```\n", "<!-- a\n", "1、a\n1.1 b\n", "[1] a\n", "---\n"),
    *("# 1. a\n# b\n[c](http://d)\n", "***a***\n", "# 1. a\n# b\n*t*\n", "# [a\n", "a\n===\n"),
    *("## 『a』\n论文作者：a, b\n", "1、a\n1.1 b\nc[1][2]\n", "# 1. a\nb\n---\n# c\n"),
]
LINES = [
    *("zq word", "- zq word", "# zq word", "## zq word", "### zq word", "#### zq", "> zq word"),
    *("| zq | b |", "[zq](https://e.org/)", "see [x](https://zq.example.org)", "[zq", "zq]("),
    *(
        "![](https://zq.example.org/a.png)",
        "https://zq.example.org/x",
        "**zq**: b",
        "1. zq",
        "1.1 zq",
    ),
    *(
        "[77] zq: http://z.example.org",
        "*zq*",
        "***zq***",
        "`zq`",
        "<b>zq</b>",
        "Authors: zq",
        "Code: zq",
    ),
    *(
        "Date: zq",
        "[2101.00001] zq",
        "[## zq",
        "Original: <https://zq.example.org>",
        "[x](mailto:zq@e.org)",
    ),
]


@given(text=st.one_of(TEXTS, st.text(max_size=300)), layout=st.sampled_from([None, *FORMATS]))
def test_any_text_is_taken(text: str, layout: str | None) -> None:
    digest = read_digest(text, layout)
    if layout is not None:
        assert digest is not None
        assert digest.layout == layout
        json.dumps(digest_objects(digest))
        last = text.count("\n") + text.count("\r") + 1
        assert all(1 <= problem.line <= last for problem in digest.problems)


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_are_taken(piece: str) -> None:
    text = piece * (4_000 // len(piece))
    recognise(text)
    for layout in FORMATS:
        assert read_digest(text, layout) is not None


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    """Half a megabyte of each: what took quadratic time would run into the timeout by far."""
    text = piece * (500_000 // len(piece))
    assert read_digest(text, "weekly") is not None
    assert read_digest(text, "newsletter") is not None


@settings(max_examples=100)
@given(
    name=st.sampled_from(sorted(ISSUES)),
    line=st.sampled_from(LINES),
    place=st.floats(0, 1),
    apart=st.booleans(),
)
def test_no_line_is_lost_in_silence(name: str, line: str, place: float, apart: bool) -> None:
    """A foreign line stands anywhere in an issue: its word is in what was read, or in a report."""
    lines = ISSUES[name].split("\n")
    at = round(place * len(lines))
    text = "\n".join([*lines[:at], *(["", line, ""] if apart else [line]), *lines[at:]])
    digest = read_digest(text, recognise(ISSUES[name]))
    assert digest is not None
    assert "zq" in json.dumps(digest_objects(digest)).lower()
