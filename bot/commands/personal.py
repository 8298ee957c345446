"""Commands on the person: start, help, privacy, export, forget."""

import json
from collections.abc import Mapping

from bot.commands.context import Command, Context, Handler
from bot.commands.following import subscribe, topic_choices
from bot.commands.reading import today
from bot.commands.reply import Choice, File, Reply, Rows, Text, Tone, say
from bot.model import Chat, ChatKind

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
            )
        )

    return help_


def _is_for(context: Context, command: Command) -> bool:
    return context.from_operator or not command.for_operators


def _aliases(context: Context, command: Command) -> tuple[Text, ...]:
    if not command.aliases:
        return ()
    names = " · ".join(command.aliases)
    return (Text(context.say("help.aliases", names=names), Tone.HINT),)


async def privacy(context: Context, _: str) -> Reply:
    return say(context.say("privacy.text"), context.say("privacy.commands"))


async def export(context: Context, _: str) -> Reply:
    """Everything that is kept about the chat, as a JSON file."""
    services = context.services
    follows = await services.readers.follows(context.chat)
    days = await services.issues.days(context.chat.id)
    content = {
        "format": "ribao-export-1",
        "exported_at": context.now.isoformat(timespec="seconds"),
        "chat": _chat_as_json(context.chat),
        "subscriptions": [
            {"kind": f.kind.value, "value": f.value, "excluded": f.excluded} for f in follows
        ],
        "issues": [day.isoformat() for day in days],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    file = File(f"ribao-{context.today}.json", text)
    return Reply((Text(context.say("export.done")), file), private=True)


def _chat_as_json(chat: Chat) -> dict[str, object]:
    quiet = chat.quiet
    return {
        "platform": chat.address.platform,
        "account": chat.address.account,
        "id": chat.address.id,
        "thread": chat.address.thread or None,
        "kind": chat.kind.value,
        "title": chat.title,
        "language": chat.language,
        "time": chat.schedule.at.isoformat("minutes"),
        "timezone": chat.schedule.zone,
        "days": sorted(chat.schedule.days),
        "quiet": [t.isoformat("minutes") for t in (quiet.start, quiet.end)] if quiet else None,
        "status": chat.status.value,
        "paused_until": chat.paused_until.isoformat() if chat.paused_until else None,
        "active_since": chat.active_since.isoformat() if chat.active_since else None,
        "changed_at": chat.changed_at.isoformat() if chat.changed_at else None,
        "layout": chat.layout,
        "added_by": chat.added_by,
    }


async def forget(context: Context, argument: str) -> Reply:
    """Ask once; erase on `/forget yes`."""
    if argument.casefold() in _NO:
        return say(context.say("forget.kept"))
    if argument.casefold() not in _YES:
        yes = Choice(context.say("button.forget"), "/forget yes")
        keep = Choice(context.say("button.keep"), "/forget no")
        return Reply((Text(context.say("forget.ask")),), choices=(yes, keep), private=True)
    await context.services.readers.erase(context.chat)
    if context.incoming.kind is ChatKind.PRIVATE:
        await context.services.shelf.forget(context.sender)
    return say(context.say("forget.done"))
