"""The cover of an issue: a picture with its title, number, date and topics, and what is in it.

Beside the words stands the issue itself, as a page seen from afar: a column for each section, a
block for each item, as long as what it says. The same cover is always drawn alike, to the byte, by
one version of Pillow with one set of typefaces.

``cover_of`` says what stands on it, in a small value that can be kept and sent around; ``draw``
makes the picture of that, wherever it is needed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.messages import messages
from bot.model import Entry, Issue
from bot.typefaces import face_for

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 1200, 630
"""Pixels: what OpenGraph asks for, and right for a photo on Telegram and an image on Discord."""

MEDIA_TYPE = "image/png"

MAX_LINES = 9
"""Lines of a block of the pattern."""

_MARGIN = 72
_TEXT_WIDTH = 610
_PATTERN_LEFT = 770
_COLUMN_GAP = 14
_LINE, _LEADING, _BLOCK_GAP = 5, 10, 15
_PAPER, _INK, _FAINT = (250, 247, 241), (32, 33, 36), (108, 104, 97)
_COLOURS = (
    (58, 96, 138),
    (156, 84, 62),
    (74, 118, 92),
    (128, 92, 140),
    (148, 116, 48),
    (64, 120, 128),
    (140, 78, 100),
)
_MAX_TOPICS = 8
_SMALL = 28
_MOST = 80
"""Characters of a line that are looked at: more than fit, however narrow."""

_STEPS = 10

_Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on a cover. ``columns``: for each section, how many lines each item takes.

    ``number`` and ``dateline`` are words in ``language``; ``day`` is the date in ISO 8601, drawn
    where no typeface has the dateline's characters.
    """

    language: str
    title: str
    number: str
    dateline: str
    day: str
    topics: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]

    @property
    def words(self) -> str:
        """What the picture says, for those who do not see it."""
        return " · ".join(filter(None, (self.title, self.number, self.dateline, *self.topics)))

    def to_json(self) -> dict[str, Any]:
        """The cover as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Cover":
        """The cover of what ``to_json`` gave, by way of JSON."""
        columns = tuple(tuple(column) for column in value["columns"])
        return cls(**{**value, "topics": tuple(value["topics"]), "columns": columns})


def cover_of(issue: Issue) -> Cover:
    """What stands on the cover of an issue."""
    return made_cover(
        language=issue.language,
        title=issue.title,
        number=messages(issue.language)("issue.number", number=issue.number),
        dateline=issue.dateline,
        day=issue.day,
        topics=issue.topics,
        columns=[[entry_lines(entry) for entry in each.entries] for each in issue.sections],
    )


def made_cover(
    *,
    language: str,
    title: str,
    number: str,
    dateline: str,
    day: date,
    topics: Sequence[str],
    columns: Sequence[Sequence[int]],
) -> Cover:
    """A cover of anything that has sections of items, such as a month."""
    return Cover(
        language,
        title,
        number,
        dateline,
        day.isoformat(),
        tuple(topics[:_MAX_TOPICS]),
        tuple(tuple(column) for column in columns),
    )


@lru_cache(32)
def draw(cover: Cover) -> bytes:
    """The picture, as PNG. A line that no typeface here has is left out, with a warning."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - Pillow is only loaded to draw

    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    canvas = ImageDraw.Draw(image)
    _draw_pattern(canvas, cover)
    _draw_words(canvas, cover)
    return _png(image)


def _png(image: "Image") -> bytes:
    """With the few colours that it is made of: a third of the size, and 20 ms in all."""
    from PIL.Image import Dither  # noqa: PLC0415 - see above

    buffer = BytesIO()
    image.quantize(palette=_palette(), dither=Dither.NONE).save(buffer, "PNG")
    return buffer.getvalue()


@cache
def _palette() -> "Image":
    """Each colour in steps to that of the paper, which letters need at their edges."""
    from PIL import Image  # noqa: PLC0415 - see above

    steps = [
        _mixed(colour, step, _STEPS)
        for colour in (_INK, _FAINT, *_COLOURS)
        for step in range(_STEPS + 1)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in (*steps, *map(_pale, _COLOURS)) for part in colour])
    return palette


