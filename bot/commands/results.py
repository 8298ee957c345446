"""The list of items that a chat was shown last, so that people can say `/similar 3`."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

MAX_CHATS = 10_000
"""So many chats' lists are remembered. For the others, numbers are those of the last issue."""


LASTING = timedelta(hours=1)
"""For so long. An issue may come by itself, and its numbers count then."""


class LastResults:
    """The results that a chat was shown after its last issue; not kept over a restart."""

    def __init__(self) -> None:
        self._ids: OrderedDict[int, tuple[datetime, tuple[int, ...]]] = OrderedDict()

    def remember(self, chat_id: int, ids: Sequence[int], now: datetime) -> None:
        """The chat was shown these items, numbered from 1."""
        self._ids[chat_id] = (now, tuple(ids))
        self._ids.move_to_end(chat_id)
        if len(self._ids) > MAX_CHATS:
            self._ids.popitem(last=False)

    def forget(self, chat_id: int) -> None:
        """The chat was shown an issue, whose numbers now count."""
        self._ids.pop(chat_id, None)

    def last(self, chat_id: int, now: datetime) -> tuple[int, ...]:
        """What was remembered last; empty if that is nothing, or long ago."""
        at, ids = self._ids.get(chat_id, (now, ()))
        return ids if now - at <= LASTING else ()
