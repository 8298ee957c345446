"""Issues as they are made day after day: windows, history, topic changes, archive, sample."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.briefs import Reader
from bot.config import IssueSettings
from bot.desk import Order
from bot.digest.window import LOOK_BACK
from bot.messages import messages
from bot.model import FollowKind, Section, Subscription, TopicMatch
from bot.ports import ComposedIssue
from bot.sample import sample_items
from bot.store.engine import encode_json
from tests.conversation import Conversation, SetClock, conversation, item, titles

say_en = messages("en")
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
ONE_HOUR = timedelta(hours=1)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """It is Monday, 08:00; some news has come already, so the sample has given way."""
    async with conversation(tmp_path, SetClock(MONDAY)) as talking:
        await talking.app.store.items.add([item("old")], MONDAY - timedelta(days=30))
        yield talking


async def compose(talk: Conversation) -> ComposedIssue:
    """What the editor makes of today, without anybody being shown it."""
    await talk.say("/settings")
    chat = await talk.chat()
    return await talk.app.editor.issue(chat, talk.clock.now().date(), talk.clock.now())


async def test_an_item_never_returns_in_a_later_issue(talk: Conversation) -> None:
    await talk.fetch(item("a"))
    assert titles(await talk.read()) == ["Title of a"]
    talk.clock.move(ONE_DAY)
    await talk.fetch(item("b"))
    assert titles(await talk.read()) == ["Title of b"]
    talk.clock.move(ONE_DAY)
    assert titles(await talk.read()) == []


async def test_nor_when_it_is_fetched_again_and_enriched(talk: Conversation) -> None:
    await talk.fetch(item("a", "cv"))
    await talk.read()
    talk.clock.move(ONE_DAY)
    await talk.fetch(item("a", "nlp", signals={"stars": 900.0}, published="2026-11-17"))
    assert titles(await talk.read()) == []


async def test_nor_after_a_change_of_topics(talk: Conversation) -> None:
    await talk.fetch(item("a", "cv", "nlp"))
    await talk.say("/subscribe cv")
    assert titles(await talk.read()) == ["Title of a"]
    talk.clock.move(ONE_DAY)
    await talk.say("/unsubscribe cv")
    await talk.say("/subscribe nlp")
    await talk.fetch(item("b", "nlp"))
    assert titles(await talk.read()) == ["Title of b"]


async def test_on_the_same_day_the_issue_grows_and_keeps_what_it_had(talk: Conversation) -> None:
    await talk.fetch(item("a"))
    first = await talk.read()
    talk.clock.move(ONE_HOUR)
    await talk.fetch(item("b"))
    second = await talk.read()
    assert (first.day, first.number) == (second.day, second.number)
    assert sorted(titles(second)) == ["Title of a", "Title of b"]
    talk.clock.move(ONE_DAY)
    assert titles(await talk.read()) == []  # both count as read


async def test_what_a_chat_has_read_is_still_new_to_others(talk: Conversation) -> None:
    await talk.fetch(item("a"))
    await talk.read()
    talk.clock.move(ONE_DAY)
    assert titles(await talk.read(who="bob")) == ["Title of a"]


async def test_what_came_too_late_for_an_issue_is_in_the_next(talk: Conversation) -> None:
    await talk.read()
    talk.clock.move(timedelta(seconds=1))
    await talk.fetch(item("a"))
    talk.clock.move(ONE_DAY)
    assert titles(await talk.read()) == ["Title of a"]


async def test_what_was_stored_while_an_issue_was_made_is_in_the_next(talk: Conversation) -> None:
    """Its transaction can end after the issue's, though its instant lies before."""
    await talk.read()
    await talk.app.store.items.add([item("a")], talk.clock.now() - timedelta(minutes=10))
    talk.clock.move(ONE_DAY)
    assert titles(await talk.read()) == ["Title of a"]


async def test_a_first_issue_looks_back_a_week(talk: Conversation) -> None:
    for key, age in (("a", LOOK_BACK - ONE_HOUR), ("b", LOOK_BACK + ONE_HOUR)):
        await talk.app.store.items.add([item(key)], MONDAY - age)
    assert titles(await talk.read()) == ["Title of a"]


