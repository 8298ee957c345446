"""Menus of the settings: what can be chosen for each, what holds now ticked. Pure.

A button that sets something shows its menu again, from which one leads back to all settings.
"""

from collections.abc import Iterator
from datetime import time

from bot.commands.reply import Choice
from bot.layouts.catalogue import LAYOUTS
from bot.messages import Messages, messages
from bot.model import LANGUAGES, Chat, ChatStatus, QuietHours
from bot.zones import zone_city

_HOURS = tuple(time(hour) for hour in (6, 7, 8, 9, 12, 18, 20, 22))
_QUIET = tuple(
    QuietHours(time(start), time(end)) for start, end in ((21, 7), (22, 7), (23, 7), (0, 8))
)
_ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Lagos",
    "Europe/Istanbul",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Taipei",
    "Asia/Tokyo",
    "Australia/Sydney",
)
_EVERY_DAY, _WEEKDAYS = frozenset(range(1, 8)), frozenset(range(1, 6))


def all_settings(chat: Chat, say: Messages) -> tuple[Choice, ...]:
    """One button for each setting."""
    names = ("topics", "time", "timezone", "days", "language", "layout", "quiet")
    pause = "pause" if chat.status is ChatStatus.ACTIVE else "resume"
    return tuple(Choice(say(f"button.{name}"), f"/{name}") for name in (*names, pause))


def back(say: Messages) -> Choice:
    """The way back to all settings."""
    return Choice(say("button.settings"), "/settings")


def hours(chat: Chat, say: Messages) -> tuple[Choice, ...]:
    """Usual hours, and the chat's own."""
    now = chat.schedule.at
    offered = sorted({*_HOURS, now})
    return tuple(Choice(say.clock(at), f"/time {at:%H:%M}", on=at == now) for at in offered)


def zones(chat: Chat, say: Messages) -> tuple[Choice, ...]:
    """Well-known cities from west to east, after the chat's own."""
    now = chat.schedule.zone
    offered = _ZONES if now in _ZONES else (now, *_ZONES)
    return tuple(
        Choice(zone_city(zone, say.language), f"/timezone {zone}", on=zone == now)
        for zone in offered
    )


def languages(chat: Chat, _: Messages) -> tuple[Choice, ...]:
    """Each language by its own name."""
    return tuple(
        Choice(messages(tag)("language.name"), f"/language {tag}", on=tag == chat.language)
        for tag in LANGUAGES
    )


def layouts(chat: Chat, say: Messages) -> tuple[Choice, ...]:
    """Each layout by its name in words."""
    return tuple(
        Choice(say(f"layouts.{name}"), f"/layout {name}", on=name == chat.layout)
        for name in LAYOUTS
    )


def days(chat: Chat, say: Messages) -> tuple[Choice, ...]:
    """Each day of the week to be switched, and two usual sets. The last day can't go."""
    now = chat.schedule.days
    single = (
        Choice(say.weekdays({day}), _days_command(now ^ {day}), on=day in now)
        for day in sorted(_EVERY_DAY)
        if now != {day}
    )
    usual = (("every_day", _EVERY_DAY), ("weekdays", _WEEKDAYS))
    sets = (Choice(say(f"button.{name}"), _days_command(some)) for name, some in usual)
    return (*single, *sets)


def _days_command(wanted: frozenset[int]) -> str:
    return "/days " + ",".join(map(str, sorted(wanted)))


def quiet(chat: Chat, say: Messages) -> tuple[Choice, ...]:
    """Usual nights, the chat's own, and none."""
    return tuple(_nights(chat.quiet, say))


def _nights(now: QuietHours | None, say: Messages) -> Iterator[Choice]:
    offered = _QUIET if now is None or now in _QUIET else (*_QUIET, now)
    for night in offered:
        start, end = say.clock(night.start), say.clock(night.end)
        command = f"/quiet {night.start:%H:%M}-{night.end:%H:%M}"
        yield Choice(f"{start}–{end}", command, on=night == now)
    yield Choice(say("button.off"), "/quiet off", on=now is None)


def pauses(chat: Chat, say: Messages) -> tuple[Choice, ...]:
    """For how long, or no longer."""
    if chat.status is ChatStatus.ACTIVE:
        return (Choice(say("button.pause"), "/pause"),)
    spans = tuple(Choice(say("button.pause_days", n=n), f"/pause {n}") for n in (3, 7, 14))
    return (Choice(say("button.resume"), "/resume"), *spans)
