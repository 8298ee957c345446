"""Packs the pieces of an issue into as few messages as possible. Pure; every platform uses it."""

from collections.abc import Callable, Iterable

Measure = Callable[[str], int]
"""The length of a text in the platform's own units."""


def pack(pieces: Iterable[str], limit: int, measure: Measure = len, gap: str = "\n\n") -> list[str]:
    """Join pieces, in order, into messages of at most ``limit``.

    A piece is only divided if it is longer than ``limit`` by itself: at a line, else at a space,
    else anywhere. Empty pieces vanish.
    """
    messages: list[str] = []
    for piece in pieces:
        for part in divide(piece, limit, measure):
            joined = messages[-1] + gap + part if messages else part
            if messages and measure(joined) <= limit:
                messages[-1] = joined
            else:
                messages.append(part)
    return messages


def divide(text: str, limit: int, measure: Measure = len) -> list[str]:
    """Cut a text that is longer than ``limit``; no character but white space at cuts is lost."""
    parts = []
    rest = text.strip()
    while rest and measure(rest) > limit:
        end = _fitting(rest, limit, measure)
        cut = max(rest.rfind("\n", 1, end + 1), 0) or max(rest.rfind(" ", 1, end + 1), 0) or end
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _fitting(text: str, limit: int, measure: Measure) -> int:
    """How many characters of ``text`` fit; at least one, so that division always ends."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return low
