"""A Bot API server on loopback, in a process of its own, that takes every message after a while.

Run by itself with the milliseconds that an answer takes it prints its port, and at the end of its
input the monotonic instants at which messages arrived, as a JSON array.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

TOKEN = "123456:a-token-for-nobody-at-all-0123456789"  # noqa: S105 - of a bot that is not there

_ME = {"id": 123456, "is_bot": True, "first_name": "R", "username": "r_bot"}
_CHAT = {"id": 1, "type": "private", "first_name": "A"}
_LINK = {"type": "text_link", "offset": 0, "length": 9, "url": "https://arxiv.org/abs/2611.01234"}
_MESSAGE = {"date": 0, "from": _ME, "chat": _CHAT, "text": "x" * 3000, "entities": [_LINK] * 60}
"""Telegram's answer repeats the whole message."""
_TAKEN = json.dumps({"ok": True, "result": {"message_id": 0, **_MESSAGE}}).encode()
_INTRODUCED = json.dumps({"ok": True, "result": _ME}).encode()


@dataclass
class BotApi:
    """The server, as who is measured knows it."""

    url: str
    arrived: list[float] = field(default_factory=list)
    """When each message arrived, in seconds of the monotonic clock; known at the end."""


@asynccontextmanager
async def running(milliseconds: int) -> AsyncIterator[BotApi]:
    """A server while the block runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.botapi", str(milliseconds)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    assert process.stdin
    assert process.stdout
    server = BotApi(f"http://127.0.0.1:{int(await process.stdout.readline())}")
    try:
        yield server
    finally:
        process.stdin.close()
        server.arrived = json.loads(await process.stdout.readline())
        await process.wait()


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as far as it is needed: requests one after the other, each with its length."""

    def __init__(self, seconds: float, arrived: list[float]) -> None:
        self._seconds = seconds
        self._arrived = arrived
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        _, _, length = head.lower().partition(b"content-length:")
        if len(body) < int(length.split(b"\r\n")[0] or 0):
            return
        self._received = b""
        is_message = b"/sendMessage" in head.split(b"\r\n")[0]
        if is_message:
            self._arrived.append(time.monotonic())
        number = len(self._arrived)
        answer = _TAKEN.replace(b"0", b"%d" % number, 1) if is_message else _INTRODUCED
        delay = self._seconds if is_message else 0
        asyncio.get_running_loop().call_later(delay, self._answer, answer)

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head % len(body) + body)


async def _serve(milliseconds: int) -> None:
    arrived: list[float] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Connection(milliseconds / 1000, arrived), "127.0.0.1", 0, backlog=500
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps(arrived), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
