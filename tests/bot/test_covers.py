"""Covers: what stands on them, that they are drawn alike, and what happens without a typeface."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot import typefaces
from bot.covers import HEIGHT, WIDTH, Cover, cover_of, draw, made_cover
from bot.messages import messages
from bot.typefaces import chinese_file, face_for
from tests.conversation import Conversation

DAY = date(2026, 11, 26)

needs_chinese = pytest.mark.skipif(
    chinese_file() is None, reason="no typeface with Chinese is installed"
)


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine that has no typefaces of its own."""
    caches = (typefaces.chinese_file, typefaces._tell_once, draw)
    for each in caches:
        each.cache_clear()
    monkeypatch.setattr(typefaces, "_folders", lambda: iter([tmp_path]))
    yield
    monkeypatch.undo()
    for each in caches:
        each.cache_clear()


def cover(
    language: str = "en", title: str = "Ribao · AI daily", topics: tuple[str, ...] = ("NLP",)
) -> Cover:
    say = messages(language)
    return made_cover(
        language=language,
        title=title,
        number=say("issue.number", number=7),
        dateline=say.day(DAY),
        day=DAY,
        topics=topics,
        columns=[[3, 2], [9] * 12],
    )


def picture(of: Cover) -> Image.Image:
    return Image.open(BytesIO(draw(of))).convert("RGB")


def ink(of: Cover, top: int, bottom: int) -> int:
    """How many pixels of the words' half are not paper, between two heights."""
    words = picture(of).crop((0, top, 700, bottom))
    colours = words.getcolors(700 * HEIGHT) or []
    return sum(n for n, _ in colours) - max(n for n, _ in colours)


TITLE, NUMBER, DATE, TOPICS = (115, 200), (220, 280), (282, 340), (470, 580)


async def test_a_cover_says_what_the_issue_is(talk: Conversation) -> None:
    issue = await talk.read()
    made = cover_of(issue)
    assert made.title == issue.title
    assert made.dateline == issue.dateline
    assert str(issue.number) in made.number
    assert [len(column) for column in made.columns] == [len(s.entries) for s in issue.sections]
    assert made.words.startswith(issue.title)
    assert Cover.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_it_is_a_picture_with_all_its_lines() -> None:
    assert picture(cover()).size == (WIDTH, HEIGHT)
    assert all(ink(cover(), *where) > 200 for where in (TITLE, NUMBER, DATE, TOPICS))


def test_the_same_cover_is_drawn_alike_to_the_byte_and_another_issue_differs() -> None:
    first = draw(cover())
    draw.cache_clear()
    assert draw(cover()) == first
    assert draw(replace(cover(), columns=((3, 2), (9, 8)))) != first
    assert draw(replace(cover(), day="2026-11-27")) != first


@needs_chinese
@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_chinese_is_drawn_with_a_typeface_that_has_it(
    language: str, caplog: pytest.LogCaptureFixture
) -> None:
    typefaces._tell_once.cache_clear()
    drawn = cover(language, messages(language)("issue.title"), ("计算机视觉",))
    assert all(ink(drawn, *where) > 200 for where in (TITLE, NUMBER, DATE, TOPICS))
    assert not caplog.records


@needs_chinese
def test_a_character_has_the_shape_of_its_language() -> None:
    """U+9AA8 is drawn otherwise in Taiwan, where one typeface has both shapes."""
    faces = [face_for("骨", 48, tag) for tag in ("zh-CN", "zh-TW")]
    names = {face.getname()[0] for face in faces if face}
    if len(names) < 2:
        pytest.skip("the typeface installed here has one shape for all languages")
    shapes = {bytes(face.getmask("骨")) for face in faces if face}
    assert len(shapes) == 2


@pytest.mark.usefixtures("nothing_installed")
def test_without_a_typeface_chinese_is_left_out_with_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        drawn = cover("zh-CN", "日报", ("计算机视觉", "NLP"))
        assert ink(drawn, *TITLE) > 100  # the date alone, in digits
        assert ink(drawn, *NUMBER) == ink(drawn, *DATE) == 0
        assert ink(drawn, *TOPICS) > 50
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Noto Sans CJK" in caplog.text


@pytest.mark.usefixtures("nothing_installed")
def test_latin_needs_nothing_installed() -> None:
    assert ink(cover(), *TITLE) > 200


@settings(max_examples=8, deadline=None)
@given(
    st.text(max_size=60),
    st.lists(st.text(min_size=1, max_size=300), max_size=12),
    st.lists(st.lists(st.integers(0, 9), max_size=40), max_size=40),
)
def test_whatever_the_words_a_picture_comes_of_it(
    title: str, topics: list[str], columns: list[list[int]]
) -> None:
    """A keyword that somebody follows stands among the topics."""
    made = replace(cover(), title=title, topics=tuple(topics), columns=tuple(map(tuple, columns)))
    assert picture(made).size == (WIDTH, HEIGHT)
