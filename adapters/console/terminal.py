"""The console as a chat in the terminal: history, line editing, colour, and news as it arrives."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from adapters.console.lines import Line, Style
from adapters.console.render import printable
from adapters.console.session import Session
from bot.commands.table import build_table

_WATCH_SECONDS = 1.0

_GREETING = (
    Line("Ribao on the console. Everything works here as it does in a chat.", Style.TITLE),
    Line("/start shows a first issue, /help all commands. @name is another person,", Style.FAINT),
    Line("#name shows what a channel got, a number picks a choice, /quit leaves.", Style.FAINT),
)


async def run_terminal(session: Session, history: Path) -> None:
    """Converse until the person leaves: /quit, Ctrl-D or Ctrl-C. Lines are kept in ``history``."""
    console = Console(highlight=False, markup=False, emoji=False)
    prompt: PromptSession[str] = PromptSession(
        history=_for_owner(history), completer=WordCompleter(_command_words(), sentence=True)
    )
    _print(console, _GREETING)
    with patch_stdout(raw=True):
        watching = asyncio.create_task(_watch(session, console))
        try:
            while True:
                line = await prompt.prompt_async(lambda: f"@{session.chat} › ")
                output = await session.line(line)
                if output.leaves:
                    return
                _print(console, output.lines)
        except (EOFError, KeyboardInterrupt):
            return
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


def _for_owner(history: Path) -> FileHistory:
    history.touch(mode=0o600)
    return FileHistory(history)


def _command_words() -> list[str]:
    names = dict.fromkeys(command.name for command in build_table().values())
    return [*(f"/{name}" for name in names), "/quit"]


async def _watch(session: Session, console: Console) -> None:
    """Show what is delivered to the present chat while the person sits there."""
    while True:
        if news := await session.news():
            _print(console, news)
        await asyncio.sleep(_WATCH_SECONDS)


def _print(console: Console, lines: Iterable[Line]) -> None:
    for line in lines:
        text = printable(line.text)
        words = text.lstrip(" ")
        # Wrapped lines keep the indentation of their first.
        indent = (0, 0, 0, len(text) - len(words))
        console.print(Padding(Text(words or " ", style=line.style.value), indent, expand=False))
    console.print()
