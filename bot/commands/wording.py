"""Sentences that several commands share."""

from zoneinfo import ZoneInfo

from bot.commands.context import Context
from bot.model import ChatStatus
from bot.zones import zone_city


async def next_issue_sentence(context: Context) -> str:
    """When the chat's next issue comes, in its own zone; or why none does."""
    readers = context.services.readers
    chat = await readers.find(context.chat.address) or context.chat
    if chat.status is ChatStatus.PAUSED:
        return context.say("next.paused")
    due = readers.next_issue(chat, context.now)
    if due is None:
        return context.say("next.none")
    zone = chat.schedule.zone
    return context.say(
        "next.at",
        when=context.say.moment(due.instant.astimezone(ZoneInfo(zone))),
        zone=zone_city(zone, context.say.language),
    )
