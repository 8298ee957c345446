"""600 chats at 30 messages a second over loopback, through the ledger: how long, and how evenly."""

import asyncio
import tempfile
from bisect import bisect_left
from datetime import time as time_of_day
from pathlib import Path

from adapters.console.render import ConsoleRenderer
from benchmarks.measure import show
from benchmarks.morning import ACCOUNT, DUE, Clock
from benchmarks.sink import running
from bot.app import App, open_app
from bot.config import Settings
from bot.delivery.courier import Courier
from bot.delivery.outlet import Limits, Outlet
from bot.model import Chat, ChatAddress, ChatKind, Schedule
from scheduler.tick import AHEAD, Tick

CHATS = 600
LIMITS = Limits(per_second=30, chat_seconds=1, group_seconds=3)


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> None:
    clock = Clock(DUE - AHEAD)
    async with running() as sink, open_app(Settings(data_dir=folder), clock) as app:
        await _fill(app)
        store = app.store
        courier = Courier(
            store.ledger,
            store.chats,
            store.issues,
            app.editor,
            store.leases,
            outlets={ACCOUNT: Outlet(ConsoleRenderer(), sink, LIMITS)},
            clock=clock,
        )
        await Tick(store.chats, store.ledger, courier).prepare(clock.now())
        clock.instant = DUE
        stop = asyncio.Event()
        serving = asyncio.create_task(courier.serve(ACCOUNT, stop))
        while courier.senders[ACCOUNT].counts["sent"] < CHATS:  # noqa: ASYNC110 - counted outside
            await asyncio.sleep(0.05)
        stop.set()
        await serving
    arrived = sink.arrived
    took = arrived[CHATS - 1] - arrived[0]
    most = max(bisect_left(arrived, start + 1) - n for n, start in enumerate(arrived))
    show(f"{CHATS} chats at 30/s: from the first to the last", f"{took:.2f} s", "20.0-20.5 s")
    show("... messages a second", f"{CHATS / took:.2f}", ">= 29.4")
    show("... most in any second, as they arrived", f"{most}", "<= 30")


async def _fill(app: App) -> None:
    for number in range(CHATS):
        chat = Chat(
            id=0,
            address=ChatAddress(*ACCOUNT, str(number)),
            kind=ChatKind.PRIVATE,
            title="",
            language="en",
            schedule=Schedule(time_of_day(8), "UTC"),
            active_since=DUE - 2 * AHEAD,
        )
        await app.store.chats.add(chat, DUE - 2 * AHEAD)
