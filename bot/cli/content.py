"""Commands on content: import, classify, preview, topics."""

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
    run_to_end,
    settings_of,
    tell,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.config import Settings
    from bot.imported import Digest
    from bot.importing import Imported, Importer, Kept
    from bot.model import Issue, StoredItem
    from bot.ports import Renderer
    from bot.previewing import Preview
    from bot.topics import Taxonomy


class As(StrEnum):
    """Forms in which an issue can be shown."""

    TEXT = "text"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


@cli.command("import")
def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files of feeds, OPML or digests.")],
    format_: Annotated[
        str | None, typer.Option("--format", help="Of all files; else each is recognised.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read feeds and digests into the store; lists of feeds (OPML) as sources to configure."""
    from bot.importing import ALL_FORMATS, Importer
    from bot.topics import Taxonomy

    settings = settings_of(context, config)
    if format_ is not None and format_ not in ALL_FORMATS:
        raise typer.BadParameter(f"{format_!r} is not one of {', '.join(ALL_FORMATS)}")
    read = list(_read(Importer(Taxonomy.load()), paths, format_))
    kept = [] if dry_run else run_to_end(_store(settings, read))
    if as_json:
        for each in read:
            print_json(each.objects())
    else:
        _print_imported(read, kept)
    if len(read) < len(paths):
        raise typer.Exit(1)


def _read(importer: "Importer", paths: list[Path], format_: str | None) -> "Iterator[Imported]":
    """What could be read; what could not, and what was not understood, is said on stderr."""
    from bot.errors import SourceError

    for path in paths:
        try:
            read = importer.read(path, format_)
        except SourceError as error:
            tell(f"ribao: {path}: {error}")
            continue
        for problem in read.problems:
            tell(f"{path}:{problem.line}: {problem.text}")
        yield read


def _print_imported(read: "list[Imported]", kept: "list[Kept]") -> None:
    from bot.importing import sources_toml

    feeds = [feed for each in read for feed in each.feeds]
    if feeds:
        typer.echo(sources_toml(feeds))
        tell(f"{len(feeds)} feeds; add the lines above to your configuration to follow them.")
    rows = [(each, kept[n] if kept else None) for n, each in enumerate(read)]
    rows = [row for row in rows if row[0].format != "opml"]
    if not rows:
        return
    print_table(
        ("file", "format", "items", "dropped", "problems", "new", "known"),
        [_import_row(*row) for row in rows],
    )
    if any(each.items for each, _ in rows):
        what_next = "Read them: ribao preview." if kept else "Nothing was stored: --dry-run."
        tell(what_next)


def _import_row(imported: "Imported", kept: "Kept | None") -> tuple[object, ...]:
    dropped = ", ".join(f"{reason}: {n}" for reason, n in sorted(imported.dropped.items()))
    items = kept.items if kept else None
    counts = (items.new, items.known + items.enriched) if items else ("-", "-")
    return (
        imported.path.name,
        imported.format,
        len(imported.items),
        dropped or 0,
        len(imported.problems),
        *counts,
    )


async def _store(settings: "Settings", read: "list[Imported]") -> "list[Kept]":
    from bot.app import open_app
    from bot.importing import keep

    async with open_app(settings) as app:
        now = app.clock.now()
        return [await keep(each, app.store.items, app.store.digests, now) for each in read]


@cli.command()
def classify(
    file: Annotated[Path | None, typer.Argument(help="JSON lines; stdin if left out.")] = None,
    _json: JsonOption = True,
) -> None:
    """Give topics to JSON lines with title, summary and perhaps categories."""
    from bot.digest.classify import Classifier, shipped_model
    from bot.errors import SourceError
    from bot.importing import classified, json_lines
    from bot.topics import Taxonomy

    classifier = Classifier(Taxonomy.load(), shipped_model)
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
    layout: Annotated[str, typer.Option(help="daily, weekly, newsletter or reading-list.")] = "",
    as_: Annotated[As, typer.Option("--as", help="In which form.")] = As.TEXT,
    config: ConfigOption = None,
) -> None:
    """Show the issue that a subscriber would get."""
    settings = settings_of(context, config)
    if day and day.year not in YEARS:
        raise typer.BadParameter(f"{day.date()} is too far from today")
    shown = run_to_end(_preview(settings, topics, day.date() if day else None, lang, layout))
    if as_ is As.JSON:
        print_json(shown.objects)
    else:
        typer.echo(_written(shown.issue, as_).rstrip("\n"))


def _written(issue: "Issue", as_: As) -> str:
    """The issue in a form for people; several messages of a platform stand apart."""
    from bot.layouts.catalogue import lay_out
    from bot.layouts.composed import sheet_of_issue
    from bot.layouts.html import to_page
    from bot.layouts.markdown import to_markdown

    if as_ is As.MARKDOWN:
        return to_markdown(lay_out(sheet_of_issue(issue)))
    if as_ is As.HTML:
        return to_page(lay_out(sheet_of_issue(issue)))
    return "\n\n".join(_renderer(as_).render(issue))


def _renderer(as_: As) -> "Renderer":
    if as_ is As.TELEGRAM:
        from adapters.telegram.render import TelegramRenderer

        return TelegramRenderer()
    if as_ is As.DISCORD:
        from adapters.discord.render import DiscordRenderer

        return DiscordRenderer()
    from adapters.console.render import ConsoleRenderer

    return ConsoleRenderer()


async def _preview(
    settings: "Settings", topics: str, day: date | None, lang: str, layout: str
) -> "Preview":
    from bot.app import open_app
    from bot.previewing import preview as make

    async with open_app(settings) as app:
        return await make(app, topics, day, lang, layout)


@cli.command()
def publish(
    file: Annotated[Path, typer.Argument(help="A digest in any format that import knows.")],
    format_: Annotated[str | None, typer.Option("--format", help="Else it is recognised.")] = None,
    layout: Annotated[str, typer.Option(help="Another layout than the digest's own.")] = "",
    as_: Annotated[As, typer.Option("--as", help="markdown, html, text or json.")] = As.MARKDOWN,
) -> None:
    """Write a digest out in a layout, so that `ribao import` reads it as the same."""
    from bot.importing import ALL_FORMATS, Importer
    from bot.interchange import digest_objects
    from bot.layouts.catalogue import LAYOUTS
    from bot.topics import Taxonomy

    if format_ is not None and format_ not in ALL_FORMATS:
        raise typer.BadParameter(f"{format_!r} is not one of {', '.join(ALL_FORMATS)}")
    if layout and layout not in LAYOUTS:
        raise typer.BadParameter(f"{layout!r} is not one of {', '.join(LAYOUTS)}")
    if as_ in {As.TELEGRAM, As.DISCORD}:
        raise typer.BadParameter("a digest is published as markdown, html, text or json")
    read = next(_read(Importer(Taxonomy.load()), [file], format_), None)
    if read is None:
        raise typer.Exit(1)
    if (digest := read.digest) is None:
        raise typer.BadParameter(f"{file} holds a feed, not a digest")
    if as_ is As.JSON:
        print_json(digest_objects(digest))
    else:
        typer.echo(_published(digest, layout or digest.layout, as_).rstrip("\n"))


def _published(digest: "Digest", layout: str, as_: As) -> str:
    from dataclasses import replace

    from bot.layouts.catalogue import lay_out
    from bot.layouts.html import to_page
    from bot.layouts.markdown import to_markdown
    from bot.layouts.plain import to_text
    from bot.layouts.sheet import sheet_of_digest

    document = lay_out(replace(sheet_of_digest(digest), layout=layout))
    write = {As.MARKDOWN: to_markdown, As.HTML: to_page, As.TEXT: to_text}[as_]
    return write(document)


@cli.command()
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="As after /search; -- before a minus.")],
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 20,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find items by words, "phrases", topic:cv, since:2026-11, until:2026-11-20."""
    from bot.interchange import item_object

    found = run_to_end(_search(settings_of(context, config), " ".join(words), limit))
    if as_json:
        print_json(item_object(each.item, number=n) for n, each in enumerate(found, 1))
        return
    rows = [(each.item.published or "", each.item.title, each.item.url) for each in found]
    print_table(("published", "title", "address"), rows)


async def _search(settings: "Settings", words: str, limit: int) -> "Sequence[StoredItem]":
    from bot.app import open_app
    from bot.searching import search as find

    async with open_app(settings) as app:
        return await find(app, words, limit)


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
