"""Commands on content: import, classify, preview, topics."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import (
    YEARS,
    ConfigOption,
    JsonOption,
    cli,
    print_json,
    print_table,
    settings_of,
    tell,
)

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.importing import Imported
    from bot.ports import Added
    from bot.previewing import Preview
    from bot.topics import Taxonomy


class As(StrEnum):
    """Forms in which an issue can be shown."""

    TEXT = "text"
    JSON = "json"


@cli.command("import")
def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files of feeds.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read feeds from files into the store; the format is recognised by itself."""
    from bot.digest.classify import Classifier
    from bot.errors import SourceError
    from bot.importing import read_file
    from bot.interchange import imported_objects
    from bot.topics import Taxonomy

    settings = settings_of(context, config)
    read: list[Imported] = []
    failed = False
    classifier = Classifier(Taxonomy.load())
    for path in paths:
        try:
            read.append(read_file(path, classifier))
        except SourceError as error:
            failed = True
            tell(f"ribao: {path}: {error}")
    added = [] if dry_run else asyncio.run(_store(settings, read))
    if as_json:
        for each in read:
            print_json(imported_objects(each.title, each.language, each.format, each.items))
    else:
        print_table(
            ("file", "format", "items", "dropped", "new", "known"),
            [_import_row(*pair) for pair in _paired(read, added)],
        )
    if failed:
        raise typer.Exit(1)


def _paired(
    read: "list[Imported]", added: "list[Added]"
) -> "Iterator[tuple[Imported, Added | None]]":
    for number, imported in enumerate(read):
        yield imported, added[number] if added else None


def _import_row(imported: "Imported", added: "Added | None") -> tuple[object, ...]:
    dropped = ", ".join(f"{reason}: {n}" for reason, n in sorted(imported.dropped.items()))
    counts = (added.new, added.known + added.enriched) if added else ("-", "-")
    return imported.path.name, imported.format, len(imported.items), dropped or 0, *counts


async def _store(settings: "Settings", read: "list[Imported]") -> "list[Added]":
    from bot.app import open_app

    async with open_app(settings) as app:
        return [await app.store.items.add(each.items, app.clock.now()) for each in read]


@cli.command()
def classify(
    file: Annotated[Path | None, typer.Argument(help="JSON lines; stdin if left out.")] = None,
    _json: JsonOption = True,
) -> None:
    """Give topics to JSON lines with title, summary and perhaps categories."""
    from bot.digest.classify import Classifier
    from bot.errors import SourceError
    from bot.importing import classified, json_lines
    from bot.topics import Taxonomy

    classifier = Classifier(Taxonomy.load())
    try:
        stream = file.open(encoding="utf-8", errors="replace") if file else sys.stdin
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror}") from None
    with stream:
        print_json(classified(entry, classifier) for entry in json_lines(stream))


@cli.command()
def preview(
    context: typer.Context,
    topics: Annotated[str, typer.Option(help="Topics, as after /subscribe; all if empty.")] = "",
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Of that day.")
    ] = None,
    lang: Annotated[str, typer.Option(help="en, zh-CN or zh-TW.")] = "",
    as_: Annotated[As, typer.Option("--as", help="In which form.")] = As.TEXT,
    config: ConfigOption = None,
) -> None:
    """Show the issue that a subscriber would get."""
    settings = settings_of(context, config)
    if day and day.year not in YEARS:
        raise typer.BadParameter(f"{day.date()} is too far from today")
    shown = asyncio.run(_preview(settings, topics, day.date() if day else None, lang))
    if as_ is As.JSON:
        print_json(shown.objects)
    else:
        from adapters.console.render import ConsoleRenderer

        typer.echo("\n\n".join(ConsoleRenderer().render(shown.issue)))


async def _preview(settings: "Settings", topics: str, day: date | None, lang: str) -> "Preview":
    from bot.app import open_app
    from bot.previewing import preview as make

    async with open_app(settings) as app:
        return await make(app, topics, day, lang)


@cli.command()
def topics(as_json: JsonOption = False) -> None:
    """List all topics with their names, finer ones below the broader."""
    from bot.model import LANGUAGES
    from bot.topics import Taxonomy

    taxonomy = Taxonomy.load()
    ordered = [each for root in taxonomy.roots() for each in (root, *_below(taxonomy, root))]
    if as_json:
        print_json(
            {
                "id": topic.id,
                "parent": topic.parent,
                "names": dict(topic.names),
                "aliases": list(topic.aliases),
                "arxiv": list(topic.arxiv),
            }
            for topic in map(taxonomy.get, ordered)
        )
        return
    rows = [
        ("  " * len(taxonomy.ancestors(id_)) + id_, *(taxonomy.name(id_, tag) for tag in LANGUAGES))
        for id_ in ordered
    ]
    print_table(("topic", *LANGUAGES), rows)


def _below(taxonomy: "Taxonomy", topic_id: str) -> Iterator[str]:
    for child in taxonomy.children(topic_id):
        yield child
        yield from _below(taxonomy, child)
