"""What is counted of the work for those who watch Ribao; ``bot.monitor`` shows it to Prometheus."""

from datetime import timedelta
from typing import Protocol

ANY_PLATFORM = "any"
"""Where the ledger gives up rows of all platforms in one statement."""


class Meter(Protocol):
    """Counts. Called on the way of each message, so it must be quick and never fail."""

    def count(self, platform: str, outcome: str, number: int = 1) -> None:
        """So many attempts ended as sent, retried, uncertain, dead or expired."""
        ...

    def late(self, platform: str, by: timedelta) -> None:
        """The first part of an issue was sent so long after it was due."""
        ...

    def fetched(self, source: str, kind: str, number: int) -> None:
        """A source brought so many items that were new, known or dropped."""
        ...


class NoMeter:
    """Where nobody watches."""

    def count(self, platform: str, outcome: str, number: int = 1) -> None:
        """Count nothing."""

    def late(self, platform: str, by: timedelta) -> None:
        """Count nothing."""

    def fetched(self, source: str, kind: str, number: int) -> None:
        """Count nothing."""


NO_METER = NoMeter()
