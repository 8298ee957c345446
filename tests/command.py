"""The installed command, run as a person or a script would."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forked import SECONDS, nursery

RIBAO = Path(sys.executable).with_name("ribao")
SHARED = Path(__file__).parents[2] / "shared"


@dataclass(frozen=True)
class Outcome:
    """What a run of the command left."""

    status: int
    stdout: str
    stderr: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; fails if there is anything else."""
        return [json.loads(line) for line in self.stdout.splitlines()]


@dataclass(frozen=True)
class Command:
    """``ribao`` with a data folder, and perhaps a configuration, of its own."""

    data_dir: Path
    config: Path | None = None

    def __call__(self, *arguments: str | Path, stdin: str = "", **environment: str) -> Outcome:
        config: Sequence[str | Path] = ("-c", self.config) if self.config else ()
        command = [str(each) for each in (*config, *arguments)]
        env = {**os.environ, "RIBAO_DATA_DIR": str(self.data_dir), **environment}
        if not any(name.startswith("PYTHON") for name in environment):
            with nursery().start("bot", *command, env=env) as process:
                out, err = process.communicate(stdin.encode())
                return Outcome(process.wait(), out.decode(), err.decode())
        # What the interpreter itself reads of its environment, only a new one can read.
        done = subprocess.run(
            [RIBAO, *command],
            input=stdin,
            env=env,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)
