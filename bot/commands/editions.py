"""Round-ups on request, which editions come by themselves, and collections by topic."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.commands.context import Context, Handler
from bot.commands.following import understand, unknown_topic
from bot.commands.reply import Choice, IssueBlock, Reply, Text, Tone, say
from bot.commands.wording import kinds_of, next_issue_sentence
from bot.errors import Refusal
from bot.layouts.weeks import KINDS, days_of, kind_of, neighbour, span_at, span_name
from bot.model import DAILY_ONLY, Subscription
from bot.roundups import instants_of

_ON = frozenset({"on", "开", "開", "开启", "開啟"})
_OFF = frozenset({"off", "关", "關", "关闭", "關閉"})
_EVERY_DAY = frozenset(range(1, 8))
_SPAN = re.compile(r"\d{4}(?:-?[wW]\d{1,2}|-\d{1,2})?")


def roundup_on(kind: str) -> Handler:
    """The handler of one of ``KINDS``: shows the round-up, or switches it on and off."""

    async def roundup(context: Context, argument: str) -> Reply:
        word = argument.casefold()
        if word in _ON | _OFF:
            await context.authorise()
            return await _switch(context, kind, on=word in _ON)
        return await _show(context, kind, argument)

    return roundup


async def daily(context: Context, argument: str) -> Reply:
    """Whether the daily issue comes; without it there has to be a round-up."""
    kinds = await kinds_of(context)
    word = argument.casefold()
    if word not in _ON | _OFF:
        return await _state(context, kinds)
    await context.authorise()
    if word in _OFF and kinds <= DAILY_ONLY:
        raise Refusal("edition.weekly_first")
    return await _switch(context, "daily", on=word in _ON)


async def editions_words(context: Context) -> str:
    """The names of the editions that come."""
    kinds = await kinds_of(context)
    names = (context.say(f"edition.{kind}") for kind in ("daily", *KINDS) if kind in kinds)
    return context.say.listing(names)


async def _switch(context: Context, kind: str, *, on: bool) -> Reply:
    """The days stay as they were chosen: a round-up comes on the first of them."""
    kinds = await kinds_of(context)
    kinds = (kinds | {kind} if on else kinds - {kind}) or DAILY_ONLY
    await context.services.editions.set(context.chat.id, kinds)
    reply = await _state(context, kinds)
    days = context.chat.schedule.days
    if kind == "daily" and on and days < _EVERY_DAY:
        told = Text(context.say("days.now", days=context.say.weekdays(days)))
        return replace(reply, blocks=(*reply.blocks, told))
    return reply


async def _state(context: Context, kinds: frozenset[str]) -> Reply:
    """Which editions come, and when the next one does."""
    speak = context.say
    choices = tuple(
        Choice(
            speak(f"edition.{kind}"),
            f"/{kind} {'off' if kind in kinds else 'on'}",
            on=kind in kinds,
        )
        for kind in ("daily", *KINDS)
        if kind != "daily" or kinds - DAILY_ONLY
    )
    told = speak("edition.taken", editions=await editions_words(context))
    return replace(say(told, await next_issue_sentence(context)), choices=choices)


async def _show(context: Context, kind: str, argument: str) -> Reply:
    """The round-up of the span that is named, else of the last one that is over."""
    words = argument.split()
    named = [word for word in words if _SPAN.fullmatch(word)]
    topics = " ".join(word for word in words if word not in named[:1])
    span = _span(context, kind, named[0]) if named else await _latest(context, kind)
    follows = _follows(context, topics) if topics else await _own(context)
    composed = await context.services.editor.roundup(
        context.chat, span, context.today, context.now, follows
    )
    context.services.results.remember(context.chat.id, composed.item_ids, context.now)
    if not composed.item_ids:
        text = await _nothing(context, span)
        return Reply((Text(text),), choices=_neighbours(context, span, topics))
    again = f"/{kind} {span} {topics}".strip()
    return Reply((IssueBlock(composed.issue, again),), choices=_neighbours(context, span, topics))


async def _nothing(context: Context, span: str) -> str:
    """Why there is nothing: no news on the topics, or none at all at that time."""
    over = instants_of(span, context.chat.schedule.zone)[1]
    had_news = await context.services.items.has_fetched(min(over, context.now))
    key = "roundup.nothing" if had_news else "roundup.before"
    return context.say(key, span=span_name(span, context.say))


async def _own(context: Context) -> tuple[Subscription, ...]:
    return await context.services.readers.follows(context.chat)


async def _latest(context: Context, kind: str) -> str:
    """The last span that is over; the present one where there was nothing before."""
    present = span_at(kind, context.today)
    first = await context.services.issues.first_day(context.today)
    last = neighbour(present, -1)
    span = days_of(last)
    return last if span and span[1] > first else present


def _span(context: Context, kind: str, text: str) -> str:
    """``2026-W47`` or ``2026w47``, ``2026-11``, ``2026``; raises ``Refusal``."""
    wanted = text.upper().replace("-W", "W").replace("W", "-W")
    year, dash, rest = wanted.partition("-")
    span = f"{year}-W{rest[1:]:0>2}" if rest[:1] == "W" else f"{year}{dash}{rest and f'{rest:0>2}'}"
    found = days_of(span)
    if found is None or kind_of(span) != kind:
        example = span_at(kind, context.today - timedelta(days=7))
        raise Refusal("roundup.invalid", text=text, example=f"/{kind} {example}")
    if found[0] > context.today:
        raise Refusal("roundup.future", span=span_name(span, context.say))
    return span


def _follows(context: Context, topics: str) -> tuple[Subscription, ...]:
    taxonomy = context.services.taxonomy
    understood = understand(topics, taxonomy)
    if understood.unknown or not understood.subscriptions:
        unknown = understood.unknown[0].text if understood.unknown else topics
        raise unknown_topic(taxonomy, unknown, context.say.language)
    return tuple(understood.subscriptions)


def _neighbours(context: Context, span: str, topics: str) -> tuple[Choice, ...]:
    """The round-ups before and after, as far as they have begun."""
    choices = []
    for step, key in ((-1, "button.previous"), (1, "button.next")):
        other = neighbour(span, step)
        days = days_of(other)
        if days and date(2000, 1, 1) <= days[0] <= context.today:
            label = context.say(key, day=span_name(other, context.say))
            choices.append(Choice(label, f"/{kind_of(other)} {other} {topics}".strip()))
    return tuple(choices)


async def collection(context: Context, argument: str) -> Reply:
    """All that there is on a topic, the best of it, as a reading list."""
    if not argument:
        taxonomy = context.services.taxonomy
        choices = tuple(
            Choice(taxonomy.name(topic, context.say.language), f"/collection {topic}")
            for topic in taxonomy.roots()
        )
        return Reply((Text(context.say("collection.which"), Tone.TITLE),), choices=choices)
    follows = _follows(context, argument)
    composed = await context.services.editor.collection(
        context.chat, context.today, context.now, follows
    )
    context.services.results.remember(context.chat.id, composed.item_ids, context.now)
    if not composed.item_ids:
        return say(context.say("collection.nothing"))
    return Reply((IssueBlock(composed.issue, f"/collection {argument}"),))
