"""Whose turn it is in a channel, so that nothing is sent above what Discord's headers allow.

The SDK keeps a bucket for each channel from the headers of its answers. With several requests under
way in one bucket it counts wrong: answers overtake each other, and each request that waits refills
the bucket once more. One after the other, it counts right. It does not remember waits that it is
told not to wait for itself; those are remembered here.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

import discord

LONGEST_WAIT = 5.0
"""Seconds that the SDK itself waits for a rate limit; for longer ones a delivery is put off."""

Headers = Mapping[str, str]
Note = Callable[[Headers], None]
"""Takes the headers of an answer; given to a request as ``trace_request_ctx``."""


class Turns:
    """One request at a time in each channel."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def take(self, channel: str) -> AsyncIterator[Note]:
        """Wait for the turn. Raises ``discord.RateLimited`` where that would be long."""
        lock = self._locks.setdefault(channel, asyncio.Lock())
        async with lock:
            if (wait := self._free_at.get(channel, 0.0) - time.monotonic()) > 0:
                raise discord.RateLimited(wait)
            self._free_at.pop(channel, None)

            def note(headers: Headers) -> None:
                wait = float(headers.get("X-RateLimit-Reset-After", 0))
                if headers.get("X-RateLimit-Remaining") == "0" and wait > LONGEST_WAIT:
                    self._free_at[channel] = time.monotonic() + wait

            yield note
