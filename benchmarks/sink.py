"""A platform on loopback, in a process of its own, so that it takes nothing from who is measured.

Run by itself it prints its port, answers each message with a number, and at the end of its input
prints the monotonic instants at which messages arrived, as a JSON array.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.model import ChatAddress


class Sink:
    """The ``Sender`` that sends there, over as many connections as it needs at once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.arrived: list[float] = []
        """When each message arrived, in seconds of the monotonic clock; known at the end."""

    async def send(
        self,
        _chat: ChatAddress,
        payload: str,
        *,
        key: str,
        silent: bool,
        options: str = "",
        first: str = "",
    ) -> str:
        assert not silent
        stream = self._free.pop() if self._free else await self._connect()
        reader, writer = stream
        writer.write(f"{key} {len(payload)}\n".encode() + payload.encode() + b"\0")
        answer = await reader.readuntil(b"\n")
        self._free.append(stream)
        return answer.decode().strip()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def close(self) -> None:
        for _, writer in self._free:
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def running() -> AsyncIterator[Sink]:
    """A sink while the block runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.sink"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    assert process.stdin
    assert process.stdout
    sink = Sink(int(await process.stdout.readline()))
    try:
        yield sink
    finally:
        await sink.close()
        process.stdin.close()
        sink.arrived = json.loads(await process.stdout.read())
        await process.wait()


async def _serve() -> None:
    arrived: list[float] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\0"):
                arrived.append(time.monotonic())
                writer.write(b"%d\n" % len(arrived))
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(json.dumps(arrived))


if __name__ == "__main__":
    asyncio.run(_serve())
