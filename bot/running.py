"""`ribao run`: all enabled platforms and the scheduler, in one process, until told to stop."""

import asyncio
import gc
import logging
import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.app import App, channel_wishes, open_adapters, open_ingest, open_look
from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.platform import Adapter, Handle
from scheduler.service import Job, Scheduler

log = logging.getLogger(__name__)

TICK_EVERY = timedelta(seconds=20)
FIRST_FETCH_AFTER = timedelta(seconds=2)
OPERATOR = "operator"
"""The sender in whose name configured channels are looked up."""

KEPT = timedelta(days=60)
"""How long the ledger's finished rows are kept; the rule asks for 40 days at least."""


async def run(app: App) -> None:
    """Serve until SIGTERM or SIGINT, or until every adapter has nobody left to talk to."""
    async with open_adapters(app) as adapters:
        await set_up_channels(app, adapters, app.clock.now())
        scheduler = Scheduler(_jobs(app, adapters), app.clock)
        settle_memory()
        scheduler.start()
        try:
            await _converse(app, adapters)
        finally:
            await scheduler.stop()


def settle_memory() -> None:
    """Take what is loaded out of the garbage collector's sight.

    It stays for good, and a full collection over it costs 19 ms of whoever is being answered
    (measured at 100,000 items).
    """
    gc.collect()
    gc.freeze()


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


async def _converse(app: App, adapters: Sequence[Adapter]) -> None:
    tasks = [asyncio.create_task(adapter.run(_handle(app, adapter))) for adapter in adapters]
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, _cancel_all, tasks)
    try:
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
    finally:
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(signum)


def _cancel_all(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _handle(app: App, adapter: Adapter) -> Handle:
    dispatcher = app.dispatcher(adapter)

    async def handle(incoming: Incoming) -> Reply | None:
        return await dispatcher.handle(incoming, app.clock.now())

    return handle


def _jobs(app: App, adapters: Sequence[Adapter]) -> tuple[Job, ...]:
    async def fetch(now: datetime) -> None:
        # The sources are opened for each pass: between passes they cost no memory.
        async with open_ingest(app) as ingest:
            reports = await ingest.fetch(now)
        for report in reports:
            if report.error and report.waiting_until is None:
                log.warning("source %s: %s", report.name, report.error)

    async def look(now: datetime) -> None:
        if await app.store.submissions.to_look_at(now, limit=1):
            async with open_look(app) as at_page:
                await app.submissions.look(at_page, now)

    async def housekeep(now: datetime) -> None:
        await app.store.ledger.prune((now - KEPT).date())

    every = timedelta(minutes=app.settings.fetch.interval_minutes)
    # A pipe is a short conversation: it should not wait for, or depend on, the network.
    people = any(adapter.interactive for adapter in adapters)
    return (
        Job("tick", app.tick(adapters).run, TICK_EVERY),
        Job("fetch", fetch, every, first_after=FIRST_FETCH_AFTER if people else every),
        Job("pages", look, TICK_EVERY, first_after=FIRST_FETCH_AFTER if people else every),
        Job("notices", app.herald(adapters).deliver, TICK_EVERY),
        Job("housekeeping", housekeep, timedelta(days=1), first_after=timedelta(hours=1)),
    )
