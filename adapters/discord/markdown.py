"""Text as Discord's markdown that shows exactly that text, and links. Pure.

Discord shows a backslash before any sign of punctuation as that sign alone, so escaping all signs
that can begin something leaves nothing alive: no emphasis, heading, list, quote, mention, emoji,
time stamp or link (https://discord.com/developers/docs/reference#message-formatting).
"""

import re

from bot.digest.urls import usable_url, without_unseen

_SIGNS = re.compile(r"[\\*_~`|>#<\[\](){}@:/+\-!]")
_LISTED = re.compile(r"(?m)^(\s*\d+)\.")
_IN_URL = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E"})


def escaped(text: str) -> str:
    """Markdown that shows ``text``, without what can't be seen."""
    text = without_unseen(text.replace("\r\n", "\n").replace("\r", "\n"))
    return _LISTED.sub(r"\1\\.", _SIGNS.sub(r"\\\g<0>", text))


def bold(text: str) -> str:
    """The same in bold; nothing where there is no text."""
    shown = escaped(text.strip())
    return f"**{shown}**" if shown else ""


def subtle(text: str) -> str:
    """Small and grey, line by line (https://discord.com/developers/docs/reference, "subtext")."""
    lines = escaped(text).strip().splitlines()
    return "\n".join(f"-# {line}" for line in lines if line.strip())


def quoted(text: str) -> str:
    """A block quote, line by line."""
    lines = escaped(text).strip().splitlines()
    return "\n".join(f"> {line}" for line in lines)


def linked(label: str, url: str) -> str:
    """A masked link; the mere label where ``url`` is no http(s) address."""
    target = usable_url(url).translate(_IN_URL)
    words = " ".join(escaped(label).split())
    if not target or not words:
        return words
    return f"[{words}](<{target}>)"
