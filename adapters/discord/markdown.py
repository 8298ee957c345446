"""Text as Discord's markdown that shows exactly that text, and links. Pure.

Discord shows a backslash before any sign of punctuation as that sign alone, so escaping all signs
that can begin something leaves nothing alive: no emphasis, heading, list, quote, mention, emoji,
time stamp or link (https://discord.com/developers/docs/reference#message-formatting).
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.digest.urls import usable_url, without_unseen

_SIGNS = tuple((sign, f"\\{sign}") for sign in "\\*_~`|>#<[](){}@:/+-!.")
"""The backslash is the first, so that no escape is escaped again."""

_IN_URL = (("(", "%28"), (")", "%29"), ("<", "%3C"), (">", "%3E"), ("\\", "%5C"))
_ADDRESS = re.compile(r"https?://[^\s<>\\]+[^\s<>\\.,;:!?)\]}'\"]")


def escaped(text: str) -> str:
    """Markdown that shows ``text``, without what can't be seen."""
    return _replaced(without_unseen(text.replace("\r\n", "\n").replace("\r", "\n")), _SIGNS)


def _replaced(text: str, signs: Iterable[tuple[str, str]]) -> str:
    """Most texts have few of the signs, and looking for one is much faster than replacing it."""
    for sign, instead in signs:
        if sign in text:
            text = text.replace(sign, instead)
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
    """A block quote, line by line. An empty one would show its sign, so there is none."""
    lines = escaped(text).strip().splitlines()
    return "\n".join(f"> {line}" for line in lines if line.strip())


def linked(label: str, url: str) -> str:
    """A masked link; the mere label where ``url`` is no http(s) address."""
    return leading(label, usable_url(url))


def leading(label: str, target: str) -> str:
    """A masked link to an address that ``usable_url`` made; the mere label where that is empty.

    Discord's apps show no link whose label has a bracket without its pair, or looks like an
    address itself; behind such a label stands the host it leads to, as the link.
    """
    target = _replaced(target, _IN_URL)
    words = " ".join(escaped(label).split())
    if not target or not words:
        return words
    if "[" in label or "]" in label or "://" in label:
        return f"{words} [↗ {escaped(urlsplit(target).hostname or '')}](<{target}>)"
    return f"[{words}](<{target}>)"
