"""Processes that are killed while they send: nothing is lost, hardly anything comes twice."""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from bot.store import open_store
from tests.bot.store.acknowledge import planned, ready
from tests.bot.store.builders import NOW, TODAY, a_plan, add_chat, composed

CHATS, PARTS, KILLS = 60, 2, 3


async def prepare(url: str) -> None:
    store = await open_store(url)
    for number in range(CHATS):
        chat = await add_chat(store, str(number))
        await store.ledger.plan([a_plan(chat)], NOW)
        (row,) = await planned(store.ledger)
        issue_id = await store.issues.save(composed(title=str(number), day=TODAY), NOW)
        payloads = [f"{number} {part}" for part in range(PARTS)]
        await ready(store.ledger, row, issue_id, NOW, payloads)
    await store.close()


def start(url: str, outbox: Path, owner: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.bot.store.sender", url, str(outbox), owner]
    return subprocess.Popen(command, cwd=Path(__file__).parents[3])


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    path = tmp_path / "outbox"
    path.touch()
    return path


def wait_for_more(outbox: Path, process: subprocess.Popen[bytes]) -> None:
    before = outbox.stat().st_size
    while outbox.stat().st_size == before and process.poll() is None:
        time.sleep(0.001)


def test_killed_senders_lose_nothing(url: str, outbox: Path) -> None:
    asyncio.run(prepare(url))
    other = start(url, outbox, "other")
    for number in range(KILLS):
        victim = start(url, outbox, f"victim {number}")
        wait_for_more(outbox, victim)
        time.sleep(random.Random(number).uniform(0, 0.05))
        victim.kill()
        victim.wait()
    assert other.wait(timeout=30) == 0
    arrived = outbox.read_text().split("\n")[:-1]
    expected = [f"{number} {part}" for number in range(CHATS) for part in range(PARTS)]
    assert sorted(set(arrived)) == sorted(expected)
    assert sum((Counter(arrived) - Counter(expected)).values()) <= KILLS
    for number in range(CHATS):
        assert arrived.index(f"{number} 0") < arrived.index(f"{number} 1")
