"""A reply as Telegram messages, with the buttons under the last one. Pure."""

from collections.abc import Sequence
from functools import cached_property

from telegram import InlineKeyboardMarkup

from adapters.choices import without_room
from adapters.pages import ShownReply
from adapters.telegram.buttons import Rows, item_rows, keyboard, markup_of
from adapters.telegram.render import Sheet, issue_pages, reply_messages
from adapters.telegram.rich import joined, plain, to_html
from bot.commands.reply import Block
from bot.model import Issue


class Shown(ShownReply[Sheet]):
    """A reply in a chat."""

    @property
    def texts(self) -> list[str]:
        """The messages in HTML."""
        return [to_html(sheet.rich) for sheet in self._shown]

    @cached_property
    def rows(self) -> Rows:
        """The buttons: items of the page, choices, and where there are pages, those that turn."""
        items = self._shown[-1].items if self._shown else ()
        rows = item_rows(items, self._chat, self._signer)
        return (*rows, *keyboard(self._reply, self._chat, self._signer))

    @property
    def markup(self) -> InlineKeyboardMarkup | None:
        return markup_of(self.rows)

    def _pages(self, issue: Issue) -> Sequence[Sheet]:
        return issue_pages(issue)

    def _words(self, blocks: Sequence[Block]) -> Sequence[Sheet]:
        told = without_room(self._reply, self._chat, self._signer)
        words = joined(plain(f"{each.label}  →  {each.command}") for each in told)
        return [Sheet(rich) for rich in (*reply_messages(blocks), words) if rich]
