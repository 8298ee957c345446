"""A fresh store for each test, on the test's engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.store import Store, open_store


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await open_store(url)
    yield store
    await store.close()


@pytest.fixture
def path(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(str(make_url(url).database))
