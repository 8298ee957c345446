"""The command line's root, the options that commands share, and how they print."""

import json
import sys
from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from bot.config import Settings

T = TypeVar("T")

cli = typer.Typer(
    name="ribao",
    help="Ribao (日报): a chat bot that gives every reader their own daily paper of AI news.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

WIDTH_IN_PIPES = 200
YEARS = range(1970, 2201)
"""Dates that are taken from the command line; time zones know little beyond."""

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "-c", "--config", help="Configuration file; else RIBAO_CONFIG, else built-in defaults."
    ),
]
_VERBOSE = "ribao.verbose"

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON lines and nothing else.")]


def _show_version(wanted: bool) -> None:
    from importlib.metadata import version

    if wanted:
        typer.echo(f"ribao {version('ribao')}")
        raise typer.Exit


@cli.callback()
def _root(
    context: typer.Context,
    config: ConfigOption = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Log more.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    context.obj = config
    context.meta[_VERBOSE] = verbose


def settings_of(context: typer.Context, config: Path | None) -> "Settings":
    """The settings from ``-c`` before or after the command, by which logging is set up at once.

    Raises ``ConfigError``.
    """
    from bot.config import load
    from bot.logs import set_up

    settings = load(config or context.obj)
    set_up(settings.log, verbose=context.meta[_VERBOSE])
    return settings


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """What ``work`` comes to, in an event loop of its own."""
    import asyncio

    return asyncio.run(work)


def print_json(objects: Iterable[Any]) -> None:
    """One JSON object a line."""
    for each in objects:
        typer.echo(json.dumps(each, ensure_ascii=False))


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout, as wide as it needs to be where nobody watches."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    width = None if sys.stdout.isatty() else WIDTH_IN_PIPES
    Console(highlight=False, markup=False, emoji=False, width=width).print(table)


def tell(text: str) -> None:
    """A line for the person who watches, on stderr."""
    typer.echo(text, err=True)
