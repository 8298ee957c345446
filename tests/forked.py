"""The command in processes that are forked from one which has imported it all.

To start Python and import everything takes longer than most commands do. Such a process is as real
as one started anew: its arguments, environment, folder and pipes are its own, and it ends as the
command ends. Run as a program: the number of a socket, see ``Nursery``.
"""

import atexit
import gc
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

SECONDS = 60


class Nursery:
    """Starts commands, one at a time."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
                cwd=Path(__file__).parents[1],
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)

    def run(self, argv: list[str], stdin: str, env: dict[str, str]) -> tuple[int, str, str]:
        """Status, standard output and standard error of one command."""
        request = json.dumps({"argv": argv, "env": env, "cwd": str(Path.cwd())}).encode()
        pipes = [os.pipe() for _ in range(3)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        socket.send_fds(self._socket, [request], theirs)
        for number in theirs:
            os.close(number)
        with ThreadPoolExecutor(3) as threads:
            threads.submit(_write, pipes[0][1], stdin)
            out, err = (threads.submit(_read, end) for end, _ in pipes[1:])
            return int(self._socket.recv(16)), out.result(), err.result()

    def close(self) -> None:
        self._socket.close()
        self._process.wait(SECONDS)


@cache
def nursery() -> Nursery:
    """The one of this process."""
    return Nursery()


def _write(number: int, text: str) -> None:
    with open(number, "w", encoding="utf-8") as pipe:
        pipe.write(text)


def _read(number: int) -> str:
    with open(number, encoding="utf-8") as pipe:
        return pipe.read()


def _serve(ours: socket.socket) -> list[str] | None:
    """The arguments in a child, None at the end."""
    while True:
        request, numbers, _, _ = socket.recv_fds(ours, 2**20, 3)
        if not request:
            return None
        child = os.fork()
        if not child:
            ours.close()
            return _become(json.loads(request), numbers)
        for number in numbers:
            os.close(number)
        _, status = os.waitpid(child, 0)
        ours.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(request: dict[str, Any], numbers: list[int]) -> list[str]:
    """What a new interpreter would find, in the locale C.UTF-8."""
    for place, number in enumerate(numbers):
        os.dup2(number, place)
        os.close(number)
    # Open until the process ends.
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    argv: list[str] = request["argv"]
    return argv


LOADED = (
    "adapters.console.adapter",
    "adapters.console.laid_out",
    "aiosqlite",
    "babel.numbers",
    "bot.app",
    "bot.cli",
    "bot.importing",
    "bot.layouts.daily",
    "bot.layouts.html",
    "bot.layouts.newsletter",
    "bot.layouts.reading_list",
    "bot.layouts.weekly",
    "bot.logs",
    "bot.previewing",
    "bot.publishing",
    "bot.running",
    "bot.searching",
    "bot.sources.registry",
    "typer.rich_utils",
)
"""What most commands import."""

if __name__ == "__main__":
    from bot.__main__ import main

    for name in LOADED:
        import_module(name)
    # The collector, which passes over everything as a process ends, would copy each page of it.
    gc.freeze()
    arguments = _serve(socket.socket(fileno=int(sys.argv[1])))
    if arguments is not None:
        sys.argv = arguments
        main()
