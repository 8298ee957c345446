"""``column IN (many ids)`` with all ids as one parameter.

SQLAlchemy writes a list out as so many parameters, into the text of the statement, anew each time;
for a thousand ids that costs more than to run it.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


class _Ids(TypeDecorator[Collection[int]]):
    """An array on PostgreSQL, its JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(BigInteger))

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        ids = [*(value or ())]
        return json.dumps(ids) if dialect.name == "sqlite" else ids


class _Among(FunctionElement[bool]):
    """The arguments are the column and the ids."""

    # As a Boolean it would be compared with 1 on SQLite, which then finds no row by an index.
    type: TypeEngine[Any] = NullType()
    inherit_cache = True


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - both are ours


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY ({ids})"


def among(column: ColumnElement[int], ids: Collection[int] | str) -> ColumnElement[bool]:
    """The column is one of the ids; a text is the name of the parameter that holds them."""
    if isinstance(ids, str):
        return _Among(column, bindparam(ids, type_=_Ids))
    return _Among(column, bindparam("ids", ids, type_=_Ids, unique=True))
