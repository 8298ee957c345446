"""What Discord's and the SDK's errors mean for a delivery. The one place that knows.

Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes. An answer of 4xx was
understood and refused: nothing was sent. One of 5xx, and a connection that broke after the request
was written, leave it open. A repetition within the minutes in which Discord knows its nonce never
comes twice, so there is no need to give up after one: each comes soon enough after the one before.
"""

import aiohttp
import discord

from bot.errors import ChatGone, DeliveryError, MessageRejected, RetryLater, Scope

SDK_ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
"""What a request raises. Of a session that closes under it, aiohttp says ``RuntimeError``."""

_GONE = frozenset({10003, 10004, 50001, 50007, 50013, 160005})
"""Unknown channel, unknown guild, missing access, no messages to this user, missing permissions,
thread locked."""

DOUBT_SECONDS = 30.0
"""Until a message whose outcome is unknown is sent again: "the past few minutes" is all that
https://discord.com/developers/docs/resources/message#create-message says of a nonce's life."""

REFUSED_SECONDS = 300.0
"""How long to wait where the account itself is refused: until somebody mends it."""


def as_delivery_error(error: Exception, *, for_all: bool) -> DeliveryError:
    """The error of one attempt to send, as the core knows it.

    ``for_all``: a wait that Discord asks for holds for the whole account.
    """
    match error:
        case discord.RateLimited():
            scope = Scope.ACCOUNT if for_all else Scope.CHAT
            return RetryLater("Discord asks to wait", seconds=error.retry_after, scope=scope)
        case discord.HTTPException():
            return _answered(error)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return RetryLater(f"Discord can't be reached ({type(error).__name__})")
        case _:
            words = f"Discord's answer is missing ({type(error).__name__})"
            return RetryLater(words, seconds=DOUBT_SECONDS)


def _answered(error: discord.HTTPException) -> DeliveryError:
    words = f"{error.text or 'no reason given'} ({error.status}, {error.code})"
    if error.status >= 500:
        return RetryLater(words, seconds=DOUBT_SECONDS)
    if error.status in {401, 429}:
        return RetryLater(words, seconds=REFUSED_SECONDS, scope=Scope.ACCOUNT)
    if error.status in {403, 404} or error.code in _GONE:
        return ChatGone(words)
    return MessageRejected(words)
