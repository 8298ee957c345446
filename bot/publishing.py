"""The journal of the whole paper, which `ribao journal` makes of what the web edition published."""

from bot.app import App
from bot.commands.arguments import month_of
from bot.errors import ConfigError, Refusal
from bot.messages import known_language
from bot.web.journal import Journal


async def journal(app: App, month: str, language: str) -> Journal:
    """The editions of ``month``, of the present one if empty; the first are published for it.

    Raises ``ConfigError`` for a month or language that is none, or that holds no edition; also
    before the first news, for the sample edition is not kept.
    """
    editions, now = app.editions(), app.clock.now()
    tag = known_language(language) if language else app.settings.readers.language
    if tag is None:
        raise ConfigError(f"{language!r} is not one of en, zh-CN, zh-TW")
    try:
        wanted = month_of(month, editions.today(now))
    except Refusal:
        raise ConfigError(f"{month!r} is no month; write it like 2026-11") from None
    if not await app.editor.items.has_fetched(now):
        raise ConfigError("there is no news yet, only the sample edition; ribao fetch brings some")
    if not await editions.published():
        await editions.publish(now)
    published = await editions.published()
    of_month = [e for e in published if e.language == tag and f"{e.day:%Y-%m}" == wanted]
    printed = await editions.read(of_month)
    found = Journal(tag, wanted, tuple(each.issue for each in printed))
    if not found.count:
        raise ConfigError(f"nothing was published in {wanted}; ribao site build publishes a day")
    return found
