"""Rendering, held against Telegram's own parser of HTML."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram.render import TelegramRenderer, issue_messages
from adapters.telegram.rich import (
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
    visible,
)
from bot.messages import messages
from bot.model import LANGUAGES, Entry
from tests.adapters.contract import PAPER, TOOL, an_issue
from tests.adapters.entries import entries
from tests.telegram.held import HOSTILE, URLS, bare, hold, hostile_issue, html_of
from tests.telegram.oracles import parse_html

render = TelegramRenderer().render

words = st.lists(st.sampled_from(HOSTILE), max_size=30).map("".join)
texts = st.one_of(words, st.text(max_size=200))
urls = st.one_of(
    st.sampled_from(URLS),
    texts,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(entries(texts, urls), max_size=12), st.sampled_from(LANGUAGES))
def test_whatever_an_issue_holds_telegram_takes_it_and_shows_it(
    found: list[Entry], language: str
) -> None:
    hold(an_issue(*found, language=language))


@pytest.mark.parametrize("seed", range(40))
def test_so_it_is_with_what_was_made_to_break_it(seed: int) -> None:
    hold(hostile_issue(random.Random(seed)))


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
    assert bare("".join(map(visible, parts))) == bare(visible(rich))
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
