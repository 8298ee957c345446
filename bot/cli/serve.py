"""Commands that do Ribao's daily work: run, fetch, push."""

from datetime import UTC, datetime
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
    from bot.config import Settings
    from bot.ingest import SourceReport


@cli.command()
def run(context: typer.Context, config: ConfigOption = None) -> None:
    """Serve all enabled platforms and push issues on time; by default, chat on the console."""
    from bot.app import open_app
    from bot.running import run as serve

    async def work(settings: "Settings") -> None:
        async with open_app(settings) as app:
            await serve(app)

    run_to_end(work(settings_of(context, config)))


@cli.command()
def fetch(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(help="Names of sources; all that are due if none.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the sources once; shows what was new, known, dropped (and why) and failed."""
    reports = run_to_end(_fetch(settings_of(context, config), tuple(sources or ())))
    if as_json:
        print_json(_report_object(report) for report in reports)
    else:
        print_table(
            ("source", "new", "known", "dropped", "remarks"),
            [_report_row(report) for report in reports],
        )
    if any(report.error and report.waiting_until is None for report in reports):
        raise typer.Exit(1)


async def _fetch(settings: "Settings", names: tuple[str, ...]) -> "tuple[SourceReport, ...]":
    from bot.app import open_app, open_ingest
    from bot.errors import ConfigError

    async with open_app(settings) as app, open_ingest(app) as ingest:
        unknown = sorted(set(names) - set(ingest.names))
        if unknown:
            known = ", ".join(ingest.names)
            raise ConfigError(
                [f"there is no source {name!r}; there are: {known}" for name in unknown]
            )

        def progress(report: "SourceReport", done: int, total: int) -> None:
            tell(f"[{done}/{total}] {report.name}: {_in_short(report)}")

        return await ingest.fetch(app.clock.now(), names=names, report=progress)


def _in_short(report: "SourceReport") -> str:
    return report.error or _remark(report) or f"{report.added.new} new"


def _remark(report: "SourceReport") -> str:
    if report.waiting_until is not None:
        after = f" after: {report.error}" if report.error else ""
        return f"waits until {report.waiting_until:%Y-%m-%d %H:%M} UTC{after}"
    if report.error:
        return report.error
    if report.not_modified:
        return "not modified"
    return ", ".join(f"{reason}: {n}" for reason, n in sorted(report.dropped.items()))


def _report_row(report: "SourceReport") -> tuple[object, ...]:
    dropped = sum(report.dropped.values())
    known = report.added.known + report.added.enriched
    return report.name, report.added.new, known, dropped, _remark(report)


def _report_object(report: "SourceReport") -> dict[str, object]:
    waiting = report.waiting_until
    return {
        "source": report.name,
        "new": report.added.new,
        "known": report.added.known,
        "enriched": report.added.enriched,
        "dropped": dict(report.dropped),
        "not_modified": report.not_modified,
        "waiting_until": waiting.isoformat() if waiting else None,
        "error": report.error,
    }


def _instant(text: str) -> datetime:
    """ISO 8601; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no instant; write 2026-11-21T08:00+01:00") from None
    if moment.year not in YEARS:
        raise typer.BadParameter(f"{text!r} is too far from today")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@cli.command()
def push(
    context: typer.Context,
    at: Annotated[
        datetime | None,
        typer.Option(parser=_instant, metavar="INSTANT", help="As of then; now if left out."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make one pass of the scheduler: send all issues, and words to readers, that are due."""
    counts = run_to_end(_push(settings_of(context, config), at))
    if as_json:
        print_json([counts])
    else:
        typer.echo(" · ".join(f"{name} {n}" for name, n in counts.items()))


async def _push(settings: "Settings", at: datetime | None) -> dict[str, int]:
    from bot.app import open_adapters, open_app, send_lease
    from bot.keeper import Keeper
    from bot.owners import own_name
    from bot.running import set_up_channels

    async with open_app(settings) as app, open_adapters(app) as adapters:
        await set_up_channels(app, adapters, app.clock.now())
        keeper = Keeper(app.store.leases, app.clock, own_name())
        tick = app.tick(adapters, keeper)
        # Number 1 is not later than today, whatever day the pass is made for.
        await app.store.issues.first_day(app.clock.now().date())
        names = [send_lease((adapter.platform, adapter.account)) for adapter in adapters]
        async with keeper.holding(names) as held:
            for name in sorted(set(names) - held):
                tell(f"{name}: another process does that; it sends what is due")
            await app.herald(adapters).publish(app.clock.now())
            await app.announcer(adapters).publish(app.clock.now())
            counts = await (tick.run_as_of(at) if at else tick.run(app.clock.now()))
        return {
            name: counts[name]
            for name in ("sent", "late", "retried", "uncertain", "dead", "expired")
        }
