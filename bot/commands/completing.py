"""How the argument of an unfinished command may go on, offered while somebody writes.

Nothing is changed, and nothing told that the person could not ask for by a command.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.commands.context import Command, Incoming, Services
from bot.commands.reply import Choice
from bot.layouts.arrange import entries_of
from bot.layouts.catalogue import LAYOUTS
from bot.messages import Messages
from bot.model import Chat, ChatKind
from bot.zones import suggest_zones, zone_city

MOST = 25
"""Completions of one text: what Discord shows."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is being written: a command, and ``typed`` after it. ``chat`` is None where none is
    known yet."""

    command: str
    typed: str
    incoming: Incoming
    chat: Chat | None
    say: Messages
    services: Services
    table: Mapping[str, Command]


async def completions(unfinished: Unfinished) -> tuple[Choice, ...]:
    """Each with the whole argument as its command, at most ``MOST``."""
    complete = _COMPLETE.get(unfinished.command)
    return tuple((await complete(unfinished))[:MOST]) if complete else ()


async def _topics(unfinished: Unfinished) -> list[Choice]:
    """By names and aliases in all languages; the last of several, and what is excluded."""
    taxonomy, language = unfinished.services.taxonomy, unfinished.say.language
    before, last = _divided(unfinished.typed)
    sign = "-" if last.startswith("-") else ""
    wanted = last.removeprefix("-")
    found = [each.id for each in taxonomy.suggest(wanted, MOST)]
    if not found and len(wanted) <= 1:
        found = list(taxonomy.roots())
    return [
        Choice(f"{before}{sign}{taxonomy.name(id_, language)}", f"{before}{sign}{id_}")
        for id_ in found
    ]


def _divided(typed: str) -> tuple[str, str]:
    """What stands before the topic that is being written, and that."""
    end = max(typed.rfind(sign) for sign in ",，、") + 1
    before = typed[:end].strip()
    return (f"{before} " if before else ""), typed[end:].strip()


async def _zones(unfinished: Unfinished) -> list[Choice]:
    zones = suggest_zones(unfinished.typed, MOST)
    return [Choice(f"{zone_city(zone, unfinished.say.language)} ({zone})", zone) for zone in zones]


async def _days(unfinished: Unfinished) -> list[Choice]:
    """The chat's issues, the newest first."""
    chat, say = unfinished.chat, unfinished.say
    days = await unfinished.services.issues.days(chat.id) if chat else ()
    return _fitting(unfinished.typed, ((f"{say.day(day)} · {day}", str(day)) for day in days[::-1]))


async def _saved(unfinished: Unfinished) -> list[Choice]:
    """What the person saved, the latest first."""
    services = unfinished.services
    kept = await services.shelf.saved(unfinished.incoming.sender, MOST * 4)
    stored = await services.items.load([each.item_id for each in kept])
    return _fitting(unfinished.typed, ((s.item.title, f"#{s.id}") for s in stored if not s.removed))


async def _shown(unfinished: Unfinished) -> list[Choice]:
    """What stands in the chat's last issue and its round-ups, by its numbers; then what the person
    saved."""
    chat = unfinished.chat
    issue = await unfinished.services.issues.last(chat.id) if chat else None
    parts = (issue, *issue.supplements) if issue else ()
    shown = (
        (f"{entry.number} · {entry.title}", str(entry.number))
        for part in parts
        for entry in entries_of(part)
    )
    return [*_fitting(unfinished.typed, shown), *await _saved(unfinished)]


async def _layouts(unfinished: Unfinished) -> list[Choice]:
    say = unfinished.say
    return _fitting(unfinished.typed, ((say(f"layouts.{name}"), name) for name in LAYOUTS))


async def _commands(unfinished: Unfinished) -> list[Choice]:
    names = {each.name for each in unfinished.table.values() if not each.for_operators}
    return _fitting(unfinished.typed, ((f"/{name}", name) for name in sorted(names)))


async def _options(unfinished: Unfinished) -> list[Choice]:
    extras = unfinished.services.extras
    names = extras.names if extras else ()
    return _fitting(unfinished.typed, ((f"{name} …", name) for name in names))


async def _channels(unfinished: Unfinished) -> list[Choice]:
    """``/channel``: what to do, which channel, and the command that is meant for it."""
    word, _, rest = unfinished.typed.partition(" ")
    own = await _own_channels(unfinished)
    if word in {"add", "remove"}:
        name, gap, topics = rest.partition(" ")
        if gap and word == "add":
            return await _after(unfinished, f"{word} {name}", "subscribe", topics)
        return _fitting(rest, ((f"{word} {title}", f"{word} {name}") for title, name in own))
    if word.startswith(("<", "#", "@")) or word in {name for _, name in own}:
        command, gap, argument = rest.partition(" ")
        if gap:
            return await _after(unfinished, f"{word} {command}", command, argument)
        names = sorted({each.name for each in unfinished.table.values() if each.for_channels})
        return _fitting(rest, ((f"{word} {name}", f"{word} {name}") for name in names))
    return _fitting(
        unfinished.typed, [("list", "list"), ("add", "add"), ("remove", "remove"), *own]
    )


async def _own_channels(unfinished: Unfinished) -> list[tuple[str, str]]:
    """This place, and the channels that the person set up themselves: title and id."""
    here = unfinished.incoming
    known = await unfinished.services.readers.channels(here.chat.platform, here.chat.account)
    own = {each.address.id: each.title for each in known if each.added_by == here.sender_id}
    if here.kind is not ChatKind.PRIVATE:
        own = {here.chat.id: here.title} | own
    return [(title, name) for name, title in own.items()]


async def _after(unfinished: Unfinished, before: str, command: str, argument: str) -> list[Choice]:
    """How a command goes on that is given for a channel."""
    inner = replace(unfinished, command=command, typed=argument)
    if command == "channel":
        return []
    return [
        Choice(f"{before} {each.label}", f"{before} {each.command}")
        for each in await completions(inner)
    ]


def _fitting(typed: str, offered: Iterable[tuple[str, str]]) -> list[Choice]:
    """Those in which what is typed occurs."""
    wanted = typed.strip().casefold()
    return [Choice(shown, text) for shown, text in offered if wanted in shown.casefold()]


_COMPLETE: Mapping[str, Callable[[Unfinished], Awaitable[list[Choice]]]] = {
    **dict.fromkeys(("subscribe", "unsubscribe", "today", "topics", "start"), _topics),
    **dict.fromkeys(("weekly", "monthly", "yearly", "collection"), _topics),
    **dict.fromkeys(("item", "save", "like", "dislike", "similar", "why"), _shown),
    "timezone": _zones,
    "layout": _layouts,
    "issue": _days,
    "unsave": _saved,
    "help": _commands,
    "options": _options,
    "channel": _channels,
}

COMPLETED = frozenset(_COMPLETE)
"""The commands whose argument can be completed."""
