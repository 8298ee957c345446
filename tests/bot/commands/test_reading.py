"""Commands that show an issue: today, issue."""

from datetime import date, timedelta

import pytest

from bot.commands.reply import Tone
from bot.messages import messages
from bot.model import Section
from tests.conversation import Conversation, item, titles

pytestmark = pytest.mark.asyncio

say_en = messages("en")
TODAY = date(2026, 11, 18)
ONE_DAY = timedelta(days=1)


async def some_days(talk: Conversation, count: int) -> None:
    """Issues of so many days, each with one item; the clock stands on the last of them."""
    for number in range(count):
        if number:
            talk.clock.move(ONE_DAY)
        await talk.fetch(item(f"day-{number}", "cv"))
        await talk.say("/today")


async def test_the_head_has_name_date_number_topics_and_count(talk: Conversation) -> None:
    await talk.say("/subscribe cv -medical")
    await talk.fetch(item("a", "cv"), item("b", "cv"), item("c", "cv", "medical"))
    lines = (await talk.say("/today")).splitlines()
    assert lines[:3] == [
        f"📰 {say_en('issue.title')} · {say_en('issue.number', number=1)}",
        "Wednesday, November 18, 2026",
        "Topics: Computer vision · −Medicine & health · 2 items",
    ]


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", "2026-11-19"), ("America/Los_Angeles", "2026-11-17")]
)
async def test_the_date_is_that_of_the_readers_zone(
    talk: Conversation, zone: str, day: str
) -> None:
    talk.clock.set(talk.clock.now().replace(hour=11 if "Auck" in zone else 7))
    await talk.say(f"/timezone {zone}")
    assert (await talk.read()).day.isoformat() == day


@pytest.mark.parametrize(
    ("language", "dateline"),
    [
        ("en", "Wednesday, November 18, 2026"),
        ("zh-CN", "2026年11月18日星期三"),
        ("zh-TW", "2026年11月18日 星期三"),
    ],
)
async def test_the_date_is_in_the_readers_language(
    talk: Conversation, language: str, dateline: str
) -> None:
    await talk.say(f"/language {language}")
    assert dateline in await talk.say("/today")


async def test_the_number_counts_the_days_since_the_first_issue(talk: Conversation) -> None:
    assert (await talk.read()).number == 1
    talk.clock.move(3 * ONE_DAY)
    assert (await talk.read()).number == 4
    assert (await talk.read("/today", who="bob")).number == 4  # a late joiner reads the same paper


async def test_five_sections_in_order_with_their_icons(talk: Conversation) -> None:
    issue = await talk.read()
    assert [(s.section, s.icon) for s in issue.sections] == [
        (Section.TOOLS, "🚧"),
        (Section.PROJECTS, "👍"),
        (Section.POSTS, "📚"),
        (Section.RESOURCES, "🔥"),
        (Section.PAPERS, "⚡"),
    ]
    text = await talk.say("/today")
    headings = [f"{s.icon} {s.title}" for s in issue.sections]
    assert sorted(headings, key=text.index) == headings


async def test_what_finds_no_room_is_counted(talk: Conversation) -> None:
    posts = [item(f"post-{n}", "cv", section=Section.POSTS) for n in range(8)]
    papers = [item(f"paper-{n:02}", "cv") for n in range(11)]
    await talk.fetch(*posts, *papers)
    issue = await talk.read()
    assert [(len(s.entries), s.left_out) for s in issue.sections] == [(5, 3), (10, 1)]
    assert issue.count == 15
    text = await talk.say("/today")
    assert say_en("issue.left_out", n=3) in text
    assert say_en("issue.left_out", n=1) in text


async def test_the_sample_is_marked_until_news_has_come(talk: Conversation) -> None:
    marked = say_en("issue.sample")
    assert marked in await talk.say("/today")
    await talk.fetch(item("a", "cv"))
    issue = await talk.read()
    assert titles(issue) == ["Title of a"]
    assert marked not in issue.notices


async def test_without_subscriptions_it_is_the_whole_paper_with_a_hint(talk: Conversation) -> None:
    await talk.fetch(item("a", "cv"), item("b", "rl"))
    assert titles(await talk.read()) == ["Title of a", "Title of b"]
    assert say_en("today.no_topics") in await talk.say("/today")
    await talk.say("/subscribe cv")
    assert titles(await talk.read()) == ["Title of a"]
    assert say_en("today.no_topics") not in await talk.say("/today")


async def test_another_topic_just_once(talk: Conversation) -> None:
    await talk.fetch(item("a", "cv"), item("b", "rl"))
    await talk.say("/subscribe cv")
    issue = await talk.read("/today rl")
    assert titles(issue) == ["Title of b"]
    assert issue.topics == ("Reinforcement learning",)
    # It was a look aside: it is no issue of the chat, and b is still new to it.
    assert await talk.app.store.issues.days((await talk.chat()).id) == ()
    await talk.say("/subscribe rl")
    assert titles(await talk.read()) == ["Title of a", "Title of b"]


