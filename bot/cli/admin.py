"""Commands for the operator: stats, check-config, db."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.forecast import forecast_object, forecast_text
from bot.cli.options import (
    ConfigOption,
    JsonOption,
    cli,
    print_json,
    print_table,
    run_to_end,
    settings_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from bot.config import Settings
    from bot.ports import Account, Hold, Lease
    from bot.sourcebook import SourceHealth

db = typer.Typer(help="The database: upgrade, check, backup.", no_args_is_help=True)
cli.add_typer(db, name="db")


@cli.command()
def stats(context: typer.Context, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how much there is, who must wait, who does what, and how the sources are doing."""
    found = run_to_end(_stats(settings_of(context, config)))
    if as_json:
        print_json([found])
        return
    typer.echo(f"items      {found['items']}")
    typer.echo(f"chats      {found['chats']} ({found['scheduled']} with a daily issue)")
    states = ", ".join(f"{state} {n}" for state, n in found["deliveries"].items())
    typer.echo(f"deliveries {states or 'none yet'}")
    for account in found["forecast"]:
        typer.echo(forecast_text(account))
    for wait in found["waiting"]:
        who = f"{wait['platform']}:{wait['account']}"
        typer.echo(f"waiting    {who} until {wait['until']} UTC: {wait['reason']}")
    for lease in found["leases"]:
        typer.echo(f"lease      {lease['name']}: {lease['owner']} until {lease['until']} UTC")
    read = [source for source in found["sources"] if source["checked_at"]]
    failing = sum(bool(source["failing_since"]) for source in read)
    unread = len(found["sources"]) - len(read)
    typer.echo(f"sources    {len(found['sources'])} ({failing} failing, {unread} not read yet)")
    if read:
        print_table(
            ("source", "last read (UTC)", "new", "known", "dropped", "failing since (UTC), reason"),
            map(_source_row, read),
        )


async def _stats(settings: "Settings") -> dict[str, Any]:
    from bot.app import open_app

    async with open_app(settings) as app:
        leases, now = app.store.leases, app.clock.now()
        found = await app.observer.overview(now)
        return {
            "items": found.items,
            "chats": found.chats,
            "scheduled": found.scheduled,
            "deliveries": {state.value: n for state, n in found.deliveries.items()},
            "forecast": [forecast_object(each) for each in await app.capacity().forecast(now)],
            "waiting": [_wait_object(account, hold) for account, hold in found.waiting.items()],
            "leases": [
                _lease_object(lease, until)
                for lease, until in await leases.all(await leases.now(now))
            ],
            "sources": [_source_object(source) for source in found.sources],
        }


def _source_object(source: "SourceHealth") -> dict[str, Any]:
    from bot.model import FetchState

    state = source.state or FetchState()
    return {
        "name": source.name,
        "checked_at": _minute(state.checked_at),
        "next_at": _minute(state.not_before),
        "new": state.new,
        "known": state.known,
        "dropped": dict(state.dropped),
        "failures": state.failures,
        "failing_since": _minute(state.failing_since),
        "error": state.error or "",
    }


def _source_row(source: dict[str, Any]) -> tuple[object, ...]:
    dropped = ", ".join(f"{reason}: {n}" for reason, n in sorted(source["dropped"].items()))
    trouble = f"{source['failing_since']} {source['error']}".strip()
    read = (source["name"], source["checked_at"], source["new"], source["known"])
    return *read, dropped, trouble


def _wait_object(account: "Account", hold: "Hold") -> dict[str, Any]:
    until = _second(hold.until)
    return {"platform": account[0], "account": account[1], "until": until, "reason": hold.reason}


def _lease_object(lease: "Lease", until: "datetime") -> dict[str, Any]:
    return {
        "name": lease.name,
        "owner": lease.owner,
        "epoch": lease.epoch,
        "until": _second(until),
    }


def _second(moment: "datetime") -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _minute(moment: "datetime | None") -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


@cli.command("check-config")
def check_config(context: typer.Context, config: ConfigOption = None) -> None:
    """Check the configuration; lists every fault, and says what would be used."""
    from bot.app import platform_reports
    from bot.configured import channel_wishes, compilations, source_specs
    from bot.errors import ConfigError
    from bot.topics import Taxonomy

    settings = settings_of(context, config)
    taxonomy = Taxonomy.load()
    problems: list[str] = []
    for check in (source_specs, channel_wishes, compilations):
        try:
            check(settings, taxonomy)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    sources = source_specs(settings, taxonomy)
    typer.echo("The configuration is right.")
    typer.echo(f"database: {_without_password(settings.database_url)}")
    typer.echo(f"sources:  {len(sources)}, every {settings.fetch.interval_minutes} minutes")
    typer.echo(f"channels: {len(settings.channels)}")
    for sentence in run_to_end(platform_reports(settings)):
        typer.echo(sentence)


def _without_password(url: str) -> str:
    from bot.database_url import parse_url

    return parse_url(url).render_as_string(hide_password=True)


@db.command()
def upgrade(context: typer.Context, config: ConfigOption = None) -> None:
    """Bring the database to this version; a copy of an SQLite file is kept beside it."""

    async def work(settings: "Settings") -> None:
        from bot.store import open_store

        store = await open_store(settings.database_url)
        await store.close()

    run_to_end(work(settings_of(context, config)))
    typer.echo("The database is up to date.")


@db.command()
def check(context: typer.Context, config: ConfigOption = None) -> None:
    """Say whether the database is there, readable and of this version."""

    async def work(settings: "Settings") -> None:
        from bot.store import open_store

        store = await open_store(settings.database_url, upgrade=False)
        await store.close()

    run_to_end(work(settings_of(context, config)))
    typer.echo("The database is fine.")


@db.command()
def backup(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")],
    config: ConfigOption = None,
) -> None:
    """Copy the database into an SQLite file, also while Ribao runs, and whatever its engine."""

    async def work(settings: "Settings") -> None:
        from bot.store import open_store
        from bot.store.transfer import back_up

        store = await open_store(settings.database_url, upgrade=False)
        try:
            await back_up(store.database, target)
        finally:
            await store.close()

    run_to_end(work(settings_of(context, config)))
    typer.echo(f"Copied to {target}.")


@db.command("copy")
def copy_database(
    context: typer.Context,
    to: Annotated[str, typer.Option(help="The URL of the new database, which must be empty.")],
    config: ConfigOption = None,
) -> None:
    """Copy everything into another database, say from SQLite to PostgreSQL. Stop Ribao first."""

    def tell(table: str, rows: int) -> None:
        typer.echo(f"{table:15} {rows:>10,}", err=True)

    async def work(settings: "Settings") -> str:
        from bot.store import open_store
        from bot.store.transfer import transfer

        async with AsyncExitStack() as stack:
            stores = []
            for url, upgrade in ((settings.database_url, False), (to, True)):
                stores.append(await open_store(url, upgrade=upgrade))
                stack.push_async_callback(stores[-1].close)
            source, target = (store.database for store in stores)
            await transfer(source, target, tell)
            return target.name

    name = run_to_end(work(settings_of(context, config)))
    typer.echo(f"{name} holds everything now. Set database.url to it and start Ribao again.")
