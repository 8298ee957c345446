"""Commands that find items: search, similar."""

import re
from collections.abc import Sequence

from bot.commands.arguments import shown
from bot.commands.context import Context
from bot.commands.query import Asked, beginnings, understand_query
from bot.commands.references import item_named
from bot.commands.reply import Choice, Page, Reply, Text, Tone
from bot.digest.choose import daily_section
from bot.digest.similar import COMMON, likeness, most_alike, rarest, telling_terms
from bot.model import Item, Section, StoredItem

PER_PAGE = 10
MAX_FOUND = 1_000
"""So many results can be paged through; that there are more is said."""

SIMILAR = 8
_LOOKED_AT = 80
_MAX_AUTHORS = 3
_LABEL = 40
_REFERENCE = re.compile(r"#?\d+|https?://\S+|\S+[./]\S+", re.IGNORECASE)


async def search(context: Context, argument: str) -> Reply:
    """A page of the items that fulfil a query."""
    language = context.say.language
    asked = understand_query(argument, context.services.taxonomy, context.today, language)
    if asked.is_empty:
        return Reply((Text(context.say("search.how")),))
    found, begun = await _find(context, asked)
    if not found:
        return _nothing(context, asked)
    total = -(-min(len(found), MAX_FOUND) // PER_PAGE)
    page = Page(min(asked.page, total), total, f"/search {asked.text} page:")
    context.services.results.remember(context.chat.id, found[:MAX_FOUND], context.now)
    start = (page.number - 1) * PER_PAGE
    rows, choices = await _results(context, found[start : min(start + PER_PAGE, MAX_FOUND)], start)
    title = Text(_count(context, len(found)), Tone.TITLE)
    notes = (*_notes(context, asked), *((Text(context.say("search.begun")),) if begun else ()))
    hint = Text(context.say("search.hint", n=start + 1), Tone.HINT)
    return Reply((title, *notes, *rows, hint), choices=choices, page=page)


async def _find(context: Context, asked: Asked) -> tuple[tuple[int, ...], bool]:
    """The ids, and whether they only begin with the words that were asked for."""
    index = context.services.search
    if found := await index.find(asked.query, MAX_FOUND + 1):
        return found, False
    looser = beginnings(asked.query)
    return (await index.find(looser, MAX_FOUND + 1) if looser != asked.query else ()), True


def _count(context: Context, number: int) -> str:
    if number > MAX_FOUND:
        return context.say("search.many", number=MAX_FOUND)
    return context.say("search.found", n=number)


def _notes(context: Context, asked: Asked) -> tuple[Text, ...]:
    notes = [
        Text(context.say("search.unknown_filter", name=shown(name)), Tone.HINT)
        for name in dict.fromkeys(asked.unknown[:3])
    ]
    if asked.cut:
        notes.append(Text(context.say("search.cut"), Tone.HINT))
    return tuple(notes)


def _nothing(context: Context, asked: Asked) -> Reply:
    text = Text(context.say("search.nothing", text=shown(asked.text)))
    topic = context.services.taxonomy.resolve(asked.text)
    choices: tuple[Choice, ...] = ()
    if topic is not None:
        name = context.services.taxonomy.name(topic.id, context.say.language)
        choices = (Choice(name, f"/today {topic.id}"),)
    return Reply((text, *_notes(context, asked)), choices=choices)


async def _results(
    context: Context, ids: Sequence[int], start: int
) -> tuple[tuple[Text, ...], tuple[Choice, ...]]:
    """The items with their numbers, and a button for each that shows it in full."""
    stored = await context.services.items.load(ids)
    days = await context.services.issues.days_of(context.chat.id, ids)
    rows, choices = [], []
    for number, each in enumerate(stored, start + 1):
        lines = [f"{number}. {each.item.title}", f"   {_byline(context, each)}"]
        lines.append(f"   {each.item.url}")
        if day := days.get(each.id):
            lines.append(f"   {context.say('search.in_issue', day=day)}")
        rows.append(Text("\n".join(lines)))
        choices.append(Choice(f"{number}. {_short(each.item.title)}", f"/item #{each.id}"))
    return tuple(rows), tuple(choices)


def _short(title: str) -> str:
    return title if len(title) <= _LABEL else title[: _LABEL - 1] + "…"


def _byline(context: Context, stored: StoredItem) -> str:
    say, item = context.say, stored.item
    published = say.published(item.published or stored.first_seen.date().isoformat())
    authors = ", ".join(item.authors[:_MAX_AUTHORS])
    if authors and (item.authors_more or len(item.authors) > _MAX_AUTHORS):
        authors = say("card.authors_more", authors=authors)
    section = say(f"section.{daily_section(item.section)}")
    return " · ".join(filter(None, (published, section, authors)))


async def similar(context: Context, argument: str) -> Reply:
    """Items like another one, which is named by number, id, address, or described in words."""
    if not argument:
        return Reply((Text(context.say("similar.how")),))
    stored = await item_named(context, argument) if _REFERENCE.fullmatch(argument) else None
    item = stored.item if stored else _described(argument)
    found = await _alike(context, item)
    title = context.say("similar.title", title=shown(item.title))
    if not found:
        none = Text(context.say("similar.nothing", title=shown(item.title)))
        return Reply((none,))
    ids = [each.id for each in found]
    context.services.results.remember(context.chat.id, ids, context.now)
    rows, choices = await _results(context, ids, 0)
    return Reply((Text(title, Tone.TITLE), *rows), choices=choices)


async def _alike(context: Context, item: Item) -> tuple[StoredItem, ...]:
    index, items = context.services.search, context.services.items
    terms = telling_terms(item)
    counts = await index.frequencies(terms, COMMON + 1)
    like = likeness(item, terms, counts, await items.count())
    rare = rarest(like, dict(zip(terms, counts, strict=True)))
    candidates = await items.load(await index.with_most_of(rare, _LOOKED_AT))
    others = [each for each in candidates if not _is_same(each.item, item)]
    return most_alike(like, others, SIMILAR)


def _is_same(item: Item, other: Item) -> bool:
    return item.key == other.key or item.title.casefold() == other.title.casefold()


def _described(text: str) -> Item:
    """An item that says just these words."""
    return Item(key="", title=text, url="", section=Section.OTHER)
