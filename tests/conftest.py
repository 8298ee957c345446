"""Fixtures that all tests share."""

import logging
import os
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from bot.commands.dispatch import FAULT
from tests.conversation import Conversation, conversation
from tests.databases import Databases, PostgresqlDatabases, SqliteDatabases
from tests.postgresql import missing, server

ENGINES = ("sqlite", "postgresql")

# How long a test takes says nothing of what it tests, on a busy machine.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked ``both_engines`` on each, if it uses a database."""
    marked = metafunc.definition.get_closest_marker("both_engines")
    if marked and "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ENGINES)


_homes = count()


@pytest.fixture(autouse=True)
def _no_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No test may read or write the settings or data of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("RIBAO_")]:
        monkeypatch.delenv(name)
    # Made by who needs it: most tests don't.
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_homes))
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")


class Canary(logging.Handler):
    """Listens to all that is logged, tracebacks too, and remembers what holds a token of a test.

    And what says that a command failed: who asked got a sentence, so no test would see it.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if CANARY in text or record.msg == FAULT:
            self.found.append(f"{record.name}: {text}")


CANARY = "canary"
"""Part of every token that the tests use."""

_listening = Canary()


@pytest.fixture(autouse=True)
def _no_token_and_no_fault_in_a_log() -> Iterator[None]:
    root = logging.getLogger()
    root.addHandler(_listening)  # again, where a test set up logging anew
    _listening.found.clear()
    yield
    root.removeHandler(_listening)
    assert _listening.found == []


@pytest.fixture
def engine() -> str:
    """What holds the databases of a test that is not marked ``both_engines``."""
    return "sqlite"


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgresql_databases(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PostgresqlDatabases]:
    """On the one server of all workers of this run."""
    if reason := missing():
        pytest.skip(f"no PostgreSQL to test with: {reason}")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    own = tmp_path_factory.getbasetemp()
    with (
        server(own.parent if worker else own) as running,
        PostgresqlDatabases.on(running, worker or "test") as databases,
    ):
        yield databases


@pytest.fixture
def databases(request: pytest.FixtureRequest, engine: str) -> Iterator[Databases]:
    """Fresh databases on the engine of this test; erased after it."""
    found: Databases = request.getfixturevalue(f"{engine}_databases")
    yield found
    found.erase()


@pytest.fixture
def url(databases: Databases) -> str:
    """Of a database with the schema and nothing else."""
    return databases.new()


@pytest.fixture
def server_url(request: pytest.FixtureRequest, engine: str) -> str | None:
    """``url``, if that is on a server."""
    return None if engine == "sqlite" else request.getfixturevalue("url")


@pytest.fixture
async def talk(tmp_path: Path, server_url: str | None) -> AsyncIterator[Conversation]:
    """A Ribao of its own, with the sample edition."""
    async with conversation(tmp_path, url=server_url) as talking:
        yield talking
