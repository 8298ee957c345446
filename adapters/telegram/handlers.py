"""What comes from Telegram, answered: messages and pressed buttons."""

import logging
from dataclasses import replace

from telegram import (
    Bot,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InputFile,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from adapters.choices import as_note, is_refusal, opposite_of, turned_label
from adapters.signing import Signer, read_part
from adapters.telegram.buttons import NO_ROWS, item_command, opened
from adapters.telegram.inline import CACHE_SECONDS, incoming_inline, results, to_the_bot
from adapters.telegram.pages import Shown
from adapters.telegram.posts import send_text, thread_of
from adapters.telegram.rich import plain, to_html
from adapters.telegram.updates import incoming_message, incoming_press
from bot.commands.context import Incoming
from bot.commands.reply import File, Reply
from bot.messages import known_language, messages
from bot.model import ChatAddress, ChatKind
from bot.platform import Handle

log = logging.getLogger(__name__)

MAX_NOTE = 200
"""Characters of the note that answers a pressed button
(https://core.telegram.org/bots/api#answercallbackquery)."""

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Handlers:
    """Hands what people say to the core, and its replies back to them."""

    def __init__(self, bot: Bot, signer: Signer, handle: Handle) -> None:
        self._bot = bot
        self._signer = signer
        self._handle = handle

    async def answer(self, update: Update) -> None:
        """Answer one update. What goes wrong with it is logged and stays with it."""
        try:
            if update.callback_query is not None:
                await self._press(update.callback_query)
            elif update.message is not None:
                await self._message(update.message)
            elif update.inline_query is not None:
                await self._offer(update.inline_query)
        except TelegramError as error:
            log.warning("Telegram: an answer was not sent: %s", error.message)
        except Exception:
            log.exception("Telegram: update %s met a fault in Ribao", update.update_id)

    async def _message(self, message: Message) -> None:
        incoming = incoming_message(message, str(self._bot.id), self._bot.username)
        reply = await self._handle(incoming) if incoming else None
        if incoming and reply and not await self._reply(incoming, reply):
            words = to_html(plain(self._write_first(incoming)))
            await send_text(self._bot, incoming.chat, words)

    async def _offer(self, query: InlineQuery) -> None:
        reply = await self._handle(incoming_inline(query, str(self._bot.id)))
        await query.answer(
            results(reply),
            cache_time=CACHE_SECONDS,
            is_personal=True,
            button=to_the_bot(query.from_user.language_code),
        )

    async def _press(self, query: CallbackQuery) -> None:
        message = query.message
        pressed = None
        if isinstance(message, Message):
            pressed = self._signer.read(str(message.chat.id), query.data or "")
        if pressed is None or not isinstance(message, Message):
            speak = messages(known_language(query.from_user.language_code or "") or "en")
            await query.answer(speak("button.stale"), show_alert=True)
            return
        command, part = read_part(pressed)
        item = item_command(command)
        # In a channel thousands share a keyboard: nobody may open a row under another's finger.
        if item and message.chat.type != ChatType.CHANNEL:
            await self._open(query, message, command)
        else:
            await self._obey(query, message, item or command, part)

    async def _obey(
        self, query: CallbackQuery, message: Message, command: str, part: int | None
    ) -> None:
        """Do what a button stands for."""
        incoming = incoming_press(query, message, str(self._bot.id), command)
        reply = await self._handle(incoming)
        note = as_note(reply, MAX_NOTE)
        if reply is not None and note is None and _is_elsewhere(incoming, reply):
            sent = await self._reply(incoming, reply)
            await query.answer(None if sent else self._write_first(incoming), show_alert=not sent)
            return
        await query.answer(note)
        if reply is None:
            return
        if note is None:
            shown = Shown(reply, incoming.chat.id, self._signer, part)
            if not (shown.turns and await self._edit(message, shown)):
                await self._reply(incoming, reply)
        elif not is_refusal(reply):
            await self._turn(message, command)

    async def _open(self, query: CallbackQuery, message: Message, pressed: str) -> None:
        """Show what can be done with an item, under its number."""
        await query.answer()
        if message.reply_markup is not None:
            chat = str(message.chat.id)
            await self._put(message, opened(message.reply_markup, pressed, chat, self._signer))

    async def _reply(self, incoming: Incoming, reply: Reply) -> bool:
        """Send a reply; False if it is for a person to whom the bot may not write."""
        chat = incoming.chat
        if _is_elsewhere(incoming, reply):
            chat = replace(chat, id=incoming.sender_id, thread="")
        shown = Shown(reply, chat.id, self._signer)
        texts = shown.texts
        try:
            for number, html in enumerate(texts, 1):
                rows = shown.rows if number == len(texts) else NO_ROWS
                await send_text(self._bot, chat, html, rows=rows)
            await self._send_files(chat, reply)
        except Forbidden:
            if chat == incoming.chat:
                raise
            return False
        return True

    def _write_first(self, incoming: Incoming) -> str:
        speak = messages(known_language(incoming.language or "") or "en")
        return speak("private.write_first", name=f"@{self._bot.username}")

    async def _send_files(self, chat: ChatAddress, reply: Reply) -> None:
        for block in reply.blocks:
            if isinstance(block, File):
                await self._bot.send_document(
                    int(chat.id),
                    InputFile(block.data, filename=block.name),
                    message_thread_id=thread_of(chat),
                )

    async def _edit(self, message: Message, shown: Shown) -> bool:
        """Put another page in the place of this one."""
        try:
            await message.edit_text(
                shown.texts[0],
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=shown.markup,
            )
        except BadRequest as error:
            return "not modified" in error.message.lower()
        return True

    async def _turn(self, message: Message, command: str) -> None:
        """Tick or untick the pressed button, which from now on does the opposite."""
        opposite = opposite_of(command)
        if opposite is None or message.reply_markup is None:
            return
        chat = str(message.chat.id)
        rows = [
            [self._turned(button, chat, command, opposite) for button in row]
            for row in message.reply_markup.inline_keyboard
        ]
        await self._put(message, InlineKeyboardMarkup(rows))

    async def _put(self, message: Message, markup: InlineKeyboardMarkup) -> None:
        try:
            await message.edit_reply_markup(markup)
        except BadRequest as error:
            log.debug("Telegram: a button was not turned: %s", error.message)

    def _turned(
        self, button: InlineKeyboardButton, chat: str, command: str, opposite: str
    ) -> InlineKeyboardButton:
        if self._signer.read(chat, str(button.callback_data)) != command:
            return button
        label = turned_label(button.text, command)
        return InlineKeyboardButton(label, callback_data=self._signer.sign(chat, opposite))


def _is_elsewhere(incoming: Incoming, reply: Reply) -> bool:
    """Whether it is told to the person alone, not where they asked."""
    return reply.private and incoming.kind is not ChatKind.PRIVATE
