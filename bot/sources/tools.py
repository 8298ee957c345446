"""What sources work with, and what most of them do the same way."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from bot.model import Fetched, FetchState, SourceSpec
from bot.ports import StarStore
from bot.sources.parser import Parser, Reader
from bot.sources.politeness import group_of
from bot.sources.response import Response

if TYPE_CHECKING:  # the process that parses has no need of HTTP
    from bot.sources.http import Fetcher

LONGEST_FRESH = timedelta(hours=6)
"""A document that calls itself fresh for longer is asked for again all the same: news can't wait.
"""


@dataclass(frozen=True, slots=True)
class Tools:
    """The outside, as sources see it. ``github_token`` is a secret: for GitHub's API alone."""

    fetcher: "Fetcher"
    parser: Parser
    stars: StarStore
    github_token: str | None = field(default=None, repr=False)


class WebSource(ABC):
    """What sources on the web have in common. Implements ``bot.ports.Source`` but for ``fetch``."""

    def __init__(self, spec: SourceSpec, tools: Tools) -> None:
        self._spec = spec
        self._tools = tools

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def host(self) -> str:
        return group_of(urlsplit(self._spec.url).hostname or "")

    @abstractmethod
    async def fetch(self, state: FetchState, now: datetime) -> Fetched: ...


class DocumentSource(WebSource):
    """A source that is one document. ``reader`` makes items of the response and the spec."""

    reader: ClassVar[Reader]

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        """What the document holds now, or nothing if it is unchanged. Raises ``SourceError``."""
        response = await self._response(state, now)
        after = state_after(response, state, now)
        if response.not_modified:
            return Fetched((), after, not_modified=True)
        parsed = await self._tools.parser.read(type(self).reader, response, self._spec)
        return Fetched(parsed.items, after, parsed.dropped)

    async def _response(self, state: FetchState, now: datetime) -> Response:
        url, fetcher = self._spec.url, self._tools.fetcher
        if self._spec.public:
            return await fetcher.get_public(url, now, state)
        return await fetcher.get(url, state, now)


def state_after(response: Response, before: FetchState, now: datetime) -> FetchState:
    """What to remember of a document that was read, or found unchanged."""
    fresh = min(timedelta(seconds=response.max_age or 0), LONGEST_FRESH)
    after = FetchState(
        etag=response.etag,
        last_modified=response.last_modified,
        checked_at=now,
        not_before=now + fresh if fresh else None,
    )
    if not response.not_modified:
        return after
    # A server need not repeat what it has been asked with.
    return replace(
        after,
        etag=after.etag or before.etag,
        last_modified=after.last_modified or before.last_modified,
    )
