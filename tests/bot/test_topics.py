"""The taxonomy: what ships with Ribao, how people's words find a topic, what a bad file says."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.model import LANGUAGES
from bot.topics import Taxonomy, Topic, normal_form

TAXONOMY = Taxonomy.load()
IDS = [topic.id for topic in TAXONOMY.topics]
WORDS = [
    (topic.id, word)
    for topic in TAXONOMY.topics
    for word in (topic.id, *topic.names.values(), *topic.aliases, *topic.arxiv)
]
FIELDS = (
    "cv nlp multimodal generation speech rl robotics graph recommendation ml systems medical "
    "science security datasets ethics education tools ai theoretical-cs"
)
PARENTS = {
    "cv": "detection segmentation 3d video ocr face pose",
    "nlp": "llm translation qa summarization",
    "llm": "agents reasoning alignment rag code",
    "multimodal": "vlm",
    "generation": "diffusion image-generation video-generation",
    "speech": "asr tts music",
    "robotics": "driving manipulation",
    "graph": "gnn knowledge-graph",
    "ml": "theory time-series",
    "theory": "optimization",
    "systems": "quantization inference training hardware",
    "medical": "imaging",
    "science": "biology chemistry climate",
    "security": "adversarial privacy federated",
    "datasets": "benchmarks",
    "ethics": "fairness",
    "education": "courses books",
    "tools": "libraries",
    "theoretical-cs": "information-theory game-theory algorithms logic",
}


def topic(topic_id: str, parent: str | None = None, aliases: Sequence[str] = ()) -> Topic:
    names = dict.fromkeys(LANGUAGES, f"name of {topic_id}")
    return Topic(topic_id, parent, names, tuple(aliases))


# ------------------------------------------------------------------ what ships


def test_the_fields_are_the_agreed_ones() -> None:
    assert sorted(TAXONOMY.roots()) == sorted(FIELDS.split())


@pytest.mark.parametrize(("parent", "ids"), PARENTS.items())
def test_subscribers_find_the_agreed_topics_where_they_were(parent: str, ids: str) -> None:
    assert set(ids.split()) <= set(TAXONOMY.children(parent))


@pytest.mark.parametrize("shipped", TAXONOMY.topics, ids=IDS)
def test_each_topic_has_keywords_in_both_scripts_and_none_twice(shipped: Topic) -> None:
    forms = [normal_form(keyword) for keyword in shipped.keywords]
    assert len(forms) == len(set(forms))
    assert any(form.isascii() for form in forms)
    assert any(not form.isascii() for form in forms)


def test_categories_are_written_as_arxiv_writes_them() -> None:
    codes = [code for shipped in TAXONOMY.topics for code in shipped.arxiv]
    wrong = [c for c in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*(\.([A-Z]{2}|[a-z-]+))?", c)]
    assert wrong == []


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("computer vision", "cv"),
        ("计算机视觉", "cv"),
        ("電腦視覺", "cv"),
        ("cs.cv", "cv"),
        ("图神经网络", "gnn"),
        ("圖神經網路", "gnn"),
        ("大模型", "llm"),
        ("LLMs", "llm"),
        ("RL", "rl"),
        ("强化学习", "rl"),
        ("推荐系统", "recommendation"),
        ("time_series", "time-series"),
        ("q-bio.NC", "biology"),
    ],
)
def test_people_find_a_topic_by_what_they_type(text: str, expected: str) -> None:
    found = TAXONOMY.resolve(text)
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("电脑视觉", "cv"), ("計算機視覺", "cv"), ("语音辨识", "asr"), ("物件侦测", "detection")],
)
def test_words_of_one_place_are_found_in_the_script_of_the_other(text: str, expected: str) -> None:
    found = TAXONOMY.resolve(text)
    assert found is not None
    assert found.id == expected


@given(st.sampled_from(WORDS), st.data())
def test_case_width_and_separators_make_no_difference(
    known: tuple[str, str], data: st.DataObject
) -> None:
    topic_id, word = known
    typed = data.draw(st.sampled_from([word, word.upper(), word.lower(), word.title()]))
    typed = typed.replace(" ", data.draw(st.sampled_from([" ", "", "-", "_", "  ", "\u3000"])))
    if data.draw(st.booleans()):  # full width, as an input method may produce it
        typed = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in typed)
    found = TAXONOMY.resolve(f" {typed}\n")
    assert found is not None
    assert found.id == topic_id


@pytest.mark.parametrize("text", ["", "  ", "-", "xyzzy", "cs.CE", "\ud800"])
def test_what_is_no_topic_is_not_found(text: str) -> None:
    assert TAXONOMY.resolve(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("visoin", "cv"),
        ("detction", "detection"),
        ("图神经", "gnn"),
        ("spee", "speech"),
        ("目标跟综", "tracking"),
        ("電腦視", "cv"),
        ("电脑视", "cv"),
        ("reinforcment learning", "rl"),
        ("recomend", "recommendation"),
    ],
)
def test_a_slip_of_the_finger_is_understood(text: str, expected: str) -> None:
    assert TAXONOMY.resolve(text) is None
    assert TAXONOMY.suggest(text)[0].id == expected


@pytest.mark.parametrize("text", ["", "c", "xyzzy", "what is the weather?", "x" * 4000])
def test_nothing_near_means_no_suggestion(text: str) -> None:
    assert TAXONOMY.suggest(text) == ()


def test_suggestions_are_different_topics_and_at_most_as_many_as_asked_for() -> None:
    suggested = [t.id for t in TAXONOMY.suggest("re", limit=5)]
    assert len(suggested) == len(set(suggested)) == 5
    assert len(TAXONOMY.suggest("re")) == 3


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "Computer vision"),
        ("zh-CN", "计算机视觉"),
        ("zh-TW", "電腦視覺"),
        ("fr", "Computer vision"),
    ],
)
def test_names_fall_back_to_english(language: str, name: str) -> None:
    assert TAXONOMY.name("cv", language) == name


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("cs.CV", "cv"),
        ("eess.IV", "cv"),
        ("cs.CL", "nlp"),
        ("cs.LG", "ml"),
        ("stat.ML", "ml"),
        ("cs.AI", "ai"),
        ("cs.RO", "robotics"),
        ("cs.IR", "recommendation"),
        ("cs.SD", "speech"),
        ("eess.AS", "speech"),
        ("cs.CR", "security"),
        ("cs.AR", "systems"),
        ("cs.CY", "ethics"),
        ("math.OC", "optimization"),
        ("stat.TH", "theory"),
        ("cs.MM", "multimodal"),
        ("q-bio.BM", "biology"),
        ("cs.CE", None),
        ("cs.IT", "information-theory"),
        ("68T50", None),
        ("computer vision", None),
    ],
)
def test_arxiv_categories(category: str, expected: str | None) -> None:
    assert TAXONOMY.by_arxiv(category) == expected


# ------------------------------------------------------------------ the tree

some_ids = st.frozensets(st.sampled_from([*IDS, "gone-since-the-last-release"]), max_size=6)


@given(some_ids, some_ids)
def test_expand_adds_descendants_once_and_for_all(
    few: frozenset[str], more: frozenset[str]
) -> None:
    expanded = TAXONOMY.expand(few)
    assert few <= expanded
    assert TAXONOMY.expand(expanded) == expanded
    assert expanded | TAXONOMY.expand(more) == TAXONOMY.expand(few | more)


@given(st.sampled_from(IDS), st.sampled_from(IDS))
def test_expand_and_ancestors_tell_the_same_story(above: str, below: str) -> None:
    is_below = above in TAXONOMY.ancestors(below)
    assert (below in TAXONOMY.expand([above])) == (is_below or above == below)


def test_a_grandchild_comes_along() -> None:
    assert TAXONOMY.ancestors("rag") == ("llm", "nlp")
    assert TAXONOMY.root("rag") == TAXONOMY.root("nlp") == "nlp"
    assert {"llm", "rag", "translation"} <= TAXONOMY.expand(["nlp"])
    assert TAXONOMY.expand(["rag"]) == {"rag"}


def test_asking_about_an_unknown_id_is_a_mistake_of_the_program() -> None:
    for ask in (TAXONOMY.get, TAXONOMY.ancestors, TAXONOMY.root):
        with pytest.raises(KeyError):
            ask("no-such-topic")


# ------------------------------------------------------------------ files with faults


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[topic", "can't be read"),
        ("", r"has no \[\[topic\]\] table"),
        ("topic = [1]", "topic 1: a topic is a table"),
        ("[[topic]]\nnames = {en='a', zh-CN='b', zh-TW='c'}", "id is missing"),
        (
            "[[topic]]\nid = 'a'\nnames = {en='A'}",
            "names needs a text for each of en, zh-CN, zh-TW",
        ),
        ("[[topic]]\nid = 'a'\nkeyword = []", '"keyword" is not a key'),
        ("[[topic]]\nid = 'a'\naliases = 'b'", "aliases is not a list of texts"),
        ("[[topic]]\nid = 'a'\nparent = 1", "parent is not a text"),
    ],
)
def test_a_broken_file_is_refused_in_plain_words(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "topics.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence):
        Taxonomy.load(file)


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    for file in (tmp_path / "missing.toml", binary):
        with pytest.raises(ConfigError, match="can't be read"):
            Taxonomy.load(file)


@pytest.mark.parametrize(
    ("topics", "sentence"),
    [
        ([topic("a", parent="b")], '"a" has an unknown parent, "b"'),
        ([topic("a"), topic("a")], 'two topics with the id "a"'),
        ([topic("a", parent="a")], '"a" is its own ancestor'),
        ([topic("a", parent="b"), topic("b", parent="a")], '"b" is its own ancestor'),
        (
            [topic("a", aliases=["X Y"]), topic("b", aliases=["x-y"])],
            '"xy" .* more than one.*: a, b',
        ),
        ([topic("a"), topic("b", aliases=["A"])], '"a" stands for more than one topic'),
        ([topic("a", aliases=["-"])], '"a" has an empty'),
        ([Topic("a", None, dict.fromkeys(LANGUAGES, "A"), keywords=(" ",))], "an empty keyword"),
    ],
)
def test_a_taxonomy_that_makes_no_sense_is_refused(topics: list[Topic], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        Taxonomy(topics)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Taxonomy([topic("a", parent="x"), topic("b", parent="y")])
    assert len(caught.value.problems) == 2
