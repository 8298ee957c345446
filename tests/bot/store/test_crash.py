"""Processes that are killed while they send: nothing is lost, hardly anything comes twice."""

import pytest

from bot.store import Store
from tests.bot.store.crashes import (
    finish,
    kill_at_random,
    look_for_violations,
    prepare,
    senders,
)
from tests.bot.store.sink import sink

pytestmark = pytest.mark.both_engines

KILLS = 2


async def test_killed_senders_lose_nothing(store: Store, url: str) -> None:
    await prepare(store, readers=30, days=2)
    with sink(slowest=0.05) as receiving, senders(url, receiving) as running:
        await kill_at_random(store, running, KILLS)
        await finish(store, running, seconds=60)
        await look_for_violations(store, running)
