"""What lists and pages make of any text."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from bot.web.pages import fill
from bot.web.rows import shortened, web_link
from bot.web.searchindex import folded


@given(st.text(max_size=300), st.integers(2, 100))
def test_a_shortened_text_fits_and_begins_the_same(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    whole = " ".join(text.split())
    assert short == whole or (short[-1] == "…" and whole.startswith(short[:-1]))


@settings(deadline=None)  # the first one loads the templates
@given(st.text())
def test_any_text_can_stand_in_xml(text: str) -> None:
    group = {"title": text, "feeds": ()}
    page = fill("opml.xml", {"title": text, "groups": [group]})
    assert etree.fromstring(page.encode()).tag == "opml"


@given(st.text())
def test_only_web_addresses_are_followed(text: str) -> None:
    assert web_link(f"javascript:{text}") == ""
    assert web_link(text).lower().startswith("http") or not web_link(text)


def test_an_address_holds_only_what_one_may() -> None:
    assert web_link("https://x.org/?a=<b>&c=%20 [1]") == "https://x.org/?a=%3Cb%3E&c=%20%20[1]"


def test_what_is_searched_is_folded() -> None:
    assert folded("機器學習 Diffusion ＡＩ") == "机器学习 diffusion ai"
