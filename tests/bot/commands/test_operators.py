"""Commands for operators: who may use them, and who hears of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.console.render import as_text, reply_lines
from adapters.console.session import address_of
from bot.commands.access import Access
from bot.commands.context import Command, Context, Incoming
from bot.commands.dispatch import Dispatcher
from bot.commands.parse import command_table
from bot.commands.personal import help_on
from bot.commands.reply import Reply, say
from bot.config import Settings
from bot.errors import ConfigError
from bot.messages import messages
from bot.model import ChatKind
from tests.conversation import Conversation

say_en = messages("en")


async def _secret(_context: Context, _argument: str) -> Reply:
    return say("a figure for the operator")


def _dispatcher(talk: Conversation) -> Dispatcher:
    """A table with one command for operators, under a name that the catalogue knows."""
    table: dict[str, Command] = {}
    table.update(
        command_table(
            (
                Command("help", help_on(table)),
                Command("export", _secret, for_operators=True),
            )
        )
    )
    services = replace(talk.dispatcher._services, operators=frozenset({"console:eve"}))
    return Dispatcher(services, table, Access(per_minute=99))


async def _answer(talk: Conversation, who: str, text: str, *, chat: str = "") -> str:
    kind = ChatKind.GROUP if chat else ChatKind.PRIVATE
    incoming = Incoming(address_of(chat or who), kind, who, who, text, "en")
    reply = await _dispatcher(talk).handle(incoming, talk.clock.now())
    assert reply is not None
    return as_text(reply_lines(reply))


@pytest.mark.parametrize("chat", ["", "club", "eve"])
async def test_only_operators_are_answered(talk: Conversation, chat: str) -> None:
    assert "a figure" in await _answer(talk, "eve", "/export", chat=chat)
    refused = await _answer(talk, "ann", "/export", chat=chat)
    assert refused == say_en("error.operators_only")


async def test_only_operators_find_them_in_the_help(talk: Conversation) -> None:
    for text in ("/help", "/help export"):
        assert say_en("help.export") in await _answer(talk, "eve", text)
        assert say_en("help.export") not in await _answer(talk, "ann", text)


def test_whose_console_it_is_is_an_operator(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, operators=("telegram:12345",))
    assert settings.operator_ids == {"telegram:12345", "console:me"}


@pytest.mark.parametrize("name", ["12345", "telegram:", "telegram: 1", "telegram:" + "1" * 65])
def test_an_operator_is_named_with_the_platform(tmp_path: Path, name: str) -> None:
    with pytest.raises((ConfigError, ValueError), match="names nobody"):
        Settings(data_dir=tmp_path, operators=(name,))
