"""The search index on SQLite: an FTS5 table of terms (https://www.sqlite.org/fts5.html).

``ascii`` is the tokenizer that leaves our terms, letters and digits of any script between spaces,
as they are. A second table says under which key an item stands.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digest.terms import EVERY, Document, label
from bot.model import Phrase, SearchQuery
from bot.store.entries import Entry

_keys = Table(
    "item_search_keys",
    MetaData(),
    Column("item_id", Integer, primary_key=True),
    Column("key", Integer, nullable=False),
)
_texts = Table(
    "item_search",
    MetaData(),
    Column("rowid", Integer),
    *(Column(name, Text) for name in ("title", "body", "labels")),
)
_CREATE = (
    "DROP TABLE IF EXISTS item_search",
    "DROP TABLE IF EXISTS item_search_keys",
    "CREATE VIRTUAL TABLE item_search USING fts5(title, body, labels, tokenize='ascii')",
    "CREATE TABLE item_search_keys (item_id INTEGER PRIMARY KEY, key INTEGER NOT NULL)",
)
_INSERT = "INSERT INTO item_search(rowid, title, body, labels) VALUES (?, ?, ?, ?)"
_INSERT_KEY = "INSERT INTO item_search_keys(item_id, key) VALUES (?, ?)"
_DELETE = "DELETE FROM item_search WHERE rowid = ?"
_FIND = (
    "SELECT rowid FROM item_search WHERE item_search MATCH ? AND rowid BETWEEN ? AND ? "
    "ORDER BY rowid DESC LIMIT ?"
)
_RANKED = "SELECT rowid FROM item_search WHERE item_search MATCH ? ORDER BY rank LIMIT ?"
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM item_search WHERE item_search MATCH ? LIMIT ?)"


class Fts5:
    """``bot.store.entries.Engine`` of SQLite."""

    async def create(self, connection: AsyncConnection) -> None:
        for statement in _CREATE:
            await connection.exec_driver_sql(statement)

    async def put(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        entries = await self._changed(connection, entries)
        if not entries:
            return
        await self.drop(connection, [entry.item_id for entry in entries])
        await connection.exec_driver_sql(
            _INSERT, [(entry.key, *_columns(entry.document)) for entry in entries]
        )
        await connection.exec_driver_sql(
            _INSERT_KEY, [(entry.item_id, entry.key) for entry in entries]
        )

    async def _changed(
        self, connection: AsyncConnection, entries: Sequence[Entry]
    ) -> Sequence[Entry]:
        """Those that are not there just so: most changes of an item are of its points and stars."""
        those = _keys.c.item_id.in_([entry.item_id for entry in entries])
        known = (await connection.scalars(select(_keys.c.key).where(those))).all()
        if not known:
            return entries
        said = select(_texts).where(_texts.c.rowid.in_(known))
        before = {key: columns for key, *columns in await connection.execute(said)}
        return [each for each in entries if before.get(each.key) != [*_columns(each.document)]]

    async def drop(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        those = _keys.c.item_id.in_(ids)
        keys = (await connection.scalars(select(_keys.c.key).where(those))).all()
        if keys:
            await connection.exec_driver_sql(_DELETE, [(key,) for key in keys])
            await connection.execute(delete(_keys).where(those))

    async def find(
        self,
        connection: AsyncConnection,
        query: SearchQuery,
        span: tuple[int, int],
        limit: int,
        *,
        titles: bool = False,
    ) -> list[int]:
        values = (_match(query, titles=titles), *span, limit)
        return list((await connection.exec_driver_sql(_FIND, values)).scalars())

    async def in_titles(
        self, connection: AsyncConnection, query: SearchQuery, keys: Sequence[int]
    ) -> list[int]:
        said = select(_texts.c.rowid, _texts.c.title).where(_texts.c.rowid.in_(keys))
        sought = [_as_written(phrase) for phrase in query.phrases]
        holding = {
            row.rowid
            for row in await connection.execute(said)
            if all(each in f" {row.title} " for each in sought)
        }
        return [key for key in keys if key in holding]

    async def frequencies(
        self, connection: AsyncConnection, terms: Sequence[str], most: int
    ) -> list[int]:
        statement = " UNION ALL ".join([_COUNT] * len(terms))
        values = tuple(value for term in terms for value in (_in_texts(_quoted(term)), most))
        return list((await connection.exec_driver_sql(statement, values)).scalars())

    async def with_most_of(
        self, connection: AsyncConnection, terms: Sequence[str], limit: int
    ) -> list[int]:
        match = _in_texts(" OR ".join(map(_quoted, terms)))
        return list((await connection.exec_driver_sql(_RANKED, (match, limit))).scalars())


def _as_written(phrase: Phrase) -> str:
    """The phrase as it stands among the terms of a text that hold it, spaces around them."""
    return f" {' '.join(phrase.terms)}" + ("" if phrase.open_end else " ")


def _columns(document: Document) -> tuple[str, str, str]:
    return " ".join(document.title), " ".join(document.body), " ".join(document.labels)


def _match(query: SearchQuery, *, titles: bool) -> str:
    """The query in the language of FTS5, which needs something to be wanted."""
    phrases = " AND ".join(map(_phrase, query.phrases))
    wanted = [f"labels : ({_any_label(topics)})" for topics in query.topics]
    if phrases:
        wanted.append(f"title : ({phrases})" if titles else _in_texts(phrases))
    unwanted = [_in_texts(_phrase(phrase)) for phrase in query.excluded]
    if query.excluded_topics:
        unwanted.append(f"labels : ({_any_label(query.excluded_topics)})")
    match = " AND ".join(f"({part})" for part in wanted or [f"labels : {_quoted(EVERY)}"])
    return f"({match}) NOT ({' OR '.join(unwanted)})" if unwanted else match


def _in_texts(match: str) -> str:
    return f"{{title body}} : ({match})"


def _any_label(topics: Iterable[str]) -> str:
    return " OR ".join(_quoted(label(topic)) for topic in sorted(topics))


def _phrase(phrase: Phrase) -> str:
    return _quoted(" ".join(phrase.terms)) + (" *" if phrase.open_end else "")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
