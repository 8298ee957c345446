"""The menus of commands, as the Bot API server gets them."""

import asyncio
from contextlib import suppress

from adapters.telegram.adapter import TelegramAdapter
from bot.commands.table import build_table
from bot.config import TelegramSettings
from bot.messages import messages
from tests.adapters.contract import unused
from tests.telegram.server import TOKEN, Fault, Json, TelegramServer

OPERATOR = "501"


async def _published(server: TelegramServer) -> dict[tuple[str, str], list[Json]]:
    async with TelegramAdapter.open(
        TOKEN, TelegramSettings(base_url=server.url), operators=[OPERATOR]
    ) as adapter:
        running = asyncio.create_task(adapter.run(unused))
        await server.until(lambda: server.is_asked_for_news)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return {
        (menu["scope"]["type"], menu.get("language_code", "")): menu["commands"]
        for menu in server.commands
    }


async def test_each_place_gets_its_commands_in_each_language(server: TelegramServer) -> None:
    found = await _published(server)
    assert {language for _, language in found} == {"", "zh"}
    table = {command.name: command for command in build_table().values()}
    names = {key: {entry["command"] for entry in menu} for key, menu in found.items()}
    everybody = {name for name, command in table.items() if not command.for_operators}
    assert names["all_private_chats", ""] == names["all_chat_administrators", "zh"] == everybody
    assert names["all_group_chats", ""] == {n for n in everybody if not table[n].changes}
    assert names["chat", ""] == set(table)
    described = {entry["command"]: entry["description"] for entry in found["chat", "zh"]}
    assert described["today"] == messages("zh-CN")("help.today")


async def test_a_menu_that_is_refused_keeps_nothing_from_working(server: TelegramServer) -> None:
    server.fail("setMyCommands", *[Fault(400, "Bad Request: chat not found")] * 3)
    assert len(await _published(server)) == 5
