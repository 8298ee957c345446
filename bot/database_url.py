"""What the URL of a database may look like. Pure."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def parse_url(url: str) -> URL:
    """The URL with the driver that is used. Raises ``ValueError``, which never shows the URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Without the cause: it may repeat parts of the URL, and so of the password.
        raise ValueError("The database URL can't be read; see config.example.toml.") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise ValueError(
            f"The database URL begins with {parsed.drivername}:, which is not supported; "
            "use sqlite: or postgresql:."
        )
    if driver == _DRIVERS["postgresql"]:
        if not parsed.database:
            raise ValueError(
                "The database URL names no database; write postgresql://host/database."
            )
    elif parsed.database in {None, "", ":memory:"}:
        raise ValueError("The database URL names no file; write sqlite:///path/to/file.")
    elif parsed.query:
        raise ValueError("The database URL of an SQLite file takes no options after a '?'.")
    return parsed.set(drivername=driver)
