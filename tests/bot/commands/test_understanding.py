"""What the words after /subscribe and /unsubscribe mean, and what is left when some have gone."""

import pytest

from bot.commands.following import MAX_EXPLAINED, understand
from bot.messages import messages
from bot.model import FollowKind, Subscription
from bot.subscriptions import MAX_SUBSCRIPTIONS
from bot.topics import Taxonomy
from tests.conversation import Conversation

TAXONOMY = Taxonomy.load()

say_en = messages("en")


def meant(text: str) -> list[str]:
    """Topics by their id, quoted keywords, a minus before what is left out; unknown words last."""
    understood = understand(text, TAXONOMY)
    return [
        ("-" if s.excluded else "") + (f'"{s.value}"' if s.kind is FollowKind.KEYWORD else s.value)
        for s in understood.subscriptions
    ] + [f"?{term.text}" for term in understood.unknown]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("computer vision", ["cv"]),
        ("computer vision, nlp", ["cv", "nlp"]),
        ("nlp computer vision rl", ["nlp", "cv", "rl"]),
        ("machine learning, computer vision", ["ml", "cv"]),
        ("rl -computer vision", ["rl", "-cv"]),
        ("Large Language Models and robots", ["llm", "robotics", "?and"]),
        ("graph neural networks", ["gnn"]),  # the longest name counts
        ("video generation", ["video-generation"]),
        ("video, generation", ["video", "generation"]),  # a comma keeps them apart
        ("video;generation", ["video", "generation"]),
        ('video "generation"', ["video", '"generation"']),
        ('"video" generation', ['"video"', "generation"]),
        ("video -generation", ["video", "-generation"]),
        ("计算机视觉，强化学习", ["cv", "rl"]),
        ("cv cv -cv", ["cv", "-cv"]),
        ("basket weaving", ["?basket", "?weaving"]),
        ("", []),
    ],
)
def test_names_of_several_words_are_found_in_a_line(text: str, expected: list[str]) -> None:
    assert meant(text) == expected


def test_every_name_of_every_topic_is_understood_alone_and_among_others() -> None:
    for topic in TAXONOMY.topics:
        for name in (topic.id, *topic.names.values(), *topic.aliases, *topic.arxiv):
            assert meant(name) == [topic.id]
            assert meant(f'"a", {name}, "b"') == ['"a"', topic.id, '"b"']
            assert meant(f"-{name}") == [f"-{topic.id}"]


async def follows(talk: Conversation) -> list[Subscription]:
    return list(await talk.app.readers.follows(await talk.chat()))


async def test_many_unknown_words_are_not_answered_one_by_one(talk: Conversation) -> None:
    words = [f"xq{number}zj" for number in range(500)]
    reply = await talk.ask("/subscribe " + " ".join(words))
    assert len(reply.blocks) == MAX_EXPLAINED + 1
    reply = await talk.ask("/subscribe cv")
    reply = await talk.ask("/unsubscribe " + " ".join(words))
    assert len(reply.blocks) == MAX_EXPLAINED + 1


@pytest.mark.parametrize("words", ['a "quoted" word', "rock’n’roll", "c++", "a, b", "-x"])
async def test_the_button_of_each_keyword_ends_it(talk: Conversation, words: str) -> None:
    await talk.say(f"/subscribe “{words}”")
    (subscription,) = await follows(talk)
    assert subscription == Subscription(FollowKind.KEYWORD, words)
    (choice,) = (await talk.ask("/unsubscribe")).choices
    await talk.say(choice.command)
    assert await follows(talk) == []


@pytest.mark.parametrize("nothing", ["", '""', ",", " - ", "“”"])
async def test_unsubscribing_from_nothing_asks_which(talk: Conversation, nothing: str) -> None:
    await talk.say("/subscribe cv -medical")
    reply = await talk.ask(f"/unsubscribe {nothing}")
    assert [choice.command for choice in reply.choices] == [
        "/unsubscribe cv",
        "/unsubscribe medical",
    ]
    assert say_en("unsubscribe.which") in await talk.say(f"/unsubscribe {nothing}")


async def test_with_the_last_topic_the_issue_ends_although_an_exclusion_is_left(
    talk: Conversation,
) -> None:
    await talk.say("/subscribe cv nlp -medical")
    await talk.say("/unsubscribe nlp")
    assert (await talk.chat()).active_since is not None
    assert say_en("unsubscribe.last") in await talk.say("/unsubscribe cv")
    assert (await talk.chat()).active_since is None
    assert await follows(talk) == [Subscription(FollowKind.TOPIC, "medical", excluded=True)]


async def test_who_asked_for_all_but_something_keeps_the_issue_while_something_is_left_out(
    talk: Conversation,
) -> None:
    await talk.say("/subscribe -medical -rl")
    await talk.say("/unsubscribe rl")
    assert (await talk.chat()).active_since is not None
    assert say_en("unsubscribe.last") in await talk.say("/unsubscribe medical")
    assert (await talk.chat()).active_since is None


async def test_at_the_limit_a_subscription_can_still_be_turned_into_an_exclusion(
    talk: Conversation,
) -> None:
    words = [f'"word {number}"' for number in range(MAX_SUBSCRIPTIONS)]
    await talk.say("/subscribe " + " ".join(words))
    assert len(await follows(talk)) == MAX_SUBSCRIPTIONS
    refused = say_en("subscribe.too_many", n=MAX_SUBSCRIPTIONS)
    assert refused in await talk.say("/subscribe cv")
    assert refused not in await talk.say(f"/subscribe -{words[0]}")
    assert len(await follows(talk)) == MAX_SUBSCRIPTIONS


async def test_what_no_database_can_hold_is_replaced(talk: Conversation) -> None:
    await talk.say('/subscribe "a\ud800b" "c\0d"')
    assert [s.value for s in await follows(talk)] == ["a?b", "c d"]
