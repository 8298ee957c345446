"""Fresh databases for tests: with the schema, and nothing else."""

import asyncio
import shutil
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar

import asyncpg

from bot.store import open_store
from bot.store.tables import metadata
from tests.postgresql import USER, Server

T = TypeVar("T")


class Databases(Protocol):
    """Databases of one engine."""

    def new(self) -> str:
        """The URL of a database with the schema and nothing else."""
        ...

    def erase(self) -> None:
        """Erase what was made since; nobody uses it any more."""
        ...


class SqliteDatabases:
    """Files in ``folder``: copies of one that was migrated once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._made: list[Path] = []

    def new(self) -> str:
        template = self._folder / "empty.db"
        if not template.exists():
            asyncio.run(_migrate(f"sqlite:///{template}"))
        home = self._folder / str(next(self._numbers))
        home.mkdir()
        self._made.append(home)
        return f"sqlite:///{shutil.copy(template, home / 'ribao.db')}"

    def erase(self) -> None:
        while self._made:
            shutil.rmtree(self._made.pop())


class PostgresqlDatabases:
    """Databases on ``server``, whose names begin with ``prefix``. Not for use in a coroutine.

    Those with the schema are emptied and used again: making one takes half a second of a busy
    machine.
    """

    def __init__(self, server: Server, prefix: str) -> None:
        self._server = server
        self._names = (f"{prefix}_{number}" for number in count(1))
        self._clean: list[str] = []
        self._used: list[str] = []
        self._bare: list[str] = []
        self._connections: dict[str, asyncpg.Connection] = {}
        self._runner = asyncio.Runner()

    @classmethod
    @contextmanager
    def on(cls, server: Server, prefix: str) -> Iterator["PostgresqlDatabases"]:
        databases = cls(server, prefix)
        try:
            yield databases
        finally:
            databases.close()

    def new(self) -> str:
        if not self._clean:
            self._clean.append(self._create())
            self._run(_migrate(self._server.url(self._clean[-1])))
        self._used.append(self._clean.pop())
        return self._server.url(self._used[-1])

    def bare(self, options: str = "") -> str:
        """The URL of a database that holds nothing at all; ``options`` as in CREATE DATABASE."""
        self._bare.append(self._create(options))
        return self._server.url(self._bare[-1])

    def erase(self) -> None:
        while self._bare:
            self.execute(f"DROP DATABASE {self._bare.pop()} WITH (FORCE)")
        while self._used:
            self.execute(_EMPTY, self._used[-1])
            self._clean.append(self._used.pop())

    def execute(self, statements: str, database: str = "postgres") -> None:
        """Run as a superuser, several statements as one transaction."""

        async def execute() -> None:
            connection = self._connections.get(database)
            if connection is None or connection.is_closed():
                connection = await asyncpg.connect(
                    host=str(self._server.folder), user=USER, database=database
                )
                self._connections[database] = connection
            await connection.execute(statements)

        self._run(execute())

    def close(self) -> None:
        for connection in self._connections.values():
            self._run(connection.close())
        self._runner.close()

    def _create(self, options: str = "") -> str:
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} {options}")
        return name

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)


_EMPTY = ";\n".join(
    [
        (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ),
        *(str(table.delete()) for table in reversed(metadata.sorted_tables)),
        (
            "SELECT setval(oid, 1, false) FROM pg_class"
            " WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
        ),
    ]
)


async def _migrate(url: str) -> None:
    await (await open_store(url)).close()
