"""What can be set for a chat on its platform alone: ``/options``."""

from dataclasses import replace

from bot.commands.arguments import shown
from bot.commands.context import Context
from bot.commands.reply import Reply, Rows, Text, Tone, say
from bot.errors import Refusal


async def options(context: Context, argument: str) -> Reply:
    """``NAME VALUE`` sets, ``NAME off`` takes back; alone, all that there is."""
    extras = context.services.extras
    if extras is None:
        return say(context.say("option.none"))
    name, value = (*argument.split(maxsplit=1), "", "")[:2]
    name = name.casefold()
    if not name:
        return _all(context)
    if name not in extras.names:
        raise Refusal("option.unknown", text=shown(name), names=", ".join(extras.names))
    if not value:
        return say(context.say(f"option.{name}"), context.say(f"option.how.{name}"))
    chat = context.chat
    changed = await extras.change(chat.address, chat.options, name, value)
    chat = await context.services.readers.set_options(chat, changed)
    reply = _all(replace(context, chat=chat))
    return replace(reply, blocks=(Text(context.say("option.done")), *reply.blocks))


def _all(context: Context) -> Reply:
    """Each name with its value, and what it does."""
    extras, speak = context.services.extras, context.say
    values = extras.shown(context.chat.options) if extras else {}
    rows = tuple(
        (f"{name}: {value or speak('option.not_set')}", speak(f"option.{name}"))
        for name, value in values.items()
    )
    hint = Text(speak("option.hint"), Tone.HINT)
    return Reply((Text(speak("option.title"), Tone.TITLE), Rows(rows), hint))
