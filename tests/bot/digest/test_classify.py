"""Topics of items: the rules, by example and in general, and how good they are on real papers."""

import gzip
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.classify import LOOKED_AT, Classifier, matches_keyword
from bot.model import LANGUAGES, TopicMatch
from bot.topics import Taxonomy, Topic, normal_form

TAXONOMY = Taxonomy.load()
CLASSIFIER = Classifier(TAXONOMY)
ARXIV = Path(__file__).parents[4] / "shared/arxiv/arxiv-2025-03..2026-02.jsonl.gz"
LONG = "It has a long abstract that says little of interest to anybody. " * 6


def topic(topic_id: str, *keywords: str, arxiv: Iterable[str] = ()) -> Topic:
    names = dict.fromkeys(LANGUAGES, f"name of {topic_id}")
    return Topic(topic_id, None, names, arxiv=tuple(arxiv), keywords=keywords)


def ids(matches: Iterable[TopicMatch]) -> set[str]:
    return {match.id for match in matches}


# ------------------------------------------------------------------ one keyword


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("RL", "An RL agent"),
        ("rl", "RLs, and more"),
        ("rl", "(RL-based)"),
        ("RL", "用RL训练"),
        ("LLM", "LLM’s limits"),
        ("gait recognition", "Deep Gait\nRecognition"),
        ("text-to-image", "text to image"),
        ("vision language", "Vision‑Language"),
        ("object_detection", "object detection"),
        ("3D重建", "单目 3D 重建方法"),
        ("强化学习", "深度强化\n学习综述"),
        ("ＧＰＴ", "gpt"),
        ("C++", "in C++17"),
        ("Straße", "STRASSE"),
    ],
)
def test_a_keyword_is_found(keyword: str, text: str) -> None:
    assert matches_keyword(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("rl", "the world of pearls"),
        ("rl", "rlhf"),
        ("rl", "rlss"),
        ("rl", "url"),
        ("ai", "chain"),
        ("gpt-4", "GPT-40"),
        ("cat", "cats4all"),
        ("ру", "игру"),
        ("j", "\u01f0"),
        ("", "anything"),
        (" -_", "a -_ b"),
        ("强化学习", "强化的学习"),
        ("graph", ""),
    ],
)
def test_a_keyword_is_not_found_inside_words(keyword: str, text: str) -> None:
    assert not matches_keyword(keyword, text)


@given(st.text("abs", min_size=1, max_size=3), st.text("abs 1,é", max_size=12))
def test_latin_keywords_follow_word_boundaries(keyword: str, text: str) -> None:
    rule = rf"(?<![^\W_]){keyword}s?(?![^\W_])"
    assert matches_keyword(keyword, text) == bool(re.search(rule, text))


@given(st.text("图学习a ", max_size=8), st.text("图学习a ", max_size=8))
def test_chinese_keywords_are_found_anywhere(before: str, after: str) -> None:
    assert matches_keyword("目标检测", f"{before}目标检测{after}")


