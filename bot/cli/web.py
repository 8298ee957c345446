"""Commands on the web edition."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import ConfigOption, JsonOption, cli, print_json, run_to_end, settings_of, tell

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
    settings = settings_of(context, config)
    if settings.has_data_in(folder):
        # All files of a site are served.
        raise typer.BadParameter(f"{folder} holds data_dir, with the database: give another folder")
    report = run_to_end(_build(settings, folder))
    if as_json:
        print_json([asdict(report)])
    else:
        typer.echo(
            f"{report.editions} editions, {report.built} of them built anew; "
            f"{report.written} files written, {report.removed} removed."
        )
        if images := report.images:
            typer.echo(
                f"Images: {images.copied} copied, {images.failed} not to be had, which are links; "
                f"{images.waiting} left for the next build."
            )
        tell(f"Look at it: {folder / 'index.html'}")


@cli.command()
def journal(
    context: typer.Context,
    month: Annotated[str, typer.Argument(help="As 2026-11; this month if left out.")] = "",
    lang: Annotated[str, typer.Option(help="en, zh-CN or zh-TW.")] = "",
    pdf: Annotated[bool, typer.Option("--pdf", help="A PDF instead of an EPUB.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file; else named by month.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """The whole paper of a month, as the web edition published it, as an e-book."""
    from bot.web.journal import makes_pdf

    if pdf and not makes_pdf():
        raise typer.BadParameter("PDF needs an extra: pip install 'ribao[pdf]'")
    settings = settings_of(context, config)
    name, content = run_to_end(_journal(settings, month, lang, pdf))
    path = output or Path(name)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}") from None
    typer.echo(str(path))


async def _journal(settings: "Settings", month: str, lang: str, pdf: bool) -> tuple[str, bytes]:
    from bot import publishing
    from bot.app import open_app
    from bot.web import journal as make

    async with open_app(settings) as app:
        found = await publishing.journal(app, month, lang)
        content = (make.pdf if pdf else make.epub)(found, app.clock.now())
        return f"{found.file_name}.{'pdf' if pdf else 'epub'}", content


async def _build(settings: "Settings", folder: Path) -> "Report":
    from bot.app import open_app
    from bot.web.copying import SECONDS

    def progress(done: int, total: int) -> None:
        if total > MONTHS_WORTH_TELLING:
            tell(f"[{done}/{total}] months")

    async with open_app(settings) as app:
        builder = await app.site_builder(folder)
        if settings.web.images == "copy":
            tell(f"New images are asked for first, for {SECONDS:g} s at most.")
        return await builder.build(app.clock.now(), progress=progress)


MONTHS_WORTH_TELLING = 6
"""A build of more takes long enough that somebody may wonder."""
