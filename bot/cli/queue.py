"""Commands on what readers sent in: queue, queue accept, queue reject."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

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
    from bot.app import App
    from bot.config import Settings
    from bot.curation.nouns import Submission

queue = typer.Typer(help="Review what readers sent in.", invoke_without_command=True)
cli.add_typer(queue, name="queue")

Number = Annotated[int, typer.Argument(help="The number of the submission.", min=1)]

MOST = 1_000

T = TypeVar("T")


@queue.callback()
def list_(context: typer.Context, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List what waits for review, the longest waiting first; or decide, by a command below."""
    context.obj = config or context.obj
    if context.invoked_subcommand is not None:
        return
    found = run_to_end(_with_app(settings_of(context, None), _pending))
    if as_json:
        print_json(map(_as_json, found))
        return
    print_table(
        ("number", "title", "address", "page", "remark", "from"),
        [
            (s.id, s.item.title, s.item.url, s.trouble or _looked(s), s.remark, s.by or "")
            for s in found
        ],
    )


async def _pending(app: "App") -> "tuple[Submission, ...]":
    return await app.submissions.pending(limit=MOST)


def _looked(submission: "Submission") -> str:
    return "not read yet" if submission.look_at else "read"


def _as_json(submission: "Submission") -> dict[str, Any]:
    from bot.interchange import item_object

    return {
        "id": submission.id,
        "status": submission.status.value,
        "from": submission.by,
        "sent_at": submission.created_at.isoformat(),
        "remark": submission.remark or None,
        "credit": submission.credit or None,
        "page": submission.trouble or _looked(submission),
        "item": item_object(submission.item),
    }


@queue.command()
def accept(
    context: typer.Context,
    number: Number,
    pick: Annotated[bool, typer.Option("--pick", help="As an editor's pick.")] = False,
    config: ConfigOption = None,
) -> None:
    """Take a submission into the paper; who sent it in is told by `ribao run` or `ribao push`."""

    async def work(app: "App") -> str:
        by, now = _operator(app), app.clock.now()
        return (await app.submissions.accept(number, by, now, picked=pick)).item.title

    title = run_to_end(_with_app(settings_of(context, config), work))
    typer.echo(f"In the paper: {title}")


@queue.command()
def reject(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="What who sent it in will read.")],
    config: ConfigOption = None,
) -> None:
    """Reject a submission; who sent it in is told by `ribao run` or `ribao push`."""
    from bot.curation.remarks import plain_remark

    why = plain_remark(reason)
    if not why:
        raise typer.BadParameter("a reason can't be empty")

    async def work(app: "App") -> str:
        return (
            await app.submissions.reject(number, why, _operator(app), app.clock.now())
        ).item.title

    title = run_to_end(_with_app(settings_of(context, config), work))
    typer.echo(f"Rejected: {title}")


def _operator(app: "App") -> str:
    """Whose console it is."""
    return f"console:{app.settings.console.chat}"


async def _with_app(settings: "Settings", work: "Callable[[App], Awaitable[T]]") -> T:
    from bot.app import open_app
    from bot.errors import BotError, Refusal
    from bot.messages import messages

    async with open_app(settings) as app:
        try:
            return await work(app)
        except Refusal as refusal:
            raise BotError(messages("en").refusal(refusal)) from None