async def test_an_unknown_topic_is_refused_with_the_nearest(talk: Conversation) -> None:
    reply = await talk.ask("/today robotcis")
    assert [block.tone for block in reply.blocks if hasattr(block, "tone")] == [Tone.REFUSAL]
    answer = await talk.say("/today robotcis")
    assert "robotcis" in answer
    assert "robotics" in answer


async def test_a_past_issue_is_shown_as_it_was(talk: Conversation) -> None:
    await some_days(talk, 2)
    await talk.say("/subscribe rl")
    first = await talk.read("/issue 2026-11-18")
    assert titles(first) == ["Title of day-0"]
    assert (first.day, first.number) == (TODAY, 1)
    assert titles(await talk.read("/issue yesterday")) == ["Title of day-0"]
    assert titles(await talk.read("往期 昨天")) == ["Title of day-0"]


async def test_an_issue_links_its_neighbours(talk: Conversation) -> None:
    await some_days(talk, 3)
    middle = await talk.read("/issue 2026-11-19")
    assert (middle.previous, middle.next) == (TODAY, TODAY + 2 * ONE_DAY)
    reply = await talk.ask("/issue 2026-11-19")
    assert [c.command for c in reply.choices] == ["/issue 2026-11-18", "/issue 2026-11-20"]
    first, last = await talk.read("/issue 2026-11-18"), await talk.read()
    assert (first.previous, first.next) == (None, TODAY + ONE_DAY)
    assert (last.previous, last.next) == (TODAY + ONE_DAY, None)


async def test_neighbours_are_issues_that_the_chat_has_not_calendar_days(
    talk: Conversation,
) -> None:
    await some_days(talk, 1)
    talk.clock.move(5 * ONE_DAY)
    await talk.fetch(item("later", "cv"))
    assert (await talk.read()).previous == TODAY


async def test_issue_without_a_date_lists_the_days_newest_first(talk: Conversation) -> None:
    assert say_en("issue.none_yet") in await talk.say("/issue")
    await some_days(talk, 12)
    first, second = await talk.ask("/issue"), await talk.ask("/issue 2")
    days = [c.command.removeprefix("/issue ") for c in (*first.choices, *second.choices)]
    assert days == [str(TODAY + n * ONE_DAY) for n in range(11, -1, -1)]
    assert first.page is not None
    assert (first.page.number, first.page.total, first.page.command) == (1, 2, "/issue")
    assert await talk.ask("/issue 99") == second
    for choice in (*first.choices, *second.choices):
        await talk.read(choice.command)


@pytest.mark.parametrize("line", ["/issue soon", "/issue 2026-02-30", "/issue 18.11.26"])
async def test_what_is_no_date_is_refused_with_an_example(talk: Conversation, line: str) -> None:
    answer = await talk.say(line)
    assert answer == say_en("issue.invalid_date", text=line.partition(" ")[2], example=TODAY)
    assert "/issue 2026-11-18" in answer


async def test_a_date_to_come_is_refused(talk: Conversation) -> None:
    answer = await talk.say("/issue 2026-11-19")
    assert say_en("issue.future", day="Thursday, November 19, 2026") in answer
    assert "/today" in answer


async def test_a_date_without_an_issue_offers_the_nearest(talk: Conversation) -> None:
    await some_days(talk, 5)
    reply = await talk.ask("/issue 2026-11-10")
    assert [c.command for c in reply.choices] == [
        "/issue 2026-11-18",
        "/issue 2026-11-19",
        "/issue 2026-11-20",
        "/today",
    ]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/Los_Angeles"])
@pytest.mark.parametrize("day", ["0001-01-01", "1969-07-20", "9999-12-31"])
async def test_dates_far_off_are_answered(talk: Conversation, zone: str, day: str) -> None:
    await talk.say(f"/timezone {zone}")
    assert "/today" in await talk.say(f"/issue {day}")
    assert (await talk.read()).number == 1


async def test_a_late_joiner_reads_past_days_on_their_own_topics(talk: Conversation) -> None:
    await talk.fetch(item("seen", "cv"), item("other", "rl"))
    await talk.say("/today", who="bob")
    talk.clock.move(ONE_DAY)
    await talk.fetch(item("new", "cv"))
    await talk.say("/subscribe cv")
    past = await talk.read("/issue yesterday")
    assert titles(past) == ["Title of seen"]
    assert (past.day, past.number) == (TODAY, 1)
    # It was not an issue of this chat, so its items may still come in one.
    assert titles(await talk.read()) == ["Title of new", "Title of seen"]
