"""The process that parses; started by ``bot.sources.parser`` as ``python -m``."""

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from bot.errors import SourceError

CPU_SECONDS = 1.8
"""Processor time for one document. The longest true one, 2,000 papers of arXiv, takes 0.1 s."""

MAX_MEMORY = 200 * 1024 * 1024
"""Bytes of data of the process; with its programs it then stays under 256 MB."""

OK, REFUSED, MEMORY, FAULT = "ok", "refused", "memory", "fault"
"""What an answer may be: the parsed document, a sentence, nothing, a traceback."""

_LENGTH = 8


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write ``data`` so that ``read_frame`` knows where it ends. Raises ``OSError``."""
    stream.write(len(data).to_bytes(_LENGTH))
    stream.write(data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """What ``write_frame`` wrote; None when the other side is gone. Raises ``OSError``."""
    head = stream.read(_LENGTH)
    data = stream.read(int.from_bytes(head)) if len(head) == _LENGTH else b""
    return data if data and len(data) == int.from_bytes(head) else None


def main() -> None:
    """Answer requests until there are no more."""
    cpu_seconds = float(sys.argv[1])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    _limit()
    while (request := read_frame(sys.stdin.buffer)) is not None:
        reader, arguments = pickle.loads(request)  # noqa: S301 - see the import
        _allow(cpu_seconds)
        answer = pickle.dumps(_answer(reader, arguments))
        _allow(0)
        write_frame(answers, answer)


def _limit() -> None:
    """Bound the memory, where the system can. No documents are left behind in core dumps."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(seconds: float) -> None:
    """So much processor time from now on, then the system ends the process; 0 is no limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _answer(reader: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return OK, reader(*arguments)
    except SourceError as error:
        return REFUSED, str(error)
    except MemoryError:
        return MEMORY, None
    except Exception:  # noqa: BLE001 - told to the log of the process that asked
        return FAULT, traceback.format_exc()


if __name__ == "__main__":
    main()
