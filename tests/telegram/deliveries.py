"""Pushes through Telegram's adapter that are killed, and storms of faults on the server's side."""

import asyncio
import os
import random
import shutil
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.messages import messages
from bot.model import DeliveryState
from tests.conversation import NOON, SetClock
from tests.forked import nursery
from tests.telegram.server import TOKEN, Fault, TelegramServer
from tests.telegram.test_day import ANN, Ribao, at_work

LATE = messages("en")("issue.late") + "\n\n"
DUE = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)


async def prepare(folder: Path, server: TelegramServer, readers: int = 1) -> None:
    """The data folder of readers, the evening before."""
    async with at_work(folder, server, SetClock(NOON)) as ribao:
        for number in range(ANN, ANN + readers):
            await ribao.hears(server.user(number), "/subscribe speech")
    for number in range(ANN, ANN + readers):
        server.messages[number].clear()


async def push_that_dies(folder: Path, server: TelegramServer, step: int) -> tuple[int, str]:
    """The exit status of the push, and all that it wrote to its log."""
    with nursery().start(
        *("tests.killed_push", folder, DUE.isoformat(), str(step), server.url),
        env={**os.environ, "BOT_TOKEN": TOKEN},
        load=["adapters.telegram.adapter"],
    ) as process:
        told = b"".join(await asyncio.to_thread(process.communicate))
        return process.wait(), told.decode()


async def kill_and_pick_up(prepared: Path, folder: Path, server: TelegramServer, step: int) -> int:
    """Kill a push at a step, and let the next process do the rest. Returns the exit status.

    The reader gets each message at least once; the one that was in hand at the kill perhaps twice,
    since Telegram knows no idempotent sends.
    """
    server.messages[ANN].clear()
    shutil.copytree(prepared, folder)
    status, told = await push_that_dies(folder, server, step)
    assert status in {0, -signal.SIGKILL}, told
    assert "canary" not in told
    clock = SetClock(DUE + timedelta(seconds=61))
    async with at_work(folder, server, clock) as ribao:
        for _ in range(2):
            await ribao.app.tick([ribao.adapter]).run(clock.now())
            clock.move(timedelta(minutes=1))
        parts = await _all_sent(ribao)
    got = Counter(server.said_in(ANN))
    assert len(got) == parts
    assert sum(got.values()) <= parts + (status != 0)
    return status


async def storm(ribao: Ribao, readers: int, faults: int, seed: int) -> Counter[str]:
    """The morning in a storm: everybody gets each message, and repeats only where it must be.

    What was in doubt twice is given up, and said to be; once the storm is over it is sent again.
    """
    server = ribao.server
    some = random.Random(seed)
    planned = [some.choice(FAULTS) for _ in range(faults)]
    server.fail("sendMessage", *planned)
    ribao.clock.set(DUE)
    ledger = ribao.app.store.ledger
    while set(_filled(await ledger.counts())) - {DeliveryState.SENT, DeliveryState.DEAD} or (
        ribao.clock.now() == DUE
    ):
        await ribao.app.tick([ribao.adapter]).run(ribao.clock.now())
        ribao.clock.move(timedelta(seconds=61))
    used = planned[: faults - len(server.faults["sendMessage"])]
    server.faults.clear()
    given_up = await ledger.entries(DeliveryState.DEAD, 1000)
    for entered in given_up:
        await ledger.resend(entered.delivery.id, ribao.clock.now())
    for _ in range(2):
        await ribao.app.tick([ribao.adapter]).run(ribao.clock.now())
        ribao.clock.move(timedelta(seconds=61))
    parts = await _all_sent(ribao) // readers
    repeats = 0
    for number in range(ANN, ANN + readers):
        said = Counter(text.removeprefix(LATE) for text in server.said_in(number))
        assert len(said) == parts, "nothing is lost"
        repeats += sum(said.values()) - parts
    assert repeats <= sum(fault.taken for fault in used), "only what was taken without an answer"
    figures = Counter({"repeats": repeats, "given up": len(given_up), "messages": parts * readers})
    return Counter(map(_kind, used)) + figures


FAULTS = (
    Fault(429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    Fault(429, "Too Many Requests: retry after 30", {"retry_after": 30}),
    Fault(500, "Internal Server Error"),
    Fault(502, "Bad Gateway"),
    Fault(cut=True),
    Fault(cut=True, taken=True),
    Fault(),
    Fault(),
)


async def _all_sent(ribao: Ribao) -> int:
    """How many messages the ledger has, all of which are sent."""
    counts = _filled(await ribao.app.store.ledger.counts())
    assert set(counts) == {DeliveryState.SENT}
    return counts[DeliveryState.SENT]


def _filled(counts: object) -> dict[DeliveryState, int]:
    assert isinstance(counts, dict)
    return {state: n for state, n in counts.items() if n}


def _kind(fault: Fault) -> str:
    if fault.cut:
        return "cut after it was taken" if fault.taken else "cut"
    return str(fault.status)
