"""Choices as inline buttons. Pure.

Telegram allows 1 to 64 bytes of callback data
(https://core.telegram.org/bots/api#inlinekeyboardbutton); a command that finds no room has no
button, and is told in words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.choices import TICK, turns
from adapters.signing import Signer
from bot.commands.reply import Choice, Reply

MAX_DATA = 64
MAX_LABEL = 64
"""Characters; longer ones are cut off by the apps anyway."""

_WIDE = 24


@dataclass(frozen=True, slots=True)
class Button:
    """What an inline button says, and its callback data."""

    label: str
    data: str


def keyboard(reply: Reply, chat: str, signer: Signer) -> tuple[tuple[Button, ...], ...]:
    """Rows of buttons for the choices of a reply and its other pages."""
    rows = list(_rows(_signed(reply.choices, chat, signer)))
    if reply.page is not None and reply.page.total > 1:
        rows.append(tuple(_signed(turns(reply.page), chat, signer)))
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
