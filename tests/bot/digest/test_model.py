"""The topics' model: its file, what it says of texts, and how good it is on real papers."""

import io
from contextlib import suppress
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digest.classify import Classifier, shipped_model
from bot.digest.features import ngrams
from bot.digest.model import MIN_KNOWN, Thresholds, TopicModel
from bot.errors import ConfigError
from bot.topics import Taxonomy
from bot.training.corpus import read_papers
from bot.training.evaluate import by_words, fields_with_categories, scores

TAXONOMY = Taxonomy.load()
CLASSIFIER = Classifier(TAXONOMY, shipped_model)
ARXIV = Path(__file__).parents[4] / "shared/arxiv"
FIELDS = fields_with_categories(TAXONOMY)
WORDS = ["robot", "arm", "grasp", "lift", "picture", "pixel", "colour", "shade"]


def word_numbers(words: list[str]) -> list[int]:
    return [int(ngrams("", word).numbers[0]) for word in words]


def made(**changes: Any) -> TopicModel:
    """A model by hand: four words speak for robotics, four for cv."""
    grams = np.array(sorted(word_numbers(WORDS)), np.uint32)
    speaks_for_robots = set(word_numbers(WORDS[:4]))
    weights = [[9, -9] if gram in speaks_for_robots else [-9, 9] for gram in grams.tolist()]
    model = TopicModel(
        labels=("robotics", "cv"),
        grams=grams,
        idf=np.ones(8, np.float16),
        weights=np.array(weights, np.float16),
        bias=np.array([-1, -1], np.float32),
        rates=np.array([0.1, 0.5], np.float32),
        thresholds=(Thresholds(0.6, 0.2), Thresholds(0.6, 0.2)),
        about={},
    )
    return replace(model, **changes)


def ids(title: str, text: str, classifier: Classifier = CLASSIFIER) -> set[str]:
    return {match.id for match in classifier.classify(title, text)}


# ------------------------------------------------------------------ n-grams


def named(title: str, text: str) -> list[tuple[str, float]]:
    found = ngrams(title, text)
    return sorted((found.name(i), count) for i, count in enumerate(found.counts.tolist()))


def test_words_pairs_and_the_title_once_more() -> None:
    assert named("", "a robot a robot") == [("a", 2), ("a robot", 2), ("robot", 2), ("robot a", 1)]
    twice = [("arm", 1), ("arm", 1), ("robot", 1), ("robot", 2), ("robot arm", 1), ("robot arm", 1)]
    assert named("robot arm", "robot") == twice


def test_in_a_title_words_have_other_numbers_besides() -> None:
    in_text, in_title = (set(ngrams(*at).numbers.tolist()) for at in (("", "a b"), ("a b", "")))
    assert len(in_text) == 3
    assert in_text < in_title
    assert len(in_title) == 6


def test_chinese_characters_by_two_and_three_and_both_scripts_alike() -> None:
    expected = ["2.5", "qwen", "qwen 2.5", "器人", "机器", "机器人"]
    assert [name for name, _ in named("", "機器人 qwen 2.5")] == expected
    assert named("", "機器人") == named("", "机器人")


# ------------------------------------------------------------------ the file


