"""The token: refused, not reached, or right; and a canary that must show up nowhere."""

import asyncio
import html
import logging
from contextlib import suppress
from dataclasses import replace

import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.check import check
from adapters.telegram.payload import Payload
from bot.config import TelegramSettings
from bot.errors import ConfigError, OutcomeUnknown, RetryLater
from bot.model import ChatAddress
from tests.adapters.contract import unused
from tests.patience import become
from tests.telegram.server import BOT_ID, TOKEN, USERNAME, Fault, TelegramServer

ANN = 77
NOWHERE = TelegramSettings(base_url="http://127.0.0.1:9")
TEXT = Payload("text").dumped()
HERE = ChatAddress("telegram", str(BOT_ID), str(ANN))


@pytest.mark.parametrize("token", ["", "x", "123456", f"{TOKEN} {TOKEN}", "123456:" + "é" * 30])
async def test_what_is_no_token_is_told(token: str) -> None:
    with pytest.raises(ConfigError, match="this is no token"):
        async with TelegramAdapter.open(token, NOWHERE):
            pass


async def test_a_refused_token_is_told(server: TelegramServer) -> None:
    settings = TelegramSettings(base_url=server.url)
    for use in (check("123:" + "x" * 30, settings), _open("123:" + "x" * 30, settings)):
        with pytest.raises(ConfigError, match="Telegram refuses it") as raised:
            await use
        assert "xxx" not in str(raised.value)


async def _open(token: str, settings: TelegramSettings) -> None:
    async with TelegramAdapter.open(token, settings):
        pass


async def test_a_server_that_is_not_there_stops_nobody() -> None:
    assert await check(TOKEN, NOWHERE) == (
        "can't be reached right now, so the token is not verified",
    )
    async with TelegramAdapter.open(TOKEN, NOWHERE) as adapter:
        with pytest.raises(RetryLater):
            await adapter.send(HERE, TEXT, key="k", silent=False)


@pytest.mark.parametrize(("paid", "asked"), [(False, None), (True, "true")])
async def test_stars_are_spent_only_where_the_operator_says_so(
    server: TelegramServer, paid: bool, asked: str | None
) -> None:
    server.user(ANN)
    settings = TelegramSettings(base_url=server.url, paid_broadcast=paid)
    async with TelegramAdapter.open(TOKEN, settings) as adapter:
        await adapter.send(HERE, TEXT, key="k", silent=False)
    (request,) = (each for each in server.requests if each.method == "sendMessage")
    assert request.params.get("allow_paid_broadcast") == asked


async def test_the_operator_is_told_what_would_help(server: TelegramServer) -> None:
    told = await check(TOKEN, TelegramSettings(base_url=server.url))
    assert told[0] == f"@{USERNAME}, https://t.me/{USERNAME}"
    assert any("/setinline" in sentence for sentence in told)
    assert any("/setprivacy" in sentence for sentence in told)
    assert not any("/setjoingroups" in sentence for sentence in told)


async def test_the_token_is_in_no_log_and_no_error(
    server: TelegramServer, adapter: TelegramAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.user(ANN)
    server.fail("sendMessage", Fault(cut=True), Fault(500, "oops"), Fault(cut=True, taken=True))
    for _ in range(3):
        with pytest.raises(OutcomeUnknown) as raised:
            await adapter.send(HERE, TEXT, key="k", silent=False)
        assert "canary" not in repr(raised.value)
    await adapter.send(HERE, TEXT, key="k", silent=False)
    async with TelegramAdapter.open(TOKEN, NOWHERE) as other:
        with pytest.raises(RetryLater) as later:
            await other.send(HERE, TEXT, key="k", silent=False)
        assert "canary" not in repr(later.value)
    assert caplog.records
    assert "canary" not in caplog.text


async def test_a_request_holds_what_was_asked_and_no_more(server: TelegramServer) -> None:
    """Whatever stands in the text, as the server reads it from the form."""
    server.group(-100, "Lab", forum=True)
    text = "a+b & c=d; 100 %41 ?#/ é字🚀 \"'\\"
    settings = TelegramSettings(base_url=server.url)
    async with TelegramAdapter.open(TOKEN, settings) as adapter:
        payload = adapter.renderer.plain(text)
        await adapter.send(replace(HERE, id="-100", thread="7"), payload, key="k", silent=True)
    (request,) = (each for each in server.requests if each.method == "sendMessage")
    assert request.params == {
        "chat_id": "-100",
        "message_thread_id": "7",
        "text": html.escape(text, quote=False),
        "parse_mode": "HTML",
        "link_preview_options": '{"is_disabled": true}',
        "disable_notification": "true",
    }


async def test_it_is_connected_while_telegram_answers_to_polling(
    server: TelegramServer, adapter: TelegramAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.polling._FIRST_WAIT", 0.2)
    assert not adapter.connected
    running = asyncio.create_task(adapter.run(unused))
    await become(lambda: adapter.connected)
    server.fail("getUpdates", Fault(502, "Bad Gateway"))
    server.user(ANN)
    server.update(my_chat_member={})  # ends the poll that is under way
    await become(lambda: not adapter.connected)
    await become(lambda: adapter.connected)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert not adapter.connected
