"""Text as Discord's markdown that shows exactly that text, and links. Pure.

Discord shows a backslash before any sign of punctuation as that sign alone, so escaping all signs
that can begin something leaves nothing alive: no emphasis, heading, list, quote, mention, emoji,
time stamp or link (https://discord.com/developers/docs/reference#message-formatting).
"""

import re
from urllib.parse import urlsplit

from bot.digest.urls import usable_url, without_unseen

_SIGNS = "\\*_~`|>#<[](){}@:/+-!."
"""The backslash is the first, so that no escape is escaped again."""

_IN_URL = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C"})
_ADDRESS = re.compile(r"https?://[^\s<>\\]+[^\s<>\\.,;:!?)\]}'\"]")


def escaped(text: str) -> str:
    """Markdown that shows ``text``, without what can't be seen."""
    text = without_unseen(text.replace("\r\n", "\n").replace("\r", "\n"))
    for sign in _SIGNS:
        text = text.replace(sign, f"\\{sign}")
    return text


def spoken(text: str) -> str:
    """The same for Ribao's own words, in which addresses can be followed."""
    found, end = [], 0
    for address in _ADDRESS.finditer(text):
        if usable_url(address[0]) == address[0]:
            found += [escaped(text[end : address.start()]), f"<{address[0]}>"]
            end = address.end()
    return "".join((*found, escaped(text[end:])))


def bold(text: str) -> str:
    """In bold, line by line; nothing where there is no text."""
    lines = escaped(text).strip().splitlines()
    return "\n".join(f"**{line.strip()}**" for line in lines if line.strip())


def subtle(text: str) -> str:
    """Small and grey, line by line (https://discord.com/developers/docs/reference, "subtext")."""
    lines = escaped(text).strip().splitlines()
    return "\n".join(f"-# {line}" for line in lines if line.strip())


def quoted(text: str) -> str:
    """A block quote, line by line."""
    lines = escaped(text).strip().splitlines()
    return "\n".join(f"> {line}" for line in lines)


def linked(label: str, url: str) -> str:
    """A masked link; the mere label where ``url`` is no http(s) address.

    Discord's apps show no link whose label has a bracket without its pair, or looks like an
    address itself; behind such a label stands the host it leads to, as the link.
    """
    target = usable_url(url).translate(_IN_URL)
    words = " ".join(escaped(label).split())
    if not target or not words:
        return words
    if "[" in label or "]" in label or "://" in label:
        return f"{words} [↗ {escaped(urlsplit(target).hostname or '')}](<{target}>)"
    return f"[{words}](<{target}>)"
