"""A reply as the messages that show it. Pure; the base of every platform that has buttons.

An issue that somebody asked for comes as one message with pages, which are turned in place: a
chat is spared a flood. What is pushed in the morning comes whole.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Generic, TypeVar

from adapters.signing import PART, Signer
from bot.commands.reply import Block, IssueBlock, Page, Reply
from bot.model import Issue

Part = TypeVar("Part")


class ShownReply(ABC, Generic[Part]):
    """A reply in a chat. ``Part`` is a message of the platform, without the buttons.

    Of an issue that takes several messages it is the first, or the ``part``th (from 1), which then
    stands alone.
    """

    def __init__(self, reply: Reply, chat: str, signer: Signer, part: int | None = None) -> None:
        self._chat = chat
        self._signer = signer
        self._part = part
        self._issue = next((b for b in reply.blocks if isinstance(b, IssueBlock)), None)
        self._reply = replace(reply, page=reply.page or self._issue_page)

    @property
    def turns(self) -> bool:
        """Whether it belongs in the place of the message whose button was pressed."""
        fits = self._reply.menu or self._reply.page is not None
        return len(self._shown) == 1 and fits

    @abstractmethod
    def _pages(self, issue: Issue) -> Sequence[Part]:
        """The issue as messages."""

    @abstractmethod
    def _words(self, blocks: Sequence[Block]) -> Sequence[Part]:
        """All else, and the choices that found no room in a button."""

    @cached_property
    def _shown(self) -> list[Part]:
        """The messages: all words, then the issue."""
        others = [b for b in self._reply.blocks if not isinstance(b, IssueBlock)]
        found = [] if self._part else list(self._words(others))
        return [*found, self._parts[self._number - 1]] if self._issue else found

    @cached_property
    def _parts(self) -> Sequence[Part]:
        return self._pages(self._issue.issue) if self._issue else ()

    @property
    def _number(self) -> int:
        return min(self._part or 1, len(self._parts))

    @property
    def _issue_page(self) -> Page | None:
        if self._issue is None or len(self._parts) == 1:
            return None
        return Page(self._number, len(self._parts), self._issue.again + PART)
