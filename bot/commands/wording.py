"""Sentences that several commands share."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.commands.context import Context
from bot.layouts.weeks import comes
from bot.model import CATCH_UP, DAILY_ONLY, TERMINAL_STATES, Chat, ChatStatus, Occurrence, Window
from bot.zones import zone_city

LONGEST_WAIT = 366
"""Days until a round-up of the year."""

_ALMOST_A_MINUTE = timedelta(minutes=1) - timedelta.resolution


async def next_issue_sentence(context: Context) -> str:
    """When the chat's next issue comes, in its own zone; or why none does."""
    readers = context.services.readers
    chat = await readers.find(context.chat.address) or context.chat
    if chat.status is ChatStatus.PAUSED:
        return context.say("next.paused")
    due = await _awaited(context, chat) or await next_issue(context, chat)
    if due is None:
        return context.say("next.none")
    zone = chat.schedule.zone
    when = context.say.moment(due.instant.astimezone(ZoneInfo(zone)))
    city = zone_city(zone, context.say.language)
    window = await readers.window(chat, due)
    if window is not None:
        words = span_words(context, chat, window)
        return context.say("next.between", when=when, zone=city, **words)
    return context.say(
        "next.at" if due.instant > context.now else "next.coming", when=when, zone=city
    )


async def kinds_of(context: Context) -> frozenset[str]:
    """The kinds of editions that the chat takes."""
    found = await context.services.editions.of_all([context.chat.id])
    editions = found.get(context.chat.id)
    return editions.kinds if editions else DAILY_ONLY


async def next_issue(context: Context, chat: Chat) -> Occurrence | None:
    """When something comes next; without the daily issue not on each of the chat's days."""
    readers, kinds = context.services.readers, await kinds_of(context)
    due = readers.next_issue(chat, context.now)
    if due is None or "daily" in kinds:
        return due
    days = chat.schedule.days
    shown = await context.services.issues.days(chat.id)
    previous = max((day for day in shown if day.isoweekday() in days), default=None)
    for _ in range(LONGEST_WAIT):
        if due is None or comes(due.day, days, kinds, previous):
            break
        due = readers.next_issue(chat, due.instant)
    return due


async def _awaited(context: Context, chat: Chat) -> Occurrence | None:
    """The issue whose hour has come and that is still on its way to the chat."""
    readers, now = context.services.readers, context.now
    due = readers.next_issue(chat, now - CATCH_UP)
    if due is None or due.instant > now:
        return None
    rows = await context.services.ledger.of_chat(chat.id)
    states = {row.state for row in rows if row.day == due.day and not row.bulletin}
    return None if states <= TERMINAL_STATES else due


def span_words(context: Context, chat: Chat, window: Window) -> dict[str, str]:
    """Start and end of the window by the chat's clock, in whole minutes that hold all of it."""
    start, end = (
        instant.astimezone(ZoneInfo(chat.schedule.zone))
        for instant in (window.start, window.end + _ALMOST_A_MINUTE)
    )
    return {"start": context.say.clock(start.time()), "end": context.say.clock(end.time())}
