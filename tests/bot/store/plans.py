"""How the database would run a query."""

from sqlalchemy import ClauseElement, text

from bot.store import Store

# A table of a few rows is read and sorted whole, unless that is made to look very dear.
_AS_IF_LARGE = ("enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_hashjoin")


class Plan:
    """What EXPLAIN says, on either engine."""

    def __init__(self, lines: list[str], full_scan: str, sort: str) -> None:
        self._lines = lines
        self.scans = [line for line in lines if full_scan in line]
        self.sorts = [line for line in lines if sort in line]

    def __contains__(self, index: str) -> bool:
        return any(index in line for line in self._lines)

    def __repr__(self) -> str:
        return "\n".join(self._lines)


async def plan_of(store: Store, query: ClauseElement) -> Plan:
    """The plan of the query as if each table held many rows."""
    async with store.database.read() as connection:
        literal = query.compile(connection.sync_connection, compile_kwargs={"literal_binds": True})
        if connection.dialect.name == "sqlite":
            rows = await connection.execute(text(f"EXPLAIN QUERY PLAN {literal}"))
            return Plan([row.detail for row in rows], "SCAN", "TEMP B-TREE")
        for setting in _AS_IF_LARGE:
            await connection.execute(text(f"SET LOCAL {setting} = off"))
        rows = await connection.execute(text(f"EXPLAIN (COSTS OFF) {literal}"))
        return Plan([row[0] for row in rows], "Seq Scan", "Sort")
