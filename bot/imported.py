"""A published digest as it was read from a file: its head, its entries, what was not understood.

Frozen values without behaviour, like ``bot.model``. All texts are plain text.
"""

from dataclasses import dataclass

from bot.model import Item, Link


@dataclass(frozen=True, slots=True)
class Problem:
    """What was not understood, or only in part, at ``line`` (from 1). ``text`` is a sentence."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """One of an editor's picks; ``comment`` is what was said beside the link."""

    text: str
    url: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A link to another publication of the series.

    ``rel`` is ``previous``, ``next``, ``month``, ``year``, ``archive`` or ``related``.
    """

    label: str
    url: str
    rel: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What an editor said under a heading, about no item of its own."""

    heading: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """An item as it stood in a digest: the headings above it, its number, its field and tasks."""

    item: Item
    heading: tuple[str, ...] = ()
    number: str | None = None
    field: str | None = None
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """One issue. ``date`` is as exact as it is known; ``week`` is ISO 8601 (``2021-W02``).

    ``number`` counts the issues of a series, or the weeks of a year where ``week`` is set.
    ``images`` and ``links`` are those of the head and the end; ``contents`` are headings as they
    are written, from the table of contents where there is one.
    """

    layout: str
    title: str | None
    language: str
    entries: tuple[DigestEntry, ...]
    number: int | None = None
    date: str | None = None
    week: str | None = None
    source_url: str | None = None
    contents: tuple[str, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    navigation: tuple[Pointer, ...] = ()
    introduction: str = ""
    closing: str = ""
    remarks: tuple[Remark, ...] = ()
    images: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()
