"""`ribao run`: all enabled platforms and the scheduler, in one process, until told to stop.

Of several processes on one database, each thing is done by the one that holds its lease; the
others stand by. See docs/delivery.md.
"""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.app import App, open_adapters, send_lease, serve_lease
from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.config import Role, Settings
from bot.configured import channel_wishes
from bot.delivery.courier import Courier
from bot.errors import StoreError
from bot.jobs import jobs
from bot.keeper import Keeper, wait_for
from bot.meter import NO_METER
from bot.owners import own_name
from bot.platform import Adapter, Handle, Line
from bot.ports import Account
from scheduler.service import DRAIN_SECONDS, Scheduler
from scheduler.tick import Tick

if TYPE_CHECKING:
    from bot.monitor.metrics import Metrics

log = logging.getLogger(__name__)

OPERATOR = "operator"
"""The sender in whose name configured channels are looked up."""

AGAIN_SECONDS = 5.0


async def run(app: App) -> None:
    """Serve until SIGTERM or SIGINT, or until every adapter has nobody left to talk to."""
    async with open_adapters(app) as adapters:
        await set_up_channels(app, adapters, app.clock.now())
        keeper = Keeper(app.store.leases, app.clock, own_name())
        metrics = _metrics(app.settings)
        meter = metrics or NO_METER
        tick = app.tick(adapters, keeper, meter)
        scheduler = Scheduler(jobs(app, adapters, tick, keeper, meter), app.clock)
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            if metrics:
                lines = lines_of(app, adapters, keeper)
                watched = _watched(app, metrics, tick.courier, keeper, lines=lines, stop=stop)
                await stack.enter_async_context(watched)
            if app.settings.web.port is not None:
                await stack.enter_async_context(_published(app, app.settings.web.port))
            settle_memory()
            scheduler.start()
            stack.enter_context(_signals(stop))
            senders = _senders(app, adapters, tick, keeper, stop)
            try:
                await _converse(app, adapters, keeper, stop)
            finally:
                stop.set()
                await asyncio.gather(scheduler.stop(), _drain(senders))
                await _release(keeper)


YOUNG_OBJECTS = 10_000
"""So many more objects than were freed before the garbage collector looks at the new ones.

By Python's default of 700 it looked 2,200 times while 100,000 readers were planned and composed
for, of which a tenth of the time was its own; at 10,000 it looks 16 times, for 6 ms each.
"""


def settle_memory() -> None:
    """Take what is loaded out of the garbage collector's sight, and have it look less often.

    It stays for good, and a full collection over it costs 19 ms of whoever is being answered
    (measured at 100,000 items).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


async def set_up_channels(app: App, adapters: Sequence[Adapter], now: datetime) -> None:
    """Make the configured channels as they are configured.

    One that its platform doesn't know, or whose platform is off, is told in the log and left out.
    """
    by_platform = {adapter.platform: adapter for adapter in adapters}
    for wish in channel_wishes(app.settings, app.taxonomy):
        adapter = by_platform.get(wish.address.platform)
        found = await adapter.resolve(wish.title, OPERATOR) if adapter else None
        if found is None:
            log.error("channel %s: %s does not know it", wish.title, wish.address.platform)
            continue
        address, _, title = found
        await app.readers.set_up_channel(replace(wish, address=address, title=title), now)


# Watching: what it takes is loaded only where there is a port for it


def _metrics(settings: Settings) -> "Metrics | None":
    if settings.http.port is None:
        return None
    from bot.monitor.metrics import Metrics  # noqa: PLC0415

    return Metrics()


@asynccontextmanager
async def _watched(
    app: App,
    metrics: "Metrics",
    courier: Courier,
    keeper: Keeper,
    *,
    lines: Callable[[], Mapping[str, Line]],
    stop: asyncio.Event,
) -> AsyncIterator[None]:
    """Answer those who watch this process. Raises ``ConfigError`` if the port can't be had."""
    from bot.monitor.server import Monitor, serving  # noqa: PLC0415
    from bot.monitor.state import Watcher  # noqa: PLC0415

    watcher = Watcher(app.store, app.sourcebook, courier, keeper, app.clock)
    sends = Role.SEND in app.settings.roles
    leases = [send_lease(account) for account in courier.senders] if sends else []
    async with serving(app.settings.http, Monitor(metrics, watcher, leases, lines, stop)):
        yield


