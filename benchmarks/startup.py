"""How long a person waits for the command: help, and a first issue from a cold start."""

import os
import subprocess
import tempfile
import time
from statistics import median

from benchmarks.measure import RIBAO, show

ROUNDS = 7


def run() -> None:
    # As pip leaves it: compiled. A checkout whose environment forbids that would compile each time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    _today_in_new_folder()
    show("ribao --help, median of 7", f"{_help():.2f} s", "<= 0.4 s")
    show("first /today on an empty machine, median of 7", f"{_first_today():.2f} s", "<= 1.5 s")


def _help() -> float:
    return median(_seconds([str(RIBAO), "--help"], b"", {}) for _ in range(ROUNDS))


def _first_today() -> float:
    return median(_today_in_new_folder() for _ in range(ROUNDS))


def _today_in_new_folder() -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _seconds([str(RIBAO), "run"], b"/today\n", {"RIBAO_DATA_DIR": folder})


def _seconds(command: list[str], stdin: bytes, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        command, input=stdin, env={**os.environ, **environment}, check=True, capture_output=True
    )
    return time.perf_counter() - start
