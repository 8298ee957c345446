"""Updates by webhook: answered once, and only for who knows the secret."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.webhook import MAX_BYTES, SECRET_HEADER, secret_of
from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.config import TelegramSettings
from tests.loopback import free_port
from tests.patience import become
from tests.telegram.server import TOKEN, Json, TelegramServer

ANN = 77
RIGHT = {SECRET_HEADER: secret_of(TOKEN)}


class Calls:
    """Calls the webhook as Telegram does, and counts what reached the core."""

    def __init__(self, adapter: TelegramAdapter, session: aiohttp.ClientSession, url: str) -> None:
        self.adapter = adapter
        self._session = session
        self._url = url
        self.heard: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def handle(self, incoming: Incoming) -> Reply | None:
        self.heard.append(incoming.text)
        await self.may_answer.wait()
        return None

    async def post(self, body: object, headers: dict[str, str]) -> int:
        data = body if isinstance(body, bytes | io.BytesIO) else None
        json = body if data is None else None
        async with self._session.post(self._url, data=data, json=json, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def calls(server: TelegramServer) -> AsyncIterator[Calls]:
    port = free_port()
    settings_ = TelegramSettings(
        base_url=server.url,
        mode="webhook",
        webhook_url="https://bot.example.org/hook",
        webhook_port=port,
    )
    async with (
        TelegramAdapter.open(TOKEN, settings_) as adapter,
        aiohttp.ClientSession() as session,
    ):
        calling = Calls(adapter, session, f"http://127.0.0.1:{port}/hook")
        running = asyncio.create_task(adapter.run(calling.handle))
        await server.until(lambda: server.webhook)
        yield calling
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def an_update(server: TelegramServer, text: str) -> Json:
    server.write(ANN, server.user(ANN), text)
    return server.updates()[-1]


async def test_telegram_is_told_the_address_and_the_secret(
    server: TelegramServer, calls: Calls
) -> None:
    await become(lambda: calls.adapter.connected)
    assert server.webhook["url"] == "https://bot.example.org/hook"
    assert server.webhook["secret_token"] == RIGHT[SECRET_HEADER]
    assert calls.heard == []


async def test_an_update_is_heard_once_however_often_it_comes(
    server: TelegramServer, calls: Calls
) -> None:
    update = an_update(server, "/today")
    assert [await calls.post(update, RIGHT) for _ in range(3)] == [200] * 3
    assert calls.heard == ["/today"]


async def test_what_comes_twice_at_once_waits_for_the_one_answer(
    server: TelegramServer, calls: Calls
) -> None:
    calls.may_answer.clear()
    update = an_update(server, "/today")
    posts = [asyncio.create_task(calls.post(update, RIGHT)) for _ in range(2)]
    done, _ = await asyncio.wait(posts, timeout=0.2)
    assert not done, "an update is acknowledged before it is answered"
    calls.may_answer.set()
    assert await asyncio.gather(*posts) == [200, 200]
    assert calls.heard == ["/today"]


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=70))
async def test_without_the_secret_nothing_is_heard(
    server: TelegramServer, calls: Calls, secret: str
) -> None:
    update = an_update(server, "/forget yes")
    assert await calls.post(update, {SECRET_HEADER: secret}) == 403
    assert await calls.post(update, {}) == 403
    assert calls.heard == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"7", b"{}", b'{"update_id": "x"}', b"[" * 100_000]
)
async def test_what_is_no_update_is_refused(calls: Calls, body: bytes) -> None:
    assert await calls.post(body, RIGHT) == 400


async def test_a_body_is_bounded(calls: Calls) -> None:
    assert await calls.post(io.BytesIO(b"x" * (MAX_BYTES + 1)), RIGHT) == 413
