"""Commands by which a person keeps and judges items: item, save, saved, like."""

from bot.commands.arguments import page_number
from bot.commands.context import Context
from bot.commands.references import item_named
from bot.commands.reply import Choice, Page, Reply, Rows, Text, Tone, say
from bot.digest.compose import in_language
from bot.digest.normalise import bounded
from bot.model import StoredItem

ITEMS_PER_PAGE = 10
MAX_TITLE = 100
"""Characters of a title in a confirmation, which then fits into the note over a pressed button."""


async def show(context: Context, argument: str) -> Reply:
    """One item in full; in a group, whoever presses a button for it reads it alone."""
    stored = await item_named(context, argument)
    item = stored.item
    language = context.chat.language
    texts = (in_language(item.summary, language), in_language(item.abstract, language))
    byline = " · ".join(filter(None, (item.venue, _published(context, stored), *item.authors)))
    links = ((link.label, link.url) for link in item.links)
    code = ((context.say("card.code"), url) for url in item.code_urls if url != item.url)
    return Reply(
        (
            Text(item.title, Tone.TITLE),
            *(Text(text) for text in (byline, *texts) if text),
            Rows((("🔗", item.url), *code, *links)),
        ),
        choices=await _choices(context, stored),
        private=context.incoming.pressed,
    )


async def save(context: Context, argument: str) -> Reply:
    stored = await item_named(context, argument)
    new = await context.services.shelf.save(context.sender, stored.id, context.now)
    return say(context.say("keep.saved" if new else "keep.already", title=_title(stored)))


async def unsave(context: Context, argument: str) -> Reply:
    stored = await item_named(context, argument)
    gone = await context.services.shelf.unsave(context.sender, stored.id)
    return say(context.say("keep.removed" if gone else "keep.absent", title=_title(stored)))


async def saved(context: Context, argument: str) -> Reply:
    shelf = context.services.shelf
    count = await shelf.count_saved(context.sender)
    if not count:
        return say(context.say("keep.none"))
    total = -(-count // ITEMS_PER_PAGE)
    number = min(page_number(argument), total)
    kept = await shelf.saved(context.sender, ITEMS_PER_PAGE, (number - 1) * ITEMS_PER_PAGE)
    loaded = await context.services.items.load([each.item_id for each in kept])
    found = [each for each in loaded if not each.removed]
    return Reply(
        (
            Text(context.say("keep.list", n=count), Tone.TITLE),
            Rows(tuple((f"#{each.id} {each.item.title}", each.item.url) for each in found)),
        ),
        choices=tuple(Choice(each.item.title, f"/item #{each.id}") for each in found),
        page=Page(number, total, "/saved"),
        private=True,
    )


async def like(context: Context, argument: str) -> Reply:
    return await _vote(context, argument, 1)


async def dislike(context: Context, argument: str) -> Reply:
    return await _vote(context, argument, -1)


async def _vote(context: Context, argument: str, vote: int) -> Reply:
    stored = await item_named(context, argument)
    await context.services.shelf.vote(context.sender, stored.id, vote, context.now)
    key = "keep.liked" if vote > 0 else "keep.disliked"
    return say(context.say(key, title=_title(stored)))


def _title(stored: StoredItem) -> str:
    return bounded(stored.item.title, MAX_TITLE)


async def _choices(context: Context, stored: StoredItem) -> tuple[Choice, ...]:
    is_saved = await context.services.shelf.is_saved(context.sender, stored.id)
    keep = ("button.unsave", "unsave") if is_saved else ("button.save", "save")
    judge = (("button.like", "like"), ("button.dislike", "dislike"))
    offered = (keep, *judge, ("button.similar", "similar"))
    return tuple(Choice(context.say(key), f"/{name} #{stored.id}") for key, name in offered)


def _published(context: Context, stored: StoredItem) -> str:
    published = stored.item.published
    return context.say.published(published) if published else ""
