"""Choices as buttons and select menus. Pure.

A ``custom_id`` carries at most 100 characters; a row has up to five buttons, or one menu of up to
25 options (https://discord.com/developers/docs/components/reference). A command that finds no room
has no button, and is told in words.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from adapters.choices import TICK, turned_label, turns
from adapters.discord.payload import Payload
from adapters.signing import Signer
from bot.commands.reply import Choice, Reply
from bot.messages import messages

MAX_DATA = 100
MAX_LABEL = 80
MAX_OPTION = 100

_IN_ROW = 5
_AS_BUTTONS = 10
"""More choices than this become a menu."""

_IN_MENU = 25
MAX_MENUS = 4

_ROW, _BUTTON, _MENU = 1, 2, 3
_BLURPLE, _GREY = 1, 2

MENU = "menu"
"""The ``custom_id`` of menus begins so; what they stand for is in the chosen option."""

_ITEMS = f"{MENU}-items"

Component = dict[str, Any]


def rows(reply: Reply, chat: str, signer: Signer) -> list[Component]:
    """Rows of controls for the choices of a reply and its other pages."""
    signed = dict(_signed(reply.choices, chat, signer))
    found = list(_buttons(signed) if len(signed) <= _AS_BUTTONS else _menus(signed))
    if reply.page is not None and reply.page.total > 1:
        pages = dict(_signed(turns(reply.page), chat, signer))
        found += _buttons({data: choice for data, choice in pages.items() if data not in signed})
    return found


def with_items(payload: Payload, chat: str, signer: Signer) -> Component:
    """The body of an issue's message, under it a menu of the items that begin in it.

    Whoever chooses one reads it in full, and may keep or judge it.
    """
    commands = ((label, signer.sign(chat, f"/item #{item}")) for item, label in payload.items)
    options = [{"label": label, "value": data} for label, data in commands if data][:_IN_MENU]
    if not options:
        return payload.body
    chosen = messages(payload.language)("button.items")
    menu = {"type": _MENU, "custom_id": _ITEMS, "options": options, "placeholder": chosen}
    row = {"type": _ROW, "components": [menu]}
    return {**payload.body, "components": [*payload.body["components"], row]}


def turned(
    components: Sequence[Component], chat: str, signer: Signer, command: str, opposite: str
) -> list[Component]:
    """The same components, the control for ``command`` turned into that for ``opposite``."""
    return [_turned(each, chat, signer, command, opposite) for each in components]


def _turned(
    component: Component, chat: str, signer: Signer, command: str, opposite: str
) -> Component:
    changed = dict(component)
    for name in ("components", "options"):
        if name in changed:
            changed[name] = turned(changed[name], chat, signer, command, opposite)
    for name in ("custom_id", "value"):
        if signer.read(chat, str(changed.get(name) or "")) == command:
            changed[name] = signer.sign(chat, opposite)
            changed["label"] = turned_label(changed["label"], command)
    return changed


def _signed(choices: Iterable[Choice], chat: str, signer: Signer) -> Iterator[tuple[str, Choice]]:
    for choice in choices:
        if data := signer.sign(chat, choice.command):
            yield data, choice


def _label(choice: Choice, limit: int) -> str:
    label = TICK + choice.label if choice.on else choice.label
    return label if len(label) <= limit else label[: limit - 1] + "…"


def _buttons(signed: dict[str, Choice]) -> Iterator[Component]:
    buttons = [
        {
            "type": _BUTTON,
            "style": _BLURPLE if choice.on else _GREY,
            "label": _label(choice, MAX_LABEL),
            "custom_id": data,
        }
        for data, choice in signed.items()
    ]
    for start in range(0, len(buttons), _IN_ROW):
        yield {"type": _ROW, "components": buttons[start : start + _IN_ROW]}


def _menus(signed: dict[str, Choice]) -> Iterator[Component]:
    options = [
        {"label": _label(choice, MAX_OPTION), "value": data} for data, choice in signed.items()
    ]
    for number in range(min(MAX_MENUS, -(-len(options) // _IN_MENU))):
        some = options[number * _IN_MENU : (number + 1) * _IN_MENU]
        menu = {"type": _MENU, "custom_id": f"{MENU}{number}", "options": some}
        yield {"type": _ROW, "components": [menu]}
