"""When the next message of a bot account may go. Pure: the monotonic time is passed in.

A sliding window with a least distance. A message goes 1.02 seconds or more after the one that was
a full second's messages before it, so that no second ever holds more than the limit; and messages
keep two thirds of the even distance, as a burst would be refused. That they may be nearer than
evenly makes up for those that are late, as on a busy machine. (The generic cell rate algorithm
alone, ITU-T I.371, loses what is later than its tolerance.)

At 30 a second this is 29.4 in the long run: 600 messages take 19 windows of 1.02 s and 29 distances
of 0.65 x 34 ms, 20.02 s in all, and more by what the distances can't make up for. There is no other
burst: 30 messages may go within 0.64 s, and then none before 1.02 s are over.
"""

from collections import deque

WINDOW = 1.02
"""Seconds that a full second's messages take at least. The little more is for what the network
adds: messages that arrive nearer to each other than they went."""

NEAREST = 0.65
"""The least distance between two messages, as a share of the even distance."""


class Pacer:
    """Paces one account: ``wait`` says how long the next message must wait, ``take`` that it goes.

    All instants are seconds of a monotonic clock.
    """

    def __init__(self, per_second: float | None) -> None:
        """Raises ``ValueError`` for a rate below one a second, which this can't promise."""
        if per_second is not None and per_second < 1:
            raise ValueError("a rate is at least one message a second")
        self._limited = per_second is not None
        self._distance = NEAREST * WINDOW / per_second if per_second else 0.0
        self._sent: deque[float] = deque(maxlen=int(per_second or 1))
        self._paused_until = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until the next message may go; 0 if it may go now."""
        earliest = self._paused_until
        if self._limited and self._sent:
            earliest = max(earliest, self._sent[-1] + self._distance)
            if len(self._sent) == self._sent.maxlen:
                earliest = max(earliest, self._sent[0] + WINDOW)
        return max(earliest - now, 0.0)

    def take(self, now: float) -> None:
        """A message goes at ``now``. Only to be called where there is nothing to wait for."""
        self._sent.append(now)

    def used(self, now: float) -> float:
        """The share of a full second's messages that went in the last second; 0 without a limit."""
        if not self._limited:
            return 0.0
        return sum(sent > now - WINDOW for sent in self._sent) / (self._sent.maxlen or 1)

    def pause(self, until: float) -> None:
        """Let nothing go before ``until``."""
        self._paused_until = max(self._paused_until, until)
