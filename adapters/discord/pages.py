"""A reply as the messages that show it, with the controls under the last one. Pure.

An issue that somebody asked for comes as one message with pages, which are turned in place: a
channel is spared a flood. What is pushed in the morning comes whole.
"""

from dataclasses import replace
from functools import cached_property
from typing import Any

from adapters.discord.controls import Component, rows, without_control
from adapters.discord.render import MAX_COMPONENTS, issue_bodies, reply_bodies
from adapters.signing import PART, Signer
from bot.commands.reply import IssueBlock, Page, Reply, Rows

Body = dict[str, Any]


class Shown:
    """A reply in a chat.

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
        return len(self.bodies) == 1 and self._reply.page is not None

    @cached_property
    def bodies(self) -> list[Body]:
        """The messages: all words, then the issue."""
        told = without_control(self._reply, self._chat, self._signer)
        words = Rows(tuple((each.label, f"→ {each.command}") for each in told))
        others = [b for b in self._reply.blocks if not isinstance(b, IssueBlock)]
        found = [] if self._part else list(reply_bodies([*others, words]))
        if self._issue:
            found.append(self._parts[self._number - 1])
        controls = rows(self._reply, self._chat, self._signer)
        if not controls or not found:
            return found
        *before, last = found
        whole = [*last["components"], *controls]
        if _count(whole) <= MAX_COMPONENTS:
            return [*before, {**last, "components": whole}]
        return [*found, {**last, "components": controls}]

    @cached_property
    def _parts(self) -> list[Body]:
        return list(issue_bodies(self._issue.issue)) if self._issue else []

    @property
    def _number(self) -> int:
        return min(self._part or 1, len(self._parts))

    @property
    def _issue_page(self) -> Page | None:
        if self._issue is None or len(self._parts) == 1:
            return None
        return Page(self._number, len(self._parts), self._issue.again + PART)


def _count(components: list[Component]) -> int:
    return sum(
        1 + _count(each.get("components", [])) + ("accessory" in each) for each in components
    )
