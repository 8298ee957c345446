"""Choices as inline buttons, and what can be done with the items of an issue. Pure.

Under an issue stands the number of each of its items. Pressed, it opens a row below with what can
be done with that item, in the place of another's row; pressed again, it closes it.

Telegram allows 1 to 64 bytes of callback data
(https://core.telegram.org/bots/api#inlinekeyboardbutton); a command that finds no room has no
button, and is told in words.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from adapters.choices import TICK, turns
from adapters.signing import Signer
from bot.commands.reply import Choice, Reply

MAX_DATA = 64
MAX_LABEL = 64
"""Characters; longer ones are cut off by the apps anyway."""

_WIDE = {2: 24, 3: 10, 4: 8}
"""So long are labels at most of which so many stand in a row."""

_NUMBERS = 8
"""So many numbers in a row are still easy to press."""

_ITEM = "\x1e"
"""The data of a number: what is opened, no command."""

_ACTIONS = (("🔖", "/save"), ("👍", "/like"), ("👎", "/dislike"), ("📄", "/item"))


@dataclass(frozen=True, slots=True)
class Button:
    """What an inline button says, and its callback data."""

    label: str
    data: str


Rows = tuple[tuple[Button, ...], ...]
NO_ROWS: Rows = ()


def keyboard(reply: Reply, chat: str, signer: Signer) -> Rows:
    """Rows of buttons for the choices of a reply and its other pages."""
    rows = list(_rows(_signed(reply.choices, chat, signer)))
    if reply.page is not None and reply.page.total > 1:
        rows.append(tuple(_signed(turns(reply.page), chat, signer)))
    return tuple(row for row in rows if row)


def item_rows(
    items: Sequence[tuple[int, int]], chat: str, signer: Signer
) -> Iterator[tuple[Button, ...]]:
    """The numbers of the items, each with its id, as buttons."""
    choices = [Choice(str(number), f"{_ITEM}{number} {item}") for number, item in items]
    buttons = list(_signed(choices, chat, signer))
    many = -(-len(buttons) // _NUMBERS)
    in_row = -(-len(buttons) // max(many, 1))
    for start in range(0, in_row * many, max(in_row, 1)):
        yield tuple(buttons[start : start + in_row])


def item_command(pressed: str) -> str | None:
    """The command that shows the item in full whose number was pressed; None for what is none."""
    return f"/item #{pressed.partition(' ')[2]}" if pressed.startswith(_ITEM) else None


def opened(
    markup: InlineKeyboardMarkup, pressed: str, chat: str, signer: Signer
) -> InlineKeyboardMarkup:
    """The keyboard after the number of an item was pressed: its row is opened, or closed."""
    number, _, item = pressed.removeprefix(_ITEM).partition(" ")
    rows = []
    was_open = False
    place = 0
    for row in markup.inline_keyboard:
        commands = [signer.read(chat, str(button.callback_data)) or "" for button in row]
        if commands[0].startswith("/save #"):
            was_open = commands[0] == f"/save #{item}"
            continue
        rows.append(row)
        if commands[0].startswith(_ITEM):
            place = len(rows)
    if not was_open:
        actions = [Choice(f"{sign} {number}", f"{name} #{item}") for sign, name in _ACTIONS]
        rows.insert(place, _inline(_signed(actions, chat, signer)))
    return InlineKeyboardMarkup(rows)


def markup_of(rows: Rows) -> InlineKeyboardMarkup | None:
    """The rows as the SDK takes them; None where there are none."""
    return InlineKeyboardMarkup([_inline(row) for row in rows]) if rows else None


def as_json(rows: Rows) -> str:
    """The rows as Telegram takes them."""
    keys = [[{"text": each.label, "callback_data": each.data} for each in row] for row in rows]
    return json.dumps({"inline_keyboard": keys}, ensure_ascii=False)


def _inline(row: Iterable[Button]) -> tuple[InlineKeyboardButton, ...]:
    return tuple(InlineKeyboardButton(b.label, callback_data=b.data) for b in row)


def _signed(choices: Iterable[Choice], chat: str, signer: Signer) -> Iterator[Button]:
    for choice in choices:
        if data := signer.sign(chat, choice.command):
            label = TICK + choice.label if choice.on else choice.label
            yield Button(label[:MAX_LABEL], data)


def _rows(buttons: Iterable[Button]) -> Iterator[tuple[Button, ...]]:
    """Several in a row where they are short."""
    row: list[Button] = []
    for button in buttons:
        longest = max(len(each.label) for each in (*row, button))
        if row and longest > _WIDE.get(len(row) + 1, 0):
            yield tuple(row)
            row = []
        row.append(button)
    if row:
        yield tuple(row)
