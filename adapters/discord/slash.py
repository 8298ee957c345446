"""The shared command table as slash commands, and how they are completed. Pure.

https://discord.com/developers/docs/interactions/application-commands: names of up to 32 lower-case
letters, descriptions of up to 100 characters, 25 completions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.commands.completing import COMPLETED
from bot.commands.context import Command
from bot.commands.reply import Choice
from bot.digest.normalise import bounded
from bot.han import simplified
from bot.messages import messages

MAX_DESCRIPTION = 100
MAX_VALUE = 100
MAX_TEXT = 1000

OPTION = "text"

MANAGE_SERVER = 1 << 5
"""What a server's administrators may relax; the core asks for the right again."""

_STRING = 3
_IN_SERVERS, _IN_DIRECT = 0, 1
_INTO_SERVERS, _FOR_USERS = 0, 1

_CHINESE = ("zh-CN", "zh-TW")

Json = dict[str, Any]


def slash_commands(table: Mapping[str, Command]) -> list[Json]:
    """The commands for all servers and people, as Discord wants them."""
    commands = {command.name: command for command in table.values()}
    return [_command(command) for command in commands.values()]


def is_published(wanted: Sequence[Json], there: Iterable[Json]) -> bool:
    """Whether what Discord has (with more fields than we set) is what we want."""
    by_name = {each["name"]: each for each in there}
    return len(by_name) == len(wanted) and all(
        each["name"] in by_name and _holds(by_name[each["name"]], each) for each in wanted
    )


def _holds(there: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(_holds(there.get(k), v) for k, v in wanted.items())
    if isinstance(wanted, list):
        return len(there or ()) == len(wanted) and all(map(_holds, there or (), wanted))
    # What is false or empty is left out of answers; permissions come back as text.
    return bool(str(there) == str(wanted) or (not there and not wanted))


def _command(command: Command) -> Json:
    key = f"help.{command.name}"
    made: Json = {
        "name": command.name,
        "description": _short(messages("en")(key)),
        "name_localizations": _names(command),
        "description_localizations": {tag: _short(messages(tag)(key)) for tag in _CHINESE},
        "options": list(_options(command)),
        "contexts": [_IN_SERVERS, _IN_DIRECT],
        "integration_types": [_INTO_SERVERS, _FOR_USERS],
    }
    if command.for_operators:
        return {**made, "default_member_permissions": 0, "contexts": [_IN_SERVERS]}
    if command.changes:
        made["default_member_permissions"] = MANAGE_SERVER
    return made


def _names(command: Command) -> Json:
    """Its Chinese names: the first alias in simplified and the first in traditional characters."""
    chinese = [each for each in command.aliases if not each.isascii() and each.isalpha()]
    if not chinese:
        return {}
    traditional = (each for each in chinese if simplified(each) != each)
    return {
        "zh-CN": next((each for each in chinese if simplified(each) == each), chinese[0]),
        "zh-TW": next(traditional, chinese[0]),
    }


def _options(command: Command) -> Iterator[Json]:
    key = f"usage.{command.name}"
    if " " not in messages("en")(key):
        return
    yield {
        "type": _STRING,
        "name": OPTION,
        "description": _short(messages("en")(key)),
        "description_localizations": {tag: _short(messages(tag)(key)) for tag in _CHINESE},
        "autocomplete": command.name in COMPLETED,
        "max_length": MAX_TEXT,
    }


def _short(text: str) -> str:
    return bounded(text, MAX_DESCRIPTION)


def completion(choice: Choice) -> Json | None:
    """As Discord offers it; None where it finds no room."""
    if len(choice.command) > MAX_VALUE:
        return None
    return {"name": bounded(choice.label, MAX_VALUE), "value": choice.command}
