"""Commands for who runs this Ribao: how it is doing, and a word to all readers."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.broadcasts import MAX_TEXT, Broadcast, progress
from bot.commands.arguments import shown
from bot.commands.context import Context
from bot.commands.reply import Block, Choice, Reply, Rows, Text, Tone
from bot.errors import Refusal
from bot.model import GRACE, TERMINAL_STATES, DeliveryState
from bot.overview import Foreseen

LATEST = 5

_VERB = re.compile(r"(send|discard|status)\s+#?(\d{1,18})", re.IGNORECASE)

_ALMOST_A_VERB = re.compile(r"(send|discard|status)(\s+(\S|\S*\d\S*))?", re.IGNORECASE)
"""A verb alone, or with one sign or something with a digit that is no number: no word to all."""


async def stats(context: Context, _: str) -> Reply:
    """What there is, what was delivered, who must wait, and what the next day brings."""
    speak, observer = context.say, context.services.observer
    found = await observer.overview(context.now)
    sources = speak("stats.of_sources", n=len(found.sources), failing=found.failing)
    rows = [
        (speak("stats.items"), f"{found.items:,}"),
        (speak("stats.chats"), speak("stats.of_chats", n=found.chats, scheduled=found.scheduled)),
        (speak("stats.deliveries"), _states(context, found.deliveries) or "–"),
        (speak("stats.sources"), sources),
    ]
    zone = ZoneInfo(context.chat.schedule.zone)
    for account, hold in found.waiting.items():
        until = speak.instant(hold.until.astimezone(zone))
        words = speak("stats.until", until=until, reason=hold.reason)
        rows.append((f"⏸ {':'.join(account)}", words))
    foreseen = await observer.capacity.forecast(context.now)
    days = [(f"{':'.join(each.account)}", _forecast(context, each)) for each in foreseen]
    blocks: list[Block] = [Text(speak("stats.title"), Tone.TITLE), Rows(tuple(rows))]
    if days:
        blocks += [Text(speak("stats.tomorrow"), Tone.TITLE), Rows(tuple(days))]
    hint = Text(speak("stats.hint"), Tone.HINT)
    return Reply((*blocks, hint), private=True)


def _forecast(context: Context, each: Foreseen) -> str:
    messages = round(each.issues * each.messages_per_issue)
    words = context.say("stats.forecast", n=each.issues, messages=f"{messages:,}")
    if each.longest_wait <= GRACE:
        return words
    minutes = round(each.longest_wait.total_seconds() / 60)
    return f"{words} {context.say('stats.too_much', minutes=minutes)}"


async def broadcast(context: Context, argument: str) -> Reply:
    """A text is previewed; ``send N`` sends it, ``discard N`` drops it, ``status N`` says more.

    Raises ``Refusal`` for such a verb without a number.
    """
    if not argument:
        return await _latest(context)
    verb = _VERB.fullmatch(argument)
    if verb is None:
        if _ALMOST_A_VERB.fullmatch(argument):
            raise Refusal("broadcast.which")
        return await _preview(context, argument)
    number = int(verb[2])
    match verb[1].lower():
        case "send":
            return await _send(context, number)
        case "discard":
            return await _discard(context, number)
    found = await context.services.broadcasts.get(number)
    if found is None or found.confirmed_at is None:
        raise Refusal("broadcast.stale")
    return await _status(context, found)


async def _preview(context: Context, text: str) -> Reply:
    speak = context.say
    if len(text) > MAX_TEXT:
        raise Refusal("broadcast.too_long", n=MAX_TEXT, length=len(text))
    audience = await context.services.readers.audience()
    count = sum(audience.values())
    if not count:
        raise Refusal("broadcast.nobody")
    draft = await context.services.broadcasts.draft(text, context.sender, context.now)
    where = " · ".join(f"{platform} {n:,}" for platform, n in audience.items() if n)
    return Reply(
        (
            Text(speak("broadcast.preview"), Tone.TITLE),
            Text(text),
            Text(speak("broadcast.ask", n=count, where=where), Tone.HINT),
        ),
        choices=(
            Choice(speak("button.send_all", n=count), f"/broadcast send {draft.id}"),
            Choice(speak("button.discard"), f"/broadcast discard {draft.id}"),
        ),
        private=True,
        menu=True,
    )


async def _send(context: Context, number: int) -> Reply:
    broadcasts = context.services.broadcasts
    confirmed = await broadcasts.confirm(number, context.now)
    found = await broadcasts.get(number)
    if found is None or found.confirmed_at is None:
        raise Refusal("broadcast.stale")
    if not confirmed:
        return await _status(context, found)
    return _told(context, number, Text(context.say("broadcast.sending")))


async def _discard(context: Context, number: int) -> Reply:
    if not await context.services.broadcasts.discard(number):
        raise Refusal("broadcast.stale")
    return Reply((Text(context.say("broadcast.discarded")),), private=True, menu=True)


async def _status(context: Context, found: Broadcast) -> Reply:
    return _told(
        context,
        found.id,
        Text(f"{found.id} · {shown(found.text)}", Tone.TITLE),
        Text(await _progress(context, found)),
    )


def _told(context: Context, number: int, *blocks: Text) -> Reply:
    again = Choice(context.say("button.progress"), f"/broadcast status {number}")
    return Reply(blocks, choices=(again,), private=True, menu=True)


async def _progress(context: Context, found: Broadcast) -> str:
    if found.published_at is None:
        return context.say("broadcast.sending")
    platforms = tuple(await context.services.readers.audience())
    states = await progress(context.services.ledger, found.id, platforms)
    key = "broadcast.done" if states.keys() <= TERMINAL_STATES else "broadcast.under_way"
    return context.say(key, states=_states(context, states) or "–")


async def _latest(context: Context) -> Reply:
    how = Text(context.say("broadcast.how"))
    found = await context.services.broadcasts.confirmed(LATEST)
    rows = [(f"{each.id} · {shown(each.text)}", await _progress(context, each)) for each in found]
    return Reply((how, *((Rows(tuple(rows)),) if rows else ())), private=True)


def _states(context: Context, states: Mapping[DeliveryState, int]) -> str:
    return " · ".join(f"{context.say(f'delivery.{state}')} {n:,}" for state, n in states.items())
