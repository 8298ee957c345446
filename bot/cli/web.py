"""Commands on the web edition."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import ConfigOption, JsonOption, cli, print_json, settings_of, tell

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.web.build import Report

site = typer.Typer(help="The paper as a web site.", no_args_is_help=True)
cli.add_typer(site, name="site")


@site.command()
def build(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the site lies, or shall lie.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the edition of today, and build what changed since the last time."""
    report = asyncio.run(_build(settings_of(context, config), folder))
    if as_json:
        print_json(
            [
                {
                    "editions": report.editions,
                    "built": report.built,
                    "written": report.written,
                    "removed": report.removed,
                }
            ]
        )
    else:
        typer.echo(
            f"{report.editions} editions, {report.built} of them built anew; "
            f"{report.written} files written, {report.removed} removed."
        )
        tell(f"Look at it: {folder / 'index.html'}")


async def _build(settings: "Settings", folder: Path) -> "Report":
    from bot.app import open_app

    def progress(done: int, total: int) -> None:
        if total > MONTHS_WORTH_TELLING:
            tell(f"[{done}/{total}] months")

    async with open_app(settings) as app:
        builder = await app.site_builder(folder)
        return await builder.build(app.clock.now(), progress=progress)


MONTHS_WORTH_TELLING = 6
"""A build of more takes long enough that somebody may wonder."""
