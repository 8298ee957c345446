"""Documents are parsed in a process of their own, which can be killed and has limits.

However a document is nested, broken or made to exhaust a parser: it costs its source this one
fetch, and the conversations nothing, since the event loop doesn't even share an interpreter with
the parsers. The process is started with the first document and serves all of a pass.
"""

import asyncio
import io
import logging
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Self, cast

from bot.errors import SourceError
from bot.sources.parsed import ParsedFeed
from bot.sources.parser_child import (
    CPU_SECONDS,
    MEMORY,
    OK,
    REFUSED,
    read_frame,
    write_frame,
)

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds for one document on the clock of the wall: for a machine without the other limits."""

Reader = Callable[..., ParsedFeed]
"""A function of a module, with arguments that can be pickled. Raises ``SourceError``."""

_VALUES = {
    ("bot.model", "Item"),
    ("bot.model", "Link"),
    ("bot.model", "Section"),
    ("bot.model", "SourceSpec"),
    ("bot.model", "TopicMatch"),
    ("bot.sources.parsed", "ParsedFeed"),
    ("collections", "Counter"),
}


class Parser:
    """The process that parses, one document at a time. Use as an async context manager."""

    def __init__(self, cpu_seconds: float = CPU_SECONDS) -> None:
        self._cpu_seconds = cpu_seconds
        self._thread = ThreadPoolExecutor(1, "parser")
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """End the process, whatever it is at."""
        if self._process is not None:
            self._process.kill()
        self._thread.shutdown(cancel_futures=True)
        self._end()

    async def read(self, reader: Reader, *arguments: Any) -> ParsedFeed:
        """What ``reader`` makes of its arguments, a document among them.

        Raises ``SourceError`` as the reader does, and when the document needs more than
        ``CPU_SECONDS`` or ``MAX_MEMORY``; other documents are not affected.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._exchange, (reader, arguments))

    def _exchange(self, request: tuple[Reader, tuple[Any, ...]]) -> ParsedFeed:
        process = self._running()
        patience = threading.Timer(PATIENCE, process.kill)
        patience.start()
        try:
            write_frame(cast("IO[bytes]", process.stdin), pickle.dumps(request))
            answer = read_frame(cast("IO[bytes]", process.stdout))
        except OSError:
            answer = None
        finally:
            patience.cancel()
        if answer is None:
            raise SourceError(self._end_of(process))
        return self._parsed(_Answer(io.BytesIO(answer)).load())

    def _parsed(self, answer: tuple[str, Any]) -> ParsedFeed:
        outcome, value = answer
        if outcome == OK:
            parsed: ParsedFeed = value
            return parsed
        if outcome == REFUSED:
            raise SourceError(value)
        self._end()  # what is left of it may be short of memory, or in disorder
        if outcome == MEMORY:
            raise SourceError("needs more memory to read than any feed should")
        log.error("a document met a fault in Ribao\n%s", value)
        raise SourceError("met a fault in Ribao while it was read; see the log")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-m", "bot.sources.parser_child", str(self._cpu_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _end_of(self, process: subprocess.Popen[bytes]) -> str:
        """Why the process gave no answer; it is gone afterwards."""
        status = process.wait()
        self._end()
        if status == -getattr(signal, "SIGPROF", 0):
            return f"takes more than {self._cpu_seconds:g} s to read"
        return f"can't be read: the process that parses it ended ({status})"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with suppress(OSError):  # it may not have read all that was written to it
            process.communicate()


class _Answer(pickle.Unpickler):
    """Reads answers. They come from where hostile documents were, so nothing else is made."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _VALUES:
            raise SourceError("can't be read: the process that parses it gave a wrong answer")
        return super().find_class(module, name)
