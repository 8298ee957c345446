"""Sentences that several commands share."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.commands.context import Context
from bot.model import CATCH_UP, TERMINAL_STATES, Chat, ChatStatus, Occurrence, Window
from bot.zones import zone_city

_ALMOST_A_MINUTE = timedelta(minutes=1) - timedelta.resolution


async def next_issue_sentence(context: Context) -> str:
    """When the chat's next issue comes, in its own zone; or why none does."""
    readers = context.services.readers
    chat = await readers.find(context.chat.address) or context.chat
    if chat.status is ChatStatus.PAUSED:
        return context.say("next.paused")
    due = await _awaited(context, chat) or readers.next_issue(chat, context.now)
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
