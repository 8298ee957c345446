"""A process that sends what is ready to a sink, eight messages at a time; the tests kill it.

``python -m tests.bot.store.sender URL PORT OWNER`` ends when nothing is left to send. Whatever
happens to the database, it goes on as soon as it can.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.errors import StoreError
from bot.model import TERMINAL_STATES, Delivery
from bot.store import Store, open_store
from tests.bot.store.acknowledge import sent
from tests.bot.store.builders import ACCOUNTS

IN_FLIGHT = 8
LEASE = timedelta(seconds=20)

T = TypeVar("T")


def key_of(row: Delivery) -> str:
    return f"{row.chat_id}/{row.day}/{row.part}"


async def insist(work: Callable[[], Awaitable[T]]) -> T:
    """Do it until the database lets us."""
    while True:
        try:
            return await work()
        except StoreError:
            await asyncio.sleep(0.05)


@dataclass
class Sender:
    """The payload of each delivery is the name of its account."""

    store: Store
    port: int
    owner: str
    in_flight: set[asyncio.Task[None]] = field(default_factory=set)
    lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def run(self) -> None:
        while not await insist(self.is_over):
            await insist(self.tidy)
            if not await self.fill() or len(self.in_flight) == IN_FLIGHT:
                await asyncio.wait(
                    [*self.in_flight, asyncio.create_task(asyncio.sleep(0.1))],
                    return_when=asyncio.FIRST_COMPLETED,
                )
            self.in_flight = {task for task in self.in_flight if not task.done() or task.result()}
        for _, writer in self.lines:
            writer.close()

    async def is_over(self) -> bool:
        counts = await self.store.ledger.counts()
        return not any(n for state, n in counts.items() if state not in TERMINAL_STATES)

    async def tidy(self) -> None:
        await self.store.ledger.reclaim(datetime.now(UTC))
        await self.store.ledger.settle_uncertain(max_doubts=0)

    async def fill(self) -> int:
        """Claim as many as there is room for. If that fails, what was claimed is left alone."""
        now = datetime.now(UTC)
        room = IN_FLIGHT - len(self.in_flight)
        claim = self.store.ledger.claim
        try:
            rows = await claim(self.owner, ACCOUNTS, now, now + LEASE, room) if room else ()
        except StoreError:
            return 0
        self.in_flight |= {asyncio.create_task(self.deliver(row, now + LEASE / 2)) for row in rows}
        return len(rows)

    async def deliver(self, row: Delivery, until: datetime) -> None:
        if datetime.now(UTC) >= until:
            return  # The claim may be over before the message has arrived.
        reader, writer = self.lines.pop() if self.lines else await self.connect()
        writer.write(f"{self.owner} {row.payload} {key_of(row)}\n".encode())
        message_id = (await reader.readline()).decode().strip()
        self.lines.append((reader, writer))
        now = datetime.now(UTC)
        await insist(lambda: sent(self.store.ledger, row, message_id, now))

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


async def main(url: str, port: str, owner: str) -> None:
    store = await insist(lambda: open_store(url))
    try:
        await Sender(store, int(port), owner).run()
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
