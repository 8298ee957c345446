"""Updates of Telegram as the core's ``Incoming``. Pure.

Who speaks is not always a user. Sources: https://core.telegram.org/bots/api#message (sender_chat)
and Telegram's own clients: an anonymous administrator writes as user 1087968824 in the name of the
group itself; a channel writes in its group as user 136817688; what a linked channel posts is
forwarded by user 777000.
"""

from telegram import CallbackQuery, Chat, ChatFullInfo, Message, Update, User
from telegram.constants import ChatType

from bot.commands.context import Incoming
from bot.model import ChatAddress, ChatKind

PLATFORM = "telegram"

_FORWARDER = 777000
_KINDS = {
    ChatType.PRIVATE: ChatKind.PRIVATE,
    ChatType.GROUP: ChatKind.GROUP,
    ChatType.SUPERGROUP: ChatKind.GROUP,
    ChatType.CHANNEL: ChatKind.CHANNEL,
}


def in_name_of(chat_id: int | str) -> str:
    """The sender id of whoever speaks in the name of a chat."""
    return f"chat:{chat_id}"


def kind_of(chat: Chat | ChatFullInfo) -> ChatKind:
    return _KINDS[ChatType(chat.type)]


def title_of(chat: Chat | ChatFullInfo) -> str:
    return chat.title or chat.full_name or chat.username or str(chat.id)


def address_of(account: str, chat: Chat, thread: int | None = None) -> ChatAddress:
    return ChatAddress(PLATFORM, account, str(chat.id), str(thread) if thread else "")


def incoming_message(message: Message, account: str, username: str) -> Incoming | None:
    """What a message says to the bot; None for what is not for it.

    In groups that is a command without a name, or with the bot's own.
    """
    text = message.text or message.caption
    user = message.from_user
    if not text or user is None or user.id == _FORWARDER or message.is_automatic_forward:
        return None
    text = _addressed(text, username)
    if text is None:
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    return Incoming(
        chat=address_of(account, message.chat, thread),
        kind=kind_of(message.chat),
        title=title_of(message.chat),
        sender_id=_sender(message, user),
        text=text,
        language=user.language_code,
    )


def incoming_press(query: CallbackQuery, message: Message, account: str, command: str) -> Incoming:
    """A pressed button as if its command had been written where it stands."""
    thread = message.message_thread_id if message.is_topic_message else None
    return Incoming(
        chat=address_of(account, message.chat, thread),
        kind=kind_of(message.chat),
        title=title_of(message.chat),
        sender_id=str(query.from_user.id),
        text=command,
        language=query.from_user.language_code,
        pressed=True,
    )


def lane_of(update: Update) -> int:
    """Updates of one lane are answered one after the other: those of a chat, or else of a user."""
    chat = update.effective_chat
    user = update.effective_user
    return chat.id if chat else user.id if user else 0


def _sender(message: Message, user: User) -> str:
    # A channel, too, may speak in a group; it is then asked for the right as a chat, and has none.
    return in_name_of(message.sender_chat.id) if message.sender_chat else str(user.id)


def _addressed(text: str, username: str) -> str | None:
    """The text, its command without the bot's name; None if it names another bot.

    ``@ribao_bot cv`` at the beginning is a way to speak to the bot in a group, and means a command.
    """
    word, gap, rest = text.partition(" ")
    command, at, name = word.partition("@")
    if command.startswith("/") and at:
        return command + gap + rest if name.casefold() == username.casefold() else None
    if not command and at and name.casefold() == username.casefold():
        rest = rest.strip()
        return rest if rest.startswith("/") else f"/{rest or 'help'}"
    return text
