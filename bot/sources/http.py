"""HTTP for sources: polite, bounded, and no way into private networks.

httpx logs each address at level INFO, with its query; who sets up logging keeps the loggers
``httpx`` and ``httpcore`` at WARNING.
"""

import asyncio
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
from bot.sources.headers import conditions, max_age, retry_after, user_agent, validator
from bot.sources.transport import CONFIGURED, Lookup, Transport

MAX_SECONDS = 20.0
"""Seconds for one fetch in all: name, connection, redirects and body."""

MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. ``body`` is decompressed; it is empty with ``not_modified``.

    ``url`` is where it finally came from, without user information; ``content_type`` the header as
    sent; ``max_age`` how many seconds the server calls it fresh, if it says so.
    """

    url: str
    body: bytes = b""
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: float | None = None
    not_modified: bool = False


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
    ) -> None:
        """``contact`` is an address or page of the operator, told to the servers.

        ``lookup`` finds the addresses of hosts that nobody configured.
        """
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._client = httpx.AsyncClient(
            transport=Transport(lookup),
            headers={
                "User-Agent": user_agent(contact),
                "Accept": _ACCEPT,
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

    async def get(self, url: str, state: FetchState, now: datetime) -> Response:
        """Fetch ``url``, unless it is unchanged since the fetch that ``state`` remembers.

        Raises ``SourceError`` for every way in which this can fail. Its sentence names the host,
        never the user information, path or query, which may hold a secret.
        """
        target = _http_url(url)
        return await self._fetched(target, _endpoint(target), conditions(state), now)

    async def get_public(self, url: str, now: datetime) -> Response:
        """Fetch what nobody who runs Ribao has configured: a link in an item, one that a user sent.

        It and all that it redirects to must be on the open internet. Every address of the host is
        checked, and a checked one is connected to, so that no spelling of an address and no name
        server leads to this machine or its network. User information in ``url`` is not sent.

        Raises ``SourceError`` as ``get`` does, within 20 s and 5 MiB by default.
        """
        target = _http_url(url).copy_with(userinfo=b"")
        return await self._fetched(target, None, {}, now)

    async def _fetched(
        self,
        target: httpx.URL,
        configured: tuple[str, int] | None,
        asking: dict[str, str],
        now: datetime,
    ) -> Response:
        """What ``target`` leads to. Only ``configured`` may be at a private address."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(target, configured, asking, now)
        except TimeoutError:
            reason = f"did not answer within {self._seconds:g} s"
        except (httpx.InvalidURL, httpx.HTTPError, UnicodeError):
            # All else comes from httpcore; but httpx looks at redirects that it doesn't follow.
            reason = "redirects to an address that is not valid"
        except _BROKEN as error:
            reason = str(error)[:120] or "the connection broke off"
        raise SourceError(f"{target.host}: {reason}")

    async def _follow(
        self,
        target: httpx.URL,
        configured: tuple[str, int] | None,
        asking: dict[str, str],
        now: datetime,
    ) -> Response:
        for _ in range(MAX_REDIRECTS + 1):
            async with self._client.stream(
                "GET",
                target,
                headers=asking,
                extensions={CONFIGURED: _endpoint(target) == configured},
            ) as response:
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    return await self._read(response, asked=bool(asking), now=now)
                target = _redirected(target, response.headers["location"])
        raise SourceError(f"redirects more than {MAX_REDIRECTS} times")

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
    return SourceError(f"{response.url.host} answers {phrase}", retry_after=wait)
