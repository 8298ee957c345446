"""Rendering, held against Telegram's own parser of HTML."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram.payload import Payload
from adapters.telegram.render import (
    LATE_ROOM,
    MAX_CAPTION,
    Style,
    TelegramRenderer,
    issue_messages,
    issue_pages,
)
from adapters.telegram.rich import (
    MAX_ENTITIES,
    MAX_UNITS,
    Mark,
    Rich,
    Run,
    entities,
    link_to,
    plain,
    size,
    split,
    to_html,
    units,
    visible,
)
from bot.messages import messages
from bot.model import LANGUAGES, Entry, Issue, Link, Section
from tests.adapters.contract import PAPER, TOOL, an_issue
from tests.telegram.oracles import parse_html, parse_rich

render = TelegramRenderer().render

# What TDLib would take away by itself is no difference between a text and what is seen of it:
# white space at the ends, and a few characters that it replaces (td/telegram/misc.cpp).
pieces = st.sampled_from(
    [
        "<b>",
        "</a>",
        "&amp;",
        "&#x41;",
        "<",
        ">",
        "&",
        '"',
        "word",
        "字",
        "🚀",
        "👩‍👩‍👧‍👦",
        "é",
        "שלום",
        "مرحبا",
        " ",
        "\n",
        "@everyone",
        "#tag",
        "x" * 300,
        "\u202e",
        "\u0300" * 9,
        "https://t.me/x",
        "_*~`|",
    ]
)
texts = st.one_of(st.lists(pieces, max_size=30).map("".join), st.text(max_size=200))
urls = st.one_of(
    st.sampled_from(
        ["https://example.org/a?b=c&d=\"e'", "javascript:alert(1)", "tg://user?id=1", "", "http://"]
    ),
    texts,
)
entries = st.builds(
    Entry,
    number=st.just(1),
    title=texts,
    url=urls,
    section=st.sampled_from([Section.PAPERS, Section.TOOLS]),
    published=texts,
    field=texts,
    tasks=st.lists(texts, max_size=3).map(tuple),
    authors=st.lists(texts, max_size=9).map(tuple),
    authors_more=st.booleans(),
    venue=texts,
    introduction=texts,
    abstract=texts.map(lambda text: text * 9),
    code_urls=st.lists(urls, max_size=3).map(tuple),
    links=st.lists(st.builds(Link, texts, urls), max_size=3).map(tuple),
    images=st.just(()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(entries, max_size=12), st.sampled_from(LANGUAGES))
def test_whatever_an_issue_holds_telegram_takes_it_and_shows_it(
    found: list[Entry], language: str
) -> None:
    issue = an_issue(*found, language=language)
    for sheet, payload in zip(issue_messages(issue), render(issue), strict=True):
        parsed = parse_html(html_of(payload))
        assert _bare(parsed.text) == _bare(visible(sheet.rich))
        assert units(parsed.text) <= MAX_UNITS - LATE_ROOM
        assert len(parsed.entities) <= MAX_ENTITIES
        for entity in parsed.entities:
            url = entity["type"].get("url", "https://")
            assert url.startswith(("http://", "https://"))
    for page in issue_pages(issue):
        assert units(to_html(page.rich)) <= MAX_UNITS
        assert len(parse_html(to_html(page.rich)).entities) <= MAX_ENTITIES
    late = parse_html(html_of(TelegramRenderer().mark_late(render(issue)[0], language)))
    assert units(late.text) <= MAX_UNITS
    _hold_the_styles(issue)


def _hold_the_styles(issue: Issue) -> None:
    """With a cover the first message is a caption; a Rich Message shows the same text."""
    all_of_it = _bare("".join(parse_html(html_of(each)).text for each in render(issue)))
    styled = TelegramRenderer(Style(cover=True, preview=True, rich=True))
    made = styled.render(issue)
    late = Payload.loaded(styled.mark_late(made[0], issue.language))
    assert units(parse_html(late.html).text) <= MAX_CAPTION
    payloads = [Payload.loaded(each) for each in made]
    assert _bare("".join(parse_html(each.html).text for each in payloads)) == all_of_it
    assert [payload.cover is not None for payload in payloads] == [True] + [False] * (len(made) - 1)
    unfold = _bare(messages(issue.language)("card.abstract"))
    for payload in payloads:
        if payload.rich:
            shown, same = parse_rich(payload.rich), parse_html(payload.html).text
            assert _bare(shown).replace(unfold, "") == _bare(same).replace(unfold, "")


marks = st.sampled_from([Mark("b"), Mark("i"), Mark("code"), link_to("https://example.org/?a&b")])
riches = st.lists(
    st.builds(Run, texts.filter(bool), st.lists(marks, unique=True, max_size=3).map(tuple)),
    max_size=20,
).map(tuple)


@given(riches, st.integers(2, 500), st.integers(3, 20))
def test_splitting_keeps_all_text_all_marks_and_every_bound(
    rich: Rich, limit: int, most: int
) -> None:
    parts = list(split(rich, limit, most))
    assert all(0 < size(part) <= limit for part in parts)
    assert all(entities(part) <= most for part in parts)
    assert _bare("".join(map(visible, parts))) == _bare(visible(rich))
    marked = {run.marks for run in rich if run.text.strip()}
    assert marked <= {run.marks for part in parts for run in part}


@given(riches)
def test_entities_are_counted_as_telegram_counts_them_at_most(rich: Rich) -> None:
    clean = tuple(run for each in rich for run in plain(each.text, *each.marks))
    assert len(parse_html(to_html(clean)).entities) <= entities(clean)


def test_no_entry_is_divided_that_fits_into_a_message() -> None:
    issue = an_issue(
        *[replace(PAPER, title=f"Paper {n}", abstract="word " * 200) for n in range(30)]
    )
    found = [visible(sheet.rich) for sheet in issue_messages(issue)]
    for number in range(1, 31):
        (whole,) = [
            text
            for text in found
            if f"\n{number}. Paper" in text or text.startswith(f"{number}. Paper")
        ]
        assert f"{number}. Paper {number - 1}\n" in whole
    assert all(size(plain(a)) + size(plain(b)) > MAX_UNITS / 2 for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("title", "url", "told"),
    [
        ("https://openai.com/news", "https://evil.example/x", True),
        ("openai.com", "https://evil.example/x", True),
        ("A paper on cats.", "https://evil.example/x", False),
        ("GPT-4.5", "https://openai.com/x", True),
        ("openai.com", "https://openai.com/x", False),
    ],
)
def test_a_title_that_looks_like_an_address_says_where_it_leads(
    title: str, url: str, *, told: bool
) -> None:
    (payload,) = render(an_issue(replace(TOOL, title=title, url=url)))
    host = url.split("/")[2]
    assert (f" ({host})" in parse_html(html_of(payload)).text) is told


def test_an_abstract_can_be_unfolded() -> None:
    (payload,) = render(an_issue(PAPER))
    kinds = [entity["type"]["@type"] for entity in parse_html(html_of(payload)).entities]
    assert "textEntityTypeExpandableBlockQuote" in kinds


def test_every_link_is_there() -> None:
    (payload,) = render(an_issue(PAPER))
    linked = {e["type"].get("url") for e in parse_html(html_of(payload)).entities} - {None}
    assert linked == {PAPER.url, *PAPER.code_urls, *(link.url for link in PAPER.links)}
    assert messages("en")("card.code") in parse_html(html_of(payload)).text


def html_of(payload: str) -> str:
    return Payload.loaded(payload).html


def _bare(text: str) -> str:
    """Without white space, and without what TDLib replaces or drops as unseen."""
    return "".join(c for c in text if not c.isspace() and c.isprintable())