def entry_lines(entry: Entry) -> int:
    """How long an item is in lines of the pattern: one for its title and each 120 characters."""
    return min(MAX_LINES, 1 + (len(entry.introduction) + len(entry.abstract)) // 120)


# The words


def _draw_words(canvas: "ImageDraw", cover: Cover) -> None:
    accent = _COLOURS[_number_of(cover.day) % len(_COLOURS)]
    canvas.rectangle((_MARGIN, _MARGIN, _MARGIN + 96, _MARGIN + 8), fill=accent)
    pen = _Pen(canvas, cover.language, _MARGIN + 52)
    pen.write(cover.title, 68, _INK, below=34)
    pen.write(cover.number, 38, accent, below=18)
    pen.write(cover.dateline if pen.can_write(cover.dateline) else cover.day, 38, _INK)
    lines = pen.wrapped(cover.topics, _SMALL)[:3]
    pen.y = HEIGHT - _MARGIN - 40 * len(lines)
    for line in lines:
        pen.write(line, _SMALL, _FAINT, below=40 - _SMALL)


class _Pen:
    """Writes line below line, from ``y`` on, in the typefaces for one language."""

    def __init__(self, canvas: "ImageDraw", language: str, y: int) -> None:
        self._canvas = canvas
        self._language = language
        self.y = y

    def can_write(self, text: str) -> bool:
        """Whether a typeface here has all characters of the text."""
        return face_for(text, _SMALL, self._language) is not None

    def write(self, text: str, size: int, colour: _Colour, below: int = 0) -> None:
        """One line, smaller and then cut where it is too long; nothing if no typeface has it."""
        text = " ".join(text.split())[:_MOST]
        smaller = size
        while smaller > _SMALL and self._width(text, smaller) > _TEXT_WIDTH:
            smaller -= 2
        cut = self._cut(text, smaller)
        face = face_for(cut, smaller, self._language)
        if face is None or not cut:
            return
        # From the middle of the line, since typefaces differ in what they call their top.
        middle = (_MARGIN, self.y + size // 2)
        self._canvas.text(middle, cut, colour, face, anchor="lm")
        self.y += size + below

    def wrapped(self, words: Sequence[str], size: int) -> list[str]:
        """The words that can be written, with dots between them, as lines that fit."""
        lines: list[str] = []
        for word in filter(self.can_write, words):
            longer = f"{lines[-1]} · {word}" if lines else word
            if lines and self._width(longer, size) <= _TEXT_WIDTH:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _cut(self, text: str, size: int) -> str:
        if self._width(text, size) <= _TEXT_WIDTH:
            return text
        while text and self._width(f"{text}…", size) > _TEXT_WIDTH:
            text = text[:-1].rstrip()
        return f"{text}…"

    def _width(self, text: str, size: int) -> float:
        face = face_for(text, size, self._language)
        return face.getlength(text) if face else 0.0


# The pattern


def _draw_pattern(canvas: "ImageDraw", cover: Cover) -> None:
    """The issue's columns, from the right edge of the words to that of the picture."""
    columns = [column for column in cover.columns if column]
    if not columns:
        return
    room = WIDTH - _MARGIN - _PATTERN_LEFT + _COLUMN_GAP
    width = room // len(columns) - _COLUMN_GAP
    for place, column in enumerate(columns):
        left = _PATTERN_LEFT + place * (width + _COLUMN_GAP)
        colour = _COLOURS[place % len(_COLOURS)]
        for line in _column_lines(column, f"{cover.day}/{place}"):
            box = (left, line.y, left + max(line.reach * width // 100, 6), line.y + line.height)
            canvas.rectangle(box, fill=colour if line.bold else _pale(colour))


class _Stroke(NamedTuple):
    """A line of the pattern; ``reach`` is in per cent of its column."""

    y: int
    height: int
    reach: int
    bold: bool


def _column_lines(column: Sequence[int], seed: str) -> Iterator[_Stroke]:
    """Blocks of lines as far as they fit, each with a title; the seed says how far each reaches."""
    y = _MARGIN
    for number, lines in enumerate(column):
        for line in range(lines):
            if y > HEIGHT - _MARGIN - _LINE:
                return
            lot = _number_of(f"{seed}/{number}/{line}") % 100
            title, full = line == 0, 0 < line < lines - 1
            height = _LINE + 4 if title else _LINE
            yield _Stroke(y, height, 88 + lot // 10 if full else 40 + lot * 45 // 100, title)
            y += _LEADING - _LINE + height
        y += _BLOCK_GAP


def _pale(colour: _Colour) -> _Colour:
    return _mixed(colour, 2, 3)


def _mixed(colour: _Colour, step: int, steps: int) -> _Colour:
    """``step`` of ``steps`` on the way from the colour to the paper."""
    red, green, blue = (
        (part * (steps - step) + paper * step) // steps
        for part, paper in zip(colour, _PAPER, strict=True)
    )
    return red, green, blue


def _number_of(text: str) -> int:
    """The same number for the same text, on every machine."""
    return int.from_bytes(sha256(text.encode()).digest()[:8])
