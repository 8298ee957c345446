"""GitHub: young repositories of a topic, and how fast they gain stars.

https://docs.github.com/rest/search/search#search-repositories; 10 requests a minute, 30 with a
token. What is new in one repository tells its ``releases.atom``, which is a feed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.digest.normalise import bounded, one_line, plain_title, usable_url
from bot.errors import SourceError
from bot.model import Fetched, FetchState, Item, Link, SourceSpec
from bot.ports import Stars
from bot.sources.entries import instant
from bot.sources.items import MAX_SUMMARY
from bot.sources.jsonvalues import JsonObject, child, loads, number, objects, signals, text
from bot.sources.parsed import ParsedFeed, collected
from bot.sources.response import Response
from bot.sources.tools import WebSource

LIMIT = 50
"""Repositories of one answer: those with the most stars."""

_KEY = "github:"
_DAY = timedelta(days=1)


class GithubSource(WebSource):
    """Repositories of a topic, created lately. Implements ``bot.ports.Source``."""

    async def fetch(self, state: FetchState, now: datetime) -> Fetched:
        """Those with the most stars, with the signal ``stars_per_day``. Raises ``SourceError``."""
        response = await self._tools.fetcher.get(
            self._url(now), FetchState(), now, headers=self._headers()
        )
        parsed = await self._tools.parser.read(read_repositories, response, self._spec)
        stars = {item.key: int(item.signals["stars"]) for item in parsed.items}
        before = await self._tools.stars.record(stars, now)
        items = tuple(with_growth(item, before, now) for item in parsed.items)
        return Fetched(items, FetchState(checked_at=now), parsed.dropped)

    def _url(self, now: datetime) -> str:
        since = (now - timedelta(days=self._spec.days)).date()
        query = f"topic:{self._spec.query} created:>={since} stars:>={self._spec.minimum}"
        asked = {"q": query, "sort": "stars", "order": "desc", "per_page": LIMIT}
        return f"{self._spec.url}?{urlencode(asked)}"

    def _headers(self) -> Mapping[str, str]:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self._tools.github_token:
            headers["Authorization"] = f"Bearer {self._tools.github_token}"
        return headers


def read_repositories(response: Response, spec: SourceSpec) -> ParsedFeed:
    """The repositories of an answer; forks and archives are left out. Raises ``SourceError``."""
    answer = loads(response.body)
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        raise SourceError("answers something that is no list of repositories")
    items, dropped = collected(_repository(found, spec) for found in objects(answer["items"]))
    if (beyond := int(number(answer, "total_count") or 0) - LIMIT) > 0:
        dropped[f"beyond the first {LIMIT}"] = beyond
    return ParsedFeed(f"GitHub: {spec.query}", None, items, dropped)


def _repository(found: JsonObject, spec: SourceSpec) -> Item | str:
    name = plain_title(text(found, "full_name"))
    url = usable_url(text(found, "html_url"))
    stars = number(found, "stargazers_count") or 0
    if name.count("/") != 1 or not url:
        return "no name or address"
    if found.get("archived") is True or found.get("fork") is True:
        return "archived or a fork"
    if stars < spec.minimum:
        return f"fewer than {spec.minimum} stars"
    about = bounded(one_line(text(found, "description")), MAX_SUMMARY)
    homepage = usable_url(text(found, "homepage"))
    owner = text(child(found, "owner"), "login")
    return Item(
        key=f"{_KEY}{name.lower()}",
        title=name,
        url=url,
        section=spec.section,
        published=instant(text(found, "created_at")),
        authors=(owner,) if owner else (),
        language=spec.language,
        summary={spec.language or "und": about} if about else {},
        code_urls=(url,),
        links=(Link("Homepage", homepage),) if homepage else (),
        signals=signals(stars=stars),
        source=spec.name,
    )


def with_growth(item: Item, before: Mapping[str, Stars], now: datetime) -> Item:
    """``item`` with the signal ``stars_per_day``: since an earlier snapshot, if there is one.

    Else since the repository was created. Spans under a day count as a day, lest a hundred stars in
    the first hour become thousands.
    """
    stars = item.signals["stars"]
    earlier = before.get(item.key)
    if earlier is not None:
        gained, since = max(stars - earlier.count, 0), earlier.at
    elif item.published is not None:
        gained, since = stars, datetime.fromisoformat(item.published)
    else:
        return item
    days = max(now - since, _DAY) / _DAY
    return replace(item, signals={**item.signals, "stars_per_day": round(gained / days, 2)})
