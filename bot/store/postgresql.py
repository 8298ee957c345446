"""All that is special to PostgreSQL: its connections, its settings, its errors."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StoreError

CONNECTIONS = 10
"""Kept open by one process at most; a server admits 100 by default, all programs together."""

CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 30.0
"""After these the server gives a statement up; no statement of Ribao needs one of them."""

LOCK_SECONDS = 15.0
"""How long a statement waits for another transaction."""

SILENT_SECONDS = STATEMENT_SECONDS + 10
"""After these without an answer the server counts as gone: its machine may have lost its power."""

# A transaction that its process left open, say because that was stopped, gives its locks back.
_SETTINGS = {
    "application_name": "ribao",
    "statement_timeout": f"{STATEMENT_SECONDS * 1000:.0f}",
    "lock_timeout": f"{LOCK_SECONDS * 1000:.0f}",
    # A process that is stopped in the middle of a transaction keeps its locks from who takes over:
    # for less than its lease.
    "idle_in_transaction_session_timeout": "8000",
    "jit": "off",  # It pays only for statements that take seconds.
}

_UNTIL_DONE = {"statement_timeout": "0", "lock_timeout": "0"}

# By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
_SENTENCES = {
    "28P01": "{name} refuses the password of the database URL.",
    "28000": "{name} refuses the user of the database URL: {error}.",
    "3D000": "{name} does not exist; create it with: createdb {database}",
    "42501": "{name} refuses its user a right that Ribao needs: {error}.",
    "53300": "{name} has no free connection: too many programs use the server.",
    "53100": "{name} can't grow: the server's disk is full.",
    "53200": "{name} can't go on: the server is out of memory.",
    "25006": "{name} can't be written: the server is read-only, perhaps a standby.",
    "55P03": "{name} has been locked by another program for too long.",
    "57014": "{name} took longer than {seconds:.0f} seconds over a statement and gave it up.",
    "57P03": "{name} can't be used yet: the server is starting, or stopping.",
}
_GONE = "{name} has gone away: the server was stopped, or the connection cut."
_GONE_CLASSES = ("08", "57P")
_OUR_MISTAKES = "42"

# Of two transactions that want what the other has, or that create the same row at once, one is
# ended. Doing its work again is all that is needed: it then finds what the other one left.
_CONTENDED = {
    "40001",  # serialization failure
    "40P01",  # deadlock
    "23505",  # unique violation
    "23503",  # foreign key violation
}

PAUSES = (0.005, 0.02, 0.1, 0.5)
"""Seconds at most before work is done again that another transaction got in the way of."""

_OPTIONS = {"host", "port", "ssl", "prepared_statement_cache_size"}


def create_engine(url: URL, *, until_done: bool = False, **options: Any) -> AsyncEngine:
    """An engine whose transactions are READ COMMITTED, whatever the server's default.

    ``until_done`` lets a statement take as long as it needs, as a migration may.
    Raises ``StoreError`` for options of the URL that mean nothing here.
    """
    url = _with_known_options(url)
    connect_args: dict[str, Any] = {"timeout": CONNECT_SECONDS}
    if not until_done:
        connect_args["command_timeout"] = SILENT_SECONDS
    if url.query.get("prepared_statement_cache_size") == "0":
        connect_args |= _for_pooler()
    else:
        connect_args["server_settings"] = _SETTINGS | (_UNTIL_DONE if until_done else {})
    try:
        return create_async_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            pool_use_lifo=True,
            isolation_level="READ COMMITTED",
            connect_args=connect_args,
            **options,
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs the Python package asyncpg, which is not installed."
        ) from error


def _for_pooler() -> Mapping[str, Any]:
    """What makes a pooler work that gives each transaction another connection.

    Names of prepared statements must not meet there, and it refuses settings at the start.
    """
    return {
        "statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"ribao_{uuid4().hex}",
    }


def _with_known_options(url: URL) -> URL:
    query = dict(url.query)
    if mode := query.pop("sslmode", None):  # As libpq, and so most instructions, call it.
        query["ssl"] = mode
    if unknown := sorted(query.keys() - _OPTIONS):
        known = ", ".join(sorted(_OPTIONS))
        raise StoreError(f"The database URL has the unknown option {unknown[0]}; known: {known}.")
    return url.set(query=query)


def is_contention(error: DBAPIError) -> bool:
    """Whether the same work may succeed if it is simply done again."""
    return _state(error) in _CONTENDED


def sentence(name: str, database: str | None, error: DBAPIError) -> str | None:
    """What an error means for the operator; None if it is our own mistake."""
    state = _state(error)
    found = _SENTENCES.get(state)
    if found is None and state.startswith(_OUR_MISTAKES):
        return None
    if found is None:
        gone = error.connection_invalidated or state.startswith(_GONE_CLASSES)
        found = _GONE if gone else "{name} reported an error: {error}."
    return found.format(name=name, database=database, error=error.orig, seconds=STATEMENT_SECONDS)


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
