"""600 chats at 30 messages a second over loopback, through the ledger: how long, and how evenly."""

import asyncio
import tempfile
import time
from bisect import bisect_left
from datetime import time as time_of_day
from pathlib import Path

from adapters.console.render import ConsoleRenderer
from benchmarks.measure import show
from benchmarks.morning import ACCOUNT, DUE
from benchmarks.passes import Clock, courier_of
from benchmarks.sink import running
from bot.app import App, open_app
from bot.config import Settings
from bot.delivery.outlet import Limits, Outlet
from bot.model import Chat, ChatAddress, ChatKind, Schedule
from bot.ports import Account
from scheduler.tick import AHEAD, Tick

CHATS = 600
LIMITS = Limits(per_second=30, chat_seconds=1, group_seconds=3)


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> None:
    clock = Clock(DUE - AHEAD)
    async with running() as sink, open_app(Settings(data_dir=folder), clock) as app:
        await push(app, clock, ACCOUNT, Outlet(ConsoleRenderer(), sink, LIMITS), CHATS)
    arrived = sink.arrived
    took = arrived[CHATS - 1] - arrived[0]
    most = max(bisect_left(arrived, start + 1) - n for n, start in enumerate(arrived))
    show(f"{CHATS} chats at 30/s: from the first to the last", f"{took:.2f} s", "20.0-20.5 s")
    show("... messages a second", f"{CHATS / took:.2f}", ">= 29.4")
    show("... most in any second, as they arrived", f"{most}", "<= 30")


async def push(app: App, clock: Clock, account: Account, outlet: Outlet, chats: int) -> float:
    """Bring an issue of one message to new chats; returns the processor time of sending, in s."""
    for number in range(chats):
        chat = Chat(
            id=0,
            address=ChatAddress(*account, str(number + 1)),
            kind=ChatKind.PRIVATE,
            title="",
            language="en",
            schedule=Schedule(time_of_day(8), "UTC"),
            active_since=DUE - 2 * AHEAD,
        )
        await app.store.chats.add(chat, DUE - 2 * AHEAD)
    store = app.store
    courier = courier_of(app, clock, {account: outlet})
    await Tick(store.chats, store.ledger, courier).prepare(clock.now())
    clock.instant = DUE
    stop = asyncio.Event()
    start = time.process_time()
    serving = asyncio.create_task(courier.serve(account, stop))
    while courier.senders[account].counts["sent"] < chats:  # noqa: ASYNC110 - counted outside
        await asyncio.sleep(0.05)
    stop.set()
    await serving
    return time.process_time() - start
