"""Runs the benchmarks named on the command line, or all of them."""

import os
import platform
import sys
from collections.abc import Callable

from benchmarks import (
    cases,
    feeds,
    hostile,
    ingest,
    memory,
    million,
    morning,
    pace,
    render,
    search,
    site,
    startup,
    telegram,
    today,
    topics,
)

BENCHMARKS: dict[str, Callable[[], None]] = {
    "startup": startup.run,
    "memory": memory.run,
    "feeds": feeds.run,
    "hostile": hostile.run,
    "cases": cases.run,
    "ingest": ingest.run,
    "today": today.run,
    "morning": morning.run,
    "million": million.run,
    "pace": pace.run,
    "render": render.run,
    "telegram": telegram.run,
    "topics": topics.run,
    "search": search.run,
    "site": site.run,
}


def main() -> None:
    print(f"make bench · Python {platform.python_version()} on {platform.system()} ", end="")
    print(f"{platform.machine()}, {os.cpu_count()} cores, SQLite files on disk")
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"\n{name}")
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
