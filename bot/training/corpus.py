"""Papers to learn from: arXiv records as JSON lines, in the order of their days."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import SourceError
from bot.topics import Taxonomy, normal_form


@dataclass(frozen=True, slots=True)
class Paper:
    """``title`` and ``text`` are in normal form; ``topics`` are those of its arXiv categories, and
    whatever these are part of.

    ``day`` is when it was listed, ISO 8601; ``field`` that of its primary category, None if
    that is no topic.
    """

    title: str
    text: str
    day: str
    topics: frozenset[str]
    field: str | None = None

    @property
    def month(self) -> str:
        return self.day[:7]


def read_papers(path: Path, taxonomy: Taxonomy, since: str = "") -> list[Paper]:
    """All papers since a day, of a file or of all files in a folder, by day and title.

    Files are JSON lines, perhaps compressed by gzip, with ``day``, ``title``, ``summary`` and
    ``categories`` (the primary first). Raises ``SourceError`` when there is none, or a bad line.
    """
    files = sorted(path.glob("*.jsonl*")) if path.is_dir() else [path]
    papers = [paper for file in files for paper in _read(file, taxonomy, since)]
    if not papers:
        raise SourceError(f"there are no papers in {path}")
    return sorted(papers, key=lambda paper: (paper.day, paper.title))


def _read(file: Path, taxonomy: Taxonomy, since: str) -> Iterator[Paper]:
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    record = json.loads(line)
                    if record["day"] >= since:
                        yield _paper(record, taxonomy)
                except (ValueError, KeyError, TypeError) as error:
                    raise SourceError(f"{file}, line {number} is no paper: {error}") from None
    except OSError as error:
        raise SourceError(f"{file} can't be read: {error.strerror or error}") from None


def _paper(record: dict[str, Any], taxonomy: Taxonomy) -> Paper:
    known = [taxonomy.by_arxiv(category) for category in record["categories"]]
    topics = {topic for topic in known if topic}
    primary = known[0] if known else None
    return Paper(
        title=normal_form(record["title"]),
        text=normal_form(record["summary"]),
        day=record["day"],
        topics=frozenset(topics.union(*map(taxonomy.ancestors, topics))),
        field=taxonomy.root(primary) if primary else None,
    )


def common(papers: Iterable[Paper], least: int) -> tuple[str, ...]:
    """The topics that at least so many papers have, by id: what there are enough examples of."""
    times = Counter(topic for paper in papers for topic in paper.topics)
    return tuple(sorted(topic for topic, count in times.items() if count >= least))


def months(papers: Sequence[Paper]) -> list[str]:
    """The months in which papers were listed, in order."""
    return sorted({paper.month for paper in papers})
