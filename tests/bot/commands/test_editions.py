"""Round-ups: what is in them, when they come, and what they do to the daily issue."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.console.session import address_of
from bot.commands.context import Incoming
from bot.layouts.arrange import entries_of
from bot.messages import messages
from bot.model import PICK, ChatKind, Issue
from tests.conversation import Conversation, SetClock, item

MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OPERATOR = "me"
en = messages("en")


def titles_of(issue: Issue) -> list[str]:
    return [entry.title for entry in entries_of(issue)]


async def a_week(talk: Conversation) -> None:
    """A week of one item a day, that of Tuesday picked, that of Thursday famous."""
    talk.clock.set(MONDAY)
    for number in range(7):
        signals = {1: {PICK: 1.0}, 3: {"points": 400.0}}.get(number, {})
        await talk.fetch(item(f"day-{number}", "cv", signals=signals))
        await talk.read()
        talk.clock.move(DAY)


@pytest.mark.asyncio
async def test_the_best_of_a_week_come_first_and_lead_to_their_issues(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await a_week(talk)
    issue = await talk.read("/weekly")
    assert (issue.span, issue.layout) == ("2026-W47", "weekly")
    titles = titles_of(issue)
    assert len(titles) == len(set(titles)) == 7
    assert titles[:2] == [item("day-1").title, item("day-3").title]
    assert [entry.issued for entry in entries_of(issue)][:2] == ["2026-11-17", "2026-11-19"]
    text = await talk.say("/weekly 2026-W47")
    assert "week 47 of 2026" in text
    assert "/issue 2026-11-17" in text
    month = await talk.read("/monthly 2026-11")
    assert sorted(titles_of(month)) == sorted(titles)
    assert (await talk.read("/yearly 2026 cv")).span == "2026"


@pytest.mark.asyncio
async def test_spans_are_read_and_refused_kindly(talk: Conversation) -> None:
    assert "still to come: week 1 of 2030" in await talk.say("/weekly 2030-W01")
    assert "/weekly 2026-W46" in await talk.say("/weekly 2026-W99")
    assert "/monthly" in await talk.say("/monthly 2026-W01")
    assert "nosuch" in await talk.say("/weekly nosuch")
    for beyond in ("/weekly 0001-W01", "/weekly 9999-W52", "/monthly 0001-01", "/yearly 0001"):
        assert "can't read" in await talk.say(beyond)


@pytest.mark.asyncio
async def test_both_come_in_one_delivery_and_numbers_go_on(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    assert "Daily and Weekly" in await talk.say("/weekly on")
    await a_week(talk)
    await talk.fetch(item("new", "cv"))
    issue = await talk.read()
    (weekly,) = issue.supplements
    assert (weekly.span, titles_of(issue)[0]) == ("2026-W47", item("new").title)
    numbers = [entry.number for part in (issue, weekly) for entry in entries_of(part)]
    assert numbers == list(range(1, len(numbers) + 1))
    last = numbers[-1]
    assert titles_of(weekly)[-1] in await talk.say(f"/item {last}")
    assert str(last) in await completed(talk, f"/save {titles_of(weekly)[-1]}")
    again = await talk.read(f"/issue {issue.day}")
    assert titles_of(again.supplements[0]) == titles_of(weekly)
    talk.clock.move(DAY)
    assert (await talk.read()).supplements == ()


async def completed(talk: Conversation, text: str) -> list[str]:
    """What is offered to ann while she writes that."""
    incoming = Incoming(address_of("ann"), ChatKind.PRIVATE, "ann", "ann", text, unfinished=True)
    reply = await talk.dispatcher.handle(incoming, talk.clock.now())
    return [choice.command for choice in reply.choices] if reply else []


@pytest.mark.asyncio
async def test_layouts_and_topics_of_round_ups_are_completed(talk: Conversation) -> None:
    assert await completed(talk, "/layout read") == ["reading-list"]
    for command in ("weekly", "monthly", "yearly", "collection"):
        assert (await completed(talk, f"/{command} computer v"))[0] == "cv"


@pytest.mark.asyncio
async def test_a_week_whose_monday_was_missed_comes_on_tuesday(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.say("/weekly on")
    await a_week(talk)
    talk.clock.move(DAY)
    (weekly,) = (await talk.read()).supplements
    assert weekly.span == "2026-W47"
    talk.clock.move(DAY)
    assert (await talk.read()).supplements == ()


@pytest.mark.asyncio
async def test_a_chat_may_take_the_weekly_alone(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    assert "nothing would come" in await talk.say("/daily off")
    await talk.say("/weekly on")
    assert "Daily" not in (await talk.say("/daily off")).splitlines()[0]
    await a_week(talk)
    talk.clock.set(MONDAY + 7 * DAY + timedelta(hours=3))
    counts = await talk.tick().run(talk.clock.now())
    assert counts["sent"] >= 1
    text = "\n".join(await talk.inbox("ann"))
    assert "week 47 of 2026" in text
    assert "No. " not in text
    assert await inbox_of_days(talk, 6) == []
    assert "Mon 2026-11-30" in await talk.say("/settings")
    assert "What comes here: Daily." in await talk.say("/weekly off"), "nothing is no choice"
    assert "Issues come on" not in await talk.say("/daily on"), "all days need no word"


async def inbox_of_days(talk: Conversation, days: int) -> list[str]:
    """What is sent to ann in the days that follow, from nine o'clock to nine."""
    before = len(await talk.inbox("ann"))
    for _ in range(days):
        talk.clock.move(DAY)
        await talk.tick().run(talk.clock.now())
    return (await talk.inbox("ann"))[before:]


