"""A day with Ribao on Telegram: the whole of it, before a Bot API server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.telegram.adapter import TelegramAdapter
from bot.app import App, open_adapters, open_app
from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.config import Settings, TelegramSettings
from bot.messages import messages
from bot.model import ChatAddress, ChatStatus, QuietHours, Schedule
from tests.conversation import SetClock
from tests.telegram.server import BOT_ID, TOKEN, USERNAME, Json, TelegramServer

ANN, EVE = 77, 78
CLUB, NEWS = -1002, -1001
en = messages("en")


@dataclass
class Ribao:
    """Ribao at work on Telegram, at a clock that the test moves."""

    app: App
    adapter: TelegramAdapter
    server: TelegramServer
    clock: SetClock

    async def hears(self, user: Json, text: str, chat: int = 0, **more: object) -> Json:
        """The bot's last message once it has answered what ``user`` writes."""
        where = chat or user["id"]
        before = len(self.server.messages[where])
        self.server.write(where, user, text, **more)
        await self.server.until(lambda: len(self.server.messages[where]) > before)
        await self.rests()
        return self.server.messages[where][-1]

    async def presses(self, user: Json, message: Json, label: str) -> None:
        """``user`` presses the button that says ``label``, and the bot has answered."""
        before = len(self.server.answers)
        self.server.press(user, message, label)
        await self.server.until(lambda: len(self.server.answers) > before)
        await self.rests()

    async def rests(self) -> None:
        """Wait until the bot has answered all there is, and asks for more."""
        await self.server.until(lambda: self.server.is_asked_for_news)

    async def morning(self) -> None:
        """The next day's pass of the scheduler."""
        self.clock.move(timedelta(days=1))
        await self.app.tick([self.adapter]).run(self.clock.now())


@pytest.fixture
async def ribao(tmp_path: Path, server: TelegramServer) -> AsyncIterator[Ribao]:
    async with at_work(tmp_path, server, SetClock()) as working:
        yield working


@asynccontextmanager
async def at_work(folder: Path, server: TelegramServer, clock: SetClock) -> AsyncIterator[Ribao]:
    telegram = TelegramSettings(token=SecretStr(TOKEN), base_url=server.url)
    settings = Settings(data_dir=folder, telegram=telegram)
    async with open_app(settings, clock) as app, open_adapters(app) as (adapter,):
        assert isinstance(adapter, TelegramAdapter)
        dispatcher = app.dispatcher(adapter)

        async def handle(incoming: Incoming) -> Reply | None:
            return await dispatcher.handle(incoming, clock.now())

        conversing = asyncio.create_task(adapter.run(handle))
        try:
            yield Ribao(app, adapter, server, clock)
        finally:
            conversing.cancel()
            with suppress(asyncio.CancelledError):
                await conversing


def _address(number: int, thread: int | None = None) -> ChatAddress:
    return ChatAddress("telegram", str(BOT_ID), str(number), str(thread) if thread else "")


