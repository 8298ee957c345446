"""Commands that explain an item: why it stands where it does, and who told of it."""

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.commands.arguments import shown
from bot.commands.context import Context
from bot.commands.references import item_named, split_reference
from bot.commands.reply import Choice, Reply, Rows, Text, Tone, say
from bot.errors import Refusal
from bot.messages import Messages
from bot.model import PICK, MatchKind, Sighting, StoredItem, TopicMatch, Why

_KEYWORD = re.compile(r'keyword "(.+)" in the (title|text)')
SIGNALS = ("upvotes", "points", "comments", "stars", "stars_per_day", "votes")
"""Those that have words, in the order in which they are told."""


async def why(context: Context, argument: str) -> Reply:
    """Why an item is in the issue and in that place: topics, signals, sources, score."""
    stored = await _story_named(context, argument or "1")
    reasons = await _reasons(context, stored)
    speak = context.say
    rows = [*_about_topics(context, stored, reasons), *_about_signals(speak, stored)]
    if reasons is not None:
        rows += [*_about_place(speak, reasons)]
    told = await context.services.stories.sightings(stored.id)
    if len(told) > 1:
        sources = [f"{s.item.source}: {_matched(speak, s)}" for s in told]
        rows += _lines(speak("why.sources"), sources)
    hint = speak("why.hint") if reasons else speak("why.not_in_issue")
    title = Text(stored.item.title, Tone.TITLE)
    return Reply((title, *((Rows(tuple(rows)),) if rows else ()), Text(hint, Tone.HINT)))


async def _story_named(context: Context, reference: str) -> StoredItem:
    """The item, or what it is part of by now."""
    found = await item_named(context, reference)
    root = await context.services.stories.root(found.id)
    if root == found.id:
        return found
    return (await context.services.items.load([root]))[0]


async def _reasons(context: Context, stored: StoredItem) -> Why | None:
    """The reasons that stand in the issue last shown, if the item does."""
    issue = await context.services.issues.last(context.chat.id)
    ids = await context.services.issues.last_items(context.chat.id)
    entries = [e for section in issue.sections for e in section.entries] if issue else []
    for item_id, entry in zip(ids, entries, strict=False):
        if await context.services.stories.root(item_id) == stored.id:
            return entry.why
    return None


def _about_topics(
    context: Context, stored: StoredItem, reasons: Why | None
) -> Iterator[tuple[str, str]]:
    speak = context.say
    followed = reasons and not reasons.everything
    topics = reasons.topics if reasons and followed else stored.item.topics
    named = [_topic(context, topic) for topic in topics]
    if named:
        key = "why.followed" if followed else "why.topics"
        yield from _lines(speak(key), [name for name in named if name])
    if reasons and reasons.keywords:
        yield speak("why.keywords"), speak.listing(reasons.keywords)
    if reasons and reasons.everything:
        yield speak("why.followed"), speak("issue.all_topics")


def _lines(name: str, lines: Sequence[str]) -> list[tuple[str, str]]:
    """A row for each line, of which the first bears the name."""
    return [("" if number else name, line) for number, line in enumerate(lines)]


def _topic(context: Context, match: TopicMatch) -> str:
    topic = context.services.taxonomy.resolve(match.id)
    if topic is None:
        return ""
    name = context.services.taxonomy.name(topic.id, context.say.language)
    return f"{name} · {_in_words(context.say, match.reason)}"


def _in_words(speak: Messages, reason: str) -> str:
    """The classifier's reason; what has no words of its own, such as ``arXiv cs.CV``, as it is."""
    if reason == "declared":
        return speak("why.declared")
    if found := _KEYWORD.fullmatch(reason):
        return speak(f"why.keyword.{found[2]}", word=found[1])
    return reason


def _about_signals(speak: Messages, stored: StoredItem) -> Iterator[tuple[str, str]]:
    signals = stored.item.signals
    counted = [
        speak(f"why.signal.{name}", number=f"{signals[name]:g}")
        for name in SIGNALS
        if signals.get(name)
    ]
    if PICK in signals:
        counted.append(speak("why.picked"))
    if counted:
        yield speak("why.signals"), speak.listing(counted)


def _about_place(speak: Messages, reasons: Why) -> Iterator[tuple[str, str]]:
    yield speak("why.appeared"), speak.published(reasons.appeared)
    yield speak("why.place"), speak("why.of", place=reasons.place, n=reasons.among)
    parts = {"fit": reasons.fit, "heat": reasons.heat, "source": reasons.weight}
    points = [
        speak(f"why.points.{name}", points=f"{value:+.2f}")
        for name, value in (*parts.items(), ("variety", -reasons.deducted))
        if value
    ]
    if points:
        yield speak("why.weighed"), speak.listing(points)


def _matched(speak: Messages, sighting: Sighting) -> str:
    match = sighting.match
    if match is None:
        return speak("story.first")
    detail = match.detail
    if match.kind is not MatchKind.TITLE:
        detail = detail.removeprefix("url:")
    return speak(f"story.match.{match.kind}", detail=detail)


async def story(context: Context, argument: str) -> Reply:
    """For operators: who told of the item, and why that is one story."""
    stored = await _story_named(context, argument or "1")
    told = await context.services.stories.sightings(stored.id)
    zone = ZoneInfo(context.chat.schedule.zone)
    rows: list[tuple[str, str]] = []
    for number, each in enumerate(told, 1):
        seen = context.say.instant(each.seen_at.astimezone(zone))
        lines = (each.item.title, each.item.url, seen, _matched(context.say, each))
        rows += _lines(f"{number} · {each.item.source}", lines)
    if len(told) == 1:
        alone = Text(context.say("story.alone"), Tone.HINT)
        return Reply((Text(stored.item.title, Tone.TITLE), Rows(tuple(rows)), alone))
    choices = tuple(
        Choice(context.say("story.split", number=number), f"/split #{stored.id} {number}")
        for number in range(1, len(told) + 1)
    )
    title = Text(context.say("story.title", title=stored.item.title, n=len(told)), Tone.TITLE)
    return Reply((title, Rows(tuple(rows))), choices=choices)


async def split(context: Context, argument: str) -> Reply:
    """For operators: take a sighting out of its story, for good."""
    reference, number = split_reference(argument)
    if not number:
        return say(context.say("story.how"))
    stored = await _story_named(context, reference)
    parted = None
    if number.isascii() and number.isdigit() and len(number) < 5:
        parted = await context.services.stories.part(stored.id, int(number), context.now)
    if parted is None:
        raise Refusal("story.no_sighting", number=shown(number), id=stored.id)
    one, other = await context.services.items.load([parted, stored.id])
    return say(context.say("story.done", one=one.item.title, other=other.item.title))