async def test_after_a_long_absence_a_week_is_enough(talk: Conversation) -> None:
    await talk.read()
    for number in range(20):
        talk.clock.move(ONE_DAY)
        await talk.fetch(item(f"{number:02}"))
    read = titles(await talk.read())
    assert sorted(read) == [f"Title of {n:02}" for n in range(13, 20)]


async def test_nothing_from_after_the_instant_of_the_issue(talk: Conversation) -> None:
    await talk.app.store.items.add([item("a")], MONDAY + ONE_HOUR)
    assert titles(await talk.read()) == []


async def test_to_compose_is_not_to_show(talk: Conversation) -> None:
    await talk.fetch(item("a"))
    await compose(talk)
    assert await talk.app.store.issues.days((await talk.chat()).id) == ()
    talk.clock.move(ONE_DAY)
    assert titles((await compose(talk)).issue) == ["Title of a"]


async def test_the_same_issue_for_the_same_inputs_byte_for_byte(
    talk: Conversation, tmp_path: Path
) -> None:
    batch = [item(f"{n:02}", "cv", "nlp", signals={"stars": n % 3}) for n in range(30)]
    await talk.fetch(*batch)
    first = await compose(talk)
    async with conversation(tmp_path / "other", SetClock(MONDAY)) as other:
        await other.fetch(*reversed(batch))  # in another order, so with other ids
        second = await compose(other)
    one, two = (encode_json(c.issue) for c in (first, second))
    one, two = (re.sub(r'"id":\d+', '"id":0', text) for text in (one, two))
    assert one.encode() == two.encode()
    assert await compose(talk) == first


async def test_caps_are_the_operators(tmp_path: Path) -> None:
    caps = IssueSettings(per_section=1, papers=2)
    async with conversation(tmp_path, issue=caps) as talk:
        issue = await talk.read()
    assert [len(section.entries) for section in issue.sections] == [1, 1, 1, 1, 2]


async def test_the_whole_paper_names_no_topics_in_its_head(talk: Conversation) -> None:
    await talk.fetch(item("a"))
    await talk.say("/subscribe all -rl")
    composed = await compose(talk)
    assert composed.issue.topics == ("−Reinforcement learning",)
    await talk.say("/unsubscribe rl")
    composed = await compose(talk)
    assert (composed.issue.topics, titles(composed.issue)) == ((), ["Title of a"])


# The sample edition


@pytest.fixture
async def newcomer(tmp_path: Path) -> AsyncIterator[Conversation]:
    """Nothing was fetched yet."""
    async with conversation(tmp_path, SetClock(MONDAY)) as talking:
        yield talking


async def test_the_sample_gives_way_to_fetched_items(newcomer: Conversation) -> None:
    assert (await newcomer.read()).notices == (say_en("issue.sample"),)
    newcomer.clock.move(timedelta(minutes=5))
    await newcomer.fetch(item("a"))
    issue = await newcomer.read()
    assert (titles(issue), issue.notices) == (["Title of a"], ())
    newcomer.clock.move(ONE_DAY)
    assert titles(await newcomer.read()) == []


async def test_the_sample_is_read_to_its_end_and_says_so(newcomer: Conversation) -> None:
    await newcomer.say("/subscribe medical")
    assert (await newcomer.read()).count == 5
    newcomer.clock.move(ONE_DAY)
    issue = await newcomer.read()
    assert (issue.count, issue.notices) == (0, (say_en("absence.sample_read"),))


async def test_a_sample_item_that_is_fetched_is_news(newcomer: Conversation) -> None:
    read = titles(await newcomer.read())
    papers = (each for each in sample_items() if each.section is Section.PAPERS)
    unread = next(each for each in papers if each.title not in read)
    newcomer.clock.move(ONE_DAY)
    paper = item(unread.key, title=unread.title)
    await newcomer.fetch(paper)
    issue = await newcomer.read()
    assert titles(issue) == [paper.title]
    assert issue.notices == ()


# The archive


