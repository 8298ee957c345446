"""A morning in a storm: what Discord answers is up to chance, and what it takes is not."""

import random
from collections.abc import Iterator
from datetime import timedelta

from bot.model import DeliveryState
from tests.discord.kills import punctual
from tests.discord.server import Fault, Json
from tests.discord.working import Ribao

_LIMITED = {"message": "You are being rate limited.", "retry_after": 0.02, "global": False}
_HEADERS = {"Retry-After": "0.02", "Via": "1.1 google", "X-RateLimit-Scope": "shared"}

MOST_PASSES = 200


def faults(seed: int) -> Iterator[Fault]:
    """Two thirds of what is asked meets trouble, half of it after it was done."""
    some = random.Random(seed)
    while True:
        if some.random() < 1 / 3:
            yield Fault()
        elif some.random() < 1 / 3:
            yield Fault(429, _LIMITED, _HEADERS)
        else:
            taken = some.random() < 0.5
            status = some.choice((503, 520, 0))
            body = {"message": "no"}
            yield Fault(status, body, taken=taken) if status else Fault(cut=True, taken=taken)


async def weathered(ribao: Ribao, places: list[Json], seed: int) -> int:
    """A morning for places that all follow the same. Returns how many messages came.

    Each message comes once, in its order, in each place.
    """
    server = ribao.server
    server.messages.clear()
    storm = faults(seed)
    server.fail("POST messages", *(next(storm) for _ in range(20 * len(places))))
    await ribao.morning()
    for _ in range(MOST_PASSES):
        counted = await ribao.app.store.ledger.counts()
        if not sum(n for state, n in counted.items() if state is not DeliveryState.SENT):
            break
        ribao.clock.move(timedelta(seconds=31))
        await ribao.app.tick([ribao.adapter]).run(ribao.clock.now())
    counted = await ribao.app.store.ledger.counts()
    assert {state for state, n in counted.items() if n} == {DeliveryState.SENT}
    said = [server.said_in(place) for place in places]
    assert said[0]
    assert all(len(set(each)) == len(each) for each in said), "nothing comes twice"
    assert len({punctual(each) for each in said}) == 1, "each place has it all"
    return sum(map(len, said))
