"""The command that gives a channel its own topics, hour and language."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.commands.arguments import shown
from bot.commands.context import Command, Context, Handler
from bot.commands.following import subscribe, understand, unknown_topic
from bot.commands.reply import Block, Reply, Rows, Text, Tone, say
from bot.errors import Refusal
from bot.model import Chat, ChatAddress, ChatKind
from bot.subscriptions import signed_names

_ADD = frozenset({"add", "添加", "新增", "加入"})
_LIST = frozenset({"list", "列表", "清單", ""})
_COMMAND = re.compile(r"(?<![\w/])/([a-z]+)(?!\w)", re.ASCII)
_REMOVE = frozenset({"remove", "delete", "移除", "删除", "刪除"})


def channel_on(table: Mapping[str, Command]) -> Handler:
    """The handler of `/channel`; ``table`` holds the commands that may follow a channel's name."""

    async def channel(context: Context, argument: str) -> Reply:
        word, rest = (*argument.split(maxsplit=1), "", "")[:2]
        if word.casefold() in _LIST:
            return await _list(context)
        if word.casefold() in _ADD:
            return await _add(context, rest)
        if word.casefold() in _REMOVE:
            return await _remove(context, rest)
        return await _settings(context, table, word, rest)

    return channel


async def _list(context: Context) -> Reply:
    mine = await _managed(context)
    if not mine:
        return say(context.say("channel.none"), context.say("channel.how"))
    rows = tuple([(chat.title, await _in_short(context, chat)) for chat in mine])
    return Reply((Text(context.say("channel.list"), Tone.TITLE), Rows(rows)))


async def _in_short(context: Context, chat: Chat) -> str:
    follows = await context.services.readers.follows(chat)
    taxonomy = context.services.taxonomy
    topics = context.say.listing(signed_names(follows, taxonomy, context.say))
    return context.say(
        "channel.row",
        topics=topics or context.say("settings.no_topics"),
        time=context.say.clock(chat.schedule.at),
        zone=chat.schedule.zone,
        status=context.say(f"status.{chat.status}"),
    )


async def _managed(context: Context) -> list[Chat]:
    """Channels that the sender may manage now, whoever set them up."""
    services, here = context.services, context.incoming
    channels = await services.readers.channels(here.chat.platform, here.chat.account)
    return [
        chat for chat in channels if await services.rights.may_manage(here.sender_id, chat.address)
    ]


async def _add(context: Context, argument: str) -> Reply:
    name, topics = (*argument.split(maxsplit=1), "", "")[:2]
    if not name:
        return say(context.say("channel.how"))
    services = context.services
    found = await services.rights.resolve(name, context.incoming.sender_id)
    if found is None:
        raise Refusal("channel.unknown", name=shown(name))
    address, kind, title = found
    if kind is not ChatKind.CHANNEL:
        raise Refusal("channel.no_channel", name=shown(name))
    await _check_rights(context, name, address, title)
    understood = understand(topics, services.taxonomy)
    if understood.unknown and not understood.subscriptions:
        raise unknown_topic(services.taxonomy, understood.unknown[0].text, context.say.language)
    chat = await services.readers.add_channel(
        address, title, like=context.chat, added_by=context.incoming.sender_id, now=context.now
    )
    blocks = [Text(context.say("channel.added", name=title))]
    if topics or not await services.readers.follows(chat):
        followed = await subscribe(replace(context, chat=chat), topics or "all")
        blocks += [block for block in followed.blocks if isinstance(block, Text)]
    return Reply((*blocks, Text(context.say("channel.adjust", name=shown(name)), Tone.HINT)))


async def _check_rights(context: Context, name: str, address: ChatAddress, title: str) -> None:
    """Raise ``Refusal`` unless the sender may manage the channel, and the bot may write there."""
    services = context.services
    if not await services.rights.may_manage(context.incoming.sender_id, address):
        raise Refusal("channel.not_yours", name=shown(name))
    if not await services.rights.may_post(address):
        if lacking := await services.rights.lacking(address):
            permissions = context.say.listing(lacking)
            raise Refusal("channel.lacking", name=title, permissions=permissions)
        raise Refusal("channel.cant_post", name=shown(name))


async def _remove(context: Context, argument: str) -> Reply:
    if not argument:
        return await _list(context)
    chat = await _known(context, argument)
    await context.services.readers.erase(chat)
    return say(context.say("channel.removed", name=chat.title))


async def _settings(
    context: Context, table: Mapping[str, Command], name: str, argument: str
) -> Reply:
    chat = await _known(context, name)
    word, rest = (*argument.split(maxsplit=1), "", "")[:2]
    command = table.get(word.lstrip("/").casefold() or "settings")
    if command is None or not command.for_channels:
        allowed = sorted({c.name for c in table.values() if c.for_channels})
        raise Refusal("channel.command", name=shown(name), commands=", ".join(allowed))
    try:
        reply = await command.handler(replace(context, chat=chat), rest)
    except Refusal as refusal:
        reply = say(context.say.refusal(refusal), tone=Tone.REFUSAL)
    return _about(chat, name, reply, table)


def _about(chat: Chat, name: str, reply: Reply, table: Mapping[str, Command]) -> Reply:
    """The reply under the channel's name, with each command in it as one for that channel."""

    def fits(found: re.Match[str]) -> bool:
        return found[1] in table and table[found[1]].for_channels

    def command(text: str) -> str:
        return _COMMAND.sub(lambda m: f"/channel {name} {m[1]}" if fits(m) else m[0], text)

    def told(block: Block) -> Block:
        match block:
            case Text():
                return replace(block, text=command(block.text))
            case Rows():
                return Rows(tuple((name, command(value)) for name, value in block.rows))
        return block

    choices = [
        replace(choice, command=command(choice.command))
        for choice in reply.choices
        if (found := _COMMAND.match(choice.command)) and fits(found)
    ]
    title = Text(chat.title, Tone.TITLE)
    return replace(reply, blocks=(title, *map(told, reply.blocks)), choices=tuple(choices))


async def _known(context: Context, name: str) -> Chat:
    """The channel by that name, if it is set up and the sender may manage it."""
    services = context.services
    found = await services.rights.resolve(name, context.incoming.sender_id) if name else None
    chat = await services.readers.find(found[0]) if found else None
    if chat is None or chat.kind is not ChatKind.CHANNEL:
        raise Refusal("channel.not_added", name=shown(name))
    if not await services.rights.may_manage(context.incoming.sender_id, chat.address):
        raise Refusal("channel.not_yours", name=shown(name))
    return chat
