"""What Telegram's and the SDK's errors mean for a delivery. The one place that knows.

Source: https://core.telegram.org/bots/api#making-requests and #responseparameters. An answer with
a status of 4xx was understood and refused: nothing was sent. One of 5xx, and a connection that
broke after the request was written, leave it open.
"""

from datetime import timedelta

from telegram import error as sdk

from adapters.telegram.transport import NotSent
from bot.errors import (
    ChatGone,
    ChatMoved,
    DeliveryError,
    MessageRejected,
    OutcomeUnknown,
    RetryLater,
    Scope,
)

_GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights",
    "need administrator rights",
    "have no rights to send",
    "group chat was deactivated",
    "channel_private",
    "topic_closed",
    "message thread not found",
)
"""Parts of what a 400 says of a chat that can't be sent to, in lower case."""


REFUSED_SECONDS = 300.0
"""How long to wait where the token itself is refused: until somebody mends it."""


def as_delivery_error(error: sdk.TelegramError) -> DeliveryError:
    """The error of one attempt to send, as the core knows it."""
    words = error.message
    match error:
        case sdk.RetryAfter():
            return RetryLater("Telegram asks to wait", seconds=seconds_to_wait(error))
        case NotSent():
            return RetryLater(f"Telegram can't be reached: {words}")
        case sdk.InvalidToken() | sdk.Conflict():
            return RetryLater(words, seconds=REFUSED_SECONDS, scope=Scope.ACCOUNT)
        case sdk.ChatMigrated():
            return ChatMoved(words, str(error.new_chat_id))
        case sdk.Forbidden() | sdk.BadRequest():
            return _refused(error)
        case _:
            return OutcomeUnknown(f"Telegram's answer is missing: {words}")


def _refused(error: sdk.Forbidden | sdk.BadRequest) -> DeliveryError:
    words = error.message.lower()
    if isinstance(error, sdk.Forbidden) or any(each in words for each in _GONE):
        return ChatGone(error.message)
    return MessageRejected(error.message)


def seconds_to_wait(error: sdk.RetryAfter) -> float:
    """What Telegram asked for."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
