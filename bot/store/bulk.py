"""Many rows into one table, at half the price: SQLAlchemy looks at each value of each row anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_many(
    connection: AsyncConnection, insert: Insert, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute the INSERT for all rows, which have the same columns, each with a value of its own.

    The statement is compiled and the values are converted by SQLAlchemy, as for a single row.
    """
    if not rows:
        return
    dialect, columns = connection.dialect, insert.table.c
    compiled = insert.compile(dialect=dialect, column_keys=list(rows[0]))
    names = compiled.positiontup or ()
    converters = [
        (name, columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names
    ]
    await connection.exec_driver_sql(
        str(compiled),
        [
            tuple([convert(row[name]) if convert else row[name] for name, convert in converters])
            for row in rows
        ],
    )
