"""From a message to a command and its argument. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from bot.commands.context import Command

MAX_LENGTH = 4096
"""Longer messages are cut: no command needs more (Telegram's own bound for a text)."""


@dataclass(frozen=True, slots=True)
class Invocation:
    command: Command
    argument: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A message that is no command. ``explicit``: it began with a slash, so it was meant as one."""

    explicit: bool
    nearest: str | None = None


def parse(text: str, table: Mapping[str, Command]) -> Invocation | NotUnderstood:
    """Read ``/subscribe cv``, ``/subscribe@my_bot cv``, ``订阅 cv``, ``订阅cv`` or ``today``.

    ``table`` maps every name and alias, casefolded, to its command.
    """
    line = _storable(text[:MAX_LENGTH]).strip()
    explicit = is_explicit(line)
    body = line[1:].lstrip() if explicit else line
    word, argument = (*body.split(maxsplit=1), "", "")[:2]
    name = unicodedata.normalize("NFKC", word.partition("@")[0]).casefold()
    if name in table:
        return Invocation(table[name], argument.strip())
    glued = _glued(body, table)
    return glued or NotUnderstood(explicit, _nearest(name, table) if explicit else None)


def is_explicit(text: str) -> bool:
    """Whether a message begins with a slash, so that it was meant as a command."""
    return text.lstrip()[:1] in {"/", "／"}


def command_table(commands: tuple[Command, ...]) -> dict[str, Command]:
    """Every name and alias to its command. A name used twice is a ``ValueError``: a bug."""
    table: dict[str, Command] = {}
    for command in commands:
        for name in (command.name, *command.aliases):
            if name.casefold() in table:
                raise ValueError(f"two commands are called {name}")
            table[name.casefold()] = command
    return table


def _storable(text: str) -> str:
    """The text without what databases refuse: halves of surrogate pairs, and NUL."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _glued(body: str, table: Mapping[str, Command]) -> Invocation | None:
    """Chinese needs no space between a word and the next: 订阅cv."""
    for name in sorted(table, key=len, reverse=True):
        if not name.isascii() and body.startswith(name):
            return Invocation(table[name], body[len(name) :].strip())
    return None


def _nearest(name: str, table: Mapping[str, Command]) -> str | None:
    """Of what resembles it, what takes the fewest slips: two letters swapped are one."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only where something is misspelt

    near = get_close_matches(name, list(table), n=5)
    return table[min(near, key=partial(OSA.distance, name))].name if near else None
