"""Commands and programs of tests in processes that are forked from one which has imported it all.

To start Python and import everything takes longer than most of them do. Such a process is as real
as one started anew: its arguments, environment, folder and pipes are its own, it can be signalled
and killed, and it ends as it would. Run as a program: the number of a socket, see ``Nursery``.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Self

SECONDS = 60
ROOT = Path(__file__).parents[1]

COMMAND = "bot"
"""The module that is the command."""

MODES = ("wb", "rb", "rb")
"""How whoever starts a process uses its input, output and errors."""


class Forked:
    """A process, with as much of ``subprocess.Popen`` as tests use; its pipes are not buffered."""

    def __init__(self, line: socket.socket, pipes: Sequence[int]) -> None:
        self._line = line
        self.pid = int(line.recv(16))
        self.returncode: int | None = None
        self._files = [os.fdopen(end, mode, 0) for end, mode in zip(pipes, MODES, strict=False)]

    @property
    def stdin(self) -> Any:
        return self._files[0]

    @property
    def stdout(self) -> Any:
        return self._files[1]

    @property
    def stderr(self) -> Any:
        return self._files[2]

    def poll(self) -> int | None:
        with suppress(TimeoutError, BlockingIOError):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = SECONDS) -> int:
        """Its status, that of the signal below 0. Raises ``TimeoutError``."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            self.returncode = int(self._line.recv(16))
        return self.returncode

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, told: bytes = b"", timeout: float = SECONDS) -> tuple[bytes, bytes]:
        """Both outputs as a whole; what it is ``told`` is all of its input."""
        with ThreadPoolExecutor(3) as threads:
            threads.submit(self._tell, told)
            out, err = (threads.submit(file.read) for file in (self.stdout, self.stderr))
            try:
                self.wait(timeout)
            except TimeoutError:
                self.kill()
                raise
            return out.result(), err.result()

    def _tell(self, told: bytes) -> None:
        with suppress(BrokenPipeError), os.fdopen(os.dup(self.stdin.fileno()), "wb") as pipe:
            self.stdin.close()
            pipe.write(told)

    def close(self) -> None:
        """Kill it if it lives."""
        self.kill()
        self.wait()
        for file in self._files:
            file.close()
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Nursery:
    """Starts processes."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)

    def start(
        self,
        module: str,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        files: tuple[int, int, int] | None = None,
        load: Sequence[str] = (),
    ) -> Forked:
        """Run a module as a program, with pipes or these ``files``.

        What it imports by itself, and what it is known to ``load``, is imported before the fork.
        """
        request = {
            "module": module,
            "argv": list(map(str, arguments)),
            "env": dict(os.environ if env is None else env),
            "cwd": str(Path.cwd()),
            "load": [module, *load],
        }
        pipes = [] if files else [os.pipe() for _ in MODES]
        ours = [pipe["w" in mode] for pipe, mode in zip(pipes, MODES, strict=False)]
        theirs = [pipe["r" in mode] for pipe, mode in zip(pipes, MODES, strict=False)]
        line, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.settimeout(SECONDS)
        with other:
            sent = json.dumps(request).encode()
            socket.send_fds(self._socket, [sent], [other.fileno(), *(files or theirs)])
        for number in theirs:
            os.close(number)
        return Forked(line, ours)

    def close(self) -> None:
        self._socket.close()
        self._process.wait(SECONDS)


@cache
def nursery() -> Nursery:
    """The one of this process."""
    return Nursery()


def _serve(ours: socket.socket) -> dict[str, Any] | None:
    """What a child is asked to do, None at the end."""
    # Who minds a child is waited for by nobody.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, numbers, _, _ = socket.recv_fds(ours, 2**20, 4)
        if not request:
            return None
        _load(json.loads(request)["load"])
        if not os.fork():
            ours.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if not (child := os.fork()):
                return _become(json.loads(request), numbers)
            _mind(child, *numbers)
        for number in numbers:
            os.close(number)


def _load(modules: Iterable[str]) -> None:
    for name in modules:
        import_module(name)
    # The collector, which passes over everything as a process ends, would copy each page of it.
    gc.freeze()


def _mind(child: int, line: int, *pipes: int) -> None:
    """Tell who the child is, and how it ended; never returns."""
    for pipe in pipes:
        os.close(pipe)
    with suppress(OSError), socket.socket(fileno=line) as told:
        told.send(str(child).encode())
        told.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
    os._exit(0)


def _become(request: dict[str, Any], numbers: list[int]) -> dict[str, Any]:
    """What a new interpreter would find, in the locale C.UTF-8."""
    line, *pipes = numbers
    os.close(line)
    for place, number in enumerate(pipes):
        os.dup2(number, place)
    for number in set(pipes):
        os.close(number)
    # Open until the process ends.
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    return request


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

    _load(LOADED)
    asked = _serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        sys.argv = ["ribao", *asked["argv"]]
        if asked["module"] == COMMAND:
            main()
        else:
            runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
