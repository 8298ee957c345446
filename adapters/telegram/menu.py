"""The menu of commands that Telegram's apps offer, by place and language. Pure.

https://core.telegram.org/bots/api#setmycommands: at most 100 commands, names of 1 to 32 lower-case
Latin letters, descriptions of at most 256 characters; languages are two letters long, so one form
of Chinese has to do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from bot.commands.context import Command
from bot.digest.normalise import bounded
from bot.messages import messages

MAX_DESCRIPTION = 256

_LANGUAGES: Mapping[str, str | None] = {"en": None, "zh-CN": "zh"}
"""Languages of the catalogue, and for whom their menu is; None for everybody else."""


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands for one scope and language, in the order of the command table."""

    scope: BotCommandScope
    language: str | None
    commands: tuple[BotCommand, ...]


def menus(table: Mapping[str, Command], operators: Iterable[str]) -> Iterator[Menu]:
    """One menu for each place and language; ``operators`` are user ids of Telegram."""
    commands = tuple({command.name: command for command in table.values()}.values())
    for tag, language in _LANGUAGES.items():
        for scope, is_offered in _places(operators):
            offered = [command for command in commands if is_offered(command)]
            yield Menu(scope, language, tuple(_entry(command, tag) for command in offered))


Offered = Callable[[Command], bool]


def _places(operators: Iterable[str]) -> Iterator[tuple[BotCommandScope, Offered]]:
    yield BotCommandScopeAllPrivateChats(), _is_for_all
    yield BotCommandScopeAllGroupChats(), lambda c: _is_for_all(c) and not c.changes
    yield BotCommandScopeAllChatAdministrators(), _is_for_all
    for operator in operators:
        yield BotCommandScopeChat(int(operator)), lambda _: True


def _is_for_all(command: Command) -> bool:
    return not command.for_operators


def _entry(command: Command, language: str) -> BotCommand:
    description = messages(language)(f"help.{command.name}")
    return BotCommand(command.name, bounded(description, MAX_DESCRIPTION))
