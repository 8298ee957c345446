"""What is remembered of sources."""

import pytest

from bot.model import FetchState
from bot.store import Store
from tests.bot.store.builders import NOW, hours

pytestmark = pytest.mark.both_engines

FULL = FetchState(
    etag='W/"1"',
    last_modified="Sun, 01 Mar 2026 08:00:00 GMT",
    checked_at=NOW,
    not_before=NOW + hours(1),
    failures=3,
    failing_since=NOW - hours(2),
    error="HTTP 503",
    new=2,
    known=5,
    dropped={"no link": 1, "replacement": 700},
)


async def test_a_state_comes_back_as_it_was(store: Store) -> None:
    assert await store.sources.states() == {}
    await store.sources.save("full", FULL)
    await store.sources.save("fresh", FetchState())
    assert await store.sources.states() == {"full": FULL, "fresh": FetchState()}


async def test_saving_again_replaces_every_field(store: Store) -> None:
    await store.sources.save("feed", FULL)
    await store.sources.save("feed", FetchState())
    assert await store.sources.states() == {"feed": FetchState()}
