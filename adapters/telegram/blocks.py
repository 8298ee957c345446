"""Text with marks as the HTML of a Rich Message: headings, paragraphs, parts to unfold. Pure.

Source: https://core.telegram.org/bots/api#inputrichmessage (tags and named characters that it
knows; at most 32,768 characters and 500 blocks, of which a message here has fewer characters).
"""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from adapters.telegram.rich import Mark, Rich, Run, to_html

MAX_BLOCKS = 500


def to_blocks(rich: Rich, unfold: str) -> str:
    """The HTML; empty where it would have too many blocks.

    ``unfold`` stands over what is folded away.
    """
    lines = [line for line in _lines(rich) if line]
    if 2 * len(lines) > MAX_BLOCKS:
        return ""
    return "".join(_block(kind, list(some), unfold) for kind, some in groupby(lines, _kind))


def paragraph(text: str) -> str:
    """A line of Ribao's own, in italics."""
    return f"<p><i>{escape(text, quote=False)}</i></p>"


def _block(kind: str, lines: list[Rich], unfold: str) -> str:
    inner = [to_html(tuple(Run(r.text, _inline(r.marks)) for r in line)) for line in lines]
    if kind == "details":
        body = "".join(f"<p>{line}</p>" for line in inner)
        return f"<details><summary>{escape(unfold, quote=False)}</summary>{body}</details>"
    tag = kind or "p"
    return "".join(f"<{tag}>{line}</{tag}>" for line in inner)


def _kind(line: Rich) -> str:
    """What the line is, by the mark that is around it."""
    return line[0].marks[0].block if line[0].marks else ""


def _inline(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    return tuple(mark for mark in marks if not mark.block)


def _lines(rich: Rich) -> Iterator[Rich]:
    """The text line by line; a mark that goes on is on each of its lines."""
    line: list[Run] = []
    for text, marks in rich:
        first, *others = text.split("\n")
        line.append(Run(first, marks))
        for other in others:
            yield _filled(line)
            line = [Run(other, marks)]
    yield _filled(line)


def _filled(line: list[Run]) -> Rich:
    runs = tuple(run for run in line if run.text)
    return runs if any(run.text.strip() for run in runs) else ()
