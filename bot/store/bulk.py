"""One statement for many rows at half the price: SQLAlchemy looks at each value anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Update
from sqlalchemy.ext.asyncio import AsyncConnection


async def execute_many(
    connection: AsyncConnection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute the statement for all rows, each of which names all columns or parameters.

    It is compiled and the values are converted by SQLAlchemy, as for a single row.
    """
    if not rows:
        return
    dialect = connection.dialect
    keys = list(rows[0]) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    converters = [
        (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        for name in compiled.positiontup or ()
    ]
    await connection.exec_driver_sql(
        str(compiled),
        [
            tuple([convert(row[name]) if convert else row[name] for name, convert in converters])
            for row in rows
        ],
    )
