"""PDFs are made in a process of their own, one at a time: each takes many seconds of computing.

As ``python -m bot.web.bindery`` it makes one, of a pickled journal and the instant of its making.
"""

import asyncio
import logging
import os
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from bot.errors import Refusal

if TYPE_CHECKING:
    from bot.web.journal import Journal

log = logging.getLogger(__name__)

SECONDS = 180.0
"""For one book, on the clock."""

_COMMAND = (sys.executable, "-m", "bot.web.bindery")
_YIELDING = 10
"""Whoever chats meanwhile goes first."""


class Bindery:
    """Makes the PDFs of one Ribao."""

    def __init__(self, command: Sequence[str] = _COMMAND, seconds: float = SECONDS) -> None:
        """``command`` is what reads a journal and writes its PDF."""
        self._command = command
        self._seconds = seconds
        self._busy = False

    async def pdf(self, journal: "Journal", now: datetime) -> bytes:
        """Raises ``Refusal`` while another is being made, and where none can be made of it.

        Cancelled, it ends the process.
        """
        if self._busy:
            raise Refusal("journal.busy", month=journal.month)
        self._busy = True
        try:
            content, fault = await self._run(pickle.dumps((journal, now)))
        finally:
            self._busy = False
        if not content.startswith(b"%PDF-"):
            log.error("no PDF came of the journal of %s: %s", journal.month, fault)
            raise Refusal("journal.failed", month=journal.month)
        return content

    async def _run(self, book: bytes) -> tuple[bytes, str]:
        """What the process wrote, and what it complained of at last."""
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        try:
            async with asyncio.timeout(self._seconds):
                content, complaints = await process.communicate(book)
        except TimeoutError:
            return b"", f"it takes more than {self._seconds:g} s"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return content, complaints.decode(errors="replace").strip()[-500:]


def main() -> None:
    """Read a journal, write its PDF."""
    from bot.web.journal import pdf  # noqa: PLC0415 - all that it takes is loaded here alone

    with suppress(AttributeError, OSError):  # not on every system
        os.nice(_YIELDING)
    journal, now = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this
    sys.stdout.buffer.write(pdf(journal, now))


if __name__ == "__main__":
    main()
