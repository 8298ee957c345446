"""A reply, free of any platform: blocks of text, issues and files; choices; pages."""

from dataclasses import dataclass
from enum import StrEnum

from bot.model import Issue


class Tone(StrEnum):
    """How a text is meant, for platforms that can show it."""

    PLAIN = "plain"
    TITLE = "title"
    HINT = "hint"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. Line breaks are kept."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of pairs: a name, and what is to be said of it (may be empty)."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class IssueBlock:
    """A whole issue. ``again`` is the command that shows it once more, for paging through it."""

    issue: Issue
    again: str


@dataclass(frozen=True, slots=True)
class File:
    """A file for the person: text, or the bytes of something that is none."""

    name: str
    content: str | bytes
    media_type: str = "text/plain; charset=utf-8"

    @property
    def data(self) -> bytes:
        return self.content.encode() if isinstance(self.content, str) else self.content


Block = Text | Rows | IssueBlock | File


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it says, and the command it stands for. ``on``: it is ticked."""

    label: str
    command: str
    on: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """That this is page ``number`` of ``total``; ``command`` and a number ask for another."""

    number: int
    total: int
    command: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. ``private``: in a group, it concerns only who asked.

    ``menu``: it takes the place of the message whose button asked for it.
    """

    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    page: Page | None = None
    private: bool = False
    menu: bool = False


def say(text: str, *more: str, tone: Tone = Tone.PLAIN) -> Reply:
    """A reply of one text, and hints after it."""
    hints = tuple(Text(hint, Tone.HINT) for hint in more)
    return Reply((Text(text, tone), *hints))
