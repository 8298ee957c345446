"""``[[sources]]``: the kinds of sources, the keys that each takes, and their validation.

What a kind does stands in ``bot/sources/``; what an operator may write is here, so that a
configuration is checked without loading any of that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot.config_values import HttpUrl
from bot.model import Section, SourceSpec


@dataclass(frozen=True, slots=True)
class Kind:
    """``url`` is where it is unless configured; without one an address must be given.

    ``needs`` are keys that must be given, ``takes`` further ones with what they are if left out.
    """

    url: str | None = None
    section: Section = Section.POSTS
    needs: frozenset[str] = frozenset()
    takes: Mapping[str, Any] = field(default_factory=dict)


KINDS: Mapping[str, Kind] = {
    "feed": Kind(),
    "opml": Kind(),
    "arxiv": Kind(section=Section.PAPERS),
    "arxiv-api": Kind(
        url="https://export.arxiv.org/api/query",
        section=Section.PAPERS,
        needs=frozenset({"query"}),
        takes={"days": 4},
    ),
    "huggingface": Kind(
        url="https://huggingface.co/api/daily_papers",
        section=Section.PAPERS,
        takes={"min_upvotes": 0, "days": 2},
    ),
    "hackernews": Kind(
        url="https://hn.algolia.com/api/v1/search_by_date",
        section=Section.NEWS,
        needs=frozenset({"words"}),
        takes={"min_points": 50, "days": 2},
    ),
    "github": Kind(
        url="https://api.github.com/search/repositories",
        section=Section.PROJECTS,
        needs=frozenset({"topic"}),
        takes={"min_stars": 50, "days": 30},
    ),
    "reddit": Kind(url="https://www.reddit.com", needs=frozenset({"subreddit"})),
}

_OF_A_KIND = ("url", "query", "topic", "subreddit", "words", "days")
_LEAST = ("min_points", "min_stars", "min_upvotes")
_WORD = re.compile(r"[\w-]{1,50}", re.ASCII)


class SourceSettings(BaseModel):
    """One entry of ``[[sources]]``. What is not given is what the kind says.

    ``kind`` stands first, and ``path`` before ``url``: later keys are checked against these.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    name: str = Field(min_length=1, max_length=100)
    path: Path | None = None
    url: HttpUrl | None = Field(default=None, validate_default=True)
    section: Section | None = None
    topics: tuple[str, ...] = ()
    language: str | None = None
    weight: float = Field(default=0.0, ge=-2.0, le=2.0)
    query: str | None = Field(default=None, max_length=1_000, validate_default=True)
    topic: str | None = Field(default=None, validate_default=True)
    subreddit: str | None = Field(default=None, validate_default=True)
    words: tuple[str, ...] | None = Field(
        default=None, min_length=1, max_length=20, validate_default=True
    )
    days: int | None = Field(default=None, ge=1, le=365)
    min_points: int | None = Field(default=None, ge=0)
    min_stars: int | None = Field(default=None, ge=0)
    min_upvotes: int | None = Field(default=None, ge=0)

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(f"there is no kind {value!r} (there are {', '.join(KINDS)})")
        return value

    @field_validator("path", *_OF_A_KIND, *_LEAST, mode="before")
    @classmethod
    def _belongs(cls, value: Any, info: ValidationInfo) -> Any:
        kind, key = info.data.get("kind"), str(info.field_name)
        if kind is None:
            return value
        if value is None and key in _missing(kind, info.data):
            raise ValueError(f"this key is missing; a source of kind {kind!r} needs it")
        if value is not None and key not in _keys(kind):
            raise ValueError(f"a source of kind {kind!r} has no such key")
        return value

    @field_validator("topic", "subreddit")
    @classmethod
    def _one_word(cls, value: str | None) -> str | None:
        if value is not None and not _WORD.fullmatch(value):
            raise ValueError(f"{value!r} is not one word of letters, digits and hyphens")
        return value

    def spec(self) -> SourceSpec:
        """As the sources take it."""
        kind = KINDS[self.kind]
        given = {key: getattr(self, key) for key in _keys(self.kind)}
        values = {**kind.takes, **{key: one for key, one in given.items() if one is not None}}
        least = [values[key] for key in _LEAST if key in values]
        return SourceSpec(
            name=self.name,
            kind=self.kind,
            url=self.url or kind.url or str(self.path),
            section=self.section or kind.section,
            topics=self.topics,
            language=self.language,
            query=str(values.get("query") or values.get("topic") or values.get("subreddit") or ""),
            words=tuple(values.get("words", ())),
            days=values.get("days", 0),
            minimum=least[0] if least else 0,
        )


def _keys(kind: str) -> frozenset[str]:
    """The keys that only some kinds have and this one does."""
    files = {"path"} if kind == "opml" else set()
    return KINDS[kind].needs | set(KINDS[kind].takes) | {"url"} | files


def _missing(kind: str, given: Mapping[str, Any]) -> frozenset[str]:
    without_url = KINDS[kind].url is None and given.get("path") is None
    return KINDS[kind].needs | ({"url"} if without_url else set())
