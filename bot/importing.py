"""Reading items from files, and topics for JSON lines: what `ribao import` and `classify` do."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.digest.classify import Classifier
from bot.errors import SourceError
from bot.ingest import topics_of
from bot.interchange import topic_object
from bot.model import Item, SourceSpec
from bot.sources.arxiv import is_arxiv, parse_arxiv
from bot.sources.feed import parse_feed

MAX_FILE_BYTES = 50 * 2**20


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file held. ``dropped`` counts what was left out, by reason."""

    path: Path
    format: str
    title: str | None
    language: str | None
    items: tuple[Item, ...]
    dropped: Mapping[str, int]


def read_file(path: Path, classifier: Classifier) -> Imported:
    """The items of a feed in a file, with topics. Raises ``SourceError``."""
    body = _bytes_of(path)
    spec = SourceSpec(name=path.name, kind="file", url="")
    arxiv = is_arxiv(body)
    parsed = parse_arxiv(body, spec) if arxiv else parse_feed(body, "", spec)
    items = (replace(item, topics=topics_of(item, (), classifier)) for item in parsed.items)
    return Imported(
        path,
        "arxiv" if arxiv else "feed",
        parsed.title,
        parsed.language,
        tuple(items),
        parsed.dropped,
    )


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
