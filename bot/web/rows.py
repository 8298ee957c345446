"""What lists, feeds and the search know of an item that was published: a row, kept for a month."""

from typing import NamedTuple

from bot.model import Entry
from bot.topics import Taxonomy
from bot.web.editions import Printed

MAX_TEXT = 400
MAX_AUTHORS = 10
_ESCAPED = {n: f"%{n:02X}" for n in (*range(33), *b'"<>\\^`{|}', 127)}


class Row(NamedTuple):
    """An item in the edition of ``day`` (ISO 8601). ``topics`` with those above them.

    ``until`` is the instant of the edition, to the second, in UTC.
    """

    id: int
    day: str
    until: str
    title: str
    url: str
    topics: tuple[str, ...]
    authors: tuple[str, ...]
    text: str


def rows_of(printed: Printed, removed: frozenset[int], taxonomy: Taxonomy) -> list[Row]:
    """A row for each item of an edition that was not taken out of the paper since."""
    day = printed.edition.day.isoformat()
    until = f"{printed.edition.until:%Y-%m-%dT%H:%M:%SZ}"
    return [
        Row(
            item_id,
            day,
            until,
            entry.title,
            web_link(entry.url),
            topics_of(entry, taxonomy),
            entry.authors[:MAX_AUTHORS],
            shortened(entry.introduction or entry.abstract, MAX_TEXT),
        )
        for entry, item_id in entries_of(printed)
        if item_id not in removed
    ]


def entries_of(printed: Printed) -> list[tuple[Entry, int]]:
    """The entries of an edition with the ids of their items."""
    entries = [entry for section in printed.issue.sections for entry in section.entries]
    return list(zip(entries, printed.item_ids, strict=True))


def topics_of(entry: Entry, taxonomy: Taxonomy) -> tuple[str, ...]:
    """The topics of an entry, and those that they are part of, in the order of the taxonomy."""
    matches = entry.why.topics if entry.why else ()
    own = {topic.id for match in matches if (topic := taxonomy.resolve(match.id))}
    with_parents = own.union(*(taxonomy.ancestors(each) for each in own))
    return tuple(topic.id for topic in taxonomy.topics if topic.id in with_parents)


def shortened(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters, cut between words where there are any."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    word = cut.rpartition(" ")[0]
    return f"{word if len(word) > limit * 3 // 4 else cut}…"


def web_link(url: str) -> str:
    """``url`` if a browser may follow it: http or https, and nothing else.

    What no address may hold (RFC 3986, appendix A) is escaped: checkers of books are strict.
    """
    return url.translate(_ESCAPED) if url.lower().startswith(("http://", "https://")) else ""


def links_of(entry: Entry, code: str) -> list[dict[str, str]]:
    """Where else an entry leads; ``code`` is the word for that of a paper."""
    links = [(code, url) for url in entry.code_urls if url != entry.url]
    links += [(link.label or link.url, link.url) for link in entry.links]
    return [{"label": label, "url": there} for label, url in links if (there := web_link(url))]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text."""
    return [each for each in map(str.strip, text.split("\n")) if each]
