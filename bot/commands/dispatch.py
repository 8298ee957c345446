"""One message in, one reply out: finds the chat, checks the right, runs the command."""

import logging
import re
from collections.abc import Mapping
from datetime import datetime

from bot.commands.access import Access
from bot.commands.completing import Unfinished, completions
from bot.commands.context import Command, Context, Incoming, Services
from bot.commands.keywords import compilation_for, compiled
from bot.commands.parse import NotUnderstood, is_explicit, parse
from bot.commands.reply import Choice, Reply, Text, Tone, say
from bot.errors import Refusal, StoreError
from bot.messages import Messages, known_language, messages
from bot.model import Chat, ChatKind, ChatStatus

log = logging.getLogger(__name__)

FAULT = "a command met a fault in Ribao"
"""What the log says before the traceback."""


_ITEM = re.compile("[1-9][0-9]{0,2}")
"""What alone means an item rather than a word: its number in an issue."""


class Dispatcher:
    """Answers messages. Safe to call concurrently for different chats."""

    def __init__(self, services: Services, table: Mapping[str, Command], access: Access) -> None:
        self._services = services
        self._table = table
        self._access = access

    async def handle(self, incoming: Incoming, now: datetime) -> Reply | None:
        """The reply; None where the message was not meant for the bot.

        Where people talk to each other a command needs its slash: "time to go" is none. A keyword
        is the whole message.
        """
        if incoming.unfinished:
            return await self._completed(incoming)
        try:
            return await self._answered(incoming, now)
        except Exception:
            # A mistake of ours in one command must leave nobody without an answer, and end nothing.
            log.exception(FAULT)
            speak = _of_platform(incoming)
            return say(speak("error.fault"), tone=Tone.REFUSAL)

    async def _answered(self, incoming: Incoming, now: datetime) -> Reply | None:
        wish = compilation_for(incoming.text, self._services.keywords)
        meant = incoming.kind is ChatKind.PRIVATE or is_explicit(incoming.text)
        if not meant and wish is None:
            return None
        parsed = parse(incoming.text, self._table)
        speak = _of_platform(incoming)
        try:
            self._admit(incoming, now)
            chat = await self._chat(incoming, now)
            speak = messages(chat.language)
            context = Context(incoming, chat, now, speak, self._services)
            if wish is not None:
                return await compiled(context, wish)
            if isinstance(parsed, NotUnderstood):
                return _not_understood(incoming.text.strip(), parsed, speak)
            if parsed.command.for_operators:
                context.authorise_operator()
            if parsed.command.changes:
                await context.authorise()
            return await parsed.command.handler(context, parsed.argument)
        except Refusal as refusal:
            return say(speak.refusal(refusal), tone=Tone.REFUSAL)
        except StoreError as error:
            log.error("a command failed: %s", error)  # noqa: TRY400 - the sentence says it all
            return say(speak("error.store"), tone=Tone.REFUSAL)

    async def _completed(self, incoming: Incoming) -> Reply:
        """Asked with every key that is pressed, so it is not counted."""
        parsed = parse(incoming.text, self._table)
        open_ = self._access.is_open_to(incoming.sender, _chat_of(incoming))
        if isinstance(parsed, NotUnderstood) or not open_:
            return Reply(())
        speak = _of_platform(incoming)
        try:
            chat = await self._services.readers.find(incoming.chat)
            unfinished = Unfinished(
                parsed.command.name,
                parsed.argument,
                incoming,
                chat,
                speak,
                self._services,
                self._table,
            )
            return Reply((), choices=await completions(unfinished))
        except StoreError as error:
            log.warning("a command can't be completed: %s", error)
            return Reply(())

    def _admit(self, incoming: Incoming, now: datetime) -> None:
        """Those who run this Ribao come and go as they like."""
        if incoming.sender not in self._services.operators:
            self._access.admit(incoming.sender, _chat_of(incoming), now)

    async def _chat(self, incoming: Incoming, now: datetime) -> Chat:
        """The chat that writes; one that had shut the bot out is thereby back."""
        readers = self._services.readers
        language = known_language(incoming.language) if incoming.language else None
        chat = await readers.chat(incoming.chat, incoming.kind, incoming.title, language, now)
        return await readers.resume(chat, now) if chat.status is ChatStatus.GONE else chat


def _of_platform(incoming: Incoming) -> Messages:
    """The language of the person's platform, where that of the chat is not known."""
    return messages(known_language(incoming.language or "") or "en")


def _chat_of(incoming: Incoming) -> str:
    return f"{incoming.chat.platform}:{incoming.chat.id}"


def _not_understood(text: str, parsed: NotUnderstood, speak: Messages) -> Reply:
    if parsed.nearest is not None:
        text = speak("error.did_you_mean", command=f"/{parsed.nearest}")
        return Reply(
            (Text(text, Tone.REFUSAL),),
            choices=(Choice(f"/{parsed.nearest}", f"/{parsed.nearest}"),),
        )
    if parsed.explicit:
        return say(speak("error.no_such_command"), tone=Tone.REFUSAL)
    if _ITEM.fullmatch(text):
        return say(speak("error.a_number", number=text), tone=Tone.REFUSAL)
    return say(speak("error.not_a_command"), tone=Tone.REFUSAL)
