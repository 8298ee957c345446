"""How and when the issue comes: time, timezone, language, days, quiet, pause, resume, settings."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.messages import messages
from bot.model import LANGUAGES, ChatStatus, QuietHours
from tests.conversation import NOON, Conversation

pytestmark = pytest.mark.asyncio

say_en = messages("en")


async def next_due(talk: Conversation) -> datetime | None:
    due = talk.app.readers.next_issue(await talk.chat(), talk.clock.now())
    return due.instant if due else None


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("/time 08:30", time(8, 30)),
        ("/time 7 pm", time(19)),
        ("/time 0:05", time(0, 5)),
        ("时间 晚上8点半", time(20, 30)),
    ],
)
async def test_a_new_time_moves_the_next_issue(talk: Conversation, line: str, at: time) -> None:
    await talk.say("/subscribe cv")
    answer = await talk.say(line)
    assert answer.startswith(say_en("time.done", time=f"{at:%H:%M}"))
    assert (await talk.chat()).schedule.at == at
    due = await next_due(talk)
    assert due is not None
    assert due.time() == at
    assert f"{due:%Y-%m-%d %H:%M}" in answer


async def test_a_time_in_the_readers_own_zone(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    await talk.say("/timezone Shanghai")
    answer = await talk.say("/time 21:00")  # it is 20:00 there
    assert await next_due(talk) == datetime(2026, 11, 18, 13, 0, tzinfo=UTC)
    assert "2026-11-18 21:00" in answer


@pytest.mark.parametrize(
    "line", ["/timezone Shanghai", "/tz +08:00", "/timezone 上海", "时区 上海"]
)
async def test_a_new_zone_is_confirmed_with_its_local_time(talk: Conversation, line: str) -> None:
    answer = await talk.say(line)
    assert "20:00" in answer
    assert (await talk.chat()).schedule.zone in {"Asia/Shanghai", "Etc/GMT-8"}


@pytest.mark.parametrize(
    ("line", "days"),
    [("/days mon-fri", {1, 2, 3, 4, 5}), ("/days weekends", {6, 7}), ("/days 周三", {3})],
)
async def test_days(talk: Conversation, line: str, days: set[int]) -> None:
    await talk.say("/subscribe cv")
    answer = await talk.say(line)
    assert (await talk.chat()).schedule.days == days
    due = await next_due(talk)
    assert due is not None
    assert due.isoweekday() in days
    assert f"{due:%Y-%m-%d}" in answer


async def test_a_changed_schedule_is_remembered_as_changed_now(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    talk.clock.move(timedelta(hours=1))
    await talk.say("/time 08:00")  # as it was
    assert (await talk.chat()).changed_at is None
    await talk.say("/time 09:00")
    chat = await talk.chat()
    assert (chat.changed_at, chat.next_due) == (talk.clock.now(), None)


async def test_quiet_hours_are_set_shown_and_ended(talk: Conversation) -> None:
    assert (await talk.say("/quiet")).startswith(say_en("quiet.off"))
    shown = say_en("quiet.on", start="23:00", end="07:30")
    assert await talk.say("/quiet 23:00-7:30") == shown
    assert (await talk.say("/quiet")).startswith(shown)
    assert (await talk.chat()).quiet == QuietHours(time(23), time(7, 30))
    assert await talk.say("/quiet off") == say_en("quiet.off")
    assert (await talk.chat()).quiet is None


async def test_an_issue_within_quiet_hours_is_pointed_out(talk: Conversation) -> None:
    note = say_en("quiet.silent_issue", time="06:00")
    await talk.say("/quiet 23:00-07:00")
    assert note in await talk.say("/time 06:00")
    assert note not in await talk.say("/time 07:00")
    await talk.say("/time 06:00")
    assert note in await talk.say("/quiet 05:00-06:30")


async def test_a_pause_stops_the_issues_until_resumed(talk: Conversation) -> None:
    await talk.say("/subscribe cv")
    assert await talk.say("/pause") == say_en("pause.open")
    assert await next_due(talk) is None
    assert say_en("next.paused") in await talk.say("/list")
    talk.clock.move(timedelta(days=3))
    answer = await talk.say("/resume")
    assert say_en("resume.done") in answer
    assert "2026-11-22 08:00" in answer
    # What was due meanwhile is not made up for: a backlog must not flood.
    assert (await talk.chat()).active_since == talk.clock.now()


async def test_a_pause_of_some_days_says_until_when_in_local_time(talk: Conversation) -> None:
    await talk.say("/timezone Shanghai")
    assert "2026-11-25 20:00" in await talk.say("/pause 7")
    chat = await talk.chat()
    assert chat.status is ChatStatus.PAUSED
    assert chat.paused_until == NOON + timedelta(days=7)


async def test_a_pause_without_subscriptions_does_not_start_issues(talk: Conversation) -> None:
    await talk.say("/pause")
    await talk.say("/resume")
    assert (await talk.chat()).active_since is None


async def test_resume_where_nothing_is_paused_says_so(talk: Conversation) -> None:
    assert say_en("resume.running") in await talk.say("/resume")


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_a_new_language_is_spoken_from_its_confirmation_on(
    talk: Conversation, tag: str
) -> None:
    speak = messages(tag)
    answer = await talk.say(f"/language {tag}")
    assert answer == speak("language.done", language=speak("language.name"))
    assert (await talk.read()).language == tag
    assert speak("settings.title") in await talk.say("/settings")


async def test_language_without_an_argument_offers_all_and_ticks_the_present(
    talk: Conversation,
) -> None:
    await talk.say("/language zh-TW")
    choices = (await talk.ask("/language")).choices
    assert [choice.command for choice in choices] == [f"/language {tag}" for tag in LANGUAGES]
    assert [choice.on for choice in choices] == [False, False, True]


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-Hant-HK", "zh-TW"), ("zh", "zh-CN"), ("de", "en"), (None, "en")]
)
async def test_a_new_chat_speaks_the_language_of_the_platform(
    talk: Conversation, language: str | None, expected: str
) -> None:
    await talk.ask("/settings", language=language)
    assert (await talk.chat()).language == expected


@pytest.mark.parametrize(
    ("line", "key", "right"),
    [
        ("/time 25:00", "time.invalid", "/time 08:30"),
        ("/time 8:61", "time.invalid", "/time 08:30"),
        ("/time soon", "time.invalid", "/time 08:30"),
        ("/time 13 pm", "time.invalid", "/time 08:30"),
        ("/timezone Xyzzyx", "zone.unknown_plain", "Europe/Berlin"),
        ("/timezone +25:00", "zone.unknown_plain", "+08:00"),
        ("/language Klingon", "language.unknown", "/language zh-CN"),
        ("/days someday", "days.invalid", "/days mon-fri"),
        ("/days mon,,8", "days.invalid", "/days mon-fri"),
        ("/quiet all night", "quiet.invalid", "/quiet 23:00-07:00"),
        ("/quiet 07:00-07:00", "quiet.invalid", "/quiet 23:00-07:00"),
        ("/pause 0", "pause.invalid", "/pause 7"),
        ("/pause 366", "pause.invalid", "/pause 7"),
        ("/pause a while", "pause.invalid", "/pause 7"),
    ],
)
async def test_wrong_input_is_answered_with_what_would_be_right(
    talk: Conversation, line: str, key: str, right: str
) -> None:
    await talk.say("/subscribe cv")
    before = await talk.chat()
    answer = await talk.say(line)
    assert answer == say_en(key, text=line.partition(" ")[2], n=365)
    assert right in answer
    assert await talk.chat() == before


async def test_a_zone_that_could_be_several_names_them(talk: Conversation) -> None:
    answer = await talk.say("/timezone CST")
    assert "Shanghai" in answer
    assert "Chicago" in answer
    assert (await talk.chat()).schedule.zone == "UTC"


@pytest.mark.parametrize("command", ["time", "timezone", "days", "quiet"])
async def test_without_an_argument_the_present_is_shown_and_how_to_change_it(
    talk: Conversation, command: str
) -> None:
    await talk.say("/settings")
    before = await talk.chat()
    answer = await talk.say(f"/{command}")
    assert f"/{command} " in answer
    assert await talk.chat() == before


async def test_long_wrong_input_is_not_repeated_in_full(talk: Conversation) -> None:
    for command in ("time", "timezone", "language", "days", "quiet", "pause"):
        assert "x" * 61 not in await talk.say(f"/{command} {'x' * 3000}")


async def test_settings_show_everything_at_a_glance(talk: Conversation) -> None:
    for line in ("/subscribe cv -medical", "/time 07:15", "/timezone Shanghai", "/days weekends"):
        await talk.say(line)
    answer = await talk.say("/settings")
    for expected in ("Computer vision", "−Medicine & health", "07:15", "Asia/Shanghai", "Sat"):
        assert expected in answer
    assert "Mon," not in answer
    assert "2026-11-21 07:15" in answer


async def test_what_is_left_out_stands_behind_what_is_followed(talk: Conversation) -> None:
    await talk.say("/subscribe -medical")
    await talk.say("/subscribe cv")
    assert "Computer vision and −Medicine & health" in await talk.say("/settings")


async def test_settings_offer_to_pause_or_to_resume(talk: Conversation) -> None:
    commands = [choice.command for choice in (await talk.ask("/settings")).choices]
    assert "/pause" in commands
    await talk.say("/pause")
    commands = [choice.command for choice in (await talk.ask("/settings")).choices]
    assert "/resume" in commands
    assert "/pause" not in commands


async def test_the_layout_can_be_chosen_by_any_of_its_names(talk: Conversation) -> None:
    menu = await talk.ask("/layout")
    names = [choice.command for choice in menu.choices]
    assert names == [
        "/layout daily",
        "/layout weekly",
        "/layout newsletter",
        "/layout reading-list",
    ]
    assert [choice.on for choice in menu.choices] == [True, False, False, False]
    for spelled in ("reading_list", "ReadingList", "Reading list", "READING-LIST"):
        assert "Reading list" in await talk.say(f"/layout {spelled}")
    assert "Newsletter" in await talk.say("/layout newsletter")
    assert "Reading list" in await talk.say("/layout 阅读清单")
    assert (await talk.chat()).layout == "reading-list"
    assert (await talk.read()).layout == "reading-list"
    assert "There is no layout" in await talk.say("/layout sideways")
    assert "Reading list" in await talk.say("/settings")
