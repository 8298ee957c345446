"""Searching from the command line: what `ribao search` shows."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.app import App
from bot.commands.query import understand_query
from bot.errors import ConfigError, Refusal
from bot.messages import messages
from bot.model import StoredItem


async def search(app: App, words: str, limit: int) -> Sequence[StoredItem]:
    """The first ``limit`` items that a query finds, as after `/search`.

    Raises ``ConfigError`` for a topic or date that is not known, or if nothing is asked for.
    """
    zone = ZoneInfo(app.settings.readers.timezone)
    say = messages("en")
    try:
        asked = understand_query(
            words, app.taxonomy, app.clock.now().astimezone(zone).date(), say.language
        )
    except Refusal as refusal:
        raise ConfigError(say.refusal(refusal)) from None
    if asked.is_empty:
        raise ConfigError(say("search.how"))
    return await app.store.items.load(await app.store.search.find(asked.query, limit))
