"""What Discord's answers mean for a delivery, and that nothing comes twice or is lost."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import account
from adapters.discord.adapter import DiscordAdapter
from bot.errors import (
    ChatGone,
    DeliveryError,
    MessageRejected,
    RetryLater,
    Scope,
)
from bot.model import ChatAddress
from tests.conversation import SetClock
from tests.discord.kills import finished, pushed
from tests.discord.server import BOT_ID, TOKEN, DiscordServer, Fault, Json
from tests.discord.storms import weathered
from tests.discord.working import HALL, NEWS, Ribao, at_work, settings_for

HERE = ChatAddress("discord", BOT_ID, "805")
VIA = {"Via": "1.1 google"}


@pytest.fixture
def place(server: DiscordServer) -> dict[str, Any]:
    return server.direct(805, server.user(77))


async def _send(adapter: DiscordAdapter, key: str = "k", text: str = "text") -> str:
    return await adapter.send(HERE, adapter.renderer.plain(text), key=key, silent=False)


@pytest.mark.parametrize(
    ("fault", "error", "scope", "seconds"),
    [
        (Fault(403, {"code": 50013, "message": "Missing Permissions"}), ChatGone, None, None),
        (Fault(403, {"code": 50007, "message": "Cannot send"}), ChatGone, None, None),
        (Fault(404, {"code": 10003, "message": "Unknown Channel"}), ChatGone, None, None),
        (Fault(400, {"code": 50001, "message": "Missing Access"}), ChatGone, None, None),
        (Fault(400, {"code": 50035, "message": "Invalid Form Body"}), MessageRejected, None, None),
        (
            Fault(429, {"retry_after": 60.0, "global": False}, VIA),
            RetryLater,
            Scope.CHAT,
            60,
        ),
        (
            Fault(
                429,
                {"retry_after": 60.0, "global": True},
                {**VIA, "X-RateLimit-Global": "true", "Retry-After": "60"},
            ),
            RetryLater,
            Scope.ACCOUNT,
            60,
        ),
        (Fault(429, {"message": "banned"}), RetryLater, Scope.ACCOUNT, 300),
        (Fault(401, {"code": 0, "message": "401"}), RetryLater, Scope.ACCOUNT, 300),
        (Fault(503, {"message": "no"}), RetryLater, Scope.CHAT, 30),
        (Fault(cut=True), RetryLater, Scope.CHAT, 30),
    ],
)
async def test_an_error_of_discord_becomes_one_of_ours(
    server: DiscordServer,
    adapter: DiscordAdapter,
    place: dict[str, Any],
    fault: Fault,
    error: type[DeliveryError],
    scope: Scope | None,
    seconds: float | None,
) -> None:
    server.fail("POST messages", fault)
    with pytest.raises(error) as raised:
        await _send(adapter)
    if isinstance(raised.value, RetryLater):
        assert (raised.value.scope, raised.value.seconds) == (scope, seconds)
    assert server.messages[place["id"]] == []


async def test_a_message_whose_answer_was_lost_comes_once_even_after_a_restart(
    server: DiscordServer, adapter: DiscordAdapter, place: dict[str, Any]
) -> None:
    server.fail("POST messages", Fault(cut=True, taken=True))
    with pytest.raises(RetryLater):
        await _send(adapter, "d1.261118.1")
    async with DiscordAdapter.open(TOKEN, settings_for(server)) as again:
        number = await _send(again, "d1.261118.1")
        await _send(again, "d1.261118.2", "second")
    assert server.messages[place["id"]][0]["id"] == number
    assert server.said_in(place) == ["text", "second"]


async def test_a_forums_post_whose_answer_was_lost_is_not_opened_twice(
    server: DiscordServer, adapter: DiscordAdapter
) -> None:
    server.guild(800, "Club", owner=1)
    server.channel(803, 800, "papers", 15)
    forum = ChatAddress("discord", BOT_ID, "803")
    body = {"flags": 1 << 15, "components": [{"type": 17, "components": [_TITLE]}]}
    server.fail("POST threads", Fault(cut=True, taken=True))
    with pytest.raises(RetryLater):
        await adapter.send(forum, json.dumps(body), key="k1", silent=False)
    first = await adapter.send(forum, json.dumps(body), key="k1", silent=False)
    await adapter.send(forum, adapter.renderer.plain("more"), key="k2", silent=False)
    (post,) = [each for each in server.channels.values() if each["type"] == 11]
    assert (post["id"], post["name"]) == (first, "News · No. 1 · Nov 18")
    assert len(server.messages[post["id"]]) == 2


_TITLE = {"type": 10, "content": "# News · No\\. 1\nNov 18"}


async def test_a_burst_keeps_to_what_the_headers_allow(
    server: DiscordServer, adapter: DiscordAdapter, place: dict[str, Any]
) -> None:
    """Answers that take a good part of the window show whether the bucket is counted right."""
    server.bucket, server.slow_seconds = (5, 0.1), 0.03
    await _send(adapter, "k0", "0")
    await asyncio.gather(*(_send(adapter, f"k{n}", str(n)) for n in range(1, 16)))
    assert server.said_in(place) == [str(n) for n in range(16)]


async def test_a_bucket_that_stays_empty_for_long_puts_the_delivery_off(
    server: DiscordServer, adapter: DiscordAdapter, place: dict[str, Any]
) -> None:
    server.bucket = (1, 60.0)
    await _send(adapter, "k0", "0")
    asked = len(server.requests)
    with pytest.raises(RetryLater) as raised:
        await _send(adapter, "k1", "1")
    assert raised.value.scope is Scope.CHAT
    assert 50 < (raised.value.seconds or 0) <= 60
    assert len(server.requests) == asked, "it is known without asking"


async def test_a_storm_costs_no_message_and_brings_none_twice(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    here = [places[HALL], places[NEWS]]
    for place in here:
        await ribao.server.command(ribao.ann, place, "subscribe", "all")
    ribao.server.bucket = (3, 0.1)
    assert await weathered(ribao, here, seed=1) > 6


@pytest.mark.parametrize("taken", [False, True])
async def test_a_push_that_is_killed_over_a_message_loses_none_and_brings_none_twice(
    tmp_path: Path, server: DiscordServer, places: dict[int, Json], *, taken: bool
) -> None:
    here, clock = [places[HALL], places[NEWS]], SetClock()
    async with at_work(tmp_path, server, clock) as ribao:
        for place in here:
            await server.command(ribao.ann, place, "subscribe", "all")
    server.messages.clear()
    clock.move(timedelta(days=1))
    assert await pushed(server, tmp_path, clock.now(), message=3, taken=taken)
    async with at_work(tmp_path, server, clock) as ribao:
        assert await finished(ribao, here) > 4


async def test_so_many_refusals_end_the_sending_for_a_while(
    server: DiscordServer,
    adapter: DiscordAdapter,
    place: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(account, "BUDGET", 3)
    adapter = DiscordAdapter(TOKEN)
    server.denied.add(place["id"])
    for n in range(3):
        with pytest.raises(ChatGone):
            await _send(adapter, f"k{n}")
    asked = len(server.requests)
    with pytest.raises(RetryLater) as raised:
        await _send(adapter, "k4")
    assert raised.value.scope is Scope.ACCOUNT
    assert 0 < (raised.value.seconds or 0) <= account.BUDGET_SECONDS
    assert len(server.requests) == asked, "nothing more is asked of Discord"
    client = await adapter._enter()
    assert client is not None
    await client.close()
