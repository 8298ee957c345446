"""What a submitter is told of the verdict, in the language of their chat. Pure."""

from bot.curation.nouns import Status, Submission
from bot.digest.normalise import bounded
from bot.messages import Messages

REASONS = ("topic", "known", "advert", "dead", "quality")
"""The usual reasons, which everyone reads in their own language; any other text goes as it is."""

_MAX_TITLE = 200


def reason_text(say: Messages, reason: str) -> str:
    return say(f"reason.{reason}") if reason in REASONS else reason


def verdict_text(say: Messages, submission: Submission) -> str:
    """The whole message."""
    title = bounded(submission.item.title, _MAX_TITLE)
    if submission.status is Status.ACCEPTED:
        return say("told.accepted", title=title, url=submission.item.url)
    return say("told.rejected", title=title, reason=reason_text(say, submission.reason))
