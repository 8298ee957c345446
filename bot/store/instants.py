"""Instants in the database."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.model import Window

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=2**12)
def _moment(microseconds: int) -> datetime:
    # Those of a page of rows are mostly the same few.
    return _EPOCH + timedelta(microseconds=microseconds)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC: aware in, aware out. On SQLite whole microseconds since 1970.

    Integers compare, sort and index exactly. A naive datetime is refused with ``ValueError``.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        if dialect.name == "sqlite":
            return (value - _EPOCH) // _MICROSECOND
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _moment(value)
        moment: datetime = value.astimezone(UTC)
        return moment


class _Later(FunctionElement[datetime]):
    """The arguments are an instant, a number of seconds, and the share of them to add."""

    type = Instant()
    inherit_cache = True


@compiles(_Later, "sqlite")
def _on_sqlite(element: _Later, compiler: Any, **options: Any) -> str:
    start, seconds, share = (compiler.process(each, **options) for each in element.clauses)
    return f"({start} + CAST({share} * {seconds} * 1000000 AS INTEGER))"


@compiles(_Later, "postgresql")
def _on_postgresql(element: _Later, compiler: Any, **options: Any) -> str:
    start, seconds, share = (compiler.process(each, **options) for each in element.clauses)
    return f"({start} + {share} * {seconds} * interval '1 second')"


def within(window: Window, share: ColumnElement[float]) -> ColumnElement[datetime]:
    """The instant at that share of the window."""
    seconds = (window.end - window.start).total_seconds()
    return _Later(literal(window.start, Instant), literal(seconds, Float), share)