@pytest.mark.asyncio
async def test_chosen_days_outlive_the_daily_issue(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.say("/days tue-fri")
    await talk.say("/weekly on")
    alone = await talk.say("/daily off")
    assert "Tue 2026-11-24" in alone
    assert "first of these days" in await talk.say("/days wed-fri")
    again = await talk.say("/daily on")
    assert "Issues come on Wed" in again
    assert (await talk.chat()).schedule.days == frozenset({3, 4, 5})


@pytest.mark.asyncio
async def test_a_chat_may_take_the_monthly_alone(talk: Conversation) -> None:
    """It comes on one day, and nothing is left of the others."""
    talk.clock.set(MONDAY + timedelta(hours=3))
    await talk.fetch(item("a", "cv"))
    await talk.say("/subscribe cv")
    await talk.say("/monthly on")
    assert "Tue 2026-12-01" in await talk.say("/daily off")
    assert await inbox_of_days(talk, 14) == []
    (monthly,) = await inbox_of_days(talk, 1)
    assert "November 2026" in monthly
    assert item("a").title in monthly
    assert await inbox_of_days(talk, 3) == []
    counts = await talk.app.store.ledger.counts()
    assert {state: n for state, n in counts.items() if n} == {"sent": 1}


@pytest.mark.asyncio
async def test_what_was_read_in_between_brings_no_round_up_and_loses_none(
    talk: Conversation,
) -> None:
    """Monday is missed; what is asked for on Wednesday, no day of the chat's, is a daily issue."""
    await talk.say("/subscribe cv")
    await talk.say("/weekly on")
    await talk.say("/daily off")
    await talk.say("/days mon,thu")
    await a_week(talk)
    await talk.tick().run(MONDAY + timedelta(hours=3))
    talk.clock.set(MONDAY + 9 * DAY + timedelta(hours=3))
    assert (await talk.read()).span == ""
    assert "Thu 2026-11-26" in await talk.say("/settings")
    (weekly,) = await inbox_of_days(talk, 1)
    assert "week 47 of 2026" in weekly


@pytest.mark.asyncio
async def test_weeks_that_did_not_come_are_told(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.say("/weekly on")
    await talk.say("/daily off")
    await a_week(talk)
    talk.clock.move(timedelta(hours=3))
    await talk.tick().run(talk.clock.now())
    talk.clock.move(34 * DAY)
    (weekly,) = await inbox_of_days(talk, 1)
    assert "week 52 of 2026" in weekly
    latest = en.listing(f"week {week} of 2026" for week in (49, 50, 51))
    assert f"Not sent here meanwhile: {latest}" in weekly, "not all of many"
    assert "/weekly 2026-W51" in weekly


@pytest.mark.asyncio
async def test_a_time_before_the_first_news_has_nothing_to_show(talk: Conversation) -> None:
    """Neither has it once there is news; the sample edition is of no time."""
    await talk.say("/subscribe cv")
    for _ in range(2):
        for command in ("/yearly 2020", "/monthly 2026-10", "/weekly 2026-W46"):
            assert "this Ribao had no news yet" in await talk.say(command)
        await talk.fetch(item("a", "nlp"))
    assert "nothing on your topics in 2026" in await talk.say("/yearly")


@pytest.mark.asyncio
async def test_an_empty_round_up_says_so_and_no_more(talk: Conversation) -> None:
    await talk.fetch(item("a", "nlp"))
    await talk.say("/subscribe cv")
    await talk.say("/weekly on")
    await talk.say("/daily off")
    talk.clock.set(MONDAY + 6 * DAY + timedelta(hours=2, minutes=1))
    (weekly,) = await inbox_of_days(talk, 1)
    assert "There is nothing on your topics in week 47 of 2026." in weekly
    assert en("layout.weekly") not in weekly
    assert en("layout.roundup") not in weekly


@pytest.mark.asyncio
async def test_a_comment_stands_in_the_weekly_issue(talk: Conversation) -> None:
    await talk.fetch(item("a", "cv"))
    await talk.read("/today", OPERATOR)
    weekly = f"/weekly {talk.clock.now():%G-W%V}"
    await talk.say("/comment 1 Worth an hour of yours.", OPERATOR)
    assert "Worth an hour of yours." in await talk.say(weekly)
    await talk.say("/undo", OPERATOR)
    assert "Worth an hour" not in await talk.say(weekly)


@pytest.mark.asyncio
async def test_a_collection_has_all_times(talk: Conversation) -> None:
    await talk.fetch(item("old", "cv"), item("other", "nlp"))
    talk.clock.move(40 * DAY)
    await talk.fetch(item("young", "cv"))
    issue = await talk.read("/collection cv")
    assert set(titles_of(issue)) == {item("old").title, item("young").title}
    assert issue.layout == "reading-list"
    assert "/collection cv" in await talk.say("/collection")


def test_the_clock_of_these_tests_is_a_monday() -> None:
    assert SetClock(MONDAY).now().isoweekday() == 1
