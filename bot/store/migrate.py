"""Bringing the schema of a database up to this version of Ribao."""

from enum import StrEnum
from itertools import count
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
    text,
)

from bot.errors import NewerDatabase, StoreError
from bot.store.backup import backup
from bot.store.engine import Database
from bot.store.tables import metadata

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
)
"""All revisions, oldest first, so that the usual check needs no alembic; a test compares them."""

HEAD = REVISIONS[-1]

SCRIPTS = "bot.store:migrations"
"""Where alembic finds them, as package and folder: also in an installed wheel."""


class State(StrEnum):
    """How the schema of a database stands to this version."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


async def check(database: Database) -> State:
    """Compare the schema with this version. Raises ``StoreError`` for another program's file."""
    revision = await _revision(database)
    if revision is None:
        return State.EMPTY
    if revision not in REVISIONS:
        return State.NEWER
    return State.CURRENT if revision == HEAD else State.OLDER


async def require(database: Database) -> None:
    """Raise ``StoreError`` unless the schema is that of this version."""
    state = await check(database)
    if state is State.NEWER:
        raise NewerDatabase(
            f"{database.name} was written by a newer version of Ribao; please upgrade Ribao."
        )
    if state is not State.CURRENT:
        raise StoreError(f"{database.name} is not yet upgraded to this version of Ribao.")


async def upgrade(database: Database) -> None:
    """Create or upgrade the schema; an SQLite file that holds data is copied beside itself first.

    Raises ``NewerDatabase`` and leaves the database as it is if a newer version wrote it.
    """
    state = await check(database)
    if state is State.OLDER and database.path:
        await backup(database, _backup_path(database.path, await _revision(database)))
    if state in {State.EMPTY, State.OLDER}:
        async with database.migration() as connection:
            await connection.run_sync(_create_or_migrate)
    await require(database)


async def _revision(database: Database) -> str | None:
    """The revision of the schema; None for a database without tables."""
    async with database.read() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        if "alembic_version" in tables:
            query = text("SELECT version_num FROM alembic_version")
            revision: str | None = await connection.scalar(query)
            return revision
    if tables:
        raise StoreError(f"{database.name} belongs to another program.")
    return None


def _backup_path(path: Path, revision: str | None) -> Path:
    """The first free name of the form ``ribao.db.0001.bak``, ``ribao.db.0001.2.bak`` ..."""
    first = path.with_name(f"{path.name}.{revision}.bak")
    others = (path.with_name(f"{path.name}.{revision}.{number}.bak") for number in count(2))
    return first if not first.exists() else next(each for each in others if not each.exists())


def _create_or_migrate(connection: Connection) -> None:
    """In the queue for it: another process may have been first."""
    if inspect(connection).get_table_names():
        run_migrations(connection)
    else:
        _create(connection)


def _create(connection: Connection) -> None:
    """A new schema at once, in a tenth of the time; a test holds it against the migrations."""
    metadata.create_all(connection)
    version = Table(
        "alembic_version",
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
    )
    version.create(connection)
    connection.execute(version.insert().values(version_num=HEAD))


def run_migrations(connection: Connection) -> None:
    """From wherever the schema is, from nothing too."""
    # Imported here because it takes long and is hardly ever needed.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
