"""A copy of the database, taken while it is in use."""

import asyncio
from pathlib import Path

from bot.errors import StoreError
from bot.store.engine import Database


async def backup(database: Database, target: Path) -> None:
    """Write a complete, consistent copy to the new file ``target``.

    Raises ``StoreError`` if ``target`` exists, can't be written, or the database is not SQLite.
    """
    if database.path is None:
        raise StoreError("A PostgreSQL database is backed up with pg_dump.")
    await asyncio.to_thread(_reserve, target)
    try:
        async with database.outside_transaction() as connection:
            await connection.exec_driver_sql("VACUUM INTO ?", (str(target),))
    except BaseException:
        await asyncio.to_thread(target.unlink)
        raise


def _reserve(target: Path) -> None:
    """Create the file, empty: of two backups at once only one gets the name."""
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise StoreError(f"{target} exists already; a backup never replaces a file.") from error
    except OSError as error:
        raise StoreError(f"{target} can't be written: {error.strerror}.") from error
