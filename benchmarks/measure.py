"""What the benchmarks share: the installed command, percentiles, a line of output."""

import sys
from collections.abc import Sequence
from pathlib import Path

RIBAO = Path(sys.executable).with_name("ribao")
SHARED = Path(__file__).parents[2] / "shared"


def show(what: str, measured: str, target: str = "") -> None:
    print(f"  {what:<58} {measured:>22}{'   target ' + target if target else ''}")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
