"""A fresh store for each test, on the test's engine."""

import shutil
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url

from bot.store import Store, migrate, open_store
from bot.store.tables import metadata

NEXT = f'''
"""One migration more, for the tests."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{migrate.HEAD}"


def upgrade() -> None:
    op.add_column("chats", sa.Column("mood", sa.Text))
'''


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await open_store(url)
    yield store
    await store.close()


@pytest.fixture
def path(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(str(make_url(url).database))


@pytest.fixture
def one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As if this version of Ribao had one migration more; returns its file."""
    copy = tmp_path / "migrations"
    shutil.copytree(str(files("bot.store") / "migrations"), copy)
    script = copy / "versions" / "next.py"
    script.write_text(NEXT)
    monkeypatch.setattr(migrate, "SCRIPTS", str(copy))
    monkeypatch.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, "next"))
    monkeypatch.setattr(migrate, "HEAD", "next")
    return script


def spoil(script: Path) -> None:
    """Let a migration fail at its end."""
    script.write_text(f"{NEXT}    op.drop_column('chats', 'no such column')\n")


def mend(script: Path) -> None:
    script.write_text(NEXT)


def is_migrated(name: object) -> bool:
    """Whether a table belongs to the schema; the search index is made from the items instead."""
    return not str(name).startswith("item_search")


def differences(connection: Connection) -> list[object]:
    """What alembic would do to bring the database to the schema of the tables."""
    options = {"compare_type": True, "include_name": lambda name, kind, _: is_migrated(name)}
    context = MigrationContext.configure(connection, opts=options)
    found: list[object] = compare_metadata(context, metadata)
    return found
