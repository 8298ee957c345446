"""Lines of text, each with a style that a terminal may show."""

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """How a line is meant; the values are styles of ``rich``."""

    PLAIN = ""
    TITLE = "bold"
    SECTION = "bold cyan"
    ENTRY = "bold"
    LINK = "blue"
    FAINT = "dim"
    REFUSAL = "yellow"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    style: Style = Style.PLAIN
