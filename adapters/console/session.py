"""One person at the console: which chat they are in, and what a line that they write does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.console.lines import Line, Style
from adapters.console.mailbox import Mailbox, Message
from adapters.console.render import reply_lines
from bot.commands.context import Incoming
from bot.commands.reply import Choice, File, Reply
from bot.model import ChatAddress, ChatKind
from bot.platform import Handle

PLATFORM = "console"
ACCOUNT = "console"
SHOWN_MESSAGES = 5

_PERSON = re.compile(r"@([\w.-]{1,64})(?!\S)")
_CHANNEL = re.compile(r"#[\w.-]{1,64}(?!\S)")
_QUIT = frozenset({"/quit", "/exit", "quit", "exit"})


@dataclass(frozen=True, slots=True)
class Output:
    """What a line brought: lines to print, and whether the person leaves."""

    lines: tuple[Line, ...] = ()
    leaves: bool = False


def address_of(name: str) -> ChatAddress:
    """``me`` is a private chat, ``#news`` a channel."""
    return ChatAddress(PLATFORM, ACCOUNT, name)


class Session:
    """Understands ``@name`` (switch), ``#channel`` (look), a choice's number, and commands."""

    def __init__(
        self,
        handle: Handle,
        mailbox: Mailbox,
        chat: str,
        language: str | None,
        *,
        files: Path,
    ) -> None:
        """``files`` is the folder in which files are put for the person."""
        self.chat = chat
        self._files = files
        self._handle = handle
        self._mailbox = mailbox
        self._language = language
        self._choices: tuple[Choice, ...] = ()
        self._seen: int | None = None

    async def line(self, text: str) -> Output:
        """What the person gets to see for one line; after ``@name`` a command may follow."""
        # A terminal hands over bytes that are no UTF-8 as halves of surrogate pairs.
        text = text.encode("utf-8", "replace").decode("utf-8").strip()
        person = ""
        while name := _PERSON.match(text):
            person, text = name[1], text[name.end() :].strip()
        if person:
            seen = await self._mailbox.count(person)
            self.chat, self._choices, self._seen = person, (), seen
        if text.casefold() in _QUIT:
            return Output(leaves=True)
        if channel := _CHANNEL.match(text):
            return await self._look(channel[0])
        if text:
            return await self._say(text)
        return await self._arrived() if person else Output()

    async def news(self) -> tuple[Line, ...]:
        """What has come to the present chat since it was entered, or since the last call."""
        chat, seen = self.chat, self._seen
        count = await self._mailbox.count(chat)
        messages = await self._mailbox.last(chat, count - (count if seen is None else seen))
        if chat != self.chat:  # the person moved on meanwhile
            return ()
        self._seen = count
        return tuple(Line(line) for message in messages for line in message.text.splitlines())

    async def _look(self, channel: str) -> Output:
        messages = await self._mailbox.last(channel, SHOWN_MESSAGES)
        if not messages:
            hint = f"{channel} has got nothing yet. To give it an issue: /channel add {channel} cv"
            return Output((Line(hint, Style.FAINT),))
        return Output(tuple(self._received(channel, messages)))

    async def _arrived(self) -> Output:
        messages = await self._mailbox.last(self.chat, SHOWN_MESSAGES)
        here = Line(f"You are @{self.chat} now.", Style.FAINT)
        return Output((here, *self._received(f"@{self.chat}", messages)))

    async def _say(self, text: str) -> Output:
        numbered = {str(number): choice for number, choice in enumerate(self._choices, 1)}
        if text in numbered:
            text = numbered[text].command
        reply = await self._handle(
            Incoming(
                chat=address_of(self.chat),
                kind=ChatKind.PRIVATE,
                title=self.chat,
                sender_id=self.chat,
                text=text,
                language=self._language,
            )
        )
        if reply is None:
            return Output()
        self._choices = reply.choices
        return Output((*reply_lines(reply), *self._saved(reply)))

    def _saved(self, reply: Reply) -> Iterator[Line]:
        """A file that is no text can't be shown: it is put where the person finds it."""
        for block in reply.blocks:
            if isinstance(block, File) and isinstance(block.content, bytes):
                path = self._files / block.name
                try:
                    self._files.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(block.content)
                except OSError as error:
                    yield Line(f"{path}: {error.strerror}", Style.REFUSAL)
                else:
                    yield Line(str(path), Style.LINK)

    def _received(self, chat: str, messages: tuple[Message, ...]) -> Iterator[Line]:
        for message in messages:
            silent = " 🔕" if message.silent else ""
            yield Line(f"── {chat} · {message.at:%Y-%m-%d %H:%M} UTC{silent}", Style.FAINT)
            yield from (Line(line) for line in message.text.splitlines())
            yield Line("")
