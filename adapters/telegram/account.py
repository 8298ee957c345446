"""The bot account: its SDK client, and whether the Bot API server knows it."""

import logging
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from adapters.telegram.transport import AiohttpRequest
from bot.config import TelegramSettings
from bot.errors import ConfigError

log = logging.getLogger(__name__)

AGAIN_SECONDS = 10.0

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")


@asynccontextmanager
async def open_bot(token: str, settings: TelegramSettings) -> AsyncIterator[Bot]:
    """The client of a token, not yet introduced. Raises ``ConfigError`` for what is no token."""
    if not _TOKEN.fullmatch(token):
        raise ConfigError("telegram.token: this is no token; @BotFather gives one")
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # the SDK's own switch against its warning
    # At DEBUG the SDK logs the token with its address, and what people write.
    logging.getLogger("telegram").setLevel(logging.INFO)
    bot = Bot(
        token,
        base_url=f"{settings.base_url.rstrip('/')}/bot",
        base_file_url=f"{settings.base_file_url.rstrip('/')}/bot",
        request=AiohttpRequest(proxy=settings.proxy),
        get_updates_request=AiohttpRequest(proxy=settings.proxy, connections=2),
    )
    try:
        yield bot
    finally:
        await bot.shutdown()


async def introduce(bot: Bot) -> bool:
    """Whether Telegram says who the bot is. Raises ``ConfigError`` if it refuses the token."""
    try:
        await bot.initialize()
    except InvalidToken:
        raise ConfigError("telegram.token: Telegram refuses it; ask @BotFather") from None
    except TelegramError as error:
        log.warning("Telegram: %s; the next try is in %.0f s.", error.message, AGAIN_SECONDS)
        return False
    return True
