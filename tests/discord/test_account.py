"""The token: refused, not reached, or right; and a canary that must show up nowhere."""

import asyncio
import logging
from contextlib import suppress

import discord
import pytest

from adapters.discord.account import Client, Watch, account_of
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.check import check
from bot.config import DiscordSettings
from bot.errors import ConfigError, RetryLater
from bot.model import ChatAddress
from tests.adapters.contract import unused
from tests.discord.server import APPLICATION, BOT_ID, TOKEN, USERNAME, DiscordServer, Fault
from tests.discord.working import settings_for
from tests.patience import become

NOWHERE = DiscordSettings(api_url="http://127.0.0.1:9/api/v10", gateway_url="ws://127.0.0.1:9/")
WRONG = TOKEN[:-4] + "xxxx"
HERE = ChatAddress("discord", BOT_ID, "805")


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", f"{TOKEN} {TOKEN}", "é" * 30, "eA" * 9 + TOKEN]
)
async def test_what_is_no_token_is_told(token: str) -> None:
    with pytest.raises(ConfigError, match="this is no token"):
        account_of(token)


def test_the_account_stands_in_the_token() -> None:
    assert account_of(TOKEN) == BOT_ID


async def test_a_refused_token_is_told(server: DiscordServer) -> None:
    for use in (check(WRONG, settings_for(server)), _open(WRONG, settings_for(server))):
        with pytest.raises(ConfigError, match="Discord refuses it") as raised:
            await use
        assert "canary" not in str(raised.value)


async def _open(token: str, settings: DiscordSettings) -> None:
    async with DiscordAdapter.open(token, settings):
        pass


async def test_a_discord_that_is_not_there_stops_nobody() -> None:
    assert await check(TOKEN, NOWHERE) == (
        "can't be reached right now, so the token is not verified",
    )
    async with DiscordAdapter.open(TOKEN, NOWHERE) as adapter:
        with pytest.raises(RetryLater):
            await adapter.send(HERE, "{}", key="k", silent=False)
        assert await adapter.resolve("<#1>", "77") is None
        assert not await adapter.may_post(HERE)


async def test_the_operator_gets_the_invite_link(server: DiscordServer) -> None:
    name, invite = await check(TOKEN, settings_for(server))
    assert USERNAME in name
    assert f"client_id={APPLICATION}&scope=bot+applications.commands&permissions=" in invite
    granted = discord.Permissions(int(invite.rsplit("=", 1)[1]))
    assert {name for name, given in granted if given} == {
        "read_messages",
        "send_messages",
        "send_messages_in_threads",
        "embed_links",
        "attach_files",
    }


async def test_no_more_is_asked_of_the_gateway_than_needed() -> None:
    async with Client(Watch()) as client:
        assert {name for name, given in client.intents if given} == {"guilds"}


async def test_the_token_is_in_no_log_and_no_error(
    server: DiscordServer, adapter: DiscordAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.direct(805, server.user(77))
    payload = adapter.renderer.plain("text")
    server.fail("POST messages", Fault(cut=True), Fault(cut=True, taken=True))
    for _ in range(2):
        with pytest.raises(RetryLater) as raised:
            await adapter.send(HERE, payload, key="k", silent=False)
        assert "canary" not in repr(raised.value)
    running = asyncio.create_task(adapter.run(unused))
    await server.until(lambda: server.gateway.is_connected)
    await become(lambda: adapter.connected)
    await server.gateway.cut()
    await server.until(lambda: server.gateway.resumed)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert not adapter.connected
    assert caplog.records
    assert "canary" not in caplog.text
