"""Words that readers write about an item. They may end up in many chats. Pure."""

import re

from bot.digest.normalise import bounded, one_line, plain_name

MAX_REMARK = 500
"""Characters of a remark."""

_LOOKED_AT = 4 * MAX_REMARK
_BEFORE_CREDIT = " — "
_MENTION = re.compile(r"(?<![\w.])@(?=[\w&!])")


def plain_remark(text: str) -> str:
    """One line of at most ``MAX_REMARK`` characters; nothing unseen, and nobody is called by it.

    An @ before a name becomes a wide one, which looks alike and is a mention on no platform.
    """
    return bounded(_MENTION.sub("＠", one_line(text[:_LOOKED_AT])), MAX_REMARK)


def plain_credit(name: str) -> str:
    """The name of who wants to be thanked, made harmless in the same way."""
    return _MENTION.sub("＠", plain_name(name)).lstrip("@＠ ")


def credited(remark: str, credit: str) -> str:
    """The note of an item: the remark, and whose it is if they wish to be named."""
    return f"{remark}{_BEFORE_CREDIT}{credit}" if credit else remark


def without_credit(note: str | None, credit: str) -> str | None:
    """The note without that name; None if nothing is left."""
    return (note or "").replace(f"{_BEFORE_CREDIT}{credit}", "") or None
