"""What parsers of feeds agree on: entries as they were found, not yet news."""

import re
from datetime import datetime
from typing import NamedTuple

from bot.digest.normalise import iso_published

_IN_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class RawEntry(NamedTuple):
    """An entry of a feed. Title, summary and content are HTML; nothing has been checked yet.

    ``published`` is an item's (ISO 8601, UTC). ``images`` are those that the entry declares.
    """

    title: str = ""
    link: str = ""
    published: str | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    content: str = ""
    images: tuple[str, ...] = ()
    id: str = ""


class RawFeed(NamedTuple):
    """A feed. ``language`` is as declared, in whatever spelling."""

    title: str
    language: str
    entries: tuple[RawEntry, ...]


def instant(text: str) -> str | None:
    """A date or time in ISO 8601 as an item's ``published``; None when it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return f"{text[:19]}+00:00" if _IN_UTC.fullmatch(text) else iso_published(moment)


def begins_alike(one: str, other: str) -> bool:
    """Whether ``other`` has the same first words as ``one``, whatever the white space."""
    if one[:50] == other[:50]:
        return True
    start = "".join(one[:100].split())[:50]
    return "".join(other[:100].split()).startswith(start)
