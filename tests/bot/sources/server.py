"""A web server on the loopback that does what servers do, and what they should not."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]


Reply = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class LoopbackServer:
    """Answers each path as told, and records every request. Start with ``start``."""

    replies: dict[str, Reply] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _servers: list[asyncio.Server] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, place: str = "127.0.0.1") -> None:
        """Listen at ``place``; at a second one the port stays the same."""
        server = await asyncio.start_server(self._connected, place, self.port)
        self._servers.append(server)
        self.port = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, path: str, place: str = "127.0.0.1", user: str = "") -> str:
        return f"http://{user}{place}:{self.port}{path}"

    def on(self, path: str, reply: Reply) -> str:
        self.replies[path] = reply
        return self.url(path)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                request = await self._read(reader)
                reply = self.replies.get(request.path.partition("?")[0], answer(b"", "404 Nope"))
                await reply(request, writer)
                await writer.drain()
        writer.close()
        self._tasks.discard(task)

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = (line.partition(": ") for line in head[1:] if line)
        request = Request(head[0].split(" ")[1], {name.lower(): text for name, _, text in fields})
        self.requests.append(request)
        return request


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> Reply:
    """A plain answer. Underscores in the names of headers stand for hyphens."""

    async def reply(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(status, content_length=str(len(body)), **headers) + body)

    return reply


def head(status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def redirect(target: str, status: str = "302 Found") -> Reply:
    return answer(b"", status, location=target)


def conditional(body: bytes, **validators: str) -> Reply:
    """Answers 304 to who shows the ETag or date that came with the body."""

    async def reply(request: Request, writer: asyncio.StreamWriter) -> None:
        asked = (request.headers.get("if-none-match"), request.headers.get("if-modified-since"))
        known = any(one is not None and one in validators.values() for one in asked)
        text = b"" if known else body
        status = "304 Not Modified" if known else "200 OK"
        fields = validators if known else {**validators, "content_length": str(len(text))}
        writer.write(head(status, **fields) + text)

    return reply


def zipped(body: bytes, **headers: str) -> Reply:
    return answer(gzip.compress(body), content_encoding="gzip", **headers)


def bytes_and_close(data: bytes) -> Reply:
    """Sends just that, and hangs up."""

    async def reply(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        writer.close()
        raise ConnectionAbortedError

    return reply


async def stalled(_: Request, writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing until the server is stopped."""
    await writer.drain()
    await asyncio.Event().wait()


async def half_and_stalled(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(content_length="100") + b"half")
    await writer.drain()
    await asyncio.Event().wait()


async def dripping(_: Request, writer: asyncio.StreamWriter) -> None:
    """A byte now and then: no single read takes long, the whole never ends."""
    writer.write(head(content_length="1000000"))
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def endless(_: Request, writer: asyncio.StreamWriter) -> None:
    """A chunked body without end."""
    writer.write(head(transfer_encoding="chunked"))
    while True:
        writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
        await writer.drain()
