"""Turns at a host, and stars of repositories, as all processes of an installation share them."""

from datetime import timedelta

import pytest

from bot.ports import Stars
from bot.store import Store
from tests.bot.store.builders import NOW, hours

pytestmark = pytest.mark.both_engines

LEASE = timedelta(seconds=40)


async def test_one_has_the_turn_until_it_is_given_back(store: Store) -> None:
    turns = store.turns
    assert await turns.take("arxiv.org", "one", NOW, NOW + LEASE) is None
    assert await turns.take("arxiv.org", "other", NOW, NOW + LEASE) == NOW + LEASE
    assert await turns.take("example.org", "other", NOW, NOW + LEASE) is None
    free_at = NOW + timedelta(seconds=3)
    await turns.give_back("arxiv.org", "one", free_at)
    assert await turns.take("arxiv.org", "other", NOW, NOW + LEASE) == free_at
    assert await turns.take("arxiv.org", "other", free_at, free_at + LEASE) is None


async def test_a_turn_that_was_never_given_back_ends(store: Store) -> None:
    """As when its process was killed. The late owner can't give away what is no longer its own."""
    turns = store.turns
    assert await turns.take("arxiv.org", "killed", NOW, NOW + LEASE) is None
    later = NOW + LEASE
    assert await turns.take("arxiv.org", "next", later, later + LEASE) is None
    await turns.give_back("arxiv.org", "killed", NOW)
    assert await turns.take("arxiv.org", "third", later, later + LEASE) == later + LEASE


async def test_stars_are_compared_with_those_of_a_day_ago(store: Store) -> None:
    stars = store.stars
    assert await stars.record({}, NOW) == {}
    assert await stars.record({"a/b": 10, "c/d": 1}, NOW) == {}
    assert await stars.record({"a/b": 15}, NOW + hours(2)) == {"a/b": Stars(10, NOW)}
    day = NOW + hours(24)
    assert await stars.record({"a/b": 30}, day) == {"a/b": Stars(10, NOW)}
    assert await stars.record({"a/b": 60}, day + hours(24)) == {"a/b": Stars(30, day)}


async def test_old_snapshots_are_forgotten(store: Store) -> None:
    await store.stars.record({"a/b": 10}, NOW)
    later = NOW + timedelta(days=40)
    await store.stars.record({"c/d": 10}, later)
    assert await store.stars.record({"a/b": 20}, later) == {}
