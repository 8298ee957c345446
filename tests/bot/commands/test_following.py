"""Topics: subscribe, unsubscribe, topics, list."""

from datetime import timedelta

import pytest

from bot.messages import messages
from bot.model import FollowKind, Subscription
from tests.conversation import Conversation

pytestmark = pytest.mark.asyncio


async def follows(talk: Conversation, who: str = "ann") -> set[Subscription]:
    return set(await talk.app.readers.follows(await talk.chat(who)))


def topic(name: str, *, excluded: bool = False) -> Subscription:
    return Subscription(FollowKind.TOPIC, name, excluded)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/subscribe cv", {topic("cv")}),
        ("/subscribe computer vision", {topic("cv")}),
        ("订阅 计算机视觉", {topic("cv")}),
        ("订阅cv", {topic("cv")}),
        ("/subscribe cv, nlp", {topic("cv"), topic("nlp")}),
        ("/subscribe cv -medical", {topic("cv"), topic("medical", excluded=True)}),
        ('/subscribe "Gait Recognition"', {Subscription(FollowKind.KEYWORD, "gait recognition")}),
        ("/subscribe “步态识别”", {Subscription(FollowKind.KEYWORD, "步态识别")}),
        (
            '/subscribe -"large language"',
            {Subscription(FollowKind.KEYWORD, "large language", True)},
        ),
        ("/subscribe cs.CV", {topic("cv")}),
        ("/subscribe all", {Subscription(FollowKind.ALL, "")}),
        ("/SUBSCRIBE@ribao_bot CV", {topic("cv")}),
    ],
)
async def test_subscribe_understands(
    talk: Conversation, line: str, expected: set[Subscription]
) -> None:
    await talk.say(line)
    assert await follows(talk) == expected


async def test_subscribe_confirms_and_names_the_next_issue(talk: Conversation) -> None:
    answer = await talk.say("/subscribe cv")
    assert "You now follow Computer vision." in answer
    assert "Thu 2026-11-19 08:00" in answer


async def test_subscribing_again_says_so(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    assert "already" in await talk.say("/subscribe cv")
    assert await follows(talk) == {topic("cv")}


async def test_an_unknown_topic_offers_the_nearest(talk: Conversation) -> None:
    answer = await talk.say("/subscribe quantum-basketweaving visoin")
    assert "quantum-basketweaving" in answer
    assert "Did you mean" in answer
    assert "/subscribe cv" in answer  # as a choice to tap
    assert await follows(talk) == set()


async def test_known_topics_of_a_line_count_although_another_is_unknown(
    talk: Conversation,
) -> None:
    answer = await talk.say("/subscribe cv quantum-basketweaving")
    assert "You now follow Computer vision." in answer
    assert "quantum-basketweaving" in answer
    assert await follows(talk) == {topic("cv")}


async def test_the_whole_paper_and_topics_replace_each_other(talk: Conversation) -> None:
    await talk.say("/subscribe cv -medical")
    await talk.say("/subscribe all")
    everything = Subscription(FollowKind.ALL, "")
    assert await follows(talk) == {everything, topic("medical", excluded=True)}
    await talk.say("/subscribe nlp")
    assert await follows(talk) == {topic("nlp"), topic("medical", excluded=True)}


async def test_an_exclusion_turns_into_a_subscription_and_back(talk: Conversation) -> None:
    await talk.say("/subscribe medical")
    await talk.say("/subscribe -medical")
    assert await follows(talk) == {topic("medical", excluded=True)}


@pytest.mark.parametrize("line", ['/subscribe ""', '/subscribe "…"', f'/subscribe "{"x" * 61}"'])
async def test_an_unusable_keyword_is_refused(talk: Conversation, line: str) -> None:
    answer = await talk.say(line)
    assert "keyword needs" in answer or "What shall your paper be about" in answer
    assert await follows(talk) == set()


async def test_too_many_subscriptions_are_refused(talk: Conversation) -> None:
    for start in (0, 25):
        await talk.say("/subscribe " + " ".join(f'"word {n}"' for n in range(start, start + 25)))
    assert "more than 50 subscriptions" in await talk.say("/subscribe cv")
    assert len(await follows(talk)) == 50


async def test_unsubscribing_the_last_ends_the_daily_issue(talk: Conversation) -> None:
    await talk.say("/subscribe cv nlp")
    assert "No longer followed: Computer vision." in await talk.say("/unsubscribe cv")
    assert (await talk.chat()).active_since is not None
    assert "last one" in await talk.say("/unsubscribe nlp")
    assert (await talk.chat()).active_since is None


async def test_unsubscribe_without_a_topic_offers_what_is_followed(talk: Conversation) -> None:
    await talk.say('/subscribe cv "gait recognition"')
    reply = await talk.ask("/unsubscribe")
    assert reply is not None
    assert [choice.command for choice in reply.choices] == [
        "/unsubscribe cv",
        '/unsubscribe "gait recognition"',
    ]
    for choice in reply.choices:
        await talk.say(choice.command)
    assert await follows(talk) == set()


async def test_unsubscribe_all(talk: Conversation) -> None:
    await talk.say("/subscribe cv nlp -medical")
    await talk.say("/unsubscribe all")
    assert await follows(talk) == set()
    assert "nothing to end" in await talk.say("/unsubscribe all")


async def test_unsubscribing_what_is_not_followed_says_so(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    assert "You did not follow" in await talk.say("/unsubscribe nlp")


async def test_topics_are_paged_and_each_is_a_button(talk: Conversation) -> None:
    first = await talk.ask("/topics")
    second = await talk.ask("/topics 2")
    beyond = await talk.ask("/topics 99")
    assert first is not None
    assert second is not None
    assert beyond is not None
    assert first.page is not None
    assert second.page == beyond.page
    commands = {choice.command for choice in (*first.choices, *second.choices)}
    assert {f"/subscribe {root}" for root in talk.app.taxonomy.roots()} == commands


async def test_a_followed_topic_is_ticked_and_its_button_ends_it(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    reply = await talk.ask("/topics")
    assert reply is not None
    assert [c.command for c in reply.choices if c.on] == ["/unsubscribe cv"]


async def test_one_topic_shows_its_names_and_finer_topics(talk: Conversation) -> None:
    answer = await talk.say("/topics vision")
    assert "Computer vision" in answer
    assert "detection" in answer
    assert "cs.CV" in answer


async def test_list_shows_what_is_followed_and_left_out(talk: Conversation) -> None:
    assert "You follow nothing yet" in await talk.say("/list")
    await talk.say("/subscribe cv -medical")
    answer = await talk.say("/list")
    assert "You follow Computer vision." in answer
    assert "Left out:" in answer
    assert "Next issue:" in answer


async def test_an_issue_that_is_on_its_way_is_told(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    talk.clock.move(timedelta(hours=20))
    tick = talk.tick()
    await tick.prepare(talk.clock.now())
    assert messages("en")("next.coming", when="Thu 2026-11-19 08:00", zone="UTC") in await talk.say(
        "/list"
    )
    await tick.courier.deliver(talk.clock.now())
    assert "2026-11-20 08:00" in await talk.say("/list")


async def test_everything_leaves_out_what_was_left_out_and_says_so(talk: Conversation) -> None:
    await talk.say("/subscribe all -nlp")
    for _ in range(2):
        told = await talk.say("/subscribe all")
        assert "Still left out: Natural language processing" in told
    assert "/unsubscribe nlp" in told
    await talk.say("/unsubscribe nlp")
    assert "left out" not in await talk.say("/subscribe all")
    assert "Still left out" not in await talk.say("/subscribe all -cv")
