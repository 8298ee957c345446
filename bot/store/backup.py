"""A copy of an SQLite database, taken while it is in use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.errors import StoreError
from bot.store.engine import Database


async def backup(database: Database, target: Path) -> None:
    """Write a complete, consistent copy of an SQLite database to the new file ``target``.

    Raises ``StoreError`` if ``target`` exists or can't be written. For either engine see
    ``bot.store.transfer``.
    """
    async with new_file(target), database.outside_transaction() as connection:
        await connection.exec_driver_sql("VACUUM INTO ?", (str(target),))


@asynccontextmanager
async def new_file(target: Path) -> AsyncIterator[None]:
    """Create the file, empty: of two backups at once only one gets the name.

    It is removed if the block raises. Raises ``StoreError`` if it exists or can't be written.
    """
    await asyncio.to_thread(_reserve, target)
    try:
        yield
    except BaseException:
        await asyncio.to_thread(target.unlink)
        raise


def _reserve(target: Path) -> None:
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise StoreError(f"{target} exists already; a backup never replaces a file.") from error
    except OSError as error:
        raise StoreError(f"{target} can't be written: {error.strerror}.") from error
