"""Takes turns at a host, and writes when each began and ended; see ``test_politeness.py``."""

import asyncio
import sys
import time
from pathlib import Path

from bot.sources.politeness import Politeness
from bot.store import open_store

HOST = "export.arxiv.org"


async def take_turns(url: str, record: Path, times: int, gap: float) -> None:
    store = await open_store(url)
    politeness = Politeness(store.turns, shared_gaps={"arxiv.org": gap})
    for _ in range(times):
        async with politeness.turn(HOST):
            begun = time.time()
            await asyncio.sleep(0.01)
            ended = time.time()
        with record.open("a") as lines:
            lines.write(f"{begun} {ended}\n")
    await store.close()


if __name__ == "__main__":
    _, url, record, times, gap = sys.argv
    asyncio.run(take_turns(url, Path(record), int(times), float(gap)))
