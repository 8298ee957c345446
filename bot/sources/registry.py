"""Kinds of sources by name, and the list of sources that ships with Ribao.

A new kind is a class with the constructor of ``FeedSource`` that implements ``bot.ports.Source``,
and a line in ``KINDS``.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from bot.errors import ConfigError
from bot.model import Section, SourceSpec
from bot.ports import Source
from bot.sources.arxiv import ArxivSource
from bot.sources.feed import FeedSource
from bot.sources.http import Fetcher

KINDS: Mapping[str, type[FeedSource]] = {"feed": FeedSource, "arxiv": ArxivSource}

_REQUIRED = ("name", "kind", "url")
_KEYS = {*_REQUIRED, "section", "topics", "language"}
_URL = re.compile(r"https?://[^/\s]+\S*")


def build(spec: SourceSpec, fetcher: Fetcher) -> Source:
    """The source that ``spec`` describes. Raises ``ConfigError`` for an unknown kind."""
    if problem := _wrong_kind(spec.kind):
        raise ConfigError(f"source {spec.name!r}: {problem}")
    return KINDS[spec.kind](spec, fetcher)


def load_defaults(path: Path | None = None) -> tuple[SourceSpec, ...]:
    """The sources of a TOML file, without ``path`` those that ship with Ribao.

    Raises ``ConfigError`` with one sentence for every fault in the file.
    """
    file = path or resources.files("bot").joinpath("data", "sources.toml")
    try:
        tables = tomllib.loads(file.read_text("utf-8")).get("sources", [])
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: can't be read ({error})") from None
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{file}: sources must be written as [[sources]]")
    faults = [f"{file}: {fault}" for fault in _faults(tables)]
    if faults:
        raise ConfigError(faults)
    return tuple(map(_spec, tables))


def _faults(tables: list[dict[str, Any]]) -> Iterator[str]:
    for place, table in enumerate(tables):
        for fault in _faults_of_one(table):
            yield f"sources.{place} ({table.get('name', 'no name')}): {fault}"
    for name, times in Counter(str(table.get("name")) for table in tables).items():
        if times > 1:
            yield f"the name {name!r} is used {times} times"


def _faults_of_one(table: dict[str, Any]) -> Iterator[str]:
    yield from (f"there is no key {key!r}" for key in table if key not in _KEYS)
    for key in _REQUIRED:
        if not isinstance(table.get(key), str) or not table[key].strip():
            yield f"{key} is missing"
        elif problem := _CHECKS[key](table[key]):
            yield problem
    if (section := table.get("section", Section.POSTS)) not in list(Section):
        yield f"{section!r} is no section (there are {', '.join(Section)})"
    topics = table.get("topics", [])
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        yield "topics must be a list of topic ids"
    if not isinstance(table.get("language", ""), str):
        yield "language must be a language tag, such as en"


def _wrong_kind(kind: str) -> str | None:
    return None if kind in KINDS else f"there is no kind {kind!r} (there are {', '.join(KINDS)})"


def _wrong_url(url: str) -> str | None:
    return None if _URL.fullmatch(url) else f"{url!r} is no http(s) address"


_CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "name": lambda _: None,
    "kind": _wrong_kind,
    "url": _wrong_url,
}


def _spec(table: dict[str, Any]) -> SourceSpec:
    return SourceSpec(
        name=table["name"],
        kind=table["kind"],
        url=table["url"],
        section=Section(table.get("section", Section.POSTS)),
        topics=tuple(table.get("topics", ())),
        language=table.get("language"),
    )
