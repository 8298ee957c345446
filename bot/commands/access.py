"""Who may use this Ribao, and how often. Pure but for its memory of the last minute."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.errors import Refusal

WINDOW = timedelta(minutes=1)


class Access:
    """Lets in whoever may come, as often as is fair. One for all adapters of a process."""

    def __init__(self, *, per_minute: int, allowed: Iterable[str] | None = None) -> None:
        """``allowed`` are persons or chats as ``platform:id``; None lets everybody in."""
        self._per_minute = per_minute
        self._allowed = None if allowed is None else frozenset(allowed)
        self._recent: dict[str, deque[datetime]] = {}

    def admit(self, person: str, chat: str, now: datetime) -> None:
        """Count one command of ``person`` in ``chat``, both ``platform:id``.

        Raises ``Refusal("access.closed")`` for who is not let in, and ``Refusal("access.slower")``
        beyond the limit of a minute.
        """
        if not self.is_open_to(person, chat):
            raise Refusal("access.closed")
        recent = self._recent.setdefault(person, deque())
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        if len(recent) >= self._per_minute:
            wait = recent[0] + WINDOW - now
            raise Refusal("access.slower", n=max(round(wait.total_seconds()), 1))
        recent.append(now)
        self._forget_idle(now)

    def is_open_to(self, person: str, chat: str) -> bool:
        """Whether they may come at all, however often."""
        return self._allowed is None or not self._allowed.isdisjoint({person, chat})

    def _forget_idle(self, now: datetime) -> None:
        """Keep the memory as small as the last minute's crowd."""
        if len(self._recent) > 10_000:
            since = now - WINDOW
            self._recent = {p: times for p, times in self._recent.items() if times[-1] > since}
