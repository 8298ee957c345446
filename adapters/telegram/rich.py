"""Text with marks, in the units that Telegram counts, and its form as Telegram's HTML. Pure.

A message is made of runs, each with the marks that are on it, outermost first. So it can be cut
anywhere: what is open at a cut is closed before it and opened again after it, and nothing that
came from outside can ever be taken for markup.

Sources: https://core.telegram.org/bots/api#html-style, #sendmessage (4096 characters after
entities parsing), #messageentity (UTF-16 code units), and limits.tdesktop ("100 entities").
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from bot.digest.urls import without_unseen

MAX_UNITS = 4096
"""UTF-16 code units of the visible text of one message."""

MAX_ENTITIES = 100
"""What goes beyond is shown without its mark."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One kind of markup: an HTML tag, and for a link where it leads.

    ``block`` is what it makes of whole lines in a Rich Message (``adapters.telegram.blocks``).
    """

    tag: str
    url: str = ""
    block: str = ""
    opening: str = field(init=False, compare=False)
    closing: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        opening = f'<a href="{escape(self.url)}">' if self.url else f"<{self.tag}>"
        object.__setattr__(self, "opening", opening)
        object.__setattr__(self, "closing", f"</{self.tag.partition(' ')[0]}>")


BOLD = Mark("b")
ITALIC = Mark("i")
CODE = Mark("code")
QUOTE = Mark("blockquote expandable", block="details")
TITLE = Mark("b", block="h2")
HEADING = Mark("b", block="h3")


def link_to(url: str) -> Mark:
    """A link; ``url`` must be one of http or https (``bot.digest.urls.usable_url``)."""
    return Mark("a", url)


class Run(NamedTuple):
    """A piece of text under the same marks."""

    text: str
    marks: tuple[Mark, ...] = ()


Rich = tuple[Run, ...]


def plain(text: str, *marks: Mark) -> Rich:
    """``text`` under ``marks``, without what can't be seen; nothing where it is empty."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = without_unseen(text)
    return (Run(text, marks),) if text else ()


def joined(parts: Iterable[Rich], gap: str = "\n") -> Rich:
    """The parts that are not empty, with ``gap`` between them."""
    between = Run(gap)
    runs: list[Run] = []
    for part in parts:
        if part:
            if runs:
                runs.append(between)
            runs.extend(part)
    return tuple(runs)


def under(mark: Mark, rich: Rich) -> Rich:
    """The whole of ``rich`` under one more mark, around all others."""
    return tuple(Run(run.text, (mark, *run.marks)) for run in rich)


def visible(rich: Rich) -> str:
    """What a reader sees."""
    return "".join([run.text for run in rich])


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def size(rich: Rich) -> int:
    """The visible length in UTF-16 code units."""
    return units(visible(rich))


def entities(rich: Rich) -> int:
    """How many entities Telegram makes of it: one for each mark that is opened."""
    count = 0
    before: tuple[Mark, ...] = ()
    for run in rich:
        if run.marks and run.marks != before:
            count += len(run.marks) - _shared(before, run.marks)
        before = run.marks
    return count


def to_html(rich: Rich) -> str:
    """The text in Telegram's HTML."""
    html: list[str] = []
    open_: tuple[Mark, ...] = ()
    for text, marks in (*rich, Run("")):
        if marks != open_:
            shared = _shared(open_, marks)
            html += [mark.closing for mark in reversed(open_[shared:])]
            html += [mark.opening for mark in marks[shared:]]
            open_ = marks
        html.append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return "".join(html)


def split(rich: Rich, limit: int, most_entities: int = MAX_ENTITIES) -> Iterator[Rich]:
    """Parts of at most ``limit`` units and ``most_entities`` entities, cut at a line or a space.

    No character but white space at the cuts is lost.
    """
    rest = stripped(rich)
    if rest and size(rest) <= limit and entities(rest) <= most_entities:
        yield rest
        return
    while rest:
        end = _room(rest, limit, most_entities)
        text = visible(rest)
        if end < len(text):
            # Half of the room is better used than cut for the sake of a distant space.
            at = max(text.rfind("\n", end // 2, end + 1), 0) or text.rfind(" ", end // 2, end + 1)
            end = at if at > 0 else end
        yield stripped(sliced(rest, 0, end))
        rest = stripped(sliced(rest, end, len(text)))


def sliced(rich: Rich, start: int, end: int) -> Rich:
    """The runs between two places, in characters."""
    found, place = [], 0
    for run in rich:
        text = run.text[max(start - place, 0) : max(end - place, 0)]
        if text:
            found.append(Run(text, run.marks))
        place += len(run.text)
    return tuple(found)


def stripped(rich: Rich) -> Rich:
    """Without white space at both ends."""
    if not rich or not (rich[0].text[:1].isspace() or rich[-1].text[-1:].isspace()):
        return rich
    text = visible(rich)
    start = len(text) - len(text.lstrip())
    return sliced(rich, start, max(start, len(text.rstrip())))


def _room(rich: Rich, limit: int, most_entities: int) -> int:
    """How many characters from the beginning fit; at least one."""
    used = marks = place = 0
    before: tuple[Mark, ...] = ()
    for run in rich:
        marks += len(run.marks) - _shared(before, run.marks)
        before = run.marks
        if marks > most_entities:
            return max(place, 1)
        length = units(run.text)
        if used + length > limit:
            return max(place + _fitting(run.text, limit - used), 1)
        used += length
        place += len(run.text)
    return place


def _fitting(text: str, limit: int) -> int:
    """How many characters of ``text`` are at most ``limit`` units."""
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if units(text[:middle]) <= limit else (low, middle - 1)
    return low


def _shared(before: tuple[Mark, ...], after: tuple[Mark, ...]) -> int:
    """How many of the outer marks go on."""
    if not before or not after:
        return 0
    shared = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        shared += 1
    return shared
