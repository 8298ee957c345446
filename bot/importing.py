"""Reading items from files, and topics for JSON lines: what `ribao import` and `classify` do."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.digest.classify import Classifier, shipped_model
from bot.errors import SourceError
from bot.formats.recognise import FORMATS, read_digest
from bot.imported import Digest, DigestEntry, Problem
from bot.ingest import topics_of
from bot.interchange import digest_objects, imported_objects, outline_objects, topic_object
from bot.model import Item, Link, SourceSpec
from bot.ports import Added, DigestStore, ItemStore
from bot.sources.arxiv import is_arxiv, parse_arxiv
from bot.sources.feed import parse_feed
from bot.sources.opml import Outline, is_opml, parse_opml
from bot.topics import Taxonomy

MAX_FILE_BYTES = 50 * 2**20

FEED_FORMATS = ("feed", "arxiv", "opml")
ALL_FORMATS = (*FEED_FORMATS, *FORMATS)
"""What ``--format`` may say."""

_BEGINS_LIKE_A_FEED = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!doctype|<rss|<feed|<rdf:|<opml|<html|\{)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file held. ``dropped`` counts what was left out, by reason.

    ``digest`` is there for a published digest, ``feeds`` for a list of feeds.
    """

    path: Path
    format: str
    title: str | None
    language: str | None
    items: tuple[Item, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    digest: Digest | None = None
    feeds: tuple[Outline, ...] = ()
    problems: tuple[Problem, ...] = ()

    def objects(self) -> list[dict[str, Any]]:
        """For scripts; see docs/cli.md."""
        if self.digest is not None:
            return digest_objects(self.digest)
        if self.format == "opml":
            links = [Link(feed.name, feed.url) for feed in self.feeds]
            return outline_objects(self.title or "", links, self.problems)
        return imported_objects(self.title, self.language, self.format, self.items)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an imported file: its items, and whether the digest itself was new."""

    items: Added
    new_digest: bool = False


async def keep(imported: Imported, items: ItemStore, digests: DigestStore, now: datetime) -> Kept:
    """Store what a file held. A second time nothing is written."""
    added = await items.add(imported.items, now)
    new = imported.digest is not None and await digests.add(
        imported.digest, imported.path.name, now
    )
    return Kept(added, new)


class Importer:
    """Reads files of every known format into items with topics."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._classifier = Classifier(taxonomy, shipped_model)

    def read(self, path: Path, format_: str | None = None) -> Imported:
        """What a file holds, in the format ``format_`` (of ``ALL_FORMATS``) or as it looks.

        Raises ``SourceError``: the file can't be read, or is in no known format.
        """
        body = _bytes_of(path)
        if format_ == "opml" or (format_ is None and is_opml(body)):
            return _read_opml(path, body)
        if format_ in FEED_FORMATS or (format_ is None and _BEGINS_LIKE_A_FEED.match(body)):
            return self._read_feed(path, body, format_)
        digest = read_digest(_text_of(body), format_)
        if digest is None:
            known = ", ".join(ALL_FORMATS)
            raise SourceError(f"is in no format that is known ({known}); --format NAME says which")
        return self._with_topics(path, digest)

    def _read_feed(self, path: Path, body: bytes, format_: str | None) -> Imported:
        spec = SourceSpec(name=path.name, kind="file", url="")
        arxiv = format_ == "arxiv" or (format_ is None and is_arxiv(body))
        parsed = parse_arxiv(body, spec) if arxiv else parse_feed(body, "", spec)
        items = tuple(
            replace(item, topics=topics_of(item, (), self._classifier)) for item in parsed.items
        )
        name = "arxiv" if arxiv else "feed"
        return Imported(path, name, parsed.title, parsed.language, items, parsed.dropped)

    def _with_topics(self, path: Path, digest: Digest) -> Imported:
        entries = tuple(self._entry(entry, path) for entry in digest.entries)
        digest = replace(digest, entries=entries)
        return Imported(
            path,
            digest.layout,
            digest.title,
            digest.language,
            tuple(entry.item for entry in entries),
            digest=digest,
            problems=digest.problems,
        )

    def _entry(self, entry: DigestEntry, path: Path) -> DigestEntry:
        """The entry with its source and topics: what the digest says of its field is certain."""
        named = filter(None, (entry.field, *entry.tasks))
        topics = (self._taxonomy.resolve(name) for name in named)
        declared = tuple(dict.fromkeys(topic.id for topic in topics if topic))
        item = replace(entry.item, source=path.name)
        return replace(
            entry, item=replace(item, topics=topics_of(item, declared, self._classifier))
        )


def _read_opml(path: Path, body: bytes) -> Imported:
    listed = parse_opml(body)
    problems = tuple(Problem(line, text) for line, text in listed.faults)
    return Imported(path, "opml", listed.title, None, feeds=listed.feeds, problems=problems)


def _text_of(body: bytes) -> str:
    """A text file as people save it: UTF-8, UTF-16 with its mark, or the old Chinese encodings."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError:
        return body.decode("utf-8-sig", "replace")


def sources_toml(feeds: Iterable[Outline]) -> str:
    """Feeds as ``[[sources]]`` of a configuration; each gets a name of its own."""
    taken: dict[str, int] = {}
    blocks = []
    for feed in feeds:
        times = taken[feed.name] = taken.get(feed.name, 0) + 1
        name = feed.name if times == 1 else f"{feed.name} {times}"
        keys = {"name": name, "kind": "feed", "url": feed.url, "language": feed.language}
        lines = (f"{key} = {json.dumps(v, ensure_ascii=False)}" for key, v in keys.items() if v)
        blocks.append("\n".join(("[[sources]]", *lines)))
    return "\n\n".join(blocks)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SourceError(f"larger than {MAX_FILE_BYTES // 2**20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(error.strerror or "can't be read") from None


def json_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The objects of JSON lines; empty lines are skipped. Raises ``SourceError``."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"line {number} is not JSON: {error}") from None
        if not isinstance(entry, dict):
            raise SourceError(f"line {number} is not a JSON object")
        yield entry


def classified(entry: Mapping[str, Any], classifier: Classifier) -> dict[str, Any]:
    """The object with ``topics`` added, from its ``title``, ``summary`` and ``categories``."""
    categories = entry.get("categories")
    if isinstance(categories, str):
        categories = categories.split()
    elif not isinstance(categories, list):
        categories = []
    found = classifier.classify(
        str(entry.get("title") or ""), str(entry.get("summary") or ""), tuple(map(str, categories))
    )
    return {**entry, "topics": [topic_object(topic) for topic in found]}
