"""The console as a pipe: one message a line in, answers out, the end of input ends it."""

import asyncio
import io
import os
import sys
import threading
from contextlib import suppress

from adapters.console.render import as_text
from adapters.console.session import Session


async def run_pipe(session: Session) -> None:
    """Answer every line of stdin on stdout. Returns at the end of input, or when nobody reads."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as the input is, whatever the locale
    lines = _lines_of_stdin()
    while (line := await lines.get()) is not None:
        output = await session.line(line)
        if output.leaves:
            return
        if output.lines:
            try:
                print(as_text(output.lines), end="\n\n", flush=True)  # noqa: T201 - the answer
            except BrokenPipeError:  # whoever read has gone
                _write_to_nobody()
                return


def _write_to_nobody() -> None:
    """Lest Python fails over what is left to be written as it ends.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _lines_of_stdin() -> "asyncio.Queue[str | None]":
    """Lines, then None. A daemon thread reads: a blocked read can't hold up the end."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    def put(line: str | None) -> None:
        with suppress(RuntimeError):  # the loop was closed: nobody listens any more
            loop.call_soon_threadsafe(queue.put_nowait, line)

    def read() -> None:
        if sys.stdin is not None:  # else it was closed by whoever started the process
            # Not through sys.stdin: Python aborts if a thread still waits in that when it exits.
            with os.fdopen(sys.stdin.fileno(), "rb", closefd=False) as stdin:
                for raw in stdin:
                    put(raw.decode("utf-8", errors="replace"))
        put(None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    return queue
