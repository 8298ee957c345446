"""The search index on PostgreSQL: a table of ``tsvector`` with a GIN index.

The vectors are written out, term by term with its position, instead of being parsed by the server:
so both engines find the same. Weight A marks the title, B the other texts, C the topics.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digest.terms import EVERY, Document, label
from bot.model import Phrase, SearchQuery
from bot.store.entries import Entry

LAST_POSITION = 16_383
"""PostgreSQL counts no further; terms beyond are found, but not as parts of phrases."""

_DROP = "DROP TABLE IF EXISTS item_search"
_CREATE = (
    "CREATE TABLE item_search (item_id BIGINT PRIMARY KEY REFERENCES items ON DELETE CASCADE, "
    "key BIGINT NOT NULL, terms TSVECTOR NOT NULL)"
)
_INDEX = "CREATE INDEX ix_item_search_terms ON item_search USING gin (terms)"
_INDEX_KEY = "CREATE INDEX ix_item_search_key ON item_search (key)"
_PUT = text(
    "INSERT INTO item_search (item_id, key, terms) "
    "VALUES (:item_id, :key, CAST(:terms AS tsvector)) "
    "ON CONFLICT (item_id) DO UPDATE SET key = excluded.key, terms = excluded.terms"
)
_DROP_ITEM = text("DELETE FROM item_search WHERE item_id = :item_id")
_FIND = text(
    "SELECT key FROM item_search WHERE terms @@ CAST(:match AS tsquery) "
    "AND key BETWEEN :first AND :last ORDER BY key DESC LIMIT :limit"
)
_AMONG = text(
    "SELECT key FROM item_search WHERE key = ANY(:keys) AND terms @@ CAST(:match AS tsquery)"
)
_RANKED = text(
    "SELECT key FROM item_search WHERE terms @@ CAST(:match AS tsquery) "
    "ORDER BY ts_rank(terms, CAST(:match AS tsquery)) DESC, key DESC LIMIT :limit"
)


class TextSearch:
    """``bot.store.entries.Engine`` of PostgreSQL."""

    async def create(self, connection: AsyncConnection) -> None:
        for statement in (_DROP, _CREATE, _INDEX, _INDEX_KEY):
            await connection.exec_driver_sql(statement)

    async def put(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        rows = [
            {"item_id": entry.item_id, "key": entry.key, "terms": _vector(entry.document)}
            for entry in entries
        ]
        await connection.execute(_PUT, rows)

    async def drop(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        await connection.execute(_DROP_ITEM, [{"item_id": item_id} for item_id in ids])

    async def find(
        self,
        connection: AsyncConnection,
        query: SearchQuery,
        span: tuple[int, int],
        limit: int,
        *,
        titles: bool = False,
    ) -> list[int]:
        match = _match(query, titles=titles)
        values = {"match": match, "first": span[0], "last": span[1], "limit": limit}
        return list((await connection.execute(_FIND, values)).scalars())

    async def in_titles(
        self, connection: AsyncConnection, query: SearchQuery, keys: Sequence[int]
    ) -> list[int]:
        values = {"match": _match(query, titles=True), "keys": list(keys)}
        holding = set((await connection.execute(_AMONG, values)).scalars())
        return [key for key in keys if key in holding]

    async def frequencies(
        self, connection: AsyncConnection, terms: Sequence[str], most: int
    ) -> list[int]:
        statement = _counts(len(terms))
        values = {f"match{n}": _lexeme(term, "AB") for n, term in enumerate(terms)}
        return list((await connection.execute(statement, {**values, "most": most})).scalars())

    async def with_most_of(
        self, connection: AsyncConnection, terms: Sequence[str], limit: int
    ) -> list[int]:
        match = " | ".join(_lexeme(term, "AB") for term in terms)
        values = {"match": match, "limit": limit}
        return list((await connection.execute(_RANKED, values)).scalars())


def _counts(number: int) -> TextClause:
    each = (
        "SELECT {0} AS n, (SELECT count(*) FROM (SELECT 1 FROM item_search "
        "WHERE terms @@ CAST(:match{0} AS tsquery) LIMIT :most) AS found{0}) AS total"
    )
    union = " UNION ALL ".join(each.format(n) for n in range(number))
    return text(f"SELECT total FROM ({union}) AS counted ORDER BY n")  # noqa: S608


def _vector(document: Document) -> str:
    """The terms as PostgreSQL reads a vector: ``'attention':1A 'is':2A``."""
    gap = len(document.title) + 2  # so that no phrase reaches from the title into the text
    placed = (
        *_placed(document.title, 1, "A"),
        *_placed(document.body, gap, "B"),
        *(f"'{term}':{LAST_POSITION}C" for term in document.labels),
    )
    return " ".join(placed)


def _placed(terms: Iterable[str], first: int, weight: str) -> Iterable[str]:
    return (f"'{t}':{min(n, LAST_POSITION)}{weight}" for n, t in enumerate(terms, first))


def _match(query: SearchQuery, *, titles: bool) -> str:
    """The query as PostgreSQL reads it."""
    wanted = [_lexeme(EVERY, "C"), *(_any_label(topics) for topics in query.topics)]
    wanted += [_phrase(phrase, "A" if titles else "AB") for phrase in query.phrases]
    unwanted = [_phrase(phrase, "AB") for phrase in query.excluded]
    if query.excluded_topics:
        unwanted.append(_any_label(query.excluded_topics))
    return " & ".join([*map(_group, wanted), *(f"!{_group(each)}" for each in unwanted)])


def _group(match: str) -> str:
    return f"({match})"


def _any_label(topics: frozenset[str]) -> str:
    return " | ".join(_lexeme(label(topic), "C") for topic in sorted(topics))


def _phrase(phrase: Phrase, weights: str) -> str:
    *first, last = phrase.terms
    lexemes = [_lexeme(term, weights) for term in first]
    return " <-> ".join([*lexemes, _lexeme(last, weights + ("*" if phrase.open_end else ""))])


def _lexeme(term: str, flags: str) -> str:
    quoted = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':{flags}"
