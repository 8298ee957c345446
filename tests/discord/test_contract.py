"""Discord's adapter keeps the contract of all adapters."""

import json

import pytest

from adapters.discord.adapter import DiscordAdapter
from bot.model import ChatAddress
from tests.adapters.contract import AdapterContract, Arrived, Subject
from tests.discord.oracles import body_problems, visible, visible_body
from tests.discord.server import BOT_ID, SILENT, DiscordServer

ANN, CLUB, NEWS, DIRECT = 77, 800, 801, 802


class TestDiscord(AdapterContract):
    @pytest.fixture
    def subject(self, server: DiscordServer, adapter: DiscordAdapter) -> Subject:
        server.guild(CLUB, "Club", owner=1)
        server.role(CLUB, 803, 1 << 5)
        server.member(CLUB, ANN, 803)
        server.channel(NEWS, CLUB, "news")
        server.direct(DIRECT, server.user(ANN))

        async def arrived(chat: ChatAddress) -> list[Arrived]:
            return [
                Arrived(visible_body(message), bool(message["flags"] & SILENT))
                for message in server.messages[chat.id]
            ]

        return Subject(
            adapter=adapter,
            chat=ChatAddress("discord", BOT_ID, str(DIRECT)),
            channel=f"<#{NEWS}>",
            manager=str(ANN),
            idempotent=True,
            visible=visible,
            fits=lambda payload: body_problems(json.loads(payload)) == [],
            arrived=arrived,
        )
