"""The issue that a subscriber would get, without there being one: what `ribao preview` shows."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import App
from bot.commands.following import understand
from bot.errors import ConfigError
from bot.interchange import composed_objects
from bot.layouts.catalogue import LAYOUTS
from bot.messages import known_language, messages
from bot.model import Chat, ChatAddress, ChatKind, Issue, Schedule, Subscription

_NOBODY = 0
"""No chat has this id: a preview has no history and leaves none."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The issue, and the same as JSON objects."""

    issue: Issue
    objects: list[dict[str, Any]]


async def preview(
    app: App, topics: str, day: date | None, language: str, layout: str = ""
) -> Preview:
    """Compose an issue on ``topics`` (as after `/subscribe`; all if empty) for today or ``day``.

    Raises ``ConfigError`` for topics, a language or a layout that are not known.
    """
    reader = _reader(app, language, layout or "daily")
    follows = _follows(app, topics)
    now = app.clock.now()
    today = now.astimezone(ZoneInfo(reader.schedule.zone)).date()
    if day is None or day == today:
        composed = await app.editor.issue(reader, today, now, follows)
    else:
        composed = await app.editor.from_archive(reader, day, follows)
    stored = {each.id: each for each in await app.store.items.load(composed.item_ids)}
    return Preview(composed.issue, composed_objects(composed.issue, stored, composed.item_ids))


def _reader(app: App, language: str, layout: str) -> Chat:
    defaults = app.settings.readers
    tag = known_language(language) if language else defaults.language
    if tag is None:
        raise ConfigError(f"{language!r} is not one of en, zh-CN, zh-TW")
    if layout not in LAYOUTS:
        raise ConfigError(f"{layout!r} is not one of {', '.join(LAYOUTS)}")
    address = ChatAddress("preview", "preview", "preview")
    schedule = Schedule(defaults.time, defaults.timezone)
    return Chat(_NOBODY, address, ChatKind.PRIVATE, "", tag, schedule, layout=layout)


def _follows(app: App, topics: str) -> tuple[Subscription, ...]:
    understood = understand(topics, app.taxonomy)
    for term in understood.unknown:
        near = [topic.id for topic in app.taxonomy.suggest(term.text)]
        hint = f"; did you mean {messages('en').listing(near)}?" if near else "; see ribao topics"
        raise ConfigError(f"there is no topic {term.text!r}{hint}")
    return tuple(understood.subscriptions)
