"""Telegram as a platform: one bot account, through python-telegram-bot's ``Bot``."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

from telegram import (
    Bot,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
)
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, TelegramError

from adapters.signing import Signer
from adapters.telegram.account import AGAIN_SECONDS, introduce, open_bot
from adapters.telegram.buttons import MAX_DATA, item_rows
from adapters.telegram.errors import as_delivery_error
from adapters.telegram.handlers import Handlers
from adapters.telegram.menu import menus
from adapters.telegram.payload import Payload
from adapters.telegram.polling import Poller
from adapters.telegram.posts import Posts
from adapters.telegram.render import Style, TelegramRenderer
from adapters.telegram.updates import PLATFORM, in_name_of, kind_of, title_of
from adapters.telegram.webhook import Place, Webhook, secret_of
from bot.commands.table import build_table
from bot.config import TelegramSettings
from bot.delivery.outlet import Limits
from bot.model import ChatAddress, ChatKind
from bot.platform import Handle

log = logging.getLogger(__name__)

LIMITS = Limits(per_second=30, chat_seconds=1, group_seconds=3)
"""About 30 messages a second in all, one a second to a chat, 20 a minute to a group:
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""

PAID_IN_FLIGHT = 80
"""At 1000 a second and answers after 50 ms, 50 are under way at a time."""

_ADMINISTRATORS = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


class TelegramAdapter:
    """One bot account."""

    platform = PLATFORM
    interactive = True
    exclusive = True
    extras = None
    limits = LIMITS

    def __init__(
        self,
        bot: Bot,
        token: str,
        operators: Iterable[str] = (),
        place: Place | None = None,
        style: Style = Style(),  # noqa: B008 - it never changes
        *,
        paid: bool = False,
    ) -> None:
        """``operators`` are user ids, who get the commands for operators into their menu.

        With a ``place`` updates come by webhook, else they are polled for. ``paid``: issues may
        go beyond the free rate, for Stars.
        """
        self._operators = tuple(operators)
        self._place = place
        self.limits = replace(LIMITS, in_flight=PAID_IN_FLIGHT) if paid else LIMITS
        self._secret = secret_of(token)
        self.renderer = TelegramRenderer(style)
        self.account = token.partition(":")[0]
        self._bot = bot
        self._posts = Posts(bot, paid=paid)
        self._signer = Signer(token, MAX_DATA)
        self._line: Poller | Webhook | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, token: str, settings: TelegramSettings, *, operators: Iterable[str] = ()
    ) -> AsyncIterator[Self]:
        """The adapter for a token, before the Bot API server that ``settings`` name.

        A server that can't be reached is asked again by ``run``. Raises ``ConfigError`` if it
        refuses the token.
        """
        async with open_bot(token, settings) as bot:
            await introduce(bot)
            style = Style(settings.covers, settings.link_preview == "first", settings.rich)
            place, paid = _place(settings), settings.paid_broadcast
            yield cls(bot, token, operators, place, style, paid=paid)

    # Delivering

    async def send(
        self,
        chat: ChatAddress,
        payload: str,
        *,
        key: str,
        silent: bool,
        options: str = "",
        first: str = "",
    ) -> str:
        message = Payload.loaded(payload)
        rows = tuple(item_rows(message.items, chat.id, self._signer))
        try:
            return str(await self._posts.send(chat, message, silent=silent, rows=rows))
        except TelegramError as error:
            raise as_delivery_error(error) from None

    # Rights

    async def resolve(self, text: str, _sender_id: str) -> tuple[ChatAddress, ChatKind, str] | None:
        """``@name`` or a number names a chat."""
        number = text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal()
        if len(text) > 64 or not (number or (text.startswith("@") and text[1:].isidentifier())):
            return None
        try:
            chat = await self._bot.get_chat(int(text) if number else text)
        except (BadRequest, Forbidden):
            return None
        address = ChatAddress(PLATFORM, self.account, str(chat.id))
        return address, kind_of(chat), title_of(chat)

    async def may_manage(self, sender_id: str, chat: ChatAddress) -> bool:
        """Asked of Telegram each time: an administrator of yesterday may be none today."""
        if sender_id == in_name_of(chat.id):
            return True
        if not sender_id.isdecimal():
            return False
        member = await self._member(chat, int(sender_id))
        return member is not None and member.status in _ADMINISTRATORS

    async def lacking(self, _chat: ChatAddress) -> tuple[str, ...]:
        return ()

    async def private_chat(self, person_id: str) -> ChatAddress | None:
        """On Telegram it has the person's own id."""
        return ChatAddress(PLATFORM, self.account, person_id)

    async def may_post(self, chat: ChatAddress) -> bool:
        match await self._member(chat, int(self.account)):
            case ChatMemberAdministrator() as me:
                # Only channels know this right; in groups whoever is in may write.
                return me.can_post_messages is not False
            case ChatMemberMember() | ChatMemberOwner():
                return True
            case ChatMemberRestricted() as me:
                return me.can_send_messages
        return False

    async def _member(self, chat: ChatAddress, user: int) -> ChatMember | None:
        try:
            return await self._bot.get_chat_member(int(chat.id), user)
        except (BadRequest, Forbidden):
            return None

    # Conversing

    async def run(self, handle: Handle) -> None:
        """Converse until cancelled."""
        while not await introduce(self._bot):  # noqa: ASYNC110 - nothing could tell us
            await asyncio.sleep(AGAIN_SECONDS)
        await self._publish_menus()
        answer = Handlers(self._bot, self._signer, handle).answer
        if self._place is None:
            self._line = Poller(self._bot, answer)
        else:
            self._line = Webhook(self._bot, answer, self._place, self._secret)
        await self._line.run()

    @property
    def connected(self) -> bool:
        return self._line is not None and self._line.connected

    async def _publish_menus(self) -> None:
        """Tell Telegram the commands. Without their menu they work as well."""
        for menu in menus(build_table(), self._operators):
            try:
                await self._bot.set_my_commands(
                    menu.commands, scope=menu.scope, language_code=menu.language
                )
            except TelegramError as error:
                # An operator who never wrote to the bot has no chat to show a menu in.
                log.info("Telegram: a menu of commands was not taken: %s", error.message)


def _place(settings: TelegramSettings) -> Place | None:
    if settings.mode != "webhook" or settings.webhook_url is None:
        return None
    return Place(settings.webhook_url, settings.webhook_host, settings.webhook_port)
