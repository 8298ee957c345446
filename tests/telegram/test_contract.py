"""Telegram's adapter keeps the contract of all adapters."""

import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.payload import Payload
from bot.model import ChatAddress
from tests.adapters.contract import AdapterContract, Arrived, Subject
from tests.telegram.oracles import parse_html
from tests.telegram.server import BOT_ID, TelegramServer

ANN = 77


def fits(payload: str) -> bool:
    parsed = parse_html(Payload.loaded(payload).html)
    return 1 <= len(parsed.text.encode("utf-16-le")) // 2 <= 4096 and len(parsed.entities) <= 100


class TestTelegram(AdapterContract):
    @pytest.fixture
    def subject(self, server: TelegramServer, adapter: TelegramAdapter) -> Subject:
        server.user(ANN)
        server.channel(-1001, "News", "news")
        server.members[-1001, ANN] = "administrator"

        async def arrived(chat: ChatAddress) -> list[Arrived]:
            found = server.messages[int(chat.id)]
            return [Arrived(message["text"], message["silent"]) for message in found]

        return Subject(
            adapter=adapter,
            chat=ChatAddress("telegram", str(BOT_ID), str(ANN)),
            channel="@news",
            manager=str(ANN),
            idempotent=False,
            visible=lambda payload: parse_html(Payload.loaded(payload).html).text,
            fits=fits,
            arrived=arrived,
        )
