"""A reply as Discord messages, with the controls under the last one. Pure."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from adapters.choices import without_room
from adapters.discord.controls import Component, rows, with_items
from adapters.discord.render import MAX_COMPONENTS, issue_payloads, reply_bodies
from adapters.pages import ShownReply
from bot.commands.reply import Block, Rows
from bot.model import Issue

Body = dict[str, Any]


class Shown(ShownReply[Body]):
    """A reply in a chat."""

    @cached_property
    def bodies(self) -> list[Body]:
        """The messages, the last one with its controls."""
        controls = rows(self._reply, self._chat, self._signer)
        if not controls or not self._shown:
            return self._shown
        *before, last = self._shown
        whole = [*last["components"], *controls]
        if _count(whole) <= MAX_COMPONENTS:
            return [*before, {**last, "components": whole}]
        return [*self._shown, {**last, "components": controls}]

    @property
    def turns(self) -> bool:
        return len(self.bodies) == 1 and super().turns

    def _pages(self, issue: Issue) -> Sequence[Body]:
        return [with_items(each, self._chat, self._signer) for each in issue_payloads(issue)]

    def _words(self, blocks: Sequence[Block]) -> Sequence[Body]:
        told = without_room(self._reply, self._chat, self._signer)
        words = Rows(tuple((each.label, f"→ {each.command}") for each in told))
        return list(reply_bodies([*blocks, words]))


def _count(components: list[Component]) -> int:
    return sum(
        1 + _count(each.get("components", [])) + ("accessory" in each) for each in components
    )
