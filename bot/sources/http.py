"""HTTP for sources: polite, bounded, and no way into private networks.

httpx logs each address at level INFO, with its query; who sets up logging keeps the loggers
``httpx`` and ``httpcore`` at WARNING.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpcore
import httpx

from bot.errors import SourceError
from bot.model import FetchState
from bot.sources.addresses import resolve
from bot.sources.body import MAX_BYTES, read_body
from bot.sources.headers import conditions, max_age, retry_after, until, user_agent, validator
from bot.sources.politeness import Politeness
from bot.sources.response import Response
from bot.sources.transport import CONFIGURED, Lookup, Transport

MAX_SECONDS = 20.0
"""Seconds for one fetch in all: name, connection, redirects and body."""

MAX_REDIRECTS = 5

PAUSE = 300.0
"""Seconds for which a host is left alone that says "too many requests", and not for how long."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)


NO_HEADERS: Mapping[str, str] = {}
UNKNOWN = FetchState()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A fetch. Only the endpoint ``configured`` may be private, and only it gets ``headers``."""

    target: httpx.URL
    configured: tuple[str, int] | None
    conditions: Mapping[str, str]
    headers: Mapping[str, str]


class Fetcher:
    """Fetches documents of sources over one HTTP client. Use as an async context manager.

    What the operator configured may be anywhere, also on a private address. What that redirects to
    may not, unless it is the same host and port. Proxy settings of the environment are not used:
    behind a proxy the address could not be checked.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        seconds: float = MAX_SECONDS,
        max_bytes: int = MAX_BYTES,
        lookup: Lookup = resolve,
        politeness: Politeness | None = None,
        accept: str = _ACCEPT,
    ) -> None:
        """``contact`` is an address or page of the operator, told to the servers.

        ``lookup`` finds the addresses of hosts that nobody configured. Without ``politeness`` the
        fetcher takes turns by itself, not with other processes. ``accept`` is the header of that
        name.
        """
        self._politeness = politeness or Politeness()
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._client = httpx.AsyncClient(
            transport=Transport(lookup),
            headers={
                "User-Agent": user_agent(contact),
                "Accept": accept,
                "Accept-Encoding": "gzip",
            },
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
            timeout=seconds,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def get(
        self,
        url: str,
        state: FetchState,
        now: datetime,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Response:
        """Fetch ``url``, unless it is unchanged since the fetch that ``state`` remembers.

        ``headers`` are for the host of ``url`` alone: what that redirects to elsewhere doesn't get
        them. Raises ``SourceError`` for every way in which this can fail. Its sentence names the
        host, never the user information, path or query, which may hold a secret.
        """
        target = _http_url(url)
        return await self._fetched(
            _Asked(target, _endpoint(target), conditions(state), headers), now
        )

    async def get_public(self, url: str, now: datetime, state: FetchState = UNKNOWN) -> Response:
        """Fetch what nobody who runs Ribao has configured: a link in an item, one that a user sent.

        It and all that it redirects to must be on the open internet. Every address of the host is
        checked, and a checked one is connected to, so that no spelling of an address and no name
        server leads to this machine or its network. User information in ``url`` is not sent.

        Raises ``SourceError`` as ``get`` does, within 20 s and 5 MiB by default.
        """
        target = _http_url(url).copy_with(userinfo=b"")
        return await self._fetched(_Asked(target, None, conditions(state), NO_HEADERS), now)

    async def _fetched(self, asked: _Asked, now: datetime) -> Response:
        """What is asked for, through all redirects. Time spent in waiting for turns is free."""
        target, left = asked.target, self._seconds
        clock = asyncio.get_running_loop().time
        for _ in range(MAX_REDIRECTS + 1):
            async with self._politeness.turn(target.host):
                start = clock()
                answer = await self._translated(self._hop(asked, target, now), asked, left)
                left -= clock() - start
            if isinstance(answer, Response):
                return answer
            target = answer
        raise SourceError(f"{asked.target.host}: redirects more than {MAX_REDIRECTS} times")

    async def _translated(
        self, hop: Awaitable[Response | httpx.URL], asked: _Asked, seconds: float
    ) -> Response | httpx.URL:
        """What ``hop`` brings within ``seconds``, its errors as ``SourceError``."""
        try:
            async with asyncio.timeout(seconds):
                return await hop
        except TimeoutError:
            reason = f"did not answer within {self._seconds:g} s"
        except (httpx.InvalidURL, httpx.HTTPError, UnicodeError):
            # All else comes from httpcore; but httpx looks at redirects that it doesn't follow.
            reason = "redirects to an address that is not valid"
        except _BROKEN as error:
            reason = str(error)[:120] or "the connection broke off"
        raise SourceError(f"{asked.target.host}: {reason}")

    async def _hop(self, asked: _Asked, target: httpx.URL, now: datetime) -> Response | httpx.URL:
        """One request: what it answers, or where it redirects to."""
        configured = _endpoint(target) == asked.configured
        headers = {**asked.conditions, **(asked.headers if configured else {})}
        async with self._client.stream(
            "GET", target, headers=headers, extensions={CONFIGURED: configured}
        ) as response:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return await self._read(response, asked=bool(asked.conditions), now=now)
            return _redirected(target, response.headers["location"])

    async def _read(self, response: httpx.Response, *, asked: bool, now: datetime) -> Response:
        headers = response.headers
        unchanged = response.status_code == HTTPStatus.NOT_MODIFIED and asked
        if not (response.is_success or unchanged):
            raise _refused(response, now)
        encoding = headers.get("content-encoding", "").strip().lower()
        chunks = response.aiter_raw()
        return Response(
            url=str(response.url.copy_with(userinfo=b"")),
            body=b"" if unchanged else await read_body(chunks, encoding, self._max_bytes),
            content_type=headers.get("content-type"),
            etag=validator(headers.get("etag")),
            last_modified=validator(headers.get("last-modified")),
            max_age=max_age(headers.get("cache-control", "")),
            not_modified=unchanged,
        )


def _http_url(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        host = parsed.host  # decodes international names, which fails with a UnicodeError
    except (httpx.InvalidURL, UnicodeError):
        raise SourceError("the address is not valid") from None
    if parsed.scheme not in {"http", "https"} or not host:
        raise SourceError("the address is not an http(s) address")
    return parsed


def _endpoint(url: httpx.URL) -> tuple[str, int]:
    return url.host, url.port or (443 if url.scheme == "https" else 80)


def _redirected(source: httpx.URL, location: str) -> httpx.URL:
    target = source.join(location)
    if target.scheme not in {"http", "https"} or not target.host:
        raise SourceError("redirects to something that is not an http(s) address")
    same = target.scheme == source.scheme and _endpoint(target) == _endpoint(source)
    return target.copy_with(userinfo=source.userinfo if same else b"")


def _refused(response: httpx.Response, now: datetime) -> SourceError:
    code = response.status_code
    try:
        phrase = f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        phrase = str(code)
    wait = retry_after(response.headers.get("retry-after", ""), now)
    if wait is None and response.headers.get("x-ratelimit-remaining") == "0":
        # GitHub's way to say it: when the limit begins anew, in seconds since 1970.
        wait = until(response.headers.get("x-ratelimit-reset", ""), now)
    if wait is None and code == HTTPStatus.TOO_MANY_REQUESTS:
        wait = PAUSE
    return SourceError(f"{response.url.host} answers {phrase}", retry_after=wait)
