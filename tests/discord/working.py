"""A whole Ribao at work before a Discord on loopback, and the places that tests write in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from adapters.discord.adapter import DiscordAdapter
from bot.app import App, open_adapters, open_app
from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.config import DiscordSettings, Settings
from bot.messages import messages
from bot.model import Chat, ChatAddress
from tests.conversation import SetClock
from tests.discord.server import BOT_ID, TOKEN, DiscordServer, Json

ANN, EVE, OWNER = 77, 78, 79
CLUB, HALL, NEWS, FORUM, THREAD, DIRECT, HERS = 800, 801, 802, 803, 804, 805, 806
EDITORS = 810
en = messages("en")


@dataclass
class Ribao:
    """Ribao at work on Discord, at a clock that the test moves."""

    app: App
    adapter: DiscordAdapter
    server: DiscordServer
    clock: SetClock

    def __post_init__(self) -> None:
        self.ann, self.eve = self.server.user(ANN), self.server.user(EVE, "Eve")

    async def morning(self) -> None:
        """The next day's pass of the scheduler."""
        self.clock.move(timedelta(days=1))
        await self.app.tick([self.adapter]).run(self.clock.now())

    async def chat(self, channel: Json) -> Chat:
        found = await self.app.readers.find(ChatAddress("discord", BOT_ID, channel["id"]))
        assert found is not None
        return found


def settings_for(server: DiscordServer) -> DiscordSettings:
    return DiscordSettings(api_url=server.url, gateway_url=server.gateway_url)


@asynccontextmanager
async def at_work(folder: Path, server: DiscordServer, clock: SetClock) -> AsyncIterator[Ribao]:
    discord = settings_for(server).model_copy(update={"token": SecretStr(TOKEN)})
    settings = Settings(data_dir=folder, discord=discord)
    async with open_app(settings, clock) as app, open_adapters(app) as (adapter,):
        assert isinstance(adapter, DiscordAdapter)
        dispatcher = app.dispatcher(adapter)

        async def handle(incoming: Incoming) -> Reply | None:
            return await dispatcher.handle(incoming, clock.now())

        before = server.gateway.identified
        conversing = asyncio.create_task(adapter.run(handle))
        try:
            await server.until(lambda: server.gateway.identified > before)
            yield Ribao(app, adapter, server, clock)
        finally:
            conversing.cancel()
            with suppress(asyncio.CancelledError):
                await conversing
