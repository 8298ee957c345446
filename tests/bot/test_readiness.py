"""A process is ready while it converses on each platform, or stands by for who does."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx

from adapters.console.adapter import ConsoleAdapter
from bot.config import HttpSettings, Role
from bot.keeper import Keeper
from bot.monitor.metrics import Metrics
from bot.monitor.server import Monitor, serving
from bot.monitor.state import Watcher
from bot.platform import Line
from bot.running import lines_of
from tests.conversation import Conversation
from tests.loopback import free_port


class Network(ConsoleAdapter):
    """A platform that one process at a time converses on, once it has connected."""

    platform = "network"
    exclusive = True
    connected = False


async def test_each_platform_must_be_connected_unless_another_process_is(
    talk: Conversation, tmp_path: Path
) -> None:
    app, network = talk.app, Network(talk.adapter.mailbox, tmp_path, "ann")
    own, other = (Keeper(app.store.leases, talk.clock, f"machine:{n}:x") for n in "12")
    lines = lines_of(app, [talk.adapter, network], own)
    watcher = Watcher(app.store, app.sourcebook, talk.tick().courier, own, talk.clock)
    monitor = Monitor(Metrics(), watcher, [], lines, asyncio.Event())
    settings = HttpSettings(port=free_port())
    async with serving(settings, monitor), httpx.AsyncClient(trust_env=False) as client:

        async def ready() -> tuple[int, str]:
            answer = await client.get(f"http://127.0.0.1:{settings.port}/readyz")
            assert answer.json()["platforms"]["console:console"] == Line.CONNECTED
            return answer.status_code, answer.json()["platforms"]["network:console"]

        assert await ready() == (503, Line.NOT_CONNECTED)
        network.connected = True
        assert await ready() == (200, Line.CONNECTED)
        network.connected = False
        await own.take("serve network:console")
        assert await ready() == (503, Line.NOT_CONNECTED)
        await own.release()
        await other.take("serve network:console")
        await own.take("serve network:console")
        assert await ready() == (200, Line.STANDS_BY)


async def test_who_does_not_converse_needs_no_platform(talk: Conversation) -> None:
    settings = talk.app.settings.model_copy(update={"roles": frozenset({Role.FETCH, Role.SEND})})
    keeper = Keeper(talk.app.store.leases, talk.clock, "machine:1:x")
    assert lines_of(replace(talk.app, settings=settings), [talk.adapter], keeper)() == {}
