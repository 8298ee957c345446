"""What a browser needs to search the site by itself: a file a month, the newest read first."""

import json
import unicodedata
from collections.abc import Mapping, Sequence

from bot.han import simplified, traditional_pairs
from bot.topics import Taxonomy
from bot.web.rows import Row

MONTH_BYTES = 360_000
"""About so long a month's file gets: that of a year stays below 5 MB."""

_LEAST, _MOST = 24, 400
_FRAME = 55
"""Bytes of a row beside its words: id, day, topics and marks."""


def month_index(rows: Sequence[Row], taxonomy: Taxonomy) -> str:
    """``[[id, day of the month, title, further words, [topics by number]], ...]``.

    The fewer items a month has, the more of each one's introduction stands in it.
    """
    numbers = {topic.id: n for n, topic in enumerate(taxonomy.topics)}
    titles = sum(len(row.title.encode()) for row in rows)
    room = (MONTH_BYTES - titles) // max(len(rows), 1) - _FRAME
    limit = min(max(room, _LEAST), _MOST)
    return json.dumps(
        [
            [
                row.id,
                int(row.day[-2:]),
                row.title,
                _further(row, limit),
                [numbers[topic] for topic in row.topics if topic in numbers],
            ]
            for row in rows
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def months_index(months: Sequence[str], taxonomy: Taxonomy) -> str:
    """The months there are, newest first, and by number how people call the topics, folded."""
    names = [
        folded(" ".join(dict.fromkeys((*topic.names.values(), *topic.aliases))))
        for topic in taxonomy.topics
    ]
    return _dump({"months": sorted(months, reverse=True), "topics": names})


def folding_table() -> str:
    """Two strings: traditional characters, and in the same places the simplified ones."""
    pairs = traditional_pairs()
    return _dump(["".join(pairs), "".join(pairs.values())])


def folded(text: str) -> str:
    """As the page's script folds what it compares: one case and width, simplified Chinese."""
    return simplified(unicodedata.normalize("NFKC", text).lower())


def _further(row: Row, limit: int) -> str:
    """The beginning of the introduction, in at most so many bytes, without what the title has."""
    title = set(folded(row.title).split())
    words = [word for word in folded(row.text).split() if word not in title]
    kept = " ".join(words).encode()[:limit].decode(errors="ignore")
    return kept if len(kept.encode()) < limit - 3 else kept.rpartition(" ")[0] or kept


def _dump(value: Mapping[str, object] | Sequence[object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