async def test_the_archive_shows_what_came_on_that_day(talk: Conversation) -> None:
    await talk.fetch(item("a", "cv"), item("x", "rl"))
    talk.clock.move(ONE_DAY)
    await talk.fetch(item("b", "cv"))
    await talk.say("/subscribe cv")
    chat = await talk.chat()
    for offset, title in enumerate(["Title of a", "Title of b"]):
        day = MONDAY.date() + offset * ONE_DAY
        composed = await talk.app.editor.from_archive(chat, day)
        assert titles(composed.issue) == [title]
        assert composed.issue.day == day


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
async def test_a_day_of_the_archive_is_the_readers(talk: Conversation, zone: str) -> None:
    await talk.say(f"/timezone {zone}")
    chat = await talk.chat()
    midnight = datetime(2026, 11, 16, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for key, moment in (
        ("before", midnight),
        ("first", midnight + timedelta(microseconds=1)),
        ("last", midnight + ONE_DAY),
        ("after", midnight + ONE_DAY + timedelta(microseconds=1)),
    ):
        await talk.app.store.items.add([item(key)], moment)
    composed = await talk.app.editor.from_archive(chat, date(2026, 11, 16))
    assert sorted(titles(composed.issue)) == ["Title of first", "Title of last"]


async def test_the_archive_is_no_history(talk: Conversation) -> None:
    await talk.fetch(item("a"))
    await talk.read()
    chat = await talk.chat()
    assert titles((await talk.app.editor.from_archive(chat, MONDAY.date())).issue) == ["Title of a"]
    assert await talk.app.store.issues.days(chat.id) == (MONDAY.date(),)


# Why there is nothing


async def week_of_papers(talk: Conversation) -> None:
    """Papers from Monday to Friday at 05:00, each read at 08:00; then it is Saturday, 08:00."""
    for number in range(5):
        await talk.app.store.items.add([item(f"{number}", "cv")], talk.clock.now() - 3 * ONE_HOUR)
        await talk.read()
        talk.clock.move(ONE_DAY)


async def test_on_a_weekend_the_issue_says_why_there_are_no_papers(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await week_of_papers(talk)
    weekend = say_en("absence.weekend", next="Monday, November 23, 2026")
    assert (await talk.read()).notices == (weekend, say_en("absence.nothing"))
    await talk.fetch(item("post", "cv", section=Section.POSTS))
    assert (await talk.read()).notices == (weekend,)


async def test_on_a_holiday_too_although_other_sources_bring_news(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await week_of_papers(talk)
    talk.clock.move(2 * ONE_DAY)  # on Monday the feed is empty
    await talk.fetch(item("post", "rl", section=Section.POSTS))
    holiday = say_en("absence.holiday", next="Tuesday, November 24, 2026")
    assert (await talk.read()).notices == (holiday, say_en("absence.topics"))
    await talk.fetch(item("blog", "cv", section=Section.POSTS))
    assert (await talk.read()).notices == (holiday,)


async def test_papers_on_other_topics_are_no_holiday(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await week_of_papers(talk)
    talk.clock.move(2 * ONE_DAY)
    await talk.fetch(item("paper", "rl"))
    assert (await talk.read()).notices == (say_en("absence.topics"),)


async def test_without_any_source_of_papers_no_holiday_is_claimed(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.fetch(item("post", "rl", section=Section.POSTS))
    assert (await talk.read()).notices == (say_en("absence.topics"),)


async def test_who_follows_only_a_keyword_is_not_told_of_arxiv(talk: Conversation) -> None:
    await talk.say('/subscribe "gait recognition"')
    await week_of_papers(talk)
    assert (await talk.read()).notices == (say_en("absence.nothing"),)


# Keywords and exclusions, through the store's index


async def test_keywords_keep_to_word_boundaries(talk: Conversation) -> None:
    await talk.fetch(
        item("a", title="RL for all"),
        item("b", title="Hello world"),
        item("c", abstract={"en": "We use RL-based control."}),
        item("d", abstract={"zh-CN": "强化学习RL方法"}),
    )
    await talk.say('/subscribe "RL"')
    assert titles(await talk.read()) == ["RL for all", "Title of c", "Title of d"]


async def test_exclusions_win_over_topics_and_keywords(talk: Conversation) -> None:
    await talk.fetch(
        item("a", "cv", "imaging"),
        item("b", "cv"),
        item("c", "cv", title="A survey of gait"),
        item("d", "rl", title="Gait for robots"),
    )
    await talk.say('/subscribe cv "gait" -medical -"survey"')
    assert titles(await talk.read()) == ["Title of b", "Gait for robots"]


async def test_an_item_of_a_topic_that_left_the_topics_file(talk: Conversation) -> None:
    gone = (TopicMatch("phrenology", 1.0, "declared"),)
    await talk.fetch(item("a", topics=gone))
    await talk.say("/subscribe cv")
    chat = await talk.chat()
    follows = (Subscription(FollowKind.TOPIC, "phrenology"),)
    issue = (await talk.app.editor.issue(chat, MONDAY.date(), MONDAY, follows)).issue
    assert (titles(issue), issue.topics) == (["Title of a"], ("phrenology",))
    await talk.app.store.subscriptions.add(chat.id, follows[0], MONDAY)
    for line in ("/today", "/list", "/settings", "/unsubscribe phrenology"):
        assert "phrenology" in await talk.say(line)
    assert "phrenology" not in await talk.say("/list")


STEP = st.tuples(
    st.integers(0, 3),  # days that pass
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["cv", "nlp"])), max_size=4),
    st.sampled_from([(), ("cv",), ("nlp",), ("cv", "nlp")]),
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, min_size=2, max_size=5))
async def test_whatever_happens_no_issue_repeats_an_earlier_one(
    tmp_path_factory: pytest.TempPathFactory,
    steps: Sequence[tuple[int, list[tuple[int, str]], tuple[str, ...]]],
) -> None:
    async with conversation(tmp_path_factory.mktemp("history"), SetClock(MONDAY)) as talk:
        await talk.fetch(item("first"))
        by_day: dict[date, set[str]] = {}
        for days, fetched, follows in steps:
            talk.clock.move(days * ONE_DAY + ONE_HOUR)
            await talk.fetch(*(item(f"{number}", topic) for number, topic in fetched))
            await talk.say("/unsubscribe all")
            for topic in follows:
                await talk.say(f"/subscribe {topic}")
            issue = await talk.read()
            earlier = {t for day, read in by_day.items() if day < issue.day for t in read}
            assert not earlier.intersection(titles(issue))
            by_day.setdefault(issue.day, set()).update(titles(issue))


async def test_a_large_batch_of_papers_leaves_room_for_the_rest(talk: Conversation) -> None:
    post = item("post", "cv", section=Section.POSTS)
    await talk.app.store.items.add([post], talk.clock.now() - 2 * ONE_HOUR)
    papers = [item(f"paper {number}", "cv") for number in range(1200)]
    await talk.app.store.items.add(papers, talk.clock.now() - ONE_HOUR)
    for line in ("/subscribe all", "/subscribe cv"):
        await talk.say(line)
        assert "Title of post" in await talk.say("/today")


# Sharing: an issue is made once for all who get the same


async def orders(talk: Conversation, *names: str) -> list[Order]:
    desk = await talk.app.editor.desk(talk.clock.now())
    day = talk.clock.now().date()
    chats = [await talk.chat(name) for name in names]
    readers = [Reader(chat.id, day, chat.language, chat.layout) for chat in chats]
    return [await desk.order(brief) for brief in await desk.briefs(readers)]


async def test_readers_with_different_pasts_share_an_issue(talk: Conversation) -> None:
    """Ann reads each morning, Bob read at noon and in the evening, what he saw is over."""
    for who in ("ann", "bob"):
        await talk.say("/subscribe cv", who)
    await talk.fetch(item("a", "cv"))
    talk.clock.move(ONE_HOUR)
    await talk.read(who="ann")
    talk.clock.move(ONE_DAY)
    await talk.read(who="ann")
    for _ in range(2):
        talk.clock.move(4 * ONE_HOUR)
        await talk.read(who="bob")
    talk.clock.move(ONE_DAY - 8 * ONE_HOUR)
    await talk.fetch(item("b", "cv"))
    ann, bob = await orders(talk, "ann", "bob")
    assert ann == bob


async def test_only_who_saw_something_of_an_issue_gets_another(talk: Conversation) -> None:
    for who in ("ann", "bob", "eve"):
        await talk.say("/subscribe cv", who)
        await talk.read(who=who)
    talk.clock.move(6 * ONE_HOUR)
    await talk.fetch(item("a", "cv"))
    assert titles(await talk.read(who="bob")) == ["Title of a"]
    talk.clock.move(ONE_DAY - 6 * ONE_HOUR)
    await talk.fetch(item("b", "cv"))
    ann, bob, eve = await orders(talk, "ann", "bob", "eve")
    assert ann == eve != bob
    assert titles(await talk.read(who="bob")) == ["Title of b"]
    assert sorted(titles(await talk.read(who="ann"))) == ["Title of a", "Title of b"]
