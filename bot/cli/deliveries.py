"""Commands on single deliveries: look at them, and send again what was given up."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    from bot.config import Settings
    from bot.ports import Entered

deliveries = typer.Typer(help="Deliveries: look at them, resend one.", invoke_without_command=True)
cli.add_typer(deliveries, name="deliveries")

State = StrEnum(
    "State",
    ["planned", "ready", "sending", "retry", "uncertain", "sent", "dead", "expired"],
)


@deliveries.callback()
def show(
    context: typer.Context,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List deliveries, the newest first."""
    if context.invoked_subcommand:
        return
    found = run_to_end(_found(settings_of(context, config), state, limit))
    if as_json:
        print_json(found)
        return
    columns = ("id", "chat", "day", "part", "state", "due_at", "attempt", "reason")
    print_table(columns, [tuple(each[name] for name in columns) for each in found])


async def _found(settings: "Settings", state: State | None, limit: int) -> list[dict[str, Any]]:
    from bot.app import open_app
    from bot.model import DeliveryState

    async with open_app(settings) as app:
        wanted = DeliveryState(state) if state else None
        return [_object(each) for each in await app.store.ledger.entries(wanted, limit)]


def _object(entry: "Entered") -> dict[str, Any]:
    delivery = entry.delivery
    return {
        "id": delivery.id,
        "chat": str(entry.chat),
        "day": delivery.day.isoformat(),
        "part": delivery.part,
        "state": delivery.state.value,
        "due_at": delivery.due_at.isoformat(),
        "attempt": delivery.attempt,
        "sent_at": entry.sent_at.isoformat() if entry.sent_at else None,
        "reason": entry.reason or "",
    }


@deliveries.command()
def resend(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="As ribao deliveries shows it.")],
    config: ConfigOption = None,
) -> None:
    """Have a dead delivery sent with the next pass, and then the later parts of its issue."""
    done = run_to_end(_resend(settings_of(context, config), number))
    if not done:
        typer.echo(f"Delivery {number} is not dead, or was never composed.", err=True)
        raise typer.Exit(1)
    typer.echo("It is sent with the next pass, and what follows it of its issue.")


async def _resend(settings: "Settings", number: int) -> bool:
    from bot.app import open_app

    async with open_app(settings) as app:
        return await app.store.ledger.resend(number, app.clock.now())
