"""The journal of a month, as a file for the chat."""

import asyncio
from typing import TYPE_CHECKING

from bot.commands.arguments import month_of
from bot.commands.context import Context
from bot.commands.reply import File, Reply, Text
from bot.errors import Refusal

if TYPE_CHECKING:
    from bot.web.journal import Journal


async def journal(context: Context, argument: str) -> Reply:
    """The issues that the chat was shown in a month, this one if none is named."""
    # Pages, covers and all that they take are loaded for the first book.
    from bot.web.journal import EPUB_TYPE, PDF_TYPE, epub, makes_pdf  # noqa: PLC0415

    wanted, as_pdf = _without_pdf(argument)
    if as_pdf and not makes_pdf():
        raise Refusal("journal.no_pdf")
    month = month_of(wanted, context.today)
    if month > f"{context.today:%Y-%m}":
        raise Refusal("journal.future", month=context.say.published(month))
    found = await _issues(context, month)
    if not found.count:
        raise Refusal("journal.none", month=context.say.published(month))
    if as_pdf:
        content = await context.services.bindery.pdf(found, context.now)
    else:
        content = await asyncio.to_thread(epub, found, context.now)  # it takes up to a second
    name = f"{found.file_name}.{'pdf' if as_pdf else 'epub'}"
    words = context.say(
        "journal.done", month=context.say.published(month), n=len(found.issues), items=found.count
    )
    return Reply((Text(words), File(name, content, PDF_TYPE if as_pdf else EPUB_TYPE)))


def _without_pdf(argument: str) -> tuple[str, bool]:
    words = [word for word in argument.split() if word.casefold() != "pdf"]
    return " ".join(words), len(words) < len(argument.split())


async def _issues(context: Context, month: str) -> "Journal":
    from bot.web.journal import Journal  # noqa: PLC0415 - see above

    services, chat = context.services, context.chat
    days = [d for d in await services.issues.days(chat.id) if f"{d:%Y-%m}" == month]
    issues = [await services.issues.shown(chat.id, day) for day in days]
    return Journal(chat.language, month, tuple(issue for issue in issues if issue))
