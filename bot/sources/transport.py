"""Connections for the fetcher: anywhere for configured hosts, to public addresses for all others.

The check stands where the connection is made, on the very address that is connected to. So a name
that resolves to something else a moment later ("DNS rebinding") gains nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import httpcore
import httpx

from bot.errors import SourceError
from bot.sources.addresses import is_public, resolve

CONFIGURED = "ribao_configured"
"""Name of the request extension that says whether the host is the one that was configured."""

Lookup = Callable[[str, int], Awaitable[list[str]]]

_KEEP_ALIVE = 30.0  # seconds; a pass over all sources often asks one host several times


class PublicBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only.

    Raises ``SourceError`` for a host that has any other address; what else can go wrong is raised
    as httpcore's own errors.
    """

    def __init__(
        self, inner: httpcore.AsyncNetworkBackend | None = None, lookup: Lookup = resolve
    ) -> None:
        self._inner = inner or httpcore.AnyIOBackend()
        self._lookup = lookup

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the host's addresses that answers."""
        try:
            addresses = await self._lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        if not all(map(is_public, addresses)):
            raise SourceError(f"leads to {host}, which is at a private address")
        failure = httpcore.ConnectError("the host has no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks for it between its own attempts."""
        await self._inner.sleep(seconds)


class Transport(httpx.AsyncBaseTransport):
    """httpcore under httpx, with two pools of connections: configured hosts, and all others.

    ``httpx.AsyncHTTPTransport`` takes no network backend, hence these lines. The pools are apart
    lest a redirect find an open connection to a private host that another source may use.
    """

    def __init__(self, lookup: Lookup = resolve) -> None:
        context = httpx.create_ssl_context()
        self._configured = httpcore.AsyncConnectionPool(context, keepalive_expiry=_KEEP_ALIVE)
        self._public = httpcore.AsyncConnectionPool(
            context, keepalive_expiry=_KEEP_ALIVE, network_backend=PublicBackend(lookup=lookup)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pool = self._configured if request.extensions[CONFIGURED] else self._public
        url = request.url
        response = await pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=response.status, headers=response.headers, stream=_Stream(response)
        )

    async def aclose(self) -> None:
        await self._configured.aclose()
        await self._public.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()