async def test_a_person_starts_by_a_deep_link_and_gets_the_morning_issue(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    await ribao.hears(ann, "/start cv")
    assert any(en("start.hello") in text for text in ribao.server.said_in(ANN))
    assert any("No. 1" in text for text in ribao.server.said_in(ANN))
    before = len(ribao.server.messages[ANN])
    await ribao.morning()
    pushed = ribao.server.messages[ANN][before:]
    assert pushed
    assert not any(message["silent"] for message in pushed)
    await ribao.app.tick([ribao.adapter]).run(ribao.clock.now())
    assert len(ribao.server.messages[ANN]) == before + len(pushed), "nothing comes twice"


async def test_topics_are_ticked_by_buttons(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    picker = await ribao.hears(ann, "/topics")
    for label in ("Computer vision", "✓ Computer vision"):
        ribao.server.answers.clear()
        ribao.server.press(ann, picker, label)
        await ribao.server.until(lambda: ribao.server.answers)
        await ribao.rests()
        ticked = any("✓" in b["text"] for row in _keyboard(picker) for b in row)
        assert ticked is not label.startswith("✓")
    chat = await ribao.app.readers.find(_address(ANN))
    assert chat is not None
    assert await ribao.app.readers.follows(chat) == ()


async def test_everything_is_set_by_buttons_in_one_message(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    await ribao.hears(ann, "/subscribe cv")
    menu = await ribao.hears(ann, "/settings")
    count = len(ribao.server.messages[ANN])
    for labels in (
        ("Time", "09:00"),
        ("Time zone", "Tokyo"),
        ("Days", "Sun"),
        ("Quiet hours", "22:00–07:00"),
        ("Pause", "Pause 3 days"),
        ("Resume",),
        ("Language", "繁體中文"),
    ):
        for label in labels:
            await ribao.presses(ann, menu, label)
        ticked = [b["text"] for row in _keyboard(menu) for b in row if "✓" in b["text"]]
        assert labels[-1] in {"Sun", "Pause 3 days", "Resume"} or ticked == [f"✓ {labels[-1]}"]
        await ribao.presses(ann, menu, "←")
    assert len(ribao.server.messages[ANN]) == count, "one message, turned in place"
    assert "09:00" in menu["text"]
    chat = await ribao.app.readers.find(_address(ANN))
    assert chat is not None
    assert chat.schedule == Schedule(time(9), "Asia/Tokyo", frozenset(range(1, 7)))
    assert (chat.quiet, chat.language) == (QuietHours(time(22), time(7)), "zh-TW")
    assert chat.status is ChatStatus.ACTIVE
    await ribao.presses(ann, menu, "主題")
    await ribao.presses(ann, menu, "✓ 電腦視覺")
    assert await ribao.app.readers.follows(chat) == ()


async def test_in_a_group_the_right_is_asked_for_at_each_press_of_a_menu(ribao: Ribao) -> None:
    ann, eve = ribao.server.user(ANN), ribao.server.user(EVE, "Eve")
    ribao.server.group(CLUB, "Club")
    ribao.server.members[CLUB, ANN] = "creator"
    menu = await ribao.hears(ann, "/time", CLUB)
    before = menu["text"]
    await ribao.presses(eve, menu, "09:00")
    assert ribao.server.answers[-1]["text"] == en("error.admins_only")
    assert menu["text"] == before
    await ribao.presses(ann, menu, "09:00")
    assert en("time.done", time="09:00") in menu["text"]


async def test_pages_are_turned_in_place(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    picker = await ribao.hears(ann, "/topics")
    first, count = picker["text"], len(ribao.server.messages[ANN])
    ribao.server.press(ann, picker, "2 ▶")
    await ribao.server.until(lambda: picker["text"] != first)
    assert len(ribao.server.messages[ANN]) == count
    assert "◀ 1" in str(_keyboard(picker))


@pytest.mark.parametrize("data", ["", "AAAAAAAA/forget yes", "x" * 64, "é" * 30])
async def test_a_forged_button_does_nothing(ribao: Ribao, data: str) -> None:
    ann = ribao.server.user(ANN)
    picker = await ribao.hears(ann, "/topics")
    ribao.server.press_data(ann, picker, data)
    await ribao.server.until(lambda: ribao.server.answers)
    assert ribao.server.answers[0]["text"] == en("button.stale")
    assert await ribao.app.readers.find(_address(ANN)) is not None


async def test_a_button_of_one_chat_does_nothing_in_another(ribao: Ribao) -> None:
    ann, eve = ribao.server.user(ANN), ribao.server.user(EVE, "Eve")
    mine, hers = await ribao.hears(ann, "/topics"), await ribao.hears(eve, "/topics")
    ribao.server.press_data(eve, hers, _keyboard(mine)[0][0]["callback_data"])
    await ribao.server.until(lambda: ribao.server.answers)
    assert ribao.server.answers[0]["text"] == en("button.stale")


async def test_in_a_group_only_administrators_change_settings(ribao: Ribao) -> None:
    ann, eve = ribao.server.user(ANN), ribao.server.user(EVE, "Eve")
    ribao.server.group(CLUB, "Club")
    ribao.server.members[CLUB, ANN] = "administrator"
    ribao.server.members[CLUB, EVE] = "member"
    refused = await ribao.hears(eve, "/subscribe cv", CLUB)
    assert refused["text"] == en("error.admins_only")
    await ribao.hears(eve, "/today", CLUB)
    done = await ribao.hears(ann, f"/subscribe@{USERNAME} cv", CLUB)
    assert "Computer vision" in done["text"]
    # A button in a group is pressed by whoever likes; the right is asked for again.
    picker = await ribao.hears(ann, "/topics", CLUB)
    ribao.server.press(eve, picker, "✓ Computer vision")
    await ribao.server.until(lambda: ribao.server.answers)
    await ribao.rests()
    assert ribao.server.answers[0]["text"] == en("error.admins_only")
    assert "✓ Computer vision" in str(_keyboard(picker)), "what is refused is not unticked"
    ribao.server.members[CLUB, ANN] = "member"
    assert (await ribao.hears(ann, "/pause", CLUB))["text"] == en("error.admins_only")


async def test_an_anonymous_administrator_may_and_a_channel_in_a_group_may_not(
    ribao: Ribao,
) -> None:
    club = ribao.server.group(CLUB, "Club")
    news = ribao.server.channel(NEWS, "News", "news")
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    posting = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
    done = await ribao.hears(anonymous, "/subscribe cv", CLUB, sender_chat=club)
    assert "Computer vision" in done["text"]
    refused = await ribao.hears(posting, "/subscribe nlp", CLUB, sender_chat=news)
    assert refused["text"] == en("error.admins_only")


async def test_what_is_not_for_the_bot_is_left_alone(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    club = ribao.server.group(CLUB, "Club")
    forwarder = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    ribao.server.write(CLUB, ann, "good morning")
    ribao.server.write(CLUB, ann, "/today@another_bot")
    ribao.server.write(CLUB, forwarder, "/today", sender_chat=club)
    await ribao.hears(ann, "/help")
    assert ribao.server.messages[CLUB] == []


async def test_a_forum_topic_is_a_reader_of_its_own(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    ribao.server.group(CLUB, "Club", forum=True)
    ribao.server.members[CLUB, ANN] = "creator"
    here = {"message_thread_id": 5, "is_topic_message": True}
    done = await ribao.hears(ann, "/subscribe cv", CLUB, **here)
    assert done["message_thread_id"] == 5
    before = len(ribao.server.messages[CLUB])
    await ribao.morning()
    pushed = ribao.server.messages[CLUB][before:]
    assert pushed
    assert {message["message_thread_id"] for message in pushed} == {5}


async def test_a_channel_is_added_by_its_administrator_only(ribao: Ribao) -> None:
    ann, eve = ribao.server.user(ANN), ribao.server.user(EVE, "Eve")
    ribao.server.channel(NEWS, "News", "news")
    ribao.server.members[NEWS, ANN] = "administrator"
    refused = await ribao.hears(eve, "/channel add @news cv")
    assert refused["text"] == en("channel.not_yours", name="@news")
    silent = await ribao.hears(ann, "/channel add @news cv")
    assert silent["text"] == en("channel.cant_post", name="@news")
    ribao.server.members[NEWS, BOT_ID] = "administrator"
    assert "News" in (await ribao.hears(ann, "/channel add @news cv"))["text"]
    await ribao.morning()
    assert any("Computer vision" in text for text in ribao.server.said_in(NEWS))


async def test_who_blocks_the_bot_is_paused_and_comes_back_with_start(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    await ribao.hears(ann, "/subscribe cv")
    ribao.server.blocked.add(ANN)
    await ribao.morning()
    gone = await ribao.app.readers.find(_address(ANN))
    assert gone is not None
    assert gone.status is ChatStatus.GONE
    ribao.server.blocked.clear()
    await ribao.hears(ann, "/start")
    back = await ribao.app.readers.find(_address(ANN))
    assert back is not None
    assert back.status is ChatStatus.ACTIVE
    assert len(await ribao.app.readers.follows(back)) == 1


async def test_an_issue_that_is_asked_for_has_pages(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    first = await ribao.hears(ann, "/today")
    count, seen = len(ribao.server.messages[ANN]), [first["text"]]
    while label := next((b["text"] for b in _keyboard(first)[-1] if "▶" in b["text"]), ""):
        ribao.server.press(ann, first, label)
        await ribao.server.until(lambda: first["text"] != seen[-1])
        await ribao.rests()
        seen.append(first["text"])
    assert len(ribao.server.messages[ANN]) == count, "pages are turned in place"
    assert len(seen) > 1
    issue = await ribao.app.store.issues.shown(1, ribao.clock.now().date())
    assert issue is not None
    for section in issue.sections:
        assert all(f"{e.number}. {e.title}" in "\n".join(seen) for e in section.entries)
    ribao.server.press(ann, first, "◀")
    await ribao.server.until(lambda: first["text"] == seen[-2])


async def test_under_a_pushed_issue_each_item_can_be_kept_judged_and_read_in_full(
    ribao: Ribao,
) -> None:
    ann = ribao.server.user(ANN)
    await ribao.hears(ann, "/subscribe all")
    before = len(ribao.server.messages[ANN])
    await ribao.morning()
    pushed = ribao.server.messages[ANN][before:]
    numbers = [label for message in pushed for label in _numbers(message)]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    await ribao.presses(ann, pushed[0], "2")
    assert [len(row) for row in _keyboard(pushed[0])][-1] == 4
    for label, told in (("🔖 2", "Saved: "), ("👍 2", "👍 Thank you"), ("👎 2", "👎 Thank you")):
        await ribao.presses(ann, pushed[0], label)
        assert ribao.server.answers[-1]["text"].startswith(told)
    await ribao.presses(ann, pushed[0], "📄 2")
    issue = await ribao.app.store.issues.shown(1, ribao.clock.now().date())
    assert issue is not None
    title = next(e.title for section in issue.sections for e in section.entries if e.number == 2)
    assert title in ribao.server.said_in(ANN)[-1]
    await ribao.presses(ann, pushed[0], "3")
    assert "🔖 3" in str(_keyboard(pushed[0]))
    assert "🔖 2" not in str(_keyboard(pushed[0])), "one row is open at a time"
    await ribao.presses(ann, pushed[0], "3")
    assert "🔖" not in str(_keyboard(pushed[0]))
    # The same under the pages of an issue that is asked for, page by page.
    shown = await ribao.hears(ann, "/today")
    first = _numbers(shown)
    await ribao.presses(ann, shown, "2 ▶")
    second = _numbers(shown)
    assert [*first, *second] == [str(n) for n in range(1, len(first) + len(second) + 1)]


@pytest.mark.parametrize("place", [CLUB, NEWS])
async def test_where_many_are_an_item_is_read_by_the_one_who_pressed(
    ribao: Ribao, place: int
) -> None:
    ann, eve = ribao.server.user(ANN), ribao.server.user(EVE, "Eve")
    ribao.server.group(CLUB, "Club")
    ribao.server.channel(NEWS, "News", "news")
    ribao.server.members.update({(place, ANN): "creator", (place, BOT_ID): "administrator"})
    await ribao.hears(ann, "/channel add @news cv")
    await ribao.hears(ann, "/subscribe cv", CLUB)
    before = len(ribao.server.messages[place])
    await ribao.morning()
    pushed = ribao.server.messages[place][before]
    count = len(ribao.server.messages[place])
    for blocked in (True, False):
        ribao.server.blocked = {EVE} if blocked else set()
        await ribao.presses(eve, pushed, "1")
        if place == CLUB:
            await ribao.presses(eve, pushed, "📄 1")
            await ribao.presses(eve, pushed, "1")
        told = [answer.get("text", "") for answer in ribao.server.answers]
        assert (en("private.write_first", name=f"@{USERNAME}") in told) is blocked
        ribao.server.answers.clear()
    assert len(ribao.server.messages[place]) == count, "nobody else's chat is flooded"
    assert len(ribao.server.messages[EVE]) == 1


async def test_what_is_private_is_not_told_to_the_group(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    ribao.server.group(CLUB, "Club")
    ribao.server.members[CLUB, ANN] = "creator"
    await ribao.hears(ann, "/today", CLUB)
    await ribao.hears(ann, "/save 1", CLUB)
    ribao.server.blocked.add(ANN)
    told = await ribao.hears(ann, "/saved", CLUB)
    assert told["text"] == en("private.write_first", name=f"@{USERNAME}")
    ribao.server.blocked.clear()
    ribao.server.write(CLUB, ann, "/saved")
    await ribao.server.until(lambda: ribao.server.messages[ANN])
    assert en("keep.list", n=1) in ribao.server.said_in(ANN)[0]


async def test_todays_items_can_be_shared_into_any_chat(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    for query, some in (("cv", True), ("", True), ("quantum-basketweaving", False)):
        ribao.server.offered.clear()
        ribao.server.ask_inline(ann, query)
        await ribao.server.until(lambda: ribao.server.offered)
        assert bool(ribao.server.offered[0]) is some
    assert ribao.server.messages[ANN] == []


async def test_an_export_comes_as_a_file(ribao: Ribao) -> None:
    ann = ribao.server.user(ANN)
    ribao.server.write(ANN, ann, "/export")
    await ribao.server.until(lambda: any("document" in m for m in ribao.server.messages[ANN]))
    assert "ribao-export-1" in ribao.server.messages[ANN][-1]["content"]


def _keyboard(message: Json) -> list[list[Json]]:
    rows: list[list[Json]] = message["reply_markup"]["inline_keyboard"]
    return rows


def _numbers(message: Json) -> list[str]:
    return [b["text"] for row in _keyboard(message) for b in row if b["text"].isdecimal()]
