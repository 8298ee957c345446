"""Serves the folder that the site is built in, over HTTP. Behind a proxy or without one.

Files carry ``ETag`` and ``Last-Modified``, which change only if they do: a feed reader that asks
again is answered "not modified".
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path, PurePosixPath

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot.errors import ConfigError
from bot.messages import known_language
from bot.web import places
from bot.web.site import POLICY

GRACE_SECONDS = 1

_TYPES = {
    ".opml": "text/x-opml; charset=utf-8",
    ".xml": "application/atom+xml; charset=utf-8",
    ".webp": "image/webp",  # a system may not know it, nor does Python before 3.13
}
_FEED_AS_JSON = "application/feed+json; charset=utf-8"
_HEADERS = {
    "Content-Security-Policy": "; ".join(
        f"{name} {value}" for name, value in {**POLICY, "frame-ancestors": "'none'"}.items()
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_ASK_AGAIN = "no-cache"
_FOR_A_YEAR = "public, max-age=31536000, immutable"
"""For what has its version in its address."""


class Files(StaticFiles):
    """The site's files. What begins with a dot is not part of it."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        if any(part.startswith(".") for part in PurePosixPath(path).parts):
            return "", None
        return super().lookup_path(path)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        versioned = path.startswith(f"{places.STATIC}/") and scope["query_string"]
        response.headers["Cache-Control"] = _FOR_A_YEAR if versioned else _ASK_AGAIN
        if media_type := _media_type(path):
            response.headers["Content-Type"] = media_type
        return response


def _media_type(path: str) -> str | None:
    """What starlette can't know by the ending of a name."""
    place = PurePosixPath(path)
    if place.suffix == ".json" and (place.name == "feed.json" or place.parent.name == "topics"):
        return _FEED_AS_JSON
    return _TYPES.get(place.suffix)


def application(folder: Path, default_language: str) -> Starlette:
    """The site in ``folder``, which may still be empty. ``/`` leads to the reader's language."""

    async def root(request: Request) -> Response:
        language = preferred_language(request.headers, default_language)
        return RedirectResponse(
            f"{request.scope.get('root_path', '')}/{places.front(language)}",
            302,
            headers={**_HEADERS, "Vary": "Accept-Language"},
        )

    folder.mkdir(parents=True, exist_ok=True)
    return Starlette(
        routes=[
            Route("/", root),
            Mount("/", Files(directory=folder, html=True)),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
    )


def preferred_language(headers: Headers, default: str) -> str:
    """The language that the browser would rather have, by RFC 9110, 12.5.4."""
    wishes = []
    for place, each in enumerate(headers.get("accept-language", "").split(",")[:20]):
        tag, _, quality = each.partition(";q=")
        try:
            wishes.append((-float(quality or 1), place, tag.strip()))
        except ValueError:
            continue
    known = (known_language(tag) for worth, _, tag in sorted(wishes) if worth < 0)
    return next(filter(None, known), default)


class _Server(uvicorn.Server):
    """Leaves the signals to whoever started it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(folder: Path, host: str, port: int, default_language: str) -> AsyncIterator[int]:
    """Serve within this block; gives the port. Raises ``ConfigError`` if it can't be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"web.port: can't listen on {host}:{port}: {reason}") from None
    server = _Server(
        uvicorn.Config(
            application(folder, default_language),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    with listening:
        task = asyncio.create_task(server.serve(sockets=[listening]), name="web")
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await task
