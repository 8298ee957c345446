"""Telegram, Discord and the console in one process, on one database."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from adapters.discord.adapter import DiscordAdapter
from bot.app import App, open_adapters, open_app
from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.config import ConsoleSettings, Settings, TelegramSettings
from bot.model import ChatAddress, ChatKind
from bot.platform import Adapter
from tests.conversation import SetClock
from tests.discord.server import TOKEN, DiscordServer
from tests.discord.working import settings_for
from tests.telegram.server import TOKEN as TELEGRAM_TOKEN
from tests.telegram.server import telegram_server

ANN, DIRECT = 77, 805


async def test_all_show_the_same_issue_and_one_that_stops_leaves_the_others(
    tmp_path: Path, server: DiscordServer
) -> None:
    here, ann, clock = server.direct(DIRECT, server.user(ANN)), server.user(ANN), SetClock()
    async with telegram_server() as telegram:
        settings = Settings(
            data_dir=tmp_path,
            console=ConsoleSettings(enabled=True),
            discord=settings_for(server).model_copy(update={"token": SecretStr(TOKEN)}),
            telegram=TelegramSettings(token=SecretStr(TELEGRAM_TOKEN), base_url=telegram.url),
        )
        reader = telegram.user(ANN)
        async with open_app(settings, clock) as app, open_adapters(app) as adapters:
            running = {
                adapter.platform: asyncio.create_task(adapter.run(_handle(app, adapter, clock)))
                for adapter in adapters
                if adapter.platform != "console"
            }
            await server.until(lambda: server.gateway.is_connected)
            asked = await server.command(ann, here, "today")
            await server.until(lambda: len(asked.replies) == 2)
            telegram.write(ANN, reader, "/today")
            await telegram.until(lambda: len(telegram.messages[ANN]) == 2)
            console = next(each for each in adapters if each.platform == "console")
            address = ChatAddress("console", console.account, "me")
            incoming = Incoming(address, ChatKind.PRIVATE, "me", "me", "/today")
            assert await _handle(app, console, clock)(incoming) is not None
            issues = [await app.store.issues.last_items(n) for n in (1, 2, 3)]
            assert len(issues[0]) > 5
            assert issues[0] == issues[1] == issues[2]
            await _stop(running.pop("telegram"))
            assert (await server.command(ann, here, "help")).replies
            discord = next(each for each in adapters if isinstance(each, DiscordAdapter))
            await _stop(running.pop("discord"))
            payload = discord.renderer.plain("still here")
            chat = ChatAddress("discord", discord.account, here["id"])
            await discord.send(chat, payload, key="k", silent=False)
            assert server.said_in(here)[-1] == "still here"
        assert telegram.problems == []


def _handle(
    app: App, adapter: Adapter, clock: SetClock
) -> Callable[[Incoming], Awaitable[Reply | None]]:
    dispatcher = app.dispatcher(adapter)

    async def handle(incoming: Incoming) -> Reply | None:
        return await dispatcher.handle(incoming, clock.now())

    return handle


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
