"""Pushes through Discord that are killed while a message is under way, and what must hold then."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from bot.model import DeliveryState
from tests.discord.server import DiscordServer, Fault, Json
from tests.discord.working import Ribao, en
from tests.forked import nursery

LATE = en("issue.late")
ROOT = Path(__file__).parents[2]


async def pushed(
    server: DiscordServer, folder: Path, at: datetime, *, message: int = 0, taken: bool = False
) -> bool:
    """A push in a process of its own; with a ``message`` (from 1) it is killed over that one.

    ``taken``: Discord has it by then. Returns whether it was killed.
    """
    command = ("tests.discord.killed_push", folder, server.url, server.gateway_url, at.isoformat())
    process = nursery().start(*command, files=(0, 1, 2), load=["adapters.discord.adapter"])
    server.faults["POST messages"].clear()
    if message:
        killing = Fault(cut=True, taken=taken, then=process.kill)
        server.fail("POST messages", *(Fault() for _ in range(message - 1)), killing)
    status = await asyncio.to_thread(process.wait)
    process.close()
    server.faults["POST messages"].clear()
    return status != 0


async def finished(ribao: Ribao, places: list[Json]) -> int:
    """What is left is sent. Returns how many messages came: each once, in order, in each place."""
    for _ in range(4):
        await ribao.app.tick([ribao.adapter]).run(ribao.clock.now())
        ribao.clock.move(timedelta(seconds=61))
    counted = await ribao.app.store.ledger.counts()
    assert {state for state, n in counted.items() if n} == {DeliveryState.SENT}
    said = [ribao.server.said_in(place) for place in places]
    assert sum(map(len, said)) == counted[DeliveryState.SENT], "nothing is lost, and nothing twice"
    assert len({punctual(each) for each in said}) == 1, "each place has it all, in order"
    return sum(map(len, said))


def punctual(said: list[str]) -> tuple[str, ...]:
    """The same without the mark of what came late."""
    return tuple(text.removeprefix(f"{LATE}\n") for text in said)
