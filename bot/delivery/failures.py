"""What a failed attempt means for the delivery. Pure."""

from datetime import datetime, timedelta

from bot.errors import ChatGone, ChatMoved, DeliveryError, OutcomeUnknown, RetryLater, Scope
from bot.model import Delivery, DeliveryState
from bot.ports import Outcome

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)

MOST_MOVES = 5
"""So often a chat may move while one message is tried; then something is wrong."""


def outcome_of(
    error: DeliveryError, delivery: Delivery, now: datetime, pause: float = 0.0
) -> Outcome:
    """The state that the delivery is to have; ``pause`` are seconds between two to one chat.

    Where the whole account must wait, the message goes back untried; where one chat must, nothing
    else goes to it either.
    """
    reason = str(error)
    match error:
        case RetryLater(scope=Scope.ACCOUNT):
            return Outcome(delivery, DeliveryState.READY, reason)
        case RetryLater():
            until = now + retry_wait(delivery, error)
            return Outcome(
                delivery, DeliveryState.RETRY, reason, not_before=until, hold_until=until
            )
        case ChatMoved() if delivery.attempt <= MOST_MOVES:
            return Outcome(delivery, DeliveryState.RETRY, reason, not_before=now)
        case OutcomeUnknown():
            until = now + timedelta(seconds=pause)
            return Outcome(
                delivery, DeliveryState.UNCERTAIN, reason, not_before=until, hold_until=until
            )
        case _:  # ChatGone, MessageRejected
            until = now + timedelta(seconds=pause)
            return Outcome(delivery, DeliveryState.DEAD, reason, hold_until=until)


def retry_wait(delivery: Delivery, error: RetryLater) -> timedelta:
    """What the platform asked for, else a wait that doubles with each attempt."""
    if error.seconds is not None:
        return timedelta(seconds=max(error.seconds, 1.0))
    return min(FIRST_RETRY * (1 << min(max(delivery.attempt - 1, 0), 10)), LONGEST_RETRY)


def closes_chat(error: DeliveryError) -> bool:
    """Whether the chat is to be set aside until it writes again."""
    return isinstance(error, ChatGone)
