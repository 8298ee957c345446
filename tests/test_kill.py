"""kill -9 at every step of a push: nothing is lost, and nothing is sent twice."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.model import DeliveryState
from tests.conversation import NOON, SetClock, conversation

DUE = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
CHATS = ("ann",)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a reader, the evening before."""
    folder = tmp_path_factory.mktemp("prepared")

    async def prepare() -> None:
        async with conversation(folder, SetClock(NOON)) as talk:
            for who in CHATS:
                await talk.say("/subscribe cv", who)

    asyncio.run(prepare())
    return folder


@dataclass
class Pusher:
    """Pushes that die, each in a process of its own."""

    process: "subprocess.Popen[str]"

    def dies(self, folder: Path, step: int) -> int:
        """The status of the push."""
        assert self.process.stdin
        assert self.process.stdout
        print(folder, DUE.isoformat(), step, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def pusher() -> Iterator[Pusher]:
    command = [sys.executable, "-m", "tests.killed_push"]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Pusher(process)


async def pick_up(folder: Path) -> None:
    """The next process, once the claims of the killed one are over; each got just one message."""
    later = DUE + timedelta(seconds=61)
    async with conversation(folder, SetClock(later)) as talk:
        await talk.tick().run(later)
        await talk.tick().run(later + timedelta(minutes=1))
        for who in CHATS:
            assert len(await talk.inbox(who)) == 1
        counted = await talk.app.store.ledger.counts()
        assert {state: n for state, n in counted.items() if n} == {DeliveryState.SENT: len(CHATS)}


def test_killed_at_every_step(prepared: Path, tmp_path: Path, pusher: Pusher) -> None:
    """Until a push comes to its end before its step."""
    outcomes: Counter[int] = Counter()
    for step in count():
        folder = tmp_path / str(step)
        shutil.copytree(prepared, folder)
        outcomes[outcome := pusher.dies(folder, step)] += 1
        asyncio.run(pick_up(folder))
        if outcome == 0:
            break
    assert set(outcomes) == {-signal.SIGKILL, 0}
    assert outcomes[-signal.SIGKILL] >= 12


def test_killed_again_and_again(prepared: Path, tmp_path: Path, pusher: Pusher) -> None:
    """One folder, killed at a later step each time: the trouble adds up, the result does not."""
    folder = tmp_path / "again"
    shutil.copytree(prepared, folder)
    for step in range(1, 26, 3):
        pusher.dies(folder, step)
    asyncio.run(pick_up(folder))
