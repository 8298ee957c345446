"""When the next message of a bot account may go. Pure: the monotonic time is passed in.

This is the generic cell rate algorithm (ITU-T I.371) with next to no burst: messages go at even
distances, as tokens that pile up would be a burst that the platform refuses.
"""

USE = 0.982
"""The share of the limit that is used: 29.46 of 30 a second. The rest lets a message be late."""

SLACK = 0.008
"""Seconds by which a message may be late without moving those after it. A window of one second
then holds at most ``(1 + SLACK) * USE * limit + 1`` messages, which is the limit or less."""


class Pacer:
    """Paces one account: ``wait`` says how long the next message must wait, ``take`` that it goes.

    All instants are seconds of a monotonic clock.
    """

    def __init__(self, per_second: float | None) -> None:
        """Raises ``ValueError`` for a rate below one a second, which this can't promise."""
        if per_second is not None and per_second < 1:
            raise ValueError("a rate is at least one message a second")
        self._interval = 0.0 if per_second is None else 1 / (per_second * USE)
        self._next = float("-inf")
        self._paused_until = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until the next message may go; 0 if it may go now."""
        return max(self._next - now, self._paused_until - now, 0.0)

    def take(self, now: float) -> None:
        """A message goes at ``now``. Only to be called where there is nothing to wait for."""
        self._next = max(self._next, now - SLACK) + self._interval

    def pause(self, until: float) -> None:
        """Let nothing go before ``until``."""
        self._paused_until = max(self._paused_until, until)
