"""Sending through Telegram's adapter and the unmodified SDK to a server on loopback.

At the free rate of 30 messages a second, and at the paid one of 1000 with answers after 50 ms:
through the ledger on SQLite, and through the adapter and the pacer alone. Those messages are the
first ones of issues of 20 items, in three languages, with a button for each item; the server
answers as Telegram does, with the whole message.
"""

import asyncio
import tempfile
import time
from bisect import bisect_left
from dataclasses import replace
from pathlib import Path

from adapters.telegram.adapter import TelegramAdapter
from benchmarks.botapi import TOKEN, running
from benchmarks.measure import show
from benchmarks.morning import DUE
from benchmarks.pace import push
from benchmarks.passes import Clock
from benchmarks.render import issues_of
from bot.app import open_app
from bot.config import Settings, TelegramSettings
from bot.delivery.outlet import Outlet
from bot.delivery.pace import Pacer
from bot.model import ChatAddress
from scheduler.tick import AHEAD

FREE, FREE_MESSAGES = 30.0, 600
PAID, PAID_MESSAGES, PAID_ANSWER = 1000.0, 5000, 50
CHARACTERS = 300
"""Of an item's abstract."""

ACCOUNT = ("telegram", TOKEN.partition(":")[0])


def run() -> None:
    asyncio.run(_run())


async def _run() -> None:
    took, arrived, cpu = await _alone(FREE, FREE_MESSAGES, 0, paid=False)
    _report("30/s, adapter and pacer alone", took, arrived, cpu, ">= 29.4")
    took, arrived, cpu = await _through_the_ledger(FREE, FREE_MESSAGES, 0, paid=False)
    _report("30/s, through the ledger", took, arrived, cpu, ">= 29.4")
    took, arrived, cpu = await _alone(PAID, PAID_MESSAGES, PAID_ANSWER, paid=True)
    _report("1000/s paid, adapter and pacer alone", took, arrived, cpu, ">= 900")
    took, arrived, cpu = await _through_the_ledger(PAID, PAID_MESSAGES, PAID_ANSWER, paid=True)
    _report("1000/s paid, through the ledger", took, arrived, cpu, ">= 900")


def _report(what: str, took: float, arrived: list[float], cpu: float, target: str) -> None:
    most = max(bisect_left(arrived, start + 1) - n for n, start in enumerate(arrived))
    show(f"{what}: messages a second", f"{(len(arrived) - 1) / took:,.1f}", target)
    show("... most in any second, as they arrived", f"{most}")
    show("... processor time of a message", f"{cpu / len(arrived) * 1000:.2f} ms")


async def _alone(
    rate: float, messages: int, milliseconds: int, *, paid: bool
) -> tuple[float, list[float], float]:
    """Seconds from the first to the last arrival, the arrivals, and processor time."""
    async with running(milliseconds) as server:
        settings = TelegramSettings(base_url=server.url, paid_broadcast=paid)
        async with TelegramAdapter.open(TOKEN, settings) as adapter:
            payloads = [adapter.renderer.render(issue)[0] for issue in issues_of(CHARACTERS)]
            pacer, turn = Pacer(rate), asyncio.Lock()
            numbers = iter(range(messages))

            async def work() -> None:
                for number in numbers:
                    async with turn:
                        while (wait := pacer.wait(time.monotonic())) > 0:  # noqa: ASYNC110
                            await asyncio.sleep(wait)
                        sent = time.monotonic()
                        pacer.take(sent)
                    chat = ChatAddress(*ACCOUNT, str(number + 1))
                    await adapter.send(
                        chat, payloads[number % len(payloads)], key=str(number), silent=False
                    )
                    pacer.answered(sent, time.monotonic())

            start = time.process_time()
            await asyncio.gather(*(work() for _ in range(adapter.limits.in_flight)))
            cpu = time.process_time() - start
    return server.arrived[-1] - server.arrived[0], server.arrived, cpu


async def _through_the_ledger(
    rate: float, messages: int, milliseconds: int, *, paid: bool
) -> tuple[float, list[float], float]:
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock(DUE - AHEAD)
        settings = Settings(data_dir=Path(folder))
        async with running(milliseconds) as server, open_app(settings, clock) as app:
            telegram = TelegramSettings(base_url=server.url, paid_broadcast=paid)
            async with TelegramAdapter.open(TOKEN, telegram) as adapter:
                limits = replace(adapter.limits, per_second=rate)
                outlet = Outlet(adapter.renderer, adapter, limits)
                cpu = await push(app, clock, ACCOUNT, outlet, messages)
    return server.arrived[-1] - server.arrived[0], server.arrived, cpu
