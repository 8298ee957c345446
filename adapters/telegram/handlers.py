"""What comes from Telegram, answered: messages and pressed buttons."""

import logging

from telegram import (
    Bot,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from adapters.telegram.buttons import TICK, Signer, keyboard, without_button
from adapters.telegram.render import reply_messages
from adapters.telegram.rich import Rich, joined, plain, to_html
from adapters.telegram.updates import incoming_message, incoming_press
from bot.commands.reply import File, Reply, Text
from bot.messages import known_language, messages
from bot.model import ChatAddress
from bot.platform import Handle

log = logging.getLogger(__name__)

MAX_TOAST = 200
"""Characters of the note that answers a pressed button
(https://core.telegram.org/bots/api#answercallbackquery)."""

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def send_text(
    bot: Bot,
    chat: ChatAddress,
    html: str,
    *,
    silent: bool = False,
    buttons: InlineKeyboardMarkup | None = None,
) -> Message:
    """Send one message. Raises ``TelegramError``."""
    return await bot.send_message(
        int(chat.id),
        html,
        parse_mode=ParseMode.HTML,
        message_thread_id=int(chat.thread) if chat.thread else None,
        disable_notification=silent,
        link_preview_options=_NO_PREVIEW,
        reply_markup=buttons,
    )


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
        except TelegramError as error:
            log.warning("Telegram: an answer was not sent: %s", error.message)
        except Exception:
            log.exception("Telegram: update %s met a fault in Ribao", update.update_id)

    async def _message(self, message: Message) -> None:
        incoming = incoming_message(message, str(self._bot.id), self._bot.username)
        reply = await self._handle(incoming) if incoming else None
        if incoming and reply:
            await self._reply(incoming.chat, reply)

    async def _press(self, query: CallbackQuery) -> None:
        message = query.message
        command = None
        if isinstance(message, Message):
            command = self._signer.read(str(message.chat.id), query.data or "")
        if command is None or not isinstance(message, Message):
            speak = messages(known_language(query.from_user.language_code or "") or "en")
            await query.answer(speak("button.stale"), show_alert=True)
            return
        incoming = incoming_press(query, message, str(self._bot.id), command)
        reply = await self._handle(incoming)
        if reply is None:
            await query.answer()
        elif _is_short(reply):
            await query.answer(_toast(reply))
            await self._turn(message, command)
        else:
            await query.answer()
            if not await self._edit(message, incoming.chat, reply):
                await self._reply(incoming.chat, reply)

    async def _reply(self, chat: ChatAddress, reply: Reply) -> None:
        texts = [to_html(each) for each in self._texts(chat, reply)]
        for number, html in enumerate(texts, 1):
            buttons = self._markup(chat, reply) if number == len(texts) else None
            await send_text(self._bot, chat, html, buttons=buttons)
        for block in reply.blocks:
            if isinstance(block, File):
                await self._bot.send_document(
                    int(chat.id),
                    InputFile(block.content.encode(), filename=block.name),
                    message_thread_id=int(chat.thread) if chat.thread else None,
                )

    async def _edit(self, message: Message, chat: ChatAddress, reply: Reply) -> bool:
        """Turn the page in place, where the reply is a page and is one message."""
        texts = self._texts(chat, reply)
        if reply.page is None or len(texts) != 1:
            return False
        try:
            await message.edit_text(
                to_html(texts[0]),
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=self._markup(chat, reply),
            )
        except BadRequest as error:
            return "not modified" in error.message.lower()
        return True

    async def _turn(self, message: Message, command: str) -> None:
        """Tick or untick the pressed button, which from now on does the opposite."""
        opposite = _opposite(command)
        if opposite is None or message.reply_markup is None:
            return
        chat = str(message.chat.id)
        rows = [
            [self._turned(button, chat, command, opposite) for button in row]
            for row in message.reply_markup.inline_keyboard
        ]
        try:
            await message.edit_reply_markup(InlineKeyboardMarkup(rows))
        except BadRequest as error:
            log.debug("Telegram: a button was not turned: %s", error.message)

    def _turned(
        self, button: InlineKeyboardButton, chat: str, command: str, opposite: str
    ) -> InlineKeyboardButton:
        if self._signer.read(chat, str(button.callback_data)) != command:
            return button
        label = button.text.removeprefix(TICK)
        if command.startswith("/subscribe"):
            label = TICK + label
        return InlineKeyboardButton(label, callback_data=self._signer.sign(chat, opposite))

    def _texts(self, chat: ChatAddress, reply: Reply) -> list[Rich]:
        told = without_button(reply, chat.id, self._signer)
        lines = joined(plain(f"{each.label}  →  {each.command}") for each in told)
        extra = Reply((*reply.blocks,), reply.choices)
        texts = list(reply_messages(extra))
        return [*texts, lines] if lines else texts

    def _markup(self, chat: ChatAddress, reply: Reply) -> InlineKeyboardMarkup | None:
        rows = keyboard(reply, chat.id, self._signer)
        if not rows:
            return None
        return InlineKeyboardMarkup(
            [[InlineKeyboardButton(b.label, callback_data=b.data) for b in row] for row in rows]
        )


def _opposite(command: str) -> str | None:
    """What unticks a ticked button."""
    word, _, topic = command.partition(" ")
    other = {"/subscribe": "/unsubscribe", "/unsubscribe": "/subscribe"}.get(word)
    return f"{other} {topic}" if other and topic else None


def _is_short(reply: Reply) -> bool:
    """Whether a note over the chat can say it all."""
    only_text = all(isinstance(block, Text) for block in reply.blocks)
    return only_text and not reply.choices and len(_toast(reply)) < MAX_TOAST


def _toast(reply: Reply) -> str:
    return "\n".join(block.text for block in reply.blocks if isinstance(block, Text))[:MAX_TOAST]
