"""The console as a platform: sends into the mailbox, reads a terminal or a pipe."""

import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from adapters.console.mailbox import Mailbox
from adapters.console.pipe import run_pipe
from adapters.console.render import ConsoleRenderer
from adapters.console.session import ACCOUNT, PLATFORM, Session, address_of
from bot.delivery.outlet import Limits
from bot.messages import known_language
from bot.model import ChatAddress, ChatKind
from bot.platform import Handle

_NAME = re.compile(r"([@#]?)([\w.-]{1,64})")


class ConsoleAdapter:
    """Whoever sits at the console may do everything: it is their own machine."""

    platform = PLATFORM
    account = ACCOUNT
    exclusive = False
    connected = True
    extras = None
    limits = Limits()

    def __init__(self, mailbox: Mailbox, data_dir: Path, chat: str) -> None:
        self.renderer = ConsoleRenderer()
        self.mailbox = mailbox
        self._history = data_dir / "console_history"
        self._files = data_dir / "files"
        self._chat = chat

    @classmethod
    @asynccontextmanager
    async def open(cls, data_dir: Path, chat: str) -> AsyncIterator[Self]:
        """The adapter, its mailbox in ``data_dir``; ``chat`` is who speaks first."""
        async with Mailbox.open(data_dir / "console.db") as mailbox:
            yield cls(mailbox, data_dir, chat)

    @property
    def interactive(self) -> bool:
        """Whether a person sits there, not a pipe."""
        return sys.stdin is not None and sys.stdin.isatty()

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
        return str(await self.mailbox.put(chat.id, payload, key=key, silent=silent))

    async def resolve(self, text: str, _sender_id: str) -> tuple[ChatAddress, ChatKind, str] | None:
        """``#news`` or ``news`` is a channel, ``@name`` a private chat."""
        match = _NAME.fullmatch(text)
        if match is None:
            return None
        if match[1] == "@":
            return address_of(match[2]), ChatKind.PRIVATE, text
        return address_of(f"#{match[2]}"), ChatKind.CHANNEL, f"#{match[2]}"

    async def may_manage(self, _sender_id: str, _chat: ChatAddress) -> bool:
        return True

    async def lacking(self, _chat: ChatAddress) -> tuple[str, ...]:
        return ()

    async def private_chat(self, person_id: str) -> ChatAddress | None:
        return ChatAddress(self.platform, self.account, person_id)

    async def may_post(self, _chat: ChatAddress) -> bool:
        return True

    async def run(self, handle: Handle) -> None:
        """Converse until the input ends or the person leaves."""
        language = _language_of_environment()
        session = Session(handle, self.mailbox, self._chat, language, files=self._files)
        if self.interactive:
            from adapters.console.terminal import run_terminal  # noqa: PLC0415 - only for people

            await run_terminal(session, self._history)
        else:
            await run_pipe(session)


def _language_of_environment() -> str | None:
    """The language that POSIX locale variables ask for, if Ribao speaks it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return known_language(value.partition(".")[0])
    return None
