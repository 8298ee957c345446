"""A process that sends what is ready, to a file; the tests kill it.

``python -m tests.bot.store.sender URL OUTBOX OWNER`` ends when nothing is left to send. It sends
one message at a time, so a kill leaves at most one of which nobody knows whether it arrived.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

from bot.model import TERMINAL_STATES, Delivery
from bot.store import Store, open_store
from tests.bot.store.acknowledge import sent
from tests.bot.store.builders import ACCOUNT

LEASE = timedelta(seconds=1.5)


def send(outbox: str, row: Delivery) -> None:
    """The platform: what is in the file has arrived."""
    with open(outbox, "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"{row.payload}\n")
        file.flush()
        os.fsync(file.fileno())


async def work(store: Store, outbox: str, owner: str) -> None:
    ledger = store.ledger
    while any(n for state, n in (await ledger.counts()).items() if state not in TERMINAL_STATES):
        now = datetime.now(UTC)
        await ledger.reclaim(now)
        await ledger.settle_uncertain(max_doubts=0)
        for row in await ledger.claim(owner, [ACCOUNT], now, now + LEASE, limit=3):
            # Not with a lease that might run out before the message is sent.
            if datetime.now(UTC) < now + LEASE / 2:
                send(outbox, row)
                await sent(ledger, row, "m", datetime.now(UTC))


async def main(url: str, outbox: str, owner: str) -> None:
    store = await open_store(url)
    try:
        await work(store, outbox, owner)
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
