"""The configured sources, as a table or as a list that feed readers understand."""

from typing import Annotated

import typer

from bot.cli.options import (
    ConfigOption,
    JsonOption,
    cli,
    print_json,
    print_table,
    settings_of,
    tell,
)

FEEDS = frozenset({"feed", "arxiv"})
"""Kinds whose address a feed reader can read."""


@cli.command()
def sources(
    context: typer.Context,
    opml: Annotated[bool, typer.Option("--opml", help="Print the feeds as OPML.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the sources that are configured; with --opml for another feed reader."""
    from bot.configured import source_specs
    from bot.sources.opml import Outline, write_opml
    from bot.topics import Taxonomy

    specs = source_specs(settings_of(context, config), Taxonomy.load())
    if opml:
        feeds = [spec for spec in specs if spec.kind in FEEDS]
        if len(feeds) < len(specs):
            others = sorted({spec.kind for spec in specs} - FEEDS)
            tell(f"{len(specs) - len(feeds)} sources are no feeds ({', '.join(others)})")
        outlines = (
            Outline(spec.name, spec.url, category=spec.section, language=spec.language)
            for spec in feeds
        )
        typer.echo(write_opml("Ribao", outlines), nl=False)
    elif as_json:
        print_json(
            {
                "name": spec.name,
                "kind": spec.kind,
                "url": spec.url,
                "section": spec.section.value,
                "topics": list(spec.topics),
                "language": spec.language,
            }
            for spec in specs
        )
    else:
        print_table(
            ("source", "kind", "section", "address"),
            [(spec.name, spec.kind, spec.section.value, spec.url) for spec in specs],
        )
