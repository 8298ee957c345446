"""When the next message of a bot account may go. Pure: the monotonic time is passed in.

There are as many places as the account may send messages in a second. A message takes one when it
goes, and leaves it a second after its answer came: it was at the platform by then, however slow the
way there was. So the platform, too, sees no second with more than the limit, and a message without
an answer takes up its own place, not those of others.

Counting from the answer would cost the rate its round trip. The way back is taken to be half of the
quickest one of late, which is given back up to 25 ms; and no place is left sooner than 1.02 seconds
after it was taken. That is 29.4 messages a second of 30, for answers within 45 ms.

Messages keep two thirds of the even distance, as a burst would be refused; that they may be nearer
than evenly makes up for those that are late, as on a busy machine. (The generic cell rate algorithm
alone, ITU-T I.371, loses what is later than its tolerance.) There is no other burst: at 30 a second
those 30 may go within 0.64 s, and then none before the first of them has left its place. But what a
timer is late by, up to 2 ms, the next may be nearer: at 1000 a second the distance is less than the
millisecond to which the event loop rounds up, and four that go at once keep the rate.
"""

import heapq
from collections import deque

WINDOW = 1.02
"""Seconds for which a message takes up its place at least."""

MOST_GIVEN_BACK = 0.025
"""Seconds of the way back."""

RECENT = 100
"""Of so many round trips the quickest counts: the network may change."""

NEAREST = 0.65
"""The least distance between two messages, as a share of the even distance."""

GRAIN = 0.002
"""Seconds by which a timer may be late without loss: asyncio rounds up to whole milliseconds."""

_LOOK_AGAIN = 0.05
"""Seconds, where all places are taken by messages without an answer."""


class Pacer:
    """Paces one account.

    ``wait`` says how long the next message must wait, ``take`` that it goes, ``answered`` that it
    was answered, or given up. All instants are seconds of a monotonic clock.
    """

    def __init__(self, per_second: float | None) -> None:
        """Raises ``ValueError`` for a rate below one a second, which this can't promise."""
        if per_second is not None and per_second < 1:
            raise ValueError("a rate is at least one message a second")
        self._limited = per_second is not None
        self._places = int(per_second or 0)
        self._distance = NEAREST * WINDOW / per_second if per_second else 0.0
        self._next = float("-inf")
        self._under_way = 0
        self._left_at: list[float] = []
        self._trips: deque[float] = deque(maxlen=RECENT)

    def wait(self, now: float) -> float:
        """Seconds until the next message may go, or it is to be asked again; 0 if it may go."""
        if not self._limited:
            return 0.0
        earliest = self._next
        if self._taken(now) >= self._places:
            earliest = max(earliest, self._left_at[0] if self._left_at else now + _LOOK_AGAIN)
        return max(earliest - now, 0.0)

    def take(self, now: float) -> None:
        """A message goes at ``now``. Only to be called where there is nothing to wait for."""
        self._next = max(self._next, now - GRAIN) + self._distance
        self._under_way += 1

    def answered(self, sent: float, now: float) -> None:
        """The message that went at ``sent`` is no longer under way."""
        self._under_way -= 1
        if not self._limited:
            return
        self._trips.append(now - sent)
        back = min(min(self._trips) / 2, MOST_GIVEN_BACK)
        heapq.heappush(self._left_at, max(sent + WINDOW, now - back + 1))

    def used(self, now: float) -> float:
        """The share of the places that are taken; 0 without a limit."""
        return self._taken(now) / self._places if self._limited else 0.0

    def _taken(self, now: float) -> int:
        while self._left_at and self._left_at[0] <= now:
            heapq.heappop(self._left_at)
        return len(self._left_at) + self._under_way
