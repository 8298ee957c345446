"""A platform of our own that does what a test scripts: refuses, hangs, sends twice, or dies."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.delivery.outlet import Limits, Outlet
from bot.model import ChatAddress, Issue


@dataclass(frozen=True)
class Sent:
    """A message that arrived."""

    chat: str
    payload: str
    key: str
    silent: bool
    first: str = ""


@dataclass
class ScriptedPlatform:
    """Renders an issue into ``parts`` messages; each send first raises what the script has next.

    ``script`` maps a chat to the errors of its next sends, None for a send that works; chats in
    ``silent`` get no answer at all.
    """

    parts: int = 1
    script: dict[str, list[BaseException | None]] = field(default_factory=dict)
    arrived: list[Sent] = field(default_factory=list)
    tried: list[Sent] = field(default_factory=list)
    instants: list[float] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    limits: Limits = field(default_factory=Limits)

    def outlet(self) -> Outlet:
        return Outlet(self, self, self.limits)

    def render(self, issue: Issue) -> tuple[str, ...]:
        return tuple(f"{issue.day} part {n} of {self.parts}" for n in range(1, self.parts + 1))

    def plain(self, text: str) -> str:
        return text

    def mark_late(self, payload: str, language: str) -> str:
        return f"late ({language}) {payload}"

    async def send(
        self,
        chat: ChatAddress,
        payload: str,
        *,
        key: str,
        silent: bool,
        options: str = "",
        first: str = "",
    ) -> str:
        message = Sent(chat.id, payload, key, silent, first)
        self.tried.append(message)
        if chat.id in self.silent:
            await asyncio.Event().wait()  # no answer ever comes
        errors = self.script.get(chat.id, [])
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error
        self.arrived.append(message)
        self.instants.append(time.monotonic())
        return str(len(self.arrived))

    def at(self, chat: str) -> list[str]:
        """The payloads that a chat got, in order."""
        return [message.payload for message in self.arrived if message.chat == chat]


def keys(messages: Sequence[Sent]) -> Iterator[str]:
    return (message.key for message in messages)