@given(st.text(max_size=30))
def test_the_normal_form_is_final(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@given(st.text("as图 -", max_size=4), st.text("as图 -", max_size=16))
def test_a_reader_and_a_topic_that_look_for_a_word_see_the_same(word: str, text: str) -> None:
    if normal_form(word):
        classifier = Classifier(Taxonomy([topic("t", word)]))
        assert bool(classifier.classify(text, "")) == matches_keyword(word, text)


# ------------------------------------------------------------------ rules


def test_a_title_needs_one_keyword_and_the_reason_says_which() -> None:
    (match,) = CLASSIFIER.classify("Object Detectors in the wild", LONG)
    assert match.id == "detection"
    assert match.reason == 'keyword "object detector" in the title'


def test_the_reason_is_the_keyword_that_earned_most_and_the_first_of_equals() -> None:
    classifier = Classifier(Taxonomy([topic("t", "RL", "Q-Learning", "actor-critic")]))
    (match,) = classifier.classify("RL, then Q learning, then RL and actor-critic", "RL")
    assert match.reason == 'keyword "Q-Learning" in the title'
    (match,) = classifier.classify("", "RL and actor critic")
    assert match.reason == 'keyword "actor-critic" in the text'


@pytest.mark.parametrize(
    ("title", "text", "confidence"),
    [
        ("rl", LONG, 4 / 6),
        ("q learning", LONG, 5 / 7),
        ("rl", f"{LONG} rl rl q learning", 6 / 8),
        ("", f"{LONG} q learning", None),
        ("", f"{LONG} q learning (rl)", None),
        ("", f"{LONG} q learning, q learning, q learning", None),
        ("", f"{LONG} q learning and actor critic", 4 / 6),
        ("", "a teaser on q learning", 2 / 4),
        ("", "a teaser on rl", None),
        ("", "强化学习新进展", 2 / 4),
    ],
)
def test_what_a_keyword_earns(title: str, text: str, confidence: float | None) -> None:
    classifier = Classifier(Taxonomy([topic("t", "rl", "q-learning", "actor-critic", "强化学习")]))
    found = [match.confidence for match in classifier.classify(title, text)]
    assert found == ([] if confidence is None else [confidence])


def test_the_longest_phrase_wins_and_may_mean_two_topics() -> None:
    classifier = Classifier(
        Taxonomy(
            [
                topic("a", "language model"),
                topic("b", "vision-language model"),
                topic("c", "Vision language model", "model zoo"),
            ]
        )
    )
    assert ids(classifier.classify("A vision-language model zoo", LONG)) == {"b", "c"}
    assert ids(classifier.classify("A language model, a vision-language model", LONG)) == set("abc")


def test_declared_topics_are_certain_and_come_first() -> None:
    matches = CLASSIFIER.classify("Object detection", "", declared=["tools", "detection"])
    assert [(m.id, m.confidence, m.reason) for m in matches] == [
        ("detection", 1.0, "declared"),
        ("tools", 1.0, "declared"),
    ]


def test_categories_decide_the_field_and_keywords_add_finer_topics() -> None:
    title = "Object detection for robots with large language models"
    matches = CLASSIFIER.classify(title, LONG, ["cs.LG", "cs.CV", "stat.ML"])
    assert [(m.id, m.reason) for m in matches if m.confidence >= 0.8] == [
        ("ml", "arXiv cs.LG"),
        ("cv", "arXiv cs.CV"),
    ]
    assert ids(matches) == {"ml", "cv", "detection", "llm"}
    assert "robotics" in ids(CLASSIFIER.classify(title, LONG))


def test_keywords_decide_where_no_category_is_known() -> None:
    assert ids(CLASSIFIER.classify("Robot learning", LONG, ["cs.CE", "68T40"])) == {"robotics"}


def test_fields_that_arxiv_has_no_category_for_come_from_keywords() -> None:
    assert "medical" in ids(CLASSIFIER.classify("Clinical notes", LONG, ["cs.CL"]))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("The world of pearls", set()),
        ("How to build a Docker image", {"tools"}),
        ("Top programming languages of the year", {"software"}),
        ("A vision-language model for charts", {"cv", "vlm"}),
        ("基于课程学习的训练策略", {"ml"}),
        ("面向意图学习的方法", set()),
        ("图神经网络综述", {"gnn"}),
        ("圖神經網路綜述", {"gnn"}),
        ("用於自動駕駛的物件偵測", {"driving", "detection"}),
        ("面向大模型的强化学习", {"llm", "rl"}),
        ("多智能体协作", {"multi-agent"}),
        ("聊天机器人", {"dialogue"}),
    ],
)
def test_titles(title: str, expected: set[str]) -> None:
    assert ids(CLASSIFIER.classify(title, LONG)) == expected


@pytest.mark.parametrize("known", TAXONOMY.topics, ids=lambda known: known.id)
def test_each_keyword_of_the_file_leads_to_its_topic(known: Topic) -> None:
    lost = [k for k in known.keywords if known.id not in ids(CLASSIFIER.classify(k, LONG))]
    assert lost == []


