"""Readers that do to a process what hostile documents may. Light to import: that takes time too."""

import os
import sys
import time

from bot.sources.parsed import ParsedFeed


def spin(seconds: float) -> ParsedFeed:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return ParsedFeed("spun", None, ())


def devour(size: int) -> ParsedFeed:
    return ParsedFeed("ate" * bool(bytearray(size)), None, ())


def end_itself(signum: int) -> ParsedFeed:
    os.kill(os.getpid(), signum)
    return ParsedFeed("alive", None, ())


def stumble() -> ParsedFeed:
    raise ZeroDivisionError("a bug")


def print_much() -> ParsedFeed:
    sys.stdout.write("\0" * 100_000)
    return ParsedFeed("quiet", None, ())
