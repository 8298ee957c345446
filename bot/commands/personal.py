"""Commands on the person: start, help, privacy, export, forget."""

import json
from collections.abc import Mapping

from bot.commands.archive import exported
from bot.commands.context import Command, Context, Handler
from bot.commands.following import subscribe, topic_choices
from bot.commands.reading import today
from bot.commands.reply import Choice, File, Reply, Rows, Text, Tone, say

_NO = frozenset({"no", "n", "不", "否", "取消"})
_YES = frozenset({"yes", "y", "ok", "是", "好", "确认", "確認"})


async def start(context: Context, argument: str) -> Reply:
    """A greeting, a first issue at once, and the three things to set. Topics may come along."""
    blocks: tuple[Text, ...] = (
        Text(context.say("start.hello"), Tone.TITLE),
        Text(context.say("start.steps")),
    )
    if argument:
        await context.authorise()
        # Deep links can't hold spaces: t.me/BOT?start=cv_nlp
        followed = await subscribe(context, argument.replace("_", " "))
        blocks += tuple(block for block in followed.blocks if isinstance(block, Text))
    first = await today(context, "")
    return Reply(
        (*blocks, *first.blocks),
        choices=(*await topic_choices(context, 1), *first.choices),
    )


def help_on(table: Mapping[str, Command]) -> Handler:
    """The handler of `/help` for a command table: all in a line each, or one with examples."""

    async def help_(context: Context, argument: str) -> Reply:
        speak = context.say
        command = table.get(argument.lstrip("/／").casefold())
        if argument and (command is None or not _is_for(context, command)):
            return say(speak("help.unknown"), tone=Tone.REFUSAL)
        if command is not None:
            return Reply(
                (
                    Text(speak(f"usage.{command.name}"), Tone.TITLE),
                    Text(speak(f"help.{command.name}")),
                    Text(speak("help.examples", examples=speak(f"example.{command.name}"))),
                    *_aliases(context, command),
                )
            )
        distinct = {c.name: c for c in table.values() if _is_for(context, c)}.values()
        rows = tuple((speak(f"usage.{c.name}"), speak(f"help.{c.name}")) for c in distinct)
        return Reply(
            (
                Text(speak("help.title"), Tone.TITLE),
                Rows(rows),
                Text(speak("help.more"), Tone.HINT),
                *_keywords(context),
            )
        )

    return help_


def _is_for(context: Context, command: Command) -> bool:
    return context.from_operator or not command.for_operators


def _keywords(context: Context) -> tuple[Text, ...]:
    wishes = dict.fromkeys(context.services.keywords.values())
    words = " · ".join(word for wish in wishes for word in wish.words)
    return (Text(context.say("keyword.help", words=words), Tone.HINT),) if words else ()


def _aliases(context: Context, command: Command) -> tuple[Text, ...]:
    if not command.aliases:
        return ()
    names = " · ".join(command.aliases)
    return (Text(context.say("help.aliases", names=names), Tone.HINT),)


async def privacy(context: Context, _: str) -> Reply:
    return say(context.say("privacy.text"), context.say("privacy.commands"))


async def export(context: Context, _: str) -> Reply:
    """Everything that is kept about the chat and, where it is private, the person; as JSON."""
    content = await exported(context)
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    file = File(f"ribao-{context.today}.json", text)
    return Reply((Text(context.say("export.done")), file), private=True)


async def forget(context: Context, argument: str) -> Reply:
    """Ask once; erase on `/forget yes`."""
    if argument.casefold() in _NO:
        return say(context.say("forget.kept"))
    if argument.casefold() not in _YES:
        yes = Choice(context.say("button.forget"), "/forget yes")
        keep = Choice(context.say("button.keep"), "/forget no")
        return Reply((Text(context.say("forget.ask")),), choices=(yes, keep), private=True)
    # The chat goes last: whoever is cut off in the middle can write /forget again.
    await context.services.submissions.forget(context.person, context.chat)
    if context.person is not None:
        await context.services.revisions.forget(context.person)
        await context.services.shelf.forget(context.person)
        await context.services.broadcasts.forget(context.person)
    await context.services.readers.erase(context.chat, context.person)
    return say(context.say("forget.done"))
