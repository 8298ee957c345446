"""Leases: one holder at a time, an epoch for each change of hands; and the waits of accounts."""

import asyncio
from datetime import timedelta

import pytest

from bot.ports import Hold, Lease
from bot.store import Store
from tests.bot.store.builders import ACCOUNT, NOW, hours

pytestmark = pytest.mark.both_engines

TERM = timedelta(seconds=10)
UNTIL = NOW + TERM


async def test_a_lease_has_one_holder_until_it_is_over(store: Store) -> None:
    acquire = store.leases.acquire
    first = await acquire("send", "a", NOW, UNTIL)
    assert first == Lease("send", "a", 1)
    assert await acquire("send", "b", UNTIL - timedelta(microseconds=1), UNTIL + TERM) is None
    assert await acquire("fetch", "b", NOW, UNTIL) == Lease("fetch", "b", 1)
    # Prolonged by its holder it stays the same lease.
    assert await acquire("send", "a", UNTIL, UNTIL + TERM) == first
    assert await acquire("send", "b", UNTIL, UNTIL + TERM) is None
    assert await acquire("send", "b", UNTIL + TERM, UNTIL + 2 * TERM) == Lease("send", "b", 2)
    assert await acquire("send", "a", UNTIL + TERM, UNTIL + 2 * TERM) is None


async def test_who_holds_what_can_be_told(store: Store) -> None:
    sending = await store.leases.acquire("send", "a", NOW, UNTIL)
    fetching = await store.leases.acquire("fetch", "b", NOW, UNTIL + TERM)
    assert await store.leases.all(NOW) == ((fetching, UNTIL + TERM), (sending, UNTIL))
    assert await store.leases.all(UNTIL) == ((fetching, UNTIL + TERM),)


async def test_of_two_who_ask_at_once_one_gets_it(store: Store) -> None:
    asked = [store.leases.acquire("send", owner, NOW, UNTIL) for owner in "abcdef"]
    got = [lease for lease in await asyncio.gather(*asked) if lease]
    assert len(got) == 1
    assert await store.leases.owners() == (got[0].owner,)


async def test_who_is_gone_or_gave_it_up_is_not_waited_for(store: Store) -> None:
    first = await store.leases.acquire("send", "a", NOW, UNTIL)
    assert first is not None
    second = await store.leases.acquire("send", "b", NOW, UNTIL, gone=["a"])
    assert second == Lease("send", "b", 2)
    await store.leases.release(first, NOW)  # no longer its own to give
    assert await store.leases.acquire("send", "c", NOW, UNTIL) is None
    await store.leases.release(second, NOW)
    assert await store.leases.acquire("send", "c", NOW, UNTIL) == Lease("send", "c", 3)


async def test_a_lease_from_a_clock_that_was_ahead_is_not_waited_for(store: Store) -> None:
    ahead = NOW + hours(24 * 365)
    await store.leases.acquire("send", "a", ahead, ahead + TERM)
    assert await store.leases.acquire("send", "b", NOW, UNTIL) == Lease("send", "b", 2)


async def test_the_last_wait_of_an_account_is_remembered(store: Store) -> None:
    assert await store.leases.holds() == {}
    for seconds in (60.0, 43_200.0):
        wait = Hold(NOW + timedelta(seconds=seconds), seconds, "flood")
        await store.leases.hold(ACCOUNT, wait)
    assert await store.leases.holds() == {ACCOUNT: wait}


async def test_the_time_of_leases_is_near_that_of_this_machine(store: Store) -> None:
    assert (await store.leases.now(NOW)).tzinfo is not None


async def test_notes_are_kept(store: Store) -> None:
    assert await store.notes.get("clock") is None
    for value in ("1", "2"):
        await store.notes.put("clock", value)
    assert await store.notes.get("clock") == "2"
