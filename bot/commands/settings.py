"""Commands on how and when the issue comes."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.commands.arguments import pause_days, quiet_hours, shown, time_of_day, weekdays
from bot.commands.context import Context
from bot.commands.reply import Choice, Reply, Rows, Text, Tone, say
from bot.commands.wording import next_issue_sentence, span_words
from bot.errors import Refusal
from bot.messages import known_language, messages
from bot.model import LANGUAGES, Chat, ChatStatus
from bot.subscriptions import signed_name_of
from bot.zones import resolve_zone, zone_city


async def set_time(context: Context, argument: str) -> Reply:
    if not argument:
        at = context.say.clock(context.chat.schedule.at)
        choices = tuple(Choice(t, f"/time {t}") for t in ("07:00", "08:00", "09:00", "18:00"))
        return Reply((Text(context.say("time.now", time=at)),), choices=choices)
    chat = await _reschedule(context, at=time_of_day(argument))
    done = context.say("time.done", time=context.say.clock(chat.schedule.at))
    return say(done, *_quiet_note(context, chat), await next_issue_sentence(context))


async def set_zone(context: Context, argument: str) -> Reply:
    if not argument:
        return say(context.say("zone.now", **_zone_words(context, context.chat)))
    zone = resolve_zone(shown(argument), context.now)
    chat = await _reschedule(context, zone=zone)
    done = context.say("zone.done", **_zone_words(context, chat))
    return say(done, await next_issue_sentence(context))


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
        choices = tuple(
            Choice(messages(tag)("language.name"), f"/language {tag}", on=tag == chat_language)
            for chat_language in (context.chat.language,)
            for tag in LANGUAGES
        )
        return Reply((Text(context.say("language.which")),), choices=choices)
    language = known_language(argument)
    if language is None:
        raise Refusal("language.unknown", text=shown(argument))
    await context.services.readers.set_language(context.chat, language)
    own = context.chat.address == context.incoming.chat
    speak = messages(language) if own else context.say
    return say(speak("language.done", language=messages(language)("language.name")))


async def set_days(context: Context, argument: str) -> Reply:
    if not argument:
        days = context.say.weekdays(context.chat.schedule.days)
        return say(context.say("days.now", days=days))
    chat = await _reschedule(context, days=weekdays(argument))
    done = context.say("days.done", days=context.say.weekdays(chat.schedule.days))
    return say(done, await next_issue_sentence(context))


async def set_quiet(context: Context, argument: str) -> Reply:
    if not argument:
        return say(_quiet_words(context, context.chat))
    chat = await context.services.readers.set_quiet(context.chat, quiet_hours(argument))
    return say(_quiet_words(context, chat), *_quiet_note(context, chat))


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
        return say(context.say("pause.open"))
    until = chat.paused_until.astimezone(ZoneInfo(chat.schedule.zone))
    return say(context.say("pause.until", when=context.say.moment(until)))


async def resume(context: Context, _: str) -> Reply:
    if context.chat.status is ChatStatus.ACTIVE:
        return say(context.say("resume.running"), await next_issue_sentence(context))
    await context.services.readers.resume(context.chat, context.now)
    done = "resume.done" if context.chat.active_since else "resume.over"
    return say(context.say(done), await next_issue_sentence(context))


async def show_settings(context: Context, _: str) -> Reply:
    chat, speak = context.chat, context.say
    follows = await context.services.readers.follows(chat)
    taxonomy = context.services.taxonomy
    topics = [signed_name_of(follow, taxonomy, speak) for follow in follows]
    rows = (
        (speak("settings.topics"), speak.listing(topics) or speak("settings.no_topics")),
        (speak("settings.time"), await _time_words(context, chat)),
        (speak("settings.zone"), speak("zone.short", **_zone_words(context, chat))),
        (speak("settings.days"), speak.weekdays(chat.schedule.days)),
        (speak("settings.language"), messages(chat.language)("language.name")),
        (speak("settings.quiet"), _quiet_words(context, chat)),
        (speak("settings.status"), speak(f"status.{chat.status}")),
    )
    blocks = (Text(speak("settings.title"), Tone.TITLE), Rows(rows))
    hint = Text(await next_issue_sentence(context), Tone.HINT)
    return Reply((*blocks, hint), choices=_settings_choices(context))


async def _time_words(context: Context, chat: Chat) -> str:
    readers, at = context.services.readers, context.say.clock(chat.schedule.at)
    due = readers.next_issue(chat, context.now)
    window = await readers.window(chat, due) if due else None
    if window is None:
        return at
    return context.say("settings.time_between", time=at, **span_words(context, chat, window))


def _settings_choices(context: Context) -> tuple[Choice, ...]:
    names = ("topics", "time", "language") + (
        ("pause",) if context.chat.status is ChatStatus.ACTIVE else ("resume",)
    )
    return tuple(Choice(context.say(f"button.{name}"), f"/{name}") for name in names)
