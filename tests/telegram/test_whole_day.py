"""A day on Telegram from beginning to end, as one story; its parts are tested in ``test_day``.

The server holds each request against Telegram's own description and parser; see ``conftest``.
"""

from pathlib import Path

import pytest

from bot.messages import messages
from bot.model import ChatStatus
from tests.conversation import SetClock, item
from tests.telegram.server import BOT_ID, Json, TelegramServer
from tests.telegram.test_day import ANN, CLUB, EVE, NEWS, _address, _keyboard, at_work

pytestmark = pytest.mark.asyncio

en = messages("en")
MOVED = -1009


async def test_a_whole_day(tmp_path: Path, server: TelegramServer) -> None:
    async with at_work(tmp_path, server, SetClock()) as ribao:
        ann, eve = server.user(ANN), server.user(EVE, "Eve")

        # Ann comes by a deep link, and has a first issue at once.
        await ribao.hears(ann, "/start cv")
        assert any("No. 1" in text for text in server.said_in(ANN))

        # She ticks another topic, and sets hour and language, all by buttons.
        picker = await ribao.hears(ann, "/topics")
        await ribao.presses(ann, picker, "Speech & audio")
        settings = await ribao.hears(ann, "/settings")
        for label in ("Time", "09:00", "←", "Language", "简体中文", "←"):
            await ribao.presses(ann, settings, label)
        assert "09:00" in settings["text"]
        assert "计算机视觉" in settings["text"]
        for label in ("语言", "English", "←"):
            await ribao.presses(ann, settings, label)

        # She pages through today's issue, and saves what she wants to keep.
        issue = await ribao.hears(ann, "/today")
        await ribao.presses(ann, issue, "2")
        await ribao.presses(ann, issue, "🔖 2")
        while any("▶" in b["text"] for row in _keyboard(issue) for b in row):
            await ribao.presses(ann, issue, "▶")
        assert en("keep.list", n=1) in (await ribao.hears(ann, "/saved"))["text"]

        # A group, and a topic of a forum, get issues of their own.
        server.group(CLUB, "Club", forum=True)
        server.members[CLUB, ANN] = "creator"
        await ribao.hears(ann, "/subscribe nlp", CLUB)
        await ribao.hears(ann, "/subscribe cv", CLUB, message_thread_id=5, is_topic_message=True)

        # A channel is added by its administrator, and refused to a stranger.
        server.channel(NEWS, "News", "news")
        server.members.update({(NEWS, ANN): "creator", (NEWS, BOT_ID): "administrator"})
        refused = await ribao.hears(eve, "/channel add @news cv")
        assert refused["text"] == en("channel.not_yours", name="@news")
        await ribao.hears(ann, "/channel add @news robotics")

        # Overnight there is news, the group becomes a supergroup, and Eve blocks the bot.
        await ribao.hears(eve, "/subscribe cv")
        news = [item(f"news{n}", "cv", "nlp", "robotics") for n in range(3)]
        await ribao.app.store.items.add(news, ribao.clock.now())
        server.group(MOVED, "Club", forum=True)
        server.members[MOVED, ANN] = "creator"
        server.moved[CLUB] = MOVED
        server.blocked.add(EVE)
        before = {chat: len(found) for chat, found in server.messages.items()}

        # In the morning everybody has their issue where they are now, and once.
        await ribao.morning()
        await ribao.app.tick([ribao.adapter]).run(ribao.clock.now())

        def pushed(chat: int) -> list[Json]:
            return server.messages[chat][before.get(chat, 0) :]

        assert _numbered_once(pushed(ANN))
        assert _numbered_once(pushed(NEWS))
        assert _numbered_once([m for m in pushed(MOVED) if "message_thread_id" not in m])
        assert _numbered_once([m for m in pushed(MOVED) if m.get("message_thread_id") == 5])
        assert pushed(CLUB) == pushed(EVE) == []

        # Eve comes back, and finds what she followed.
        gone = await ribao.app.readers.find(_address(EVE))
        assert gone is not None
        assert gone.status is ChatStatus.GONE
        server.blocked.clear()
        await ribao.hears(eve, "/start")
        back = await ribao.app.readers.find(_address(EVE))
        assert back is not None
        assert (back.status, len(await ribao.app.readers.follows(back))) == (ChatStatus.ACTIVE, 1)


def _numbered_once(found: list[Json]) -> bool:
    """Whether the messages are one issue, whole: its items from 1 on, each once."""
    keyboards = [_keyboard(message) for message in found if "reply_markup" in message]
    numbers = [b["text"] for rows in keyboards for row in rows for b in row]
    return bool(numbers) and numbers == [str(n) for n in range(1, len(numbers) + 1)]
