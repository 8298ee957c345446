"""Commands of operators on items, each a revision; and the history of an item, for everyone."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from bot.commands.amend import amended, field_named, shown_value
from bot.commands.arguments import shown
from bot.commands.context import Context
from bot.commands.reading import issue
from bot.commands.references import item_named, split_reference
from bot.commands.reply import Choice, Reply, Rows, Text, Tone, say
from bot.curation.changes import picked, removed, state_of, undone, unpicked
from bot.curation.nouns import Act, Decide, Kind, Revision
from bot.errors import Refusal
from bot.model import StoredItem

MAX_SHOWN = 20
"""The newest so many revisions of an item are listed."""


async def pick(context: Context, argument: str) -> Reply:
    stored = await item_named(context, argument)
    return await _revise(context, stored, Kind.PICK, picked)


async def unpick(context: Context, argument: str) -> Reply:
    stored = await item_named(context, argument)
    return await _revise(context, stored, Kind.UNPICK, unpicked)


async def remove(context: Context, argument: str) -> Reply:
    """Out of the paper, never out of the store."""
    stored = await item_named(context, argument)
    return await _revise(context, stored, Kind.REMOVE, removed)


async def edit(context: Context, argument: str) -> Reply:
    """``N FIELD VALUE``; without a value what the fields hold now."""
    reference, rest = split_reference(argument)
    stored = await item_named(context, reference)
    name, value = split_reference(rest)
    if not value:
        return _fields(context, stored)
    change = amended(context, field_named(name), value)
    return await _revise(context, stored, Kind.EDIT, change)


async def comment(context: Context, argument: str) -> Reply:
    """``ITEM TEXT``: the editor's word on it, in place of its introduction in a weekly issue."""
    reference, text = split_reference(argument)
    stored = await item_named(context, reference)
    if not text:
        raise Refusal("comment.how", example=f"/comment #{stored.id} …")
    return await _revise(context, stored, Kind.EDIT, amended(context, "note", text))


def _fields(context: Context, stored: StoredItem) -> Reply:
    speak = context.say
    state = state_of(stored)
    rows = tuple(
        (speak(f"field.{name}"), shown_value(context, name, state[name])) for name in state
    )
    example = f"/edit #{stored.id} title {shown(stored.item.title)}"
    return Reply(
        (
            Text(f"#{stored.id} · {stored.item.title}", Tone.TITLE),
            Rows(rows),
            Text(speak("edit.how", example=example), Tone.HINT),
        )
    )


async def undo(context: Context, argument: str) -> Reply:
    """Take back a revision by its number; without one, the sender's own latest."""
    revision = await _revision(context, argument)
    (stored,) = await context.services.items.load([revision.item_id])
    return await _revise(
        context, stored, Kind.UNDO, lambda present: undone(revision, present), revision.id
    )


async def _revision(context: Context, argument: str) -> Revision:
    revisions = context.services.revisions
    if not argument:
        mine = await revisions.by_person(context.sender, 1)
        if not mine:
            raise Refusal("undo.nothing")
        return mine[0]
    number = argument.removeprefix("#")
    known = number.isascii() and number.isdigit() and len(number) < 19
    found = await revisions.get(int(number)) if known else None
    if found is None:
        raise Refusal("undo.unknown", text=shown(argument))
    return found


async def _revise(
    context: Context, stored: StoredItem, kind: Kind, decide: Decide, undoes: int | None = None
) -> Reply:
    act = Act(kind, context.sender, context.now, undoes)
    revision = await context.services.revisions.revise(stored.id, act, decide)
    if revision is None:
        return say(context.say("curate.unchanged", title=stored.item.title))
    return Reply(
        (
            Text(context.say(f"curate.{kind}", title=stored.item.title)),
            *(Text(line) for line in _changes(context, revision)),
        ),
        choices=(Choice(context.say("button.undo"), f"/undo {revision.id}"),),
    )


async def history(context: Context, argument: str) -> Reply:
    """What people changed in an item; the list of past issues where no item is named."""
    if not argument or "-" in argument[:5]:
        return await issue(context, argument)
    stored = await item_named(context, argument)
    revisions = await context.services.revisions.of_item(stored.id, MAX_SHOWN)
    title = Text(f"#{stored.id} · {stored.item.title}", Tone.TITLE)
    if not revisions:
        return Reply((title, Text(context.say("history.none"))))
    rows = tuple(
        (_head(context, revision), " · ".join(_changes(context, revision)))
        for revision in revisions
    )
    undo = Choice(context.say("button.undo"), f"/undo {revisions[0].id}")
    return Reply((title, Rows(rows)), choices=(undo,) if context.from_operator else ())


def _head(context: Context, revision: Revision) -> str:
    """The number, time and kind of a revision, and for operators who made it."""
    local = revision.at.astimezone(ZoneInfo(context.chat.schedule.zone))
    what = context.say(f"revision.{revision.kind}")
    if revision.undoes is not None:
        what = f"{what} {revision.undoes}"
    who = [revision.by or context.say("history.nobody")] if context.from_operator else []
    return " · ".join([str(revision.id), context.say.instant(local), what, *who])


def _changes(context: Context, revision: Revision) -> Iterator[str]:
    for name, (before, after) in revision.changes.items():
        yield context.say(
            "history.change",
            field=context.say(f"field.{name}"),
            before=shown_value(context, name, before),
            after=shown_value(context, name, after),
        )
