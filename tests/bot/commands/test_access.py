"""Who may use this Ribao, and how often."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands.access import Access
from bot.config import AccessSettings
from bot.errors import Refusal
from bot.messages import messages
from bot.model import ChatKind
from tests.conversation import NOON, conversation

en = messages("en")
SECOND = timedelta(seconds=1)


def test_in_any_minute_only_so_many_are_let_in() -> None:
    access = Access(per_minute=3)
    for second in (0, 10, 20):
        access.admit("console:ann", "console:ann", NOON + second * SECOND)
    with pytest.raises(Refusal) as refused:
        access.admit("console:ann", "console:ann", NOON + 30 * SECOND)
    assert (refused.value.key, refused.value.values) == ("access.slower", {"n": 30})
    access.admit("console:eve", "console:eve", NOON + 30 * SECOND)
    access.admit("console:ann", "console:ann", NOON + 60 * SECOND)
    with pytest.raises(Refusal):
        access.admit("console:ann", "console:ann", NOON + 61 * SECOND)


def test_what_is_refused_does_not_count() -> None:
    access = Access(per_minute=1)
    access.admit("console:ann", "console:ann", NOON)
    for second in range(1, 60):
        with pytest.raises(Refusal):
            access.admit("console:ann", "console:ann", NOON + second * SECOND)
    access.admit("console:ann", "console:ann", NOON + 60 * SECOND)


async def test_a_closed_bot_lets_in_the_invited_and_those_who_run_it(tmp_path: Path) -> None:
    settings = AccessSettings(allowed=("console:ann", "console:club"))
    async with conversation(tmp_path, access=settings) as talk:
        assert await talk.say("/list", who="eve") == en("access.closed")
        assert await talk.app.store.chats.counts() == (0, 0), "a stranger leaves no trace"
        for who, more in (("ann", {}), ("me", {}), ("eve", {"chat": "club"})):
            kind = ChatKind.GROUP if more else ChatKind.PRIVATE
            assert await talk.say("/list", who=who, kind=kind, **more) != en("access.closed")


async def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    async with conversation(tmp_path, access=AccessSettings(per_minute=2)) as talk:
        for _ in range(2):
            await talk.say("/list")
        assert await talk.say("/list") == en("access.slower", n=60)
        for _ in range(5):
            assert await talk.say("/list", who="me") != en("access.slower", n=60)
        talk.clock.move(60 * SECOND)
        assert await talk.say("/list") != en("access.slower", n=60)
