"""Choices as inline buttons. Pure.

A button carries the command that it stands for, signed for the chat it stands in, so that nobody
can make one up or carry one elsewhere. Who presses it is asked for the right again by the command
itself. Telegram allows 1 to 64 bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton);
a command that finds no room has no button, and is told in words.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from bot.commands.reply import Choice, Page, Reply

MAX_DATA = 64
MAX_LABEL = 64
"""Characters; longer ones are cut off by the apps anyway."""

_MAC_CHARACTERS = 8  # 48 bits: 2**47 presses on average to guess one, at some tens a second
_WIDE = 24
TICK = "✓ "

PART = "\x1f"
"""Stands between a command that shows an issue and the number of the message that is wanted."""


@dataclass(frozen=True, slots=True)
class Button:
    """What an inline button says, and its callback data."""

    label: str
    data: str


class Signer:
    """Signs commands for a chat with a key that follows from the bot's token."""

    def __init__(self, token: str) -> None:
        self._key = sha256(b"ribao buttons\0" + token.encode()).digest()

    def sign(self, chat: str, command: str) -> str | None:
        """Callback data for a command; None if it finds no room."""
        data = self._mac(chat, command) + command
        return data if len(data.encode()) <= MAX_DATA else None

    def read(self, chat: str, data: str) -> str | None:
        """The command in callback data; None if it was not signed for this chat."""
        mac, command = data[:_MAC_CHARACTERS], data[_MAC_CHARACTERS:]
        if not command or len(data.encode("utf-8", "replace")) > MAX_DATA:
            return None
        expected = self._mac(chat, command)
        right = hmac.compare_digest(mac.encode("utf-8", "replace"), expected.encode())
        return command if right else None

    def _mac(self, chat: str, command: str) -> str:
        text = f"{chat}\0{command}".encode("utf-8", "replace")
        digest = hmac.digest(self._key, text, "sha256")
        return urlsafe_b64encode(digest).decode()[:_MAC_CHARACTERS]


def keyboard(reply: Reply, chat: str, signer: Signer) -> tuple[tuple[Button, ...], ...]:
    """Rows of buttons for the choices of a reply and its other pages."""
    rows = list(_rows(_signed(reply.choices, chat, signer)))
    if reply.page is not None and reply.page.total > 1:
        rows.append(tuple(_signed(_turns(reply.page), chat, signer)))
    return tuple(row for row in rows if row)


def without_button(reply: Reply, chat: str, signer: Signer) -> tuple[Choice, ...]:
    """The choices whose command finds no room in a button."""
    return tuple(each for each in reply.choices if signer.sign(chat, each.command) is None)


def _signed(choices: Iterable[Choice], chat: str, signer: Signer) -> Iterator[Button]:
    for choice in choices:
        if data := signer.sign(chat, choice.command):
            label = TICK + choice.label if choice.on else choice.label
            yield Button(label[:MAX_LABEL], data)


def _rows(buttons: Iterable[Button]) -> Iterator[tuple[Button, ...]]:
    """Two in a row where both are short."""
    waiting: Button | None = None
    for button in buttons:
        if waiting is None:
            waiting = button
        elif len(waiting.label) <= _WIDE and len(button.label) <= _WIDE:
            yield (waiting, button)
            waiting = None
        else:
            yield (waiting,)
            waiting = button
    if waiting is not None:
        yield (waiting,)


def _turns(page: Page) -> Iterator[Choice]:
    gap = "" if page.command.endswith(PART) else " "
    if page.number > 1:
        yield Choice(f"◀ {page.number - 1}", f"{page.command}{gap}{page.number - 1}")
    if page.number < page.total:
        yield Choice(f"{page.number + 1} ▶", f"{page.command}{gap}{page.number + 1}")


def read_part(pressed: str) -> tuple[str, int | None]:
    """A pressed command, and the part of its issue that is asked for, if one is."""
    command, _, number = pressed.partition(PART)
    return command, int(number) if number.isdecimal() else None
