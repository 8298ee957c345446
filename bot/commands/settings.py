"""Commands on how and when the issue comes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.commands import menus
from bot.commands.arguments import pause_days, quiet_hours, shown, time_of_day, weekdays
from bot.commands.context import Context
from bot.commands.editions import editions_words
from bot.commands.reply import Choice, Reply, Rows, Text, Tone, say
from bot.commands.wording import kinds_of, next_issue, next_issue_sentence, span_words
from bot.errors import Refusal
from bot.layouts.catalogue import LAYOUTS
from bot.messages import Messages, known_language, messages
from bot.model import LANGUAGES, Chat, ChatStatus
from bot.subscriptions import signed_names
from bot.zones import resolve_zone, zone_city

Choices = Callable[[Chat, Messages], tuple[Choice, ...]]


def _asked(context: Context, text: str, choices: Choices) -> Reply:
    """How a setting is, with its menu."""
    return _with_menu(context, context.chat, say(text), choices)


def _done(context: Context, chat: Chat, choices: Choices, *words: str) -> Reply:
    """That a setting is changed; whoever did that by a button gets its menu again."""
    told = say(*words)
    return _with_menu(context, chat, told, choices) if context.incoming.pressed else told


def _with_menu(context: Context, chat: Chat, reply: Reply, choices: Choices) -> Reply:
    offered = choices(chat, context.say)
    way_back = (menus.back(context.say),) if context.incoming.pressed else ()
    return replace(reply, choices=(*offered, *way_back), menu=True)


async def set_time(context: Context, argument: str) -> Reply:
    if not argument:
        at = context.say.clock(context.chat.schedule.at)
        return _asked(context, context.say("time.now", time=at), menus.hours)
    chat = await _reschedule(context, at=time_of_day(argument))
    done = context.say("time.done", time=context.say.clock(chat.schedule.at))
    more = (*_quiet_note(context, chat), await next_issue_sentence(context))
    return _done(context, chat, menus.hours, done, *more)


async def set_zone(context: Context, argument: str) -> Reply:
    if not argument:
        now = context.say("zone.now", **_zone_words(context, context.chat))
        return _asked(context, now, menus.zones)
    zone = resolve_zone(shown(argument), context.now)
    chat = await _reschedule(context, zone=zone)
    done = context.say("zone.done", **_zone_words(context, chat))
    return _done(context, chat, menus.zones, done, await next_issue_sentence(context))


async def _reschedule(context: Context, **changes: Any) -> Chat:
    schedule = replace(context.chat.schedule, **changes)
    return await context.services.readers.set_schedule(context.chat, schedule, context.now)


def _zone_words(context: Context, chat: Chat) -> dict[str, str]:
    zone = chat.schedule.zone
    return {
        "city": zone_city(zone, context.say.language),
        "zone": zone,
        "time": context.say.clock(context.now.astimezone(ZoneInfo(zone)).time()),
    }


async def set_language(context: Context, argument: str) -> Reply:
    if not argument:
        return _asked(context, context.say("language.which"), menus.languages)
    language = known_language(argument)
    if language is None:
        raise Refusal("language.unknown", text=shown(argument))
    chat = await context.services.readers.set_language(context.chat, language)
    own = context.chat.address == context.incoming.chat
    speak = messages(language) if own else context.say
    done = speak("language.done", language=messages(language)("language.name"))
    return _done(replace(context, say=speak), chat, menus.languages, done)


async def set_layout(context: Context, argument: str) -> Reply:
    if not argument:
        now = context.say(f"layouts.{context.chat.layout}")
        return _asked(context, context.say("layout.now", layout=now), menus.layouts)
    layout = _layout_named(argument)
    if layout is None:
        raise Refusal("layout.unknown", text=shown(argument), layouts=", ".join(LAYOUTS))
    chat = await context.services.readers.set_layout(context.chat, layout)
    done = context.say("layout.done", layout=context.say(f"layouts.{layout}"))
    return _done(context, chat, menus.layouts, done, await next_issue_sentence(context))


def _layout_named(text: str) -> str | None:
    """A layout by its name or that in any of the languages, however its words are joined."""
    named = {
        _letters(word): name
        for name in LAYOUTS
        for word in (name, *(messages(tag)(f"layouts.{name}") for tag in LANGUAGES))
    }
    return named.get(_letters(text))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


async def set_days(context: Context, argument: str) -> Reply:
    if not argument:
        days = context.say.weekdays(context.chat.schedule.days)
        return _asked(context, context.say("days.now", days=days), menus.days)
    chat = await _reschedule(context, days=weekdays(argument))
    alone = "daily" not in await kinds_of(context)
    days = context.say.weekdays(chat.schedule.days)
    done = context.say("days.roundups" if alone else "days.done", days=days)
    return _done(context, chat, menus.days, done, await next_issue_sentence(context))


async def set_quiet(context: Context, argument: str) -> Reply:
    if not argument:
        return _asked(context, _quiet_words(context, context.chat), menus.quiet)
    chat = await context.services.readers.set_quiet(context.chat, quiet_hours(argument))
    words = (_quiet_words(context, chat), *_quiet_note(context, chat))
    return _done(context, chat, menus.quiet, *words)


def _quiet_words(context: Context, chat: Chat) -> str:
    if chat.quiet is None:
        return context.say("quiet.off")
    start, end = context.say.clock(chat.quiet.start), context.say.clock(chat.quiet.end)
    return context.say("quiet.on", start=start, end=end)


def _quiet_note(context: Context, chat: Chat) -> tuple[str, ...]:
    if chat.quiet is None or not chat.quiet.contains(chat.schedule.at):
        return ()
    return (context.say("quiet.silent_issue", time=context.say.clock(chat.schedule.at)),)


async def pause(context: Context, argument: str) -> Reply:
    days = pause_days(argument)
    chat = await context.services.readers.pause(context.chat, days, context.now)
    if chat.paused_until is None:
        return _done(context, chat, menus.pauses, context.say("pause.open"))
    until = chat.paused_until.astimezone(ZoneInfo(chat.schedule.zone))
    done = context.say("pause.until", when=context.say.moment(until))
    return _done(context, chat, menus.pauses, done)


async def resume(context: Context, _: str) -> Reply:
    if context.chat.status is ChatStatus.ACTIVE:
        done, chat = "resume.running", context.chat
    else:
        done = "resume.done" if context.chat.active_since else "resume.over"
        chat = await context.services.readers.resume(context.chat, context.now)
    sentence = await next_issue_sentence(context)
    return _done(context, chat, menus.pauses, context.say(done), sentence)


async def show_settings(context: Context, _: str) -> Reply:
    chat, speak = context.chat, context.say
    follows = await context.services.readers.follows(chat)
    taxonomy = context.services.taxonomy
    topics = signed_names(follows, taxonomy, speak)
    rows = (
        (speak("settings.topics"), speak.listing(topics) or speak("settings.no_topics")),
        (speak("settings.time"), await _time_words(context, chat)),
        (speak("settings.zone"), speak("zone.short", **_zone_words(context, chat))),
        (speak("settings.days"), speak.weekdays(chat.schedule.days)),
        (speak("settings.language"), messages(chat.language)("language.name")),
        (speak("settings.editions"), await editions_words(context)),
        (speak("settings.layout"), speak(f"layouts.{chat.layout}")),
        (speak("settings.quiet"), _quiet_words(context, chat)),
        (speak("settings.status"), speak(f"status.{chat.status}")),
    )
    blocks = (Text(speak("settings.title"), Tone.TITLE), Rows(rows))
    hint = Text(await next_issue_sentence(context), Tone.HINT)
    return Reply((*blocks, hint), choices=menus.all_settings(chat, speak), menu=True)


async def _time_words(context: Context, chat: Chat) -> str:
    readers, at = context.services.readers, context.say.clock(chat.schedule.at)
    due = await next_issue(context, chat)
    window = await readers.window(chat, due) if due else None
    if window is None:
        return at
    return context.say("settings.time_between", time=at, **span_words(context, chat, window))
