"""Trouble for senders, and what must hold after it."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.model import ChatAddress, DeliveryState
from bot.store import Store, transitions
from bot.store.tables import chats, deliveries
from tests.bot.store.acknowledge import planned, ready
from tests.bot.store.builders import ACCOUNTS, NOW, TODAY, a_chat, a_plan, composed
from tests.bot.store.sender import IN_FLIGHT, key_of
from tests.bot.store.sink import NONCES, Sink
from tests.forked import Forked, nursery

PARTS = 2
WORKERS = 2


async def prepare(store: Store, readers: int, days: int) -> None:
    """Deliveries that are ready to be sent: ``PARTS`` for each reader and day."""
    issue_id = await store.issues.save(composed(), NOW)
    for number in range(readers):
        account = ACCOUNTS[number % len(ACCOUNTS)]
        chat = await store.chats.add(a_chat(address=ChatAddress(*account, str(number))), NOW)
        # Day after day, so that the claims find all readers, not all days of one.
        plans = [
            a_plan(chat, TODAY + timedelta(days=day), due_at=NOW + timedelta(minutes=day))
            for day in range(days)
        ]
        await store.ledger.plan(plans, NOW)
        for row in await planned(store.ledger, [account]):
            await ready(store.ledger, row, issue_id, NOW, [account[0]] * PARTS)


@dataclass
class Senders:
    """Sending processes; those that were killed, and what they held, by key and in all."""

    url: str
    sink: Sink
    running: list[tuple[str, Forked]] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    lost_hold: Counter[str] = field(default_factory=Counter)

    def start(self) -> None:
        owner = f"sender-{len(self.running) + len(self.killed)}"
        arguments = self.url, str(self.sink.port), owner
        process = nursery().start("tests.bot.store.sender", *arguments, files=(0, 1, 2))
        self.running.append((owner, process))

    def kill(self, which: int) -> None:
        owner, process = self.running.pop(which)
        process.close()
        self.killed.append(owner)

    def wait(self, timeout: float) -> None:
        for _, process in self.running:
            assert process.wait(timeout) == 0

    def end(self) -> None:
        for _, process in self.running:
            process.close()

    async def take_from_the_killed(self, store: Store) -> None:
        """As the next process does that sees that they are gone."""
        over = transitions.claim_over(datetime.now(UTC), self.killed).returning(deliveries)
        async with store.database.write() as connection:
            rows = (await connection.execute(over)).all()
        self.lost_hold.update(key_of(transitions.to_delivery(row)) for row in rows)


@contextmanager
def senders(url: str, sink: Sink) -> Iterator[Senders]:
    found = Senders(url, sink)
    try:
        for _ in range(WORKERS):
            found.start()
        yield found
    finally:
        found.end()


async def kill_at_random(store: Store, running: Senders, kills: int) -> None:
    """Kill the oldest process, once it is at work, and start another, so many times."""
    sink = running.sink
    for _ in range(kills):
        owner, _ = running.running[0]
        while sink.by_sender[owner] < 2 * IN_FLIGHT:  # noqa: ASYNC110 - seen from a thread
            await asyncio.sleep(0.005)
        await asyncio.sleep(random.uniform(0, 3 * sink.slowest))
        running.kill(0)
        running.start()
        await running.take_from_the_killed(store)


async def finish(store: Store, running: Senders, seconds: float) -> None:
    """Wait until all is sent, and all processes have ended by themselves."""
    async with asyncio.timeout(seconds):
        while any(process.poll() is None for _, process in running.running):
            await running.take_from_the_killed(store)
            await asyncio.sleep(0.2)
    assert [process.returncode for _, process in running.running] == [0] * WORKERS


async def look_for_violations(store: Store, running: Senders) -> str:
    """What docs/delivery.md promises; returns the figures in one line."""
    sink, held = running.sink, running.lost_hold
    expected = await _rows(store)
    assert {state for _, state, _ in expected.values()} == {DeliveryState.SENT.value}
    issues = {key.rsplit("/", 1)[0] for key in expected}
    assert expected.keys() == {f"{issue}/{n}" for issue in issues for n in range(1, PARTS + 1)}
    arrived = Counter(key for _, key, _ in sink.arrived)
    lost, phantom = expected.keys() - arrived.keys(), arrived.keys() - expected.keys()
    assert (lost, phantom) == (set(), set())
    ids = {(key, message_id) for _, key, message_id in sink.arrived}
    assert all((key, message_id) in ids for key, (_, _, message_id) in expected.items())
    twice = {key: times - 1 for key, times in arrived.items() if times > 1}
    assert all(more <= held[key] for key, more in twice.items())
    assert held.total() <= IN_FLIGHT * len(running.killed)
    assert not twice.keys() & set(sink.keys(NONCES))
    _assert_in_order(sink)
    return (
        f"{len(expected)} deliveries, {len(running.killed)} kills with {held.total()} in flight: "
        f"lost {len(lost)}, phantom {len(phantom)}, duplicates {sum(twice.values())}, "
        f"dropped by nonce {sink.dropped}"
    )


async def _rows(store: Store) -> dict[str, tuple[str, str, str]]:
    """Account, state and message id of each delivery, by its key."""
    query = select(deliveries, chats.c.platform).join(chats, chats.c.id == deliveries.c.chat_id)
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return {
        key_of(transitions.to_delivery(row)): (row.platform, row.state, row.message_id)
        for row in rows
    }


def _assert_in_order(sink: Sink) -> None:
    """Part 2 of an issue never before part 1."""
    seen: set[str] = set()
    for _, key, _ in sink.arrived:
        issue, part = key.rsplit("/", 1)
        assert part == "1" or f"{issue}/{int(part) - 1}" in seen
        seen.add(key)