def test_a_model_survives_its_file() -> None:
    again = TopicModel.parse(made(about={"papers": 6}).dump())
    assert again.dump() == made(about={"papers": 6}).dump()
    assert again.labels == ("robotics", "cv")
    assert again.thresholds[0].alone == pytest.approx(0.6)


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ("cv",)},
        {"labels": ()},
        {"grams": np.zeros(8, np.uint32)},
        {"idf": np.ones(8, np.float32)},
        {"idf": np.ones(7, np.float16)},
        {"bias": np.array([np.nan, 0], np.float32)},
        {"rates": np.ones(3, np.float32)},
        {"thresholds": (Thresholds(0.5, 0.5),)},
    ],
)
def test_parts_that_do_not_fit_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"its parts don't fit|hold|order"):
        TopicModel.parse(made(**changes).dump())


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 nonsense", b"\x93NUMPY"])
def test_what_is_no_model_is_refused_with_the_name_of_the_file(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "topics.npz"
    path.write_bytes(body)
    with pytest.raises(ConfigError, match=r"topics\.npz can't be read"):
        TopicModel.load(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.npz can't be read"):
        TopicModel.load(tmp_path / "none.npz")


def test_python_objects_in_a_file_are_not_brought_to_life() -> None:
    target = io.BytesIO()
    np.savez(target, format=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="Object arrays"):
        TopicModel.parse(target.getvalue())


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    target = io.BytesIO()
    np.savez_compressed(target, format=np.zeros(30 * 2**20, np.uint8))
    with pytest.raises(ValueError, match="unpacks to more than"):
        TopicModel.parse(target.getvalue())


@given(st.data())
def test_damage_is_refused_or_does_no_harm(data: st.DataObject) -> None:
    body = bytearray(made().dump())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        TopicModel.parse(bytes(body)).check()


# ------------------------------------------------------------------ what it says


def test_probabilities_and_the_words_that_spoke() -> None:
    prediction = made().predict("robot arm", "grasp a robot, robot arm and grasp; pixel")
    assert prediction is None  # four known words
    prediction = made().predict("", " ".join(WORDS) + " robot arm grasp")
    assert prediction is not None
    assert prediction.chosen() == ["robotics"]
    words = prediction.reason("robotics").removeprefix("words: ").split(", ")
    assert sorted(words) == ["arm", "grasp", "robot"]
    assert prediction.probabilities["robotics"] > 0.6 > prediction.probabilities["cv"]


def test_thresholds_decide_alone_and_with_a_keyword() -> None:
    text = " ".join(WORDS) + " x" * 400  # as much for the one as for the other: p = 0.27
    assert ids("", text, Classifier(TAXONOMY, made)) == set()
    assert ids("", text + " robot", Classifier(TAXONOMY, made)) == {"robotics"}
    low = (Thresholds(0.2, 0.1), Thresholds(0.2, 0.1))
    given = ids("", text, Classifier(TAXONOMY, lambda: made(thresholds=low)))
    assert given == {"robotics", "cv"}


def test_a_keyword_of_a_topic_has_to_be_borne_out_and_a_finer_one_not_spoken_against() -> None:
    seen = " ".join([*WORDS[4:], *WORDS[4:], *WORDS[:4]])
    title = "humanoid object detection manipulation"
    assert {"robotics", "detection"} <= ids(title, "")
    found = ids("humanoid: object detection, robot manipulation", seen, Classifier(TAXONOMY, made))
    assert found == {"detection", "cv"}


def test_topics_that_the_taxonomy_does_not_have_are_left_out() -> None:
    own = Taxonomy([topic for topic in TAXONOMY.topics if topic.id == "nlp"])
    assert ids("", " ".join(WORDS) + " robot arm grasp", Classifier(own, made)) == set()


def test_categories_and_short_texts_leave_the_model_alone() -> None:
    def refuse() -> TopicModel:
        raise AssertionError("the model is not needed")

    assert Classifier(TAXONOMY, refuse).classify("Pictures", "pixel", ["cs.RO"])[0].id == "robotics"
    few = " ".join(WORDS[: MIN_KNOWN - 1])
    assert ids("", few, Classifier(TAXONOMY, made)) == ids("", few, Classifier(TAXONOMY))


POSTS = {
    "robotics": """We taught a robot hand to fold laundry
        Our two-armed robot learns dexterous manipulation from teleoperated demonstrations, and a
        policy trained in simulation transfers to the real robot without further training.""",
    "cv": """Sharper pictures from old cameras
        We train a network that removes blur and noise from photographs. Each pixel is restored from
        its neighbourhood, and images of faces and landscapes come out sharp.""",
    "nlp": """新方法让机器翻译更懂低资源语言
        研究人员提出一种多语言预训练方法，用大语言模型生成平行语料，再做机器翻译的微调，
        在多种低资源语言的文本生成和问答评测中都有明显提升。""",
    "segmentation": """一張照片重建三維場景
        這項研究用擴散模型從單張影像估計深度，再重建三維場景的紋理與光照，
        在多個資料集上的影像分割與視角合成都勝過以往的方法。""",
    "speech": """更自然的语音合成
        该语音模型可以克隆说话人的声音，语音识别和语音合成共用一个音频编码器，
        合成语音的自然度接近真人录音，并支持歌声。""",
}
ELSEWHERE = [
    """The best lemon cake you will ever bake
        Heat the oven, butter the tin and beat the eggs with the sugar until pale. Fold in the
        flour, add the zest of two lemons, bake for forty minutes, and let it cool.""",
    """City win the derby with a late goal
        A header in the last minute settled a match that had looked like a draw. The coach praised
        his defenders, and the captain spoke of the best night of the season.""",
    """Three days in Lisbon
        Where to stay, what to eat and which tram to take: our walk begins at the castle, goes down
        to the river and ends with custard tarts at a bakery older than the republic.""",
    """How we moved our web shop to another host
        We copied the database at night, changed the domain name records in the morning, and
        watched the server's log. Customers noticed nothing, apart from faster pages.""",
    """番茄炒蛋怎么做才好吃
        鸡蛋打散加少许盐，番茄切块。锅里放油烧热，先把鸡蛋炒到半熟盛出，再炒番茄出汁，
        最后把鸡蛋倒回去，撒上葱花就可以出锅了。""",
    """週末去哪裡登山
        這條步道全長六公里，沿途有溪流與老樹，春天杜鵑盛開。山頂可以看見海，
        下山後附近有溫泉與小吃。""",
]


@pytest.mark.parametrize(("topic", "post"), POSTS.items(), ids=POSTS)
def test_posts_in_three_scripts(topic: str, post: str) -> None:
    title, text = post.split("\n", 1)
    assert topic in ids(title, text)


@pytest.mark.parametrize("post", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_what_is_about_something_else_gets_no_topic(post: str) -> None:
    title, text = post.split("\n", 1)
    assert ids(title, text) == set()


@settings(max_examples=50)
@given(
    st.text(max_size=300), st.lists(st.sampled_from(["image", "语言", "機器人", "\ud800", "of"]))
)
def test_any_text_gets_well_formed_topics(text: str, words: list[str]) -> None:
    matches = CLASSIFIER.classify(text, " ".join([*words, text]))
    assert all(0 < match.confidence <= 1 and TAXONOMY.get(match.id) for match in matches)
    assert all(match.reason.startswith(("keyword ", "words: ")) for match in matches)


def test_the_shipped_model_knows_only_topics_of_the_shipped_taxonomy() -> None:
    model = shipped_model()
    assert set(model.labels) <= {topic.id for topic in TAXONOMY.topics}
    body = resources.files("bot").joinpath("data", "topics.npz").read_bytes()
    assert len(body) <= 5 * 2**20
    assert str(model.about["until"]) < "2026-01"  # what it is measured on, it has not seen


# ------------------------------------------------------------------ real papers


def test_it_is_as_good_as_promised_on_papers_that_it_has_not_seen() -> None:
    if not ARXIV.exists():
        pytest.skip("the shared arXiv records are not here")
    papers = read_papers(ARXIV, TAXONOMY, since="2026-02")[::3]
    table = scores(by_words(papers, CLASSIFIER), [p.topics for p in papers], FIELDS)
    assert len(papers) > 1000
    assert table["micro"].f1 >= 0.72
    assert table["cv"].f1 >= 0.93
    assert table["nlp"].f1 >= 0.79


def test_there_are_fifteen_fields_with_categories() -> None:
    assert len(FIELDS) == 15
