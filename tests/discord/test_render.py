"""Rendering, held against a reader of Discord's markdown of our own."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.markdown import bold, escaped, linked, spoken, subtle
from adapters.discord.render import DiscordRenderer
from bot.digest.urls import without_unseen
from bot.model import LANGUAGES, Entry
from tests.adapters.contract import PAPER, TOOL, an_issue
from tests.adapters.entries import entries
from tests.discord.hostile import HOSTILE, a_hostile_issue, bare, hold_to_account
from tests.discord.oracles import (
    components,
    request_problems,
    seen,
    targets,
    visible,
)

render = DiscordRenderer().render

pieces = st.sampled_from(HOSTILE)
words = st.one_of(st.lists(pieces, max_size=20).map("".join), st.text(max_size=100))
urls = st.one_of(
    st.sampled_from(["https://e.org/a?b=c&d=(\"e')", "javascript:alert(1)", "", "http://"]), words
)


@settings(max_examples=40, deadline=None)
@given(st.lists(entries(words, urls, most_images=2), max_size=12), st.sampled_from(LANGUAGES))
def test_whatever_an_issue_holds_discord_takes_it_and_nothing_in_it_is_alive(
    found: list[Entry], language: str
) -> None:
    hold_to_account(an_issue(*found, language=language))


def test_hostile_issues_of_any_length_are_shown_as_they_are() -> None:
    for seed in range(80):
        hold_to_account(a_hostile_issue(seed))


@settings(deadline=None)
@given(words)
def test_escaped_text_shows_itself(text: str) -> None:
    shown = "\n".join(without_unseen(text).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert seen(escaped(text)) == shown
    assert bare(seen(spoken(text))) == bare(text)
    assert bare(seen(subtle(text))) == bare(text)
    assert bare(seen(bold(text.replace("\n", " ")))) == bare(text)


@settings(deadline=None)
@given(words, urls)
def test_a_link_shows_its_label_and_leads_to_http_only(label: str, url: str) -> None:
    link = linked(label, url)
    assert bare(seen(link)).startswith(bare(label))
    assert all(target.startswith(("https://", "http://")) for target in targets(link))


@pytest.mark.parametrize("label", ["a [b", "b] a", "[SOLVED] it", "https://openai.com"])
def test_a_label_that_would_break_its_link_stands_before_it(label: str) -> None:
    assert seen(linked(label, "https://evil.example/x")) == f"{label} ↗ evil.example"


def test_addresses_in_words_of_ours_can_be_followed() -> None:
    told = spoken("See https://example.org/a_b, or javascript:alert(1).")
    assert "<https://example.org/a_b>" in told
    assert seen(told) == "See https://example.org/a_b, or javascript:alert(1)."


def test_no_entry_is_divided_that_fits_into_a_message_and_messages_are_full() -> None:
    papers = [replace(PAPER, title=f"Paper {n}", abstract="word " * 200) for n in range(30)]
    found = [visible(payload) for payload in render(an_issue(*papers))]
    for number in range(1, 31):
        (whole,) = [text for text in found if f"{number}. Paper {number - 1}\n" in text]
        assert "word" in whole.split(f"{number}. Paper {number - 1}\n")[1]
    assert all(len(a) + len(b) > 3800 for a, b in pairwise(found))


def test_sections_are_set_apart_and_pictures_stand_beside_their_entry() -> None:
    pictured = replace(TOOL, images=("javascript:x", "https://example.org/i.png"))
    (payload,) = render(an_issue(pictured, PAPER))
    kinds = [each["type"] for each in components(json.loads(payload))]
    assert kinds == [17, 10, 14, 9, 10, 11, 14, 10, 14, 10]
    assert '"media":{"url":"https://example.org/i.png"}' in payload


def test_payloads_are_what_discords_description_allows() -> None:
    check = request_problems()
    if check is None:
        pytest.skip("the description of Discord's API is not here")
    pictured = replace(TOOL, images=("https://example.org/i.png",))
    for payload in (*render(an_issue(*[pictured, PAPER] * 20)), DiscordRenderer().plain("word")):
        assert check("POST", "/channels/1/messages", json.loads(payload)) == []
