"""Which items a reader wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.select import topic_filter, wanted
from bot.model import Candidate, FollowKind, Section, Subscription, TopicFilter
from bot.topics import Taxonomy

TAXONOMY = Taxonomy.load()
IDS = [topic.id for topic in TAXONOMY.topics]
ALL = Subscription(FollowKind.ALL, "")


def topic(name: str) -> Subscription:
    return Subscription(FollowKind.TOPIC, name)


def keyword(words: str) -> Subscription:
    return Subscription(FollowKind.KEYWORD, words)


def without(subscription: Subscription) -> Subscription:
    return Subscription(subscription.kind, subscription.value, excluded=True)


def candidate(*topics: str, text: str = "") -> Candidate:
    return Candidate(
        id=1,
        key="a",
        section=Section.PAPERS,
        source="test",
        standing=0.0,
        topics=dict.fromkeys(topics, 1.0),
        text=text,
    )


def is_wanted(follows: list[Subscription], *topics: str, text: str = "") -> bool:
    return wanted(candidate(*topics, text=text), topic_filter(follows, TAXONOMY))


@pytest.mark.parametrize(
    ("follows", "topics", "expected"),
    [
        ([topic("cv")], ["cv"], True),
        ([topic("cv")], ["nlp"], False),
        ([topic("cv")], ["nlp", "cv"], True),
        ([topic("cv")], ["detection"], True),  # a child
        ([topic("nlp")], ["hallucination"], True),  # a grandchild
        ([topic("detection")], ["cv"], False),  # no parent
        ([topic("detection")], ["segmentation"], False),  # no sibling
        ([topic("cv")], [], False),
        ([topic("cv"), topic("rl")], ["rl"], True),
    ],
)
def test_topics_include_the_finer_ones(
    follows: list[Subscription], topics: list[str], expected: bool
) -> None:
    assert is_wanted(follows, *topics) is expected


@pytest.mark.parametrize(
    ("follows", "topics", "expected"),
    [
        ([topic("cv"), without(topic("medical"))], ["cv", "medical"], False),
        ([topic("cv"), without(topic("medical"))], ["cv", "imaging"], False),  # its child
        ([topic("cv"), without(topic("medical"))], ["cv"], True),
        ([topic("detection"), without(topic("cv"))], ["detection"], False),
        ([ALL, without(topic("medical"))], ["medical"], False),
        ([ALL, without(topic("medical"))], ["rl"], True),
        ([without(topic("medical"))], ["rl"], True),  # all but that
        ([without(topic("medical"))], ["imaging"], False),
        ([], ["rl"], True),
        ([], [], True),
    ],
)
def test_exclusions_win(follows: list[Subscription], topics: list[str], expected: bool) -> None:
    assert is_wanted(follows, *topics) is expected


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("rl", "a new rl method", True),
        ("rl", "the world of models", False),
        ("rl", "rl", True),
        ("rl", "(rl)", True),
        ("gait recognition", "on gait recognition in the wild", True),
        ("gait recognition", "recognition of gait", False),
        ("llm", "llms everywhere", True),  # a plural
        ("步态识别", "一种步态识别方法", True),  # no spaces between Chinese words
        ("步态识别", "人脸识别", False),
    ],
)
def test_keywords_are_whole_words(words: str, text: str, expected: bool) -> None:
    assert is_wanted([keyword(words)], text=text) is expected
    assert is_wanted([ALL, without(keyword(words))], "cv", text=text) is not expected


def test_a_keyword_is_enough_beside_topics_and_an_excluded_one_too_much() -> None:
    follows = [topic("cv"), keyword("gait"), without(keyword("survey"))]
    assert is_wanted(follows, "rl", text="gait for robots")
    assert is_wanted(follows, "cv", text="faces")
    assert not is_wanted(follows, "rl", text="faces")
    assert not is_wanted(follows, "cv", text="gait: a survey")


def test_a_topic_that_left_the_topics_file_is_no_error() -> None:
    assert not is_wanted([topic("phrenology")], "cv")
    assert is_wanted([topic("phrenology")], "phrenology")


TOPICS = st.lists(st.sampled_from(IDS), max_size=4)
SUBSCRIPTIONS = st.lists(st.builds(Subscription, st.just(FollowKind.TOPIC), st.sampled_from(IDS)))


@given(SUBSCRIPTIONS, SUBSCRIPTIONS, TOPICS)
def test_only_items_of_the_wanted_topics_and_none_of_the_excluded(
    included: list[Subscription], excluded: list[Subscription], topics: list[str]
) -> None:
    """The rule once more, climbing up from the item instead of down from the reader."""
    lineage = {a for t in topics for a in (t, *TAXONOMY.ancestors(t))}
    hit = not included or any(s.value in lineage for s in included)
    out = any(s.value in lineage for s in excluded)
    assert is_wanted([*included, *map(without, excluded)], *topics) is (hit and not out)


@given(st.permutations([topic("cv"), topic("rl"), keyword("gait"), without(topic("medical"))]))
def test_the_order_of_subscriptions_makes_no_difference(follows: list[Subscription]) -> None:
    by = topic_filter(follows, TAXONOMY)
    assert by == TopicFilter(
        topics=TAXONOMY.expand(["cv", "rl"]),
        keywords=("gait",),
        excluded_topics=TAXONOMY.expand(["medical"]),
    )