@asynccontextmanager
async def _published(app: App, port: int) -> AsyncIterator[None]:
    """Serve the web edition, which a job builds. Raises ``ConfigError`` if it has no port."""
    from bot.web.serve import serving  # noqa: PLC0415 - loaded where there is a port for it

    web, language = app.settings.web, app.settings.readers.language
    async with serving(app.settings.web_folder, web.host, port, language):
        yield


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    try:
        yield
    finally:
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(signum)


# Sending


def _senders(
    app: App, adapters: Sequence[Adapter], tick: Tick, keeper: Keeper, stop: asyncio.Event
) -> list[asyncio.Task[None]]:
    if Role.SEND not in app.settings.roles:
        return []
    tasks = []
    for adapter in adapters:
        account = adapter.platform, adapter.account
        name = send_lease(account)
        work = partial(_serve, tick.courier, account)
        tasks.append(asyncio.create_task(keeper.watch(name, work, stop), name=name))
    return tasks


async def _serve(courier: Courier, account: Account, end: asyncio.Event) -> None:
    """A mistake of ours must not end the sending for good."""
    while not end.is_set():
        try:
            await courier.serve(account, end)
        except StoreError:
            raise
        except Exception:
            log.exception("%s: the sender met a fault in Ribao, and begins anew", account[0])
            await wait_for(end, AGAIN_SECONDS)


async def _drain(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Let what is under way come to its end within 8 s; what does not is in doubt."""
    if tasks:
        await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _release(keeper: Keeper) -> None:
    try:
        await keeper.release()
    except StoreError as error:
        log.warning("the leases end by themselves: %s", error)


# Conversing


async def _converse(
    app: App, adapters: Sequence[Adapter], keeper: Keeper, stop: asyncio.Event
) -> None:
    """Until all have nobody left to talk to, or ``stop``."""
    if Role.SERVE not in app.settings.roles:
        await stop.wait()
        return
    conversing = [
        asyncio.create_task(_conversation(app, adapter, keeper, stop)) for adapter in adapters
    ]
    stopping = asyncio.create_task(_cancel_at(stop, conversing))
    try:
        for result in await asyncio.gather(*conversing, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
    finally:
        stopping.cancel()


async def _cancel_at(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    await stop.wait()
    for task in tasks:
        task.cancel()


def _conversation(
    app: App, adapter: Adapter, keeper: Keeper, stop: asyncio.Event
) -> Coroutine[Any, Any, None]:
    handle = _handle(app, adapter)
    if not adapter.exclusive:
        return adapter.run(handle)

    async def while_held(end: asyncio.Event) -> None:
        task = asyncio.create_task(adapter.run(handle))
        ending = asyncio.create_task(end.wait())
        try:
            await asyncio.wait([task, ending], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    return keeper.watch(serve_lease((adapter.platform, adapter.account)), while_held, stop)


def lines_of(
    app: App, adapters: Sequence[Adapter], keeper: Keeper
) -> Callable[[], Mapping[str, Line]]:
    """How this process stands with each platform, by account; nowhere if it does not converse."""
    own = adapters if Role.SERVE in app.settings.roles else ()

    def lines() -> Mapping[str, Line]:
        return {f"{each.platform}:{each.account}": _line(each, keeper) for each in own}

    return lines


def _line(adapter: Adapter, keeper: Keeper) -> Line:
    if keeper.leases.get(serve_lease((adapter.platform, adapter.account))) is False:
        return Line.STANDS_BY
    return Line.CONNECTED if adapter.connected else Line.NOT_CONNECTED


def _handle(app: App, adapter: Adapter) -> Handle:
    dispatcher = app.dispatcher(adapter)

    async def handle(incoming: Incoming) -> Reply | None:
        return await dispatcher.handle(incoming, app.clock.now())

    return handle
