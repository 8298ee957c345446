"""Issues and replies as lines of plain text."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.lines import Style
from adapters.console.render import (
    MAX_AUTHORS,
    MAX_MESSAGE,
    ConsoleRenderer,
    as_text,
    issue_pieces,
    printable,
    reply_lines,
)
from bot.commands.reply import Choice, File, IssueBlock, Page, Reply, Rows, Text, Tone, say
from bot.messages import messages
from bot.model import LANGUAGES, Entry, Issue, Link, Section
from tests.adapters.contract import PAPER, TOOL, an_issue


def pieces(issue: Issue) -> list[list[str]]:
    return [as_text(piece).splitlines() for piece in issue_pieces(issue)]


def card(entry: Entry, language: str = "en") -> list[str]:
    """The lines of an entry below its number and title."""
    _, lines, _ = pieces(an_issue(entry, language=language))
    return lines[3:-2]


def test_the_head() -> None:
    head, *_ = pieces(an_issue(TOOL))
    assert head == [
        "📰 Ribao · AI daily · No. 7",
        "Wednesday, November 18, 2026",
        "Topics: Computer vision · −Medicine & health · 1 item",
        "",
        messages("en")("absence.nothing"),
    ]


def test_the_head_of_the_whole_paper() -> None:
    head, *_ = pieces(replace(an_issue(TOOL, PAPER), topics=()))
    assert head[2] == f"{messages('en')('issue.all_topics')} · 2 items"


def test_the_fields_of_a_paper_card_in_order() -> None:
    assert card(PAPER) == [
        "   Published: Nov 17, 2026",
        "   Venue: CVPR 2027",
        "   Field: Computer vision",
        "   Tasks: Object detection · Diffusion models",
        "   Link: https://arxiv.org/abs/2611.00001",
        "   Code: https://github.com/ada/cats",
        "   Authors: Ada Lovelace, Alan Turing",
        "   In short: Cats, in short.",
        "   Abstract: Cats, at length.",
        "   Demo: https://example.org/demo",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_names_of_the_fields_are_in_the_readers_language(language: str) -> None:
    say_it = messages(language)
    names = ("published", "venue", "field", "tasks", "link", "code", "authors", "introduction")
    for name, line in zip(names, card(PAPER, language), strict=False):
        assert line.startswith(f"   {say_it(f'card.{name}')}: ")


def test_what_is_not_known_has_no_line() -> None:
    bare = replace(
        PAPER, published="", venue="", field="", tasks=(), authors=(), introduction="", abstract=""
    )
    assert card(replace(bare, code_urls=(), links=())) == [f"   Link: {PAPER.url}"]


def test_other_entries_are_shorter() -> None:
    assert card(TOOL) == [
        "   https://example.org/dogs",
        "   Ada Lovelace, Alan Turing · Nov 17, 2026",
        "   Code: https://github.com/ada/cats",
        "   Cats, in short.",
        "   Demo: https://example.org/demo",
    ]


def test_without_an_introduction_the_abstract_stands_in() -> None:
    assert "   Cats, at length." in card(replace(TOOL, introduction=""))


def test_a_code_link_that_is_the_link_itself_is_not_repeated() -> None:
    only = replace(TOOL, code_urls=(TOOL.url,))
    assert not [line for line in card(only) if "Code" in line]


@pytest.mark.parametrize(
    ("count", "more", "expected"),
    [(1, False, "A0"), (5, False, "A0, A1, A2, A3, A4"), (6, False, "et al."), (1, True, "et al.")],
)
def test_many_authors_are_cut_short_with_et_al(count: int, more: bool, expected: str) -> None:
    authors = tuple(f"A{n}" for n in range(count))
    (line,) = [
        line
        for line in card(replace(PAPER, authors=authors, authors_more=more))
        if line.startswith("   Authors")
    ]
    assert line.endswith(expected)
    assert line.count("A") == min(count, MAX_AUTHORS) + 1


def test_a_section_has_its_heading_once_and_ends_with_what_was_left_out() -> None:
    _, first, second, _ = pieces(an_issue(TOOL, replace(TOOL, title="Another")))
    heading = f"⚡ {messages('en')('section.tools')}"
    assert first[:2] == [heading, ""]
    assert heading not in second
    left_out = "   " + messages("en")("issue.left_out", n=2)
    assert left_out not in first
    assert second[-2:] == ["", left_out]


def test_entries_are_numbered_through_all_sections() -> None:
    text = as_text(line for piece in issue_pieces(an_issue(TOOL, PAPER)) for line in piece)
    assert "1. A tool for dogs" in text
    assert "2. A paper on cats" in text


def test_the_neighbours_stand_at_the_end() -> None:
    farewell = messages("en")("layout.farewell")
    *_, last = pieces(an_issue(TOOL))
    assert last == ["Previous: Nov 17, 2026", "Next: Nov 19, 2026", farewell]
    *_, last = pieces(replace(an_issue(TOOL), next=None))
    assert last == ["Previous: Nov 17, 2026", farewell]
    *_, last = pieces(replace(an_issue(TOOL), previous=None, next=None))
    assert last == [farewell]


def test_an_issue_is_one_message_if_it_fits() -> None:
    (payload,) = ConsoleRenderer().render(an_issue(TOOL, PAPER))
    assert payload == "\n\n".join("\n".join(piece) for piece in pieces(an_issue(TOOL, PAPER)))


def test_messages_are_divided_between_entries() -> None:
    long = replace(PAPER, abstract="word " * 600)
    payloads = ConsoleRenderer().render(an_issue(*[long] * 12))
    assert len(payloads) > 1
    for payload in payloads[1:]:
        assert payload.partition(". ")[0].isdigit()
    assert all(len(payload) <= MAX_MESSAGE for payload in payloads)


# What a feed may hold


@given(st.text())
def test_no_control_character_is_printed(text: str) -> None:
    shown = printable(text)
    for char in shown:
        assert char in "\n\u200c\u200d" or unicodedata.category(char)[0] != "C"
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b2J", "2J"),
        ("\x1b]0;title\x07", "]0;title"),
        ("abc\u202etxt.exe", "abctxt.exe"),
        ("over\rwritten", "over written"),
        ("a\tb", "a b"),
        ("10\u00a0000", "10 000"),
        ("a\u2028b", "a b"),
        ("back\x08space", "backspace"),
        ("two\nlines", "two\nlines"),
        ("全角\u3000空格", "全角\u3000空格"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("naïve – “数据”", "naïve – “数据”"),
    ],
)
def test_only_what_can_be_seen_is_printed(text: str, expected: str) -> None:
    assert printable(text) == expected


EVIL = "\x1b]52;c;x\x07\x9b5m\u202e"


def test_control_characters_reach_the_output_from_no_field() -> None:
    entry = Entry(
        1, EVIL, EVIL, Section.PAPERS, EVIL, EVIL, (EVIL,), (EVIL,), True, EVIL, EVIL, EVIL,
        (EVIL + "c",), (Link(EVIL, EVIL),), (EVIL,),
    )  # fmt: skip
    issue = replace(
        an_issue(entry, replace(entry, section=Section.TOOLS)),
        title=EVIL,
        dateline=EVIL,
        topics=(EVIL,),
        notices=(EVIL,),
    )
    reply = Reply(
        (Text(EVIL), Rows(((EVIL, EVIL),)), File(EVIL, EVIL), IssueBlock(issue, "/today")),
        choices=(Choice(EVIL, EVIL),),
        page=Page(1, 2, EVIL),
    )
    shown = as_text(reply_lines(reply)) + "".join(ConsoleRenderer().render(issue))
    assert not set(EVIL).intersection(shown) - set("]52;cx5m")


# Replies


def shown(reply: Reply) -> list[str]:
    return as_text(reply_lines(reply)).split("\n")


def test_a_reply_of_a_text_and_hints() -> None:
    lines = list(reply_lines(say("Done.", "Next: tomorrow.", tone=Tone.REFUSAL)))
    assert [line.text for line in lines] == ["Done.", "Next: tomorrow."]
    assert [line.style for line in lines] == [Style.REFUSAL, Style.FAINT]


def test_choices_are_numbered_with_their_commands_and_the_ticked_one_is_ticked() -> None:
    choices = (Choice("Vision", "/subscribe cv"), Choice("Language", "/unsubscribe nlp", on=True))
    assert shown(Reply((Text("Which?"),), choices=choices)) == [
        "Which?",
        "",
        "  1  Vision  →  /subscribe cv",
        "  2✓ Language  →  /unsubscribe nlp",
    ]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "1/3 · /topics 2"), (2, "2/3 · /topics 1 · /topics 3"), (3, "3/3 · /topics 2")],
)
def test_pages_name_the_commands_for_the_others(number: int, expected: str) -> None:
    assert shown(Reply((Text("T"),), page=Page(number, 3, "/topics"))) == ["T", expected]


def test_a_single_page_is_not_counted() -> None:
    assert shown(Reply((Text("T"),), page=Page(1, 1, "/topics"))) == ["T"]


def test_rows_stand_in_columns_also_in_chinese() -> None:
    rows = Rows((("Time", "08:00"), ("时区", "上海"), ("Language", ""), ("x" * 40, "words")))
    assert shown(Reply((rows,))) == [
        "  Time      08:00",
        "  时区      上海",  # two cells a character
        "  Language",
        "  " + "x" * 40,
        "            words",
    ]


def test_an_issue_and_a_file_stand_apart_from_the_text_around_them() -> None:
    issue = replace(an_issue(), previous=None, next=None, notices=(), topics=())
    reply = Reply(
        (Text("Before."), IssueBlock(issue, "/today"), Text("After."), File("a.json", "{\n}"))
    )
    head, end = pieces(issue)
    after = ["", "After.", "", "── a.json", "{", "}"]
    assert shown(reply) == ["Before.", "", *head, "", *end, *after]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_late_issue_says_so_first(language: str) -> None:
    renderer = ConsoleRenderer()
    payload = renderer.render(an_issue(PAPER, language=language))[0]
    late = renderer.mark_late(payload, language)
    assert late == f"{messages(language)('issue.late')}\n\n{payload}"
