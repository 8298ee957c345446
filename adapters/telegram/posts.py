"""Sends messages: text, or the picture of a cover, or a Rich Message.

Where Telegram refuses the picture or the Rich Message, nothing was sent, and the same words go as
text. Anything else that goes wrong is the caller's.
"""

import asyncio
import json
import logging
from collections import OrderedDict

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, EndPointNotFound, Forbidden, InvalidToken

from adapters.telegram.buttons import NO_ROWS, Rows, as_json, markup_of
from adapters.telegram.payload import Payload
from bot.covers import Cover, draw
from bot.model import ChatAddress

log = logging.getLogger(__name__)

REMEMBERED = 200
"""Covers that Telegram has already, and need not get again."""

_NO_PREVIEW = json.dumps({"is_disabled": True})

_SEND_MESSAGE = "send_message_"
"""``sendMessage`` as the SDK sends it; by the name of its own method it would warn each time."""


async def send_text(
    bot: Bot,
    chat: ChatAddress,
    html: str,
    *,
    silent: bool = False,
    rows: Rows = NO_ROWS,
    paid: bool = False,
    preview: str = "",
) -> int:
    """Send one message; ``paid`` beyond the free rate, for Stars. Raises ``TelegramError``."""
    content: dict[str, object] = {
        "text": html,
        "parse_mode": ParseMode.HTML.value,
        "link_preview_options": json.dumps({"url": preview}) if preview else _NO_PREVIEW,
    }
    try:
        return await _post(bot, _SEND_MESSAGE, chat, content, silent=silent, rows=rows, paid=paid)
    except EndPointNotFound:
        # Every server knows this method, and answers with the same where it refuses the token.
        raise InvalidToken("Telegram refuses the token") from None


async def _post(
    bot: Bot,
    method: str,
    chat: ChatAddress,
    content: dict[str, object],
    *,
    silent: bool,
    rows: Rows,
    paid: bool,
) -> int:
    """Send ``content``; returns the message's id. Raises ``TelegramError``.

    Its own method would have the SDK make objects of the buttons, and of the answer, which repeats
    the message with all that is in it: half of the processor time of sending, for one number.
    """
    asked: dict[str, object] = {"chat_id": int(chat.id), **content, "disable_notification": silent}
    if (thread := thread_of(chat)) is not None:
        asked["message_thread_id"] = thread
    if rows:
        asked["reply_markup"] = as_json(rows)
    if paid:
        asked["allow_paid_broadcast"] = True
    sent = await bot.do_api_request(method, asked)
    return int(sent["message_id"])


def thread_of(chat: ChatAddress) -> int | None:
    """The forum topic, if it is one."""
    return int(chat.thread) if chat.thread else None


class Posts:
    """The sending side of one account. ``paid``: beyond the free rate, for Stars."""

    def __init__(self, bot: Bot, *, paid: bool = False) -> None:
        self._bot = bot
        self._paid = paid
        self._knows_rich = True
        self._photos: OrderedDict[Cover, str] = OrderedDict()

    async def send(
        self,
        chat: ChatAddress,
        payload: Payload,
        *,
        silent: bool,
        rows: Rows,
    ) -> int:
        """Returns the message's id. Raises ``TelegramError``."""
        sent = None
        if payload.cover:
            sent = await self._send_cover(chat, payload.cover, payload.html, silent, rows)
        elif payload.rich and self._knows_rich:
            sent = await self._send_rich(chat, payload.rich, silent, rows)
        if sent is not None:
            return sent
        return await send_text(
            self._bot,
            chat,
            payload.html,
            silent=silent,
            rows=rows,
            paid=self._paid,
            preview=payload.preview,
        )

    async def _send_cover(
        self,
        chat: ChatAddress,
        cover: Cover,
        caption: str,
        silent: bool,
        rows: Rows,
    ) -> int | None:
        """None if the picture can't be drawn, or is not taken."""
        try:
            photo: str | bytes | None = self._photos.get(cover)
            if photo is None:
                photo = await asyncio.to_thread(draw, cover)
        except Exception:
            log.exception("Telegram: a cover could not be drawn; its words go without it")
            return None
        try:
            sent = await self._bot.send_photo(
                int(chat.id),
                photo,
                caption=caption,
                parse_mode=ParseMode.HTML,
                message_thread_id=thread_of(chat),
                disable_notification=silent,
                reply_markup=markup_of(rows),
                allow_paid_broadcast=self._paid or None,
            )
        except (BadRequest, Forbidden) as error:
            # Also a group that lets bots write, but not send pictures. If it is more, the text
            # meets the same.
            log.info("Telegram: a cover was not taken: %s", error.message)
            self._photos.pop(cover, None)
            return None
        if sent.photo:
            self._photos[cover] = sent.photo[-1].file_id
            if len(self._photos) > REMEMBERED:
                self._photos.popitem(last=False)
        return sent.message_id

    async def _send_rich(
        self, chat: ChatAddress, html: str, silent: bool, rows: Rows
    ) -> int | None:
        """None if it is not taken. python-telegram-bot 22.8 has no method of its own for it."""
        content: dict[str, object] = {"html": html, "skip_entity_detection": True}
        try:
            return await _post(
                self._bot,
                "sendRichMessage",
                chat,
                {"rich_message": content},
                silent=silent,
                rows=rows,
                paid=self._paid,
            )
        except EndPointNotFound as error:
            # The SDK says the same of a token that is refused, for now perhaps; so will the text.
            if "unauthorized" not in str(error.__cause__).lower():
                log.warning("Telegram: this server knows no Rich Messages; HTML goes instead.")
                self._knows_rich = False
            return None
        except BadRequest as error:
            log.info("Telegram: a Rich Message was not taken: %s", error.message)
            return None
