"""Terms: any part of a text is found by its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.terms import EVERY, LONGEST, document, label, phrase, terms
from bot.model import Phrase
from bot.topics import Taxonomy, normal_form
from tests.bot.store.builders import an_item

CJK = st.text(st.sampled_from("注意力机制机器学习的強化學習あア한국"), min_size=1, max_size=12)
WORDS = st.lists(
    st.sampled_from(["gait", "model", "models", "GPT-4", "3d", "naïve", "U.S."]), min_size=1
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Models: losses, classes, caches & batches", "model loss class cache batch"),
        ("GPUs, LLMs; policies", "gpu llm policy"),
        ("bass gas 1s", "bass gas 1s"),
        ("GPT-4", "gpt 4"),
        ("Schrödinger Ｂｒüｄｅｒ", "schrodinger bruder"),
        ("注意力", "注 注意 意力 力"),
        ("注意力機制", "注 注意 意力 力机 机制 制"),
        ("3D 重建", "3d 重 重建 建"),
        ("能力，力", "能 能力 力 力"),
        ("が", "が"),
        ("", ""),
        ("。 - !", ""),
        ("a_b", "a b"),
    ],
)
def test_terms_of(text: str, expected: str) -> None:
    assert terms(text) == tuple(expected.split())


def test_a_long_word_counts_by_its_beginning() -> None:
    assert terms("a" * 5000) == ("a" * LONGEST,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("注意力", Phrase(("注意", "意力"))),
        ("力", Phrase(("力",), open_end=True)),
        ("GPT 的", Phrase(("gpt", "的"))),
        ("GPT 的能力", Phrase(("gpt", "的", "的能", "能力"))),
        ("力 GPT", Phrase(("力", "gpt"))),
        ("models", Phrase(("model",))),
        ("!!", None),
    ],
)
def test_phrase_of(text: str, expected: Phrase | None) -> None:
    assert phrase(text) == expected


def found_in(part: Phrase, whole: tuple[str, ...]) -> bool:
    """What the engines do with a phrase."""
    size = len(part.terms)
    for start in range(len(whole) - size + 1):
        *first, last = whole[start : start + size]
        ends = last.startswith(part.terms[-1]) if part.open_end else last == part.terms[-1]
        if tuple(first) == part.terms[:-1] and ends:
            return True
    return False


@given(CJK, CJK, CJK)
def test_every_part_of_chinese_is_found(before: str, part: str, after: str) -> None:
    made = phrase(part)
    assert made is not None
    assert found_in(made, terms(before + part + after))


@given(WORDS, WORDS, WORDS)
def test_every_part_of_english_is_found(
    before: list[str], part: list[str], after: list[str]
) -> None:
    made = phrase(" ".join(part))
    assert made is not None
    assert found_in(made, terms(" ".join(before + part + after)))


@given(st.lists(CJK | st.sampled_from(["gpt", "3d", "。", "，", " "]), min_size=1), st.data())
def test_every_part_of_a_mixed_text_is_found(pieces: list[str], data: st.DataObject) -> None:
    text = normal_form(" ".join(pieces))
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    made = phrase(part)
    cut = text[start - 1 : start + 1].isascii() and text[start - 1 : start + 1].isalnum()
    if made is not None and not cut and part[-1:] not in "gp3":  # no half of an English word
        assert found_in(made, terms(text))


@given(st.text())
def test_terms_are_plain_words(text: str) -> None:
    for term in terms(text):
        assert term.isalnum()
        assert " " not in term


def test_labels_are_terms_and_differ() -> None:
    ids = [topic.id for topic in Taxonomy.load().topics]
    labels = {label(topic_id) for topic_id in ids}
    assert len(labels) == len(ids)
    assert EVERY not in labels
    assert all(each.isalnum() for each in labels)


def test_a_document_holds_title_people_and_all_languages() -> None:
    item = an_item(
        title="Gait",
        authors=("Ada Lovelace",),
        summary={"en": "Walks.", "zh-TW": "步態"},
        abstract={"zh-CN": "步态"},
        venue="CVPR",
        arxiv_id="1706.03762",
    )
    made = document(item)
    assert made.title == ("gait",)
    assert made.labels == (EVERY,)
    for term in ("walk", "步态", "ada", "lovelace", "cvpr", "1706", "03762"):
        assert term in made.body
