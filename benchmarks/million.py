"""1,000,000 readers on PostgreSQL, at any minute of the day: planning for the next minute."""

import asyncio
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from benchmarks.measure import show
from benchmarks.passes import Clock, Stalls, courier_of
from bot.app import App, open_app
from bot.config import DatabaseSettings, Settings
from bot.running import settle_memory
from scheduler.tick import Tick
from tests.postgresql import missing, server

READERS = 1_000_000
MINUTES = 5
NOW = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)

CHATS = """
INSERT INTO chats (platform, account, address, thread, kind, title, language, send_at, zone, days,
                   status, active_since, next_due, layout, created_at)
SELECT 'telegram', '1', n::text, '', 'private', '', 'en', make_time(n % 24, n / 24 % 60, 0), 'UTC',
       '1234567', 'active', :since,
       CAST(:midnight AS timestamptz) + make_interval(hours => n % 24, mins => n / 24 % 60)
       + CASE WHEN n % 24 < 8 THEN interval '1 day' ELSE interval '0' END,
       'daily', :since
  FROM generate_series(1, :readers) AS n
"""


def run() -> None:
    if reason := missing():
        show("1,000,000 readers", reason)
        return
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as postgresql:
        url = postgresql.url("postgres")
        asyncio.run(_run(Settings(data_dir=Path(folder), database=DatabaseSettings(url=url))))


async def _run(settings: Settings) -> None:
    clock = Clock(NOW)
    async with open_app(settings, clock) as app:
        await _fill(app)
        store = app.store
        courier = courier_of(app, clock, {})
        tick = Tick(store.chats, store.ledger, courier)
        settle_memory()
        took: list[float] = []
        own: list[float] = []
        stalls = Stalls()
        async with stalls.watched():
            for minute in range(MINUTES):
                start, cpu = time.perf_counter(), time.process_time()
                clock.instant = NOW + timedelta(minutes=minute)
                await tick.plan(clock.now(), clock.now() + timedelta(minutes=1))
                took.append(time.perf_counter() - start)
                own.append(time.process_time() - cpu)
        counts = {k.value: n for k, n in (await store.ledger.counts()).items() if n}
    what = f"{READERS:,} readers: planning for the next minute"
    each = ", ".join(f"{seconds:.2f}" for seconds in took)
    show(what, f"{median(took):.2f} s ({each})", "<= 1 s")
    show("... of processor time here, without the server's", f"{median(own):.2f} s")
    show("... deliveries planned for these minutes", str(counts))
    show("... longest stall of the event loop", f"{stalls.worst * 1000:.0f} ms", "<= 50 ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    show("... resident memory", f"{peak:.0f} MB", "<= 200 MB")


async def _fill(app: App) -> None:
    values = {"since": NOW - timedelta(days=2), "midnight": NOW.replace(hour=0)}
    async with app.store.database.migration() as connection:
        await connection.execute(text(CHATS), values | {"readers": READERS})
    async with app.store.database.outside_transaction() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE chats"))
