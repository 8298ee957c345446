"""arXiv's query API: what its announcements lack (comments, code links), and back-fill.

https://info.arxiv.org/help/api/user-manual.html
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.model import Fetched, FetchState, Item
from bot.sources.arxiv import read_arxiv
from bot.sources.parsed import ParsedFeed, collected
from bot.sources.tools import WebSource

SLICE = 1_000
"""Papers of one answer; arXiv gives 2,000 at most. So many take 3 MB."""

MAX_RESULTS = 10_000
"""Papers of one fetch; arXiv gives 30,000 in all."""

EVERY = timedelta(hours=8)
"""arXiv announces once a day; asking the same again all day long gets clients refused."""


class ArxivApiSource(WebSource):
    """The papers of the last days that match a query. Implements ``bot.ports.Source``.

    All are asked for each time: a paper that is known gains its comment and code links, and one
    that was announced late is not missed.
    """

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        """All slices of the answer, one after the other. Raises ``SourceError``."""
        items: list[Item] = []
        after = FetchState(checked_at=now, not_before=now + EVERY)
        parsed = await self._slice(0, now)
        dropped = parsed.dropped
        total = min(parsed.total or 0, MAX_RESULTS)
        items += parsed.items
        for start in range(SLICE, total, SLICE):
            parsed = await self._slice(start, now)
            items += parsed.items
            dropped += parsed.dropped
        if parsed.total is not None and parsed.total > MAX_RESULTS:
            dropped[f"beyond the first {MAX_RESULTS:,}"] += parsed.total - MAX_RESULTS
        # Papers that are announced while the slices are read move the others along.
        once, repeated = collected(items)
        return Fetched(once, after, dropped + repeated)

    async def _slice(self, start: int, now: datetime) -> ParsedFeed:
        asked = {
            "search_query": f"({self._spec.query}) AND submittedDate:[{self._days(now)}]",
            "start": start,
            "max_results": SLICE,
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        }
        url = f"{self._spec.url}?{urlencode(asked)}"
        response = await self._tools.fetcher.get(url, FetchState(), now)
        return await self._tools.parser.read(read_arxiv, response, self._spec)

    def _days(self, now: datetime) -> str:
        """The days that are asked for, in UTC to the minute, as arXiv writes a span of time."""
        since = now - timedelta(days=self._spec.days)
        return f"{since:%Y%m%d%H%M} TO {now:%Y%m%d%H%M}"