def test_only_the_beginning_is_looked_at() -> None:
    filler = "x" * (LOOKED_AT - 2) + " "
    assert not matches_keyword("rl", filler + "rl")
    assert CLASSIFIER.classify(filler + "robotics", "robotics and humanoid and quadruped") == ()
    assert ids(CLASSIFIER.classify("", "robotics, humanoid, quadruped, robot, " + filler)) == {
        "robotics"
    }


def test_half_a_surrogate_pair_stops_nobody() -> None:
    """JSON brings it in, as an escape; no encoding takes it."""
    assert ids(CLASSIFIER.classify("\ud800 Robots", "\udfff")) == {"robotics"}


words = st.lists(st.sampled_from([k for t in TAXONOMY.topics for k in t.keywords]), max_size=8)


@given(
    st.text(max_size=60), words, st.lists(st.sampled_from(["cs.CV", "cs.CL", "q-bio.NC", "68T50"]))
)
def test_every_answer_is_well_formed(text: str, keywords: list[str], categories: list[str]) -> None:
    matches = CLASSIFIER.classify(text, " ".join([*keywords, text]), categories)
    assert list(matches) == sorted(matches, key=lambda match: (-match.confidence, match.id))
    assert len(ids(matches)) == len(matches)
    assert all(0.5 <= match.confidence <= 1 and TAXONOMY.get(match.id) for match in matches)


# ------------------------------------------------------------------ real papers


@dataclass(frozen=True)
class Paper:
    categories: tuple[str, ...]
    with_categories: tuple[TopicMatch, ...]
    by_words_alone: tuple[TopicMatch, ...]


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    """Every 40th of the shared records, about 1,200."""
    if not ARXIV.exists():
        pytest.skip("the shared arXiv records are not here")
    with gzip.open(ARXIV, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, 0, None, 40)]
    return [
        Paper(
            tuple(r["categories"]),
            CLASSIFIER.classify(r["title"], r["summary"], r["categories"]),
            CLASSIFIER.classify(r["title"], r["summary"]),
        )
        for r in records
    ]


def test_categories_become_exactly_their_topics(papers: list[Paper]) -> None:
    decided = {root for root in TAXONOMY.roots() if TAXONOMY.get(root).arxiv}
    for paper in papers:
        expected = {TAXONOMY.by_arxiv(category) for category in paper.categories} - {None}
        if expected:
            assert ids(paper.with_categories) & decided == expected & decided
        assert expected <= ids(paper.with_categories)


@pytest.mark.parametrize(
    ("topics", "categories", "floor"),
    [
        ("detection segmentation 3d video restoration remote-sensing", "cs.CV eess.IV cs.GR", 0.97),
        ("imaging image-generation video-generation", "cs.CV eess.IV cs.GR", 0.85),
        ("llm reasoning rag", "cs.CL cs.AI cs.LG", 0.9),
        ("translation qa summarization information-extraction", "cs.CL", 0.85),
        ("speech asr tts", "cs.SD eess.AS cs.CL", 0.85),
    ],
)
def test_keywords_find_the_topics_that_authors_chose(
    papers: list[Paper], topics: str, categories: str, floor: float
) -> None:
    """A rough floor under the measured precision: authors leave out categories, too."""
    wanted = set(topics.split())
    hits = [p for p in papers if wanted & ids(p.by_words_alone)]
    right = [p for p in hits if set(categories.split()) & set(p.categories)]
    assert len(hits) >= 20
    assert len(right) / len(hits) >= floor


@pytest.mark.parametrize(("field", "precision", "recall"), [("cv", 0.93, 0.55), ("nlp", 0.7, 0.65)])
def test_fields_are_found_without_categories(
    papers: list[Paper], field: str, precision: float, recall: float
) -> None:
    found = [bool(TAXONOMY.expand([field]) & ids(p.by_words_alone)) for p in papers]
    chosen = [field in map(TAXONOMY.by_arxiv, p.categories) for p in papers]
    both = sum(f and c for f, c in zip(found, chosen, strict=True))
    assert both / sum(found) >= precision
    assert both / sum(chosen) >= recall
