"""What a platform adapter is to the rest of Ribao."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol

from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.delivery.outlet import Limits
from bot.ports import Extras, Renderer, Rights, Sender


class Line(StrEnum):
    """How a process stands with a platform for which it may converse."""

    CONNECTED = "connected"
    STANDS_BY = "stands by"
    NOT_CONNECTED = "not connected"


Handle = Callable[[Incoming], Awaitable[Reply | None]]
"""Answers one message. Adapters call it one message after the other within a chat."""


class Adapter(Sender, Rights, Protocol):
    """One bot account on one platform: it sends, knows who may do what, and converses."""

    @property
    def platform(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def renderer(self) -> Renderer: ...

    @property
    def interactive(self) -> bool:
        """Whether people may come at any time; False for a pipe, which will end."""
        ...

    @property
    def extras(self) -> Extras | None:
        """What can be set for a chat on this platform alone; None where there is nothing."""
        ...

    @property
    def limits(self) -> Limits:
        """How fast this account may send."""
        ...

    @property
    def exclusive(self) -> bool:
        """Whether only one process at a time may converse for this account, as with polling."""
        ...

    @property
    def connected(self) -> bool:
        """Whether it converses, and the platform answered last."""
        ...

    async def run(self, handle: Handle) -> None:
        """Converse until cancelled, or until there is nobody left to talk to."""
        ...
