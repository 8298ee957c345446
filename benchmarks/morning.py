"""A morning: 100,000 readers due in one minute, planned, composed, rendered; some sent."""

import asyncio
import random
import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, islice
from pathlib import Path

from adapters.telegram.render import TelegramRenderer
from benchmarks.measure import show
from benchmarks.passes import Clock, Stalls, courier_of
from benchmarks.sink import running
from benchmarks.today import _items
from bot.app import App, open_app
from bot.config import Settings
from bot.delivery.courier import Courier
from bot.delivery.outlet import Limits, Outlet
from bot.running import settle_memory
from scheduler.tick import AHEAD, Tick

READERS = 100_000
TOPIC_SETS = 500
ITEMS_A_DAY = 1000
DAYS = 8
SENT = 5_000
DUE = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
ACCOUNT = ("telegram", "1")


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> None:
    clock = Clock(DUE - AHEAD)
    async with running() as sink, open_app(Settings(data_dir=folder), clock) as app:
        await _fill(app)
        store = app.store
        courier = courier_of(app, clock, {ACCOUNT: Outlet(TelegramRenderer(), sink, Limits())})
        tick = Tick(store.chats, store.ledger, courier)
        settle_memory()
        await _prepare(tick, clock)
        counts = {k.value: n for k, n in (await store.ledger.counts()).items() if n}
        show("rows in the ledger", str(counts))
        clock.instant = DUE
        await _send(courier)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    show("largest resident memory of it all", f"{peak:.0f} MB", "<= 200 MB")


async def _prepare(tick: Tick, clock: Clock) -> None:
    stalls = Stalls()
    start, cpu = time.perf_counter(), time.process_time()
    async with stalls.watched():
        await tick.plan(clock.now(), DUE)
        planning = time.process_time() - cpu
        await tick.courier.compose(clock.now(), DUE)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    who = f"{READERS:,} readers, {TOPIC_SETS} topic sets"
    show(f"{who}: planning", f"{planning:.1f} s of processor")
    show("... with composing and rendering into the ledger", f"{cpu:.1f} s of processor")
    show("... by the clock on the wall", f"{took:.1f} s", "<= 10 s")
    show("... longest stall of the event loop", f"{stalls.worst * 1000:.0f} ms", "<= 50 ms")
    show("... most that it ran at a stretch", f"{stalls.worst_own * 1000:.0f} ms of processor")


async def _send(courier: Courier) -> None:
    stop = asyncio.Event()
    start, cpu = time.perf_counter(), time.process_time()
    sender = courier.senders[ACCOUNT]
    serving = asyncio.create_task(courier.serve(ACCOUNT, stop))
    while sender.counts["sent"] < SENT:  # noqa: ASYNC110 - counted from outside
        await asyncio.sleep(0.01)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    stop.set()
    await serving
    show("sent on loopback, through the ledger", f"{SENT / took:,.0f} messages/s", ">= 1,000/s")
    show("... of processor time", f"{SENT / cpu:,.0f} messages/s")


async def _fill(app: App) -> None:
    topics = app.taxonomy.roots()
    made = _items(topics)
    for day in range(DAYS):
        batch = [replace(item, abstract={}) for item in islice(made, ITEMS_A_DAY)]
        await app.store.items.add(batch, DUE - timedelta(days=DAYS - day - 1, hours=3))
    await _fill_chats(app, topics)


async def _fill_chats(app: App, topics: tuple[str, ...]) -> None:
    """Straight into the tables: making 100,000 chats one by one would take longer than all else."""
    sets = [pair for size in (1, 2, 3) for pair in combinations(topics, size)][:TOPIC_SETS]
    assert len(sets) == TOPIC_SETS
    chance = random.Random(3)
    chosen = [chance.choice(sets) for _ in range(READERS)]
    since = int((DUE - timedelta(hours=12)).timestamp() * 1_000_000)
    due = int(DUE.timestamp() * 1_000_000)
    daily = ("08:00:00.000000", "UTC", "1234567")
    chats = [
        (n, *ACCOUNT, str(n), "", "private", "", "en", *daily, "active", since, due, "daily", since)
        for n in range(1, READERS + 1)
    ]
    follows = [(n, "topic", topic, 0, since) for n, some in enumerate(chosen, 1) for topic in some]
    async with app.store.database.write() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO chats (id, platform, account, address, thread, kind, title, language,"
            " send_at, zone, days, status, active_since, next_due, layout, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            chats,
        )
        await connection.exec_driver_sql(
            "INSERT INTO subscriptions (chat_id, kind, value, excluded, created_at)"
            " VALUES (?, ?, ?, ?, ?)",
            follows,
        )
        await connection.exec_driver_sql("ANALYZE")
