"""Training of the topics' model, on papers made by hand."""

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from bot.digest.classify import Classifier
from bot.digest.model import TopicModel
from bot.errors import SourceError
from bot.topics import Taxonomy
from bot.training.corpus import Paper, common, months, read_papers
from bot.training.evaluate import Score, fields_of, scores
from bot.training.invented import Translator, elsewhere
from bot.training.thresholds import choose
from bot.training.train import split, train
from tests.command import Command

TAXONOMY = Taxonomy.load()
WORDS = {
    "cs.CV": [
        "image",
        "pixel",
        "camera",
        "scene",
        "segmentation",
        "object",
        "visual",
        "frame",
        "video",
        "depth",
    ],
    "cs.CL": [
        "language",
        "sentence",
        "text",
        "translation",
        "corpus",
        "token",
        "question",
        "dialogue",
        "words",
    ],
    "cs.RO": [
        "robot",
        "arm",
        "grasping",
        "navigation",
        "gripper",
        "motion",
        "planning",
        "manipulation",
    ],
}
COMMON = [
    "we",
    "propose",
    "a",
    "method",
    "that",
    "improves",
    "results",
    "on",
    "data",
    "and",
    "show",
    "how",
    "it",
    "works",
]


def records(count: int) -> list[dict[str, object]]:
    """Papers of five months, in two fields of three, by their words."""
    dice = random.Random(1)
    made: list[dict[str, object]] = []
    for number in range(count):
        categories = dice.sample(sorted(WORDS), dice.choice([1, 1, 2]))
        words = [word for c in categories for word in dice.sample(WORDS[c], 5)] + COMMON
        dice.shuffle(words)
        made.append(
            {
                "day": f"2025-{number * 5 // count + 1:02}-{number % 28 + 1:02}",
                "title": " ".join(words[:4]),
                "summary": " ".join(words[4:]),
                "categories": categories,
            }
        )
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("arxiv")
    with gzip.open(folder / "papers.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records(2000))
    return folder


@pytest.fixture(scope="module")
def papers(folder: Path) -> list[Paper]:
    return read_papers(folder, TAXONOMY)


@pytest.fixture(scope="module")
def model(papers: list[Paper]) -> TopicModel:
    pytest.importorskip("sklearn")
    return train(papers, TAXONOMY, lambda _: None)


def test_papers_are_read_in_order_with_the_topics_of_their_categories(papers: list[Paper]) -> None:
    assert len(papers) == 2000
    assert [paper.day for paper in papers] == sorted(paper.day for paper in papers)
    assert months(papers) == [f"2025-0{month}" for month in range(1, 6)]
    assert common(papers, 100) == ("cv", "nlp", "robotics")


def test_a_finer_topic_brings_its_field(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    paper = {"day": "2025-01-01", "title": "T", "summary": "S", "categories": ["cs.HC", "cs.CE"]}
    file.write_text(json.dumps(paper))
    expected = Paper("t", "s", "2025-01-01", frozenset({"hci", "ai"}), "ai")
    assert read_papers(file, TAXONOMY) == [expected]
    file.write_text(json.dumps({**paper, "categories": ["cs.CE"]}))
    assert read_papers(file, TAXONOMY)[0].field is None


@pytest.mark.parametrize("content", ['{"day": "2025-01-01"}', "[]", "nonsense", "", '{"day": 5}'])
def test_what_is_no_paper_is_said_with_its_line(content: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(content)
    with pytest.raises(SourceError, match=r"line 1 is no paper|no papers in"):
        read_papers(file, TAXONOMY)


def test_the_last_months_are_kept_for_the_test(papers: list[Paper]) -> None:
    earlier, validation, test = split(papers)
    assert max(p.day for p in earlier) < min(p.day for p in validation)
    assert max(p.day for p in validation) < min(p.day for p in test)
    assert months(test) == ["2025-04", "2025-05"]
    with pytest.raises(SourceError, match="five months"):
        split(test)


def test_the_same_papers_give_the_same_file(papers: list[Paper], model: TopicModel) -> None:
    assert train(papers, TAXONOMY, lambda _: None).dump() == model.dump()


def test_what_is_learnt_holds_for_later_papers(papers: list[Paper], model: TopicModel) -> None:
    classifier = Classifier(TAXONOMY, lambda: model)
    test = split(papers)[2]
    found = [{m.id for m in classifier.classify(p.title, p.text)} for p in test]
    table = scores([frozenset(each) for each in found], [p.topics for p in test], model.labels)
    assert table["micro"].f1 > 0.95
    assert model.about["until"] < "2025-04"


def test_chinese_is_learnt_from_translated_terms(model: TopicModel) -> None:
    for text in ("机器人用机械手抓取，并规划导航路线", "機器人抓取物品，並規劃導航路線"):
        prediction = model.predict(text, text)
        assert prediction is not None
        assert prediction.chosen() == ["robotics"]


def test_translation_keeps_terms_and_names_and_nothing_else() -> None:
    paper = Paper("robots with llama3", "we use large language models on an image", "", frozenset())
    there = Translator(TAXONOMY).translate(paper, 0)
    assert (there.title, there.text) == ("机器人 llama3", "大语言模型 图像")
    assert Translator(TAXONOMY).translate(paper, 1).text == "大型語言模型 影像"


def test_texts_about_other_fields_come_from_each_field_and_are_the_same_each_time() -> None:
    texts = elsewhere(200, seed=1)
    assert texts == elsewhere(200, seed=1) != elsewhere(200, seed=2)
    assert any("食譜" in made.text and made.group == "everyday" for made in texts)
    game = next(made for made in texts if "nash equilibrium" in made.text)
    assert game.group in TAXONOMY.roots()


def test_a_score_is_precision_and_recall() -> None:
    given = [frozenset("ab"), frozenset("a"), frozenset()]
    wanted = [frozenset("a"), frozenset("b"), frozenset("b")]
    table = scores(given, wanted, "ab")
    assert table == {"a": Score(1, 2, 1), "b": Score(0, 1, 2), "micro": Score(1, 3, 3)}
    assert table["a"].precision == 0.5
    assert table["a"].recall == 1.0
    assert table["micro"].f1 == pytest.approx(1 / 3)
    assert Score(0, 0, 0).f1 == 0
    assert fields_of([frozenset({"hci", "llm"})], TAXONOMY) == [frozenset({"ai", "nlp"})]


def test_alone_half_of_the_best_f1_is_asked_for_and_less_with_a_keyword() -> None:
    """Above 0.6 all is right, from 0.2 to 0.6 what has a keyword, below nothing."""
    chances = np.linspace(0, 1, 2001)[:, None]
    keyword = (np.arange(2001) % 4 == 0)[:, None]
    wanted = (chances > 0.6) | ((chances > 0.2) & keyword)
    (limits,) = choose(chances, wanted, keyword, [0.5])
    assert limits.alone == pytest.approx(0.44, abs=0.01)  # at 0.6: precision 1, recall 0.8
    assert limits.with_keyword == pytest.approx(0.2, abs=0.01)
    (limits,) = choose(chances, wanted, keyword, [0.5], left_out=[0])
    assert limits.alone == pytest.approx(0.15)


def test_a_keyword_of_a_rare_topic_is_believed_from_thrice_its_rate() -> None:
    chances = np.linspace(0, 1, 100)[:, None]
    wanted = chances > 0.95
    (limits,) = choose(chances, wanted, ~wanted, [0.05])
    assert limits.alone == pytest.approx(0.5)
    assert limits.with_keyword == pytest.approx(0.15)


def test_too_few_papers_are_said(papers: list[Paper]) -> None:
    with pytest.raises(SourceError, match="no topic has 250 papers before 2025-04"):
        train(papers[::10], TAXONOMY, lambda _: None)


def test_the_command_says_what_is_missing(folder: Path, tmp_path: Path) -> None:
    done = Command(tmp_path)("train", tmp_path)
    assert done.status == 1
    assert "there are no papers in" in done.stderr
    (tmp_path / "sklearn.py").write_text("raise ModuleNotFoundError(name='scikit-learn')")
    done = Command(tmp_path)("train", folder, PYTHONPATH=str(tmp_path))
    assert done.status == 2
    assert "Training needs scikit-learn, which isn't installed: pip install 'ribao[dev]'" in (
        done.stderr
    )
