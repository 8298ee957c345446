"""Runs the benchmarks named on the command line, or all of them."""

import os
import platform
import sys
from importlib import import_module

BENCHMARKS = (
    "startup",
    "memory",
    "feeds",
    "hostile",
    "cases",
    "ingest",
    "today",
    "morning",
    "million",
    "pace",
    "render",
    "telegram",
    "topics",
    "search",
    "site",
)


def main() -> None:
    print(f"make bench · Python {platform.python_version()} on {platform.system()} ", end="")
    print(f"{platform.machine()}, {os.cpu_count()} cores, SQLite files on disk")
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"\n{name}")
        # Only what is measured is loaded: its memory is counted as well.
        import_module(f"benchmarks.{name}").run()


if __name__ == "__main__":
    main()
