"""Resident memory of a console that has answered and now waits."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.measure import RIBAO, show

SETTLE_SECONDS = 3.0


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        started = _resident(folder, [])
        show("resident, just started", f"{started:.0f} MB")
        answered = _resident(folder, ["/subscribe cv", "/timezone Shanghai", "/today"])
        show("resident, idle after three commands", f"{answered:.0f} MB", "<= 120 MB")


def _resident(folder: str, lines: list[str]) -> float:
    with subprocess.Popen(
        [str(RIBAO), "run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "RIBAO_DATA_DIR": folder},
    ) as process:
        assert process.stdin is not None
        for line in lines:
            process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
        time.sleep(SETTLE_SECONDS)
        resident = _kilobytes(process.pid) / 1000
        process.stdin.close()
        process.wait(timeout=20)
    return resident


def _kilobytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1])
    raise RuntimeError("this system does not tell resident memory in /proc")
