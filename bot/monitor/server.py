"""/metrics, /healthz and /readyz over HTTP, for machines that watch. Reading only."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from bot.config import HttpSettings
from bot.errors import ConfigError
from bot.monitor.metrics import Metrics
from bot.monitor.state import Watcher
from bot.platform import Line


class Monitor:
    """Answers those who watch one process.

    ``leases`` are those it must have asked for, ``lines`` how it stands with its platforms.
    """

    def __init__(
        self,
        metrics: Metrics,
        watcher: Watcher,
        leases: Sequence[str],
        lines: Callable[[], Mapping[str, Line]],
        stop: asyncio.Event,
    ) -> None:
        self._metrics = metrics
        self._watcher = watcher
        self._leases = leases
        self._lines = lines
        self._stop = stop

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/metrics", self._show),
            web.get("/healthz", self._health),
            web.get("/readyz", self._readiness),
        ]

    async def _show(self, _: web.Request) -> web.Response:
        text = self._metrics.text(await self._watcher.look())
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _health(self, _: web.Request) -> web.Response:
        """That this answers at all says that the event loop does."""
        state = await self._watcher.look()
        return _answer(state.database_answers, database=state.database_answers)

    async def _readiness(self, _: web.Request) -> web.Response:
        state = await self._watcher.look()
        schema = state.database_answers and await self._watcher.fits()
        asked = all(name in state.leases for name in self._leases)
        lines = self._lines()
        stops = self._stop.is_set()
        return _answer(
            schema and asked and Line.NOT_CONNECTED not in lines.values() and not stops,
            database=state.database_answers,
            schema=schema,
            stops=stops,
            platforms=lines,
            leases={name: _stand(held) for name, held in sorted(state.leases.items())},
        )


def _stand(held: bool) -> str:
    return "held" if held else "stands by"


def _answer(well: bool, **more: object) -> web.Response:
    return web.json_response({"ok": well, **more}, status=200 if well else 503)


def _reason(error: OSError) -> str:
    """asyncio puts a sentence of its own around the system's; that of a resolver is not in it."""
    if error.errno is None or isinstance(error, socket.gaierror):
        return str(error.strerror or error)
    return os.strerror(error.errno)


@asynccontextmanager
async def serving(settings: HttpSettings, monitor: Monitor) -> AsyncIterator[None]:
    """Answer within this block. Raises ``ConfigError`` if the port can't be had."""
    app = web.Application(client_max_size=0)
    app.add_routes(monitor.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            raise ConfigError(
                f"http.port: can't listen on {settings.host}:{settings.port}: {_reason(error)}"
            ) from None
        yield
    finally:
        await runner.cleanup()
