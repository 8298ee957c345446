"""How the sources are doing, for operators."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands.context import Context
from bot.commands.reply import Reply, Rows, Text, Tone, say
from bot.errors import Refusal
from bot.model import FetchState
from bot.sourcebook import SourceHealth, all_dropped

MOST_FAILING = 15
MOST_REASONS = 8
"""So many stand in one message."""


async def sources(context: Context, argument: str) -> Reply:
    """An overview: failing sources with reason and since when, and what was dropped; or one."""
    found = await context.services.sources.all()
    return _one(context, found, argument) if argument else _overview(context, found)


def _overview(context: Context, found: Sequence[SourceHealth]) -> Reply:
    failing = [one for one in found if one.fails]
    unread = sum(one.state is None for one in found)
    counts = context.say("sources.counts", n=len(found), failing=len(failing), unread=unread)
    blocks: list[Text | Rows] = [Text(counts)]
    if failing:
        blocks.append(Text(context.say("sources.failing"), Tone.TITLE))
        rows = [(one.name, _trouble(context, one.state)) for one in failing if one.state]
        blocks.append(Rows(tuple(rows[:MOST_FAILING])))
        if (more := len(failing) - MOST_FAILING) > 0:
            blocks.append(Text(context.say("sources.more", n=more)))
    if dropped := all_dropped(found).most_common(MOST_REASONS):
        blocks.append(Text(context.say("sources.dropped"), Tone.TITLE))
        blocks.append(Rows(tuple((reason, str(count)) for reason, count in dropped)))
    blocks.append(Text(context.say("sources.hint"), Tone.HINT))
    return Reply(tuple(blocks), private=True)


def _one(context: Context, found: Sequence[SourceHealth], wanted: str) -> Reply:
    names = {one.name.casefold(): one for one in found}
    source = names.get(wanted.casefold())
    if source is None:
        raise Refusal("sources.unknown", name=wanted)
    state = source.state
    if state is None:
        return say(context.say("sources.not_read", name=source.name))
    rows = [
        (context.say("sources.read"), _moment(context, state.checked_at)),
        (context.say("sources.next"), _moment(context, state.not_before)),
        (context.say("sources.new"), str(state.new)),
        (context.say("sources.known"), str(state.known)),
        *((reason, str(count)) for reason, count in sorted(state.dropped.items())),
    ]
    title = Text(source.name, Tone.TITLE)
    trouble = (Text(_trouble(context, state)),) if source.fails else ()
    return Reply((title, *trouble, Rows(tuple(rows))), private=True)


def _trouble(context: Context, state: FetchState) -> str:
    return context.say(
        "sources.trouble",
        n=state.failures,
        since=_moment(context, state.failing_since),
        reason=state.error or "",
    )


def _moment(context: Context, instant: datetime | None) -> str:
    if instant is None:
        return context.say("sources.any_time")
    return context.say.instant(instant.astimezone(ZoneInfo(context.chat.schedule.zone)))
