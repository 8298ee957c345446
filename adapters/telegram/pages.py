"""A reply as the messages that show it, with the buttons under the last one. Pure.

An issue that somebody asked for comes as one message with pages, which are turned in place: a
group is spared a flood. What is pushed in the morning comes whole.
"""

from dataclasses import replace
from functools import cached_property

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from adapters.signing import PART, Signer
from adapters.telegram.buttons import keyboard, without_button
from adapters.telegram.render import issue_pages, reply_messages
from adapters.telegram.rich import Rich, joined, plain, to_html
from bot.commands.reply import IssueBlock, Page, Reply


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
        return len(self.texts) == 1 and self._reply.page is not None

    @cached_property
    def texts(self) -> list[str]:
        """The messages in HTML: all words, then the issue."""
        told = without_button(self._reply, self._chat, self._signer)
        words = joined(plain(f"{each.label}  →  {each.command}") for each in told)
        others = tuple(b for b in self._reply.blocks if not isinstance(b, IssueBlock))
        found = [] if self._part else [*reply_messages(others), words]
        if self._issue:
            found.append(self._parts[self._number - 1])
        return [to_html(rich) for rich in found if rich]

    @cached_property
    def markup(self) -> InlineKeyboardMarkup | None:
        """The buttons: choices, and where there are pages, those that turn them."""
        rows = keyboard(self._reply, self._chat, self._signer)
        if not rows:
            return None
        return InlineKeyboardMarkup(
            [[InlineKeyboardButton(b.label, callback_data=b.data) for b in row] for row in rows]
        )

    @cached_property
    def _parts(self) -> list[Rich]:
        return issue_pages(self._issue.issue) if self._issue else []

    @property
    def _number(self) -> int:
        return min(self._part or 1, len(self._parts))

    @property
    def _issue_page(self) -> Page | None:
        if self._issue is None or len(self._parts) == 1:
            return None
        return Page(self._number, len(self._parts), self._issue.again + PART)
