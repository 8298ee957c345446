"""Every error that Ribao raises on purpose.

::

    BotError
    ├── ConfigError          wrong configuration or data file; all faults at once
    ├── Refusal              what a person asked for can't be done; says what would be right
    ├── SourceError          one source could not be read
    ├── SiteError            a file of the web site can't be written
    ├── StoreError           the database
    │   └── NewerDatabase    written by a newer Ribao; refused untouched
    └── DeliveryError        sending one message
        ├── RetryLater       not sent; may be sent again after a wait
        ├── ChatMoved        not sent; the chat has another address now
        ├── ChatGone         not sent; the chat is closed to the bot
        ├── MessageRejected  not sent; this message will never be accepted
        └── OutcomeUnknown   perhaps sent

Errors of libraries are translated into these at the edge where the library is called; programming
mistakes are left alone, so that they are seen.
"""

from collections.abc import Sequence
from enum import StrEnum


class BotError(Exception):
    """Base of all errors below. ``str(error)`` is one clear sentence for the operator."""


class ConfigError(BotError):
    """The configuration or a data file is wrong. ``problems`` holds one sentence per fault."""

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class Refusal(BotError):
    """A person's request can't be done.

    ``key`` and ``values`` name a message of the catalogue, so that the answer is given in the
    person's language; see ``bot.messages``.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)


class SourceError(BotError):
    """One source could not be read; ``str(error)`` says why, with no secret in it.

    ``retry_after`` is the wait in seconds that the server asked for, if it did.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class SiteError(BotError):
    """A file or folder of the web site can't be written."""


class StoreError(BotError):
    """The database can't be opened, read or written."""


class NewerDatabase(StoreError):
    """The database was written by a newer version; it is left as it is."""


class DeliveryError(BotError):
    """One message was not, or perhaps not, delivered."""


class Scope(StrEnum):
    """For whom a wait holds: the one chat, or everything that the bot account sends."""

    CHAT = "chat"
    ACCOUNT = "account"


class RetryLater(DeliveryError):
    """The message may be sent again after ``seconds``.

    It was not sent, or the platform would know the repeat and not show it twice.

    With the scope ``ACCOUNT`` nothing at all may be sent by this bot account before.
    """

    def __init__(
        self, reason: str, seconds: float | None = None, *, scope: Scope = Scope.CHAT
    ) -> None:
        self.seconds = seconds
        self.scope = scope
        super().__init__(reason)


class ChatMoved(DeliveryError):
    """The chat goes by another id now, as a group does that became a supergroup. Nothing was sent.

    ``new_id`` is that id, on the same platform and for the same bot account.
    """

    def __init__(self, reason: str, new_id: str) -> None:
        self.new_id = new_id
        super().__init__(reason)


class ChatGone(DeliveryError):
    """The chat blocked the bot, removed it, or no longer exists. Nothing was sent."""


class MessageRejected(DeliveryError):
    """The platform refuses this message for good. Nothing was sent."""


class OutcomeUnknown(DeliveryError):
    """The connection broke after the message was handed over: it may have arrived."""
