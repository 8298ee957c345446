"""Commands that show an issue: today's, and past ones."""

from dataclasses import replace
from datetime import date

from bot.commands.arguments import day as parse_day
from bot.commands.arguments import page_number
from bot.commands.context import Context
from bot.commands.following import understand, unknown_topic
from bot.commands.reply import Choice, IssueBlock, Page, Reply, Text, Tone
from bot.model import Issue
from bot.ports import ComposedIssue

DAYS_PER_PAGE = 10


async def today(context: Context, argument: str) -> Reply:
    """Today's issue on the chat's topics; with an argument, on that topic just once."""
    if argument:
        return await _today_on(context, argument)
    services = context.services
    follows = await services.readers.follows(context.chat)
    composed = await services.editor.issue(context.chat, context.today, context.now, follows)
    issue_id = await services.issues.save(composed, context.now)
    await services.issues.show(context.chat.id, issue_id, composed.until, context.now)
    services.results.forget(context.chat.id)
    hints = () if follows else (Text(context.say("today.no_topics"), Tone.HINT),)
    again = f"/issue {context.today}"
    return Reply(
        (IssueBlock(composed.issue, again), *hints), choices=_neighbours(context, composed.issue)
    )


async def _today_on(context: Context, argument: str) -> Reply:
    understood = understand(argument, context.services.taxonomy)
    if understood.unknown or not understood.subscriptions:
        unknown = understood.unknown[0].text if understood.unknown else argument
        raise unknown_topic(context.services.taxonomy, unknown, context.say.language)
    follows = tuple(understood.subscriptions)
    composed = await context.services.editor.issue(
        context.chat, context.today, context.now, follows
    )
    context.services.results.remember(context.chat.id, composed.item_ids, context.now)
    return Reply((IssueBlock(composed.issue, f"/today {argument}"),))


async def issue(context: Context, argument: str) -> Reply:
    """The issue of a date as the chat got it; without a date, the list of its issues."""
    if not argument or (argument.isdigit() and len(argument) < 5):
        return await _list(context, page_number(argument))
    day = parse_day(argument, context.today)
    days = await context.services.issues.days(context.chat.id)
    found = await context.services.issues.shown(context.chat.id, day)
    if found is None and day == context.today:
        return await today(context, "")
    item_ids = await context.services.issues.last_items(context.chat.id, day)
    if found is None and (composed := await _from_archive(context, day)):
        found, item_ids = composed.issue, composed.item_ids
    if found is None:
        return _none_of(context, day, days)
    context.services.results.remember(context.chat.id, item_ids, context.now)
    framed = _framed(found, days)
    return Reply((IssueBlock(framed, f"/issue {day}"),), choices=_neighbours(context, framed))


async def _from_archive(context: Context, day: date) -> ComposedIssue | None:
    """What the chat's issue of a past date would have been, from number 1 on."""
    first = await context.services.issues.first_day(context.today)
    if not first <= day < context.today:
        return None
    composed = await context.services.editor.from_archive(context.chat, day)
    return composed if composed.item_ids else None


async def _list(context: Context, number: int) -> Reply:
    days = (await context.services.issues.days(context.chat.id))[::-1]
    if not days:
        return Reply((Text(context.say("issue.none_yet")),), choices=(_today_choice(context),))
    total = -(-len(days) // DAYS_PER_PAGE)
    number = min(number, total)
    shown = days[(number - 1) * DAYS_PER_PAGE : number * DAYS_PER_PAGE]
    return Reply(
        (Text(context.say("issue.list", n=len(days)), Tone.TITLE),),
        choices=tuple(Choice(context.say.day(day), f"/issue {day}") for day in shown),
        page=Page(number, total, "/issue"),
    )


def _none_of(context: Context, day: date, days: tuple[date, ...]) -> Reply:
    key = "issue.future" if day > context.today else "issue.none"
    nearest = sorted(days, key=lambda other: abs((other - day).days))[:3]
    return Reply(
        (Text(context.say(key, day=context.say.day(day)), Tone.REFUSAL),),
        choices=(
            *(Choice(context.say.day(other), f"/issue {other}") for other in sorted(nearest)),
            _today_choice(context),
        ),
    )


def _framed(found: Issue, days: tuple[date, ...]) -> Issue:
    earlier = [day for day in days if day < found.day]
    later = [day for day in days if day > found.day]
    return replace(
        found, previous=earlier[-1] if earlier else None, next=later[0] if later else None
    )


def _neighbours(context: Context, shown: Issue) -> tuple[Choice, ...]:
    choices = []
    if shown.previous:
        label = context.say("button.previous", day=context.say.short_day(shown.previous))
        choices.append(Choice(label, f"/issue {shown.previous}"))
    if shown.next:
        label = context.say("button.next", day=context.say.short_day(shown.next))
        choices.append(Choice(label, f"/issue {shown.next}"))
    return tuple(choices)


def _today_choice(context: Context) -> Choice:
    return Choice(context.say("button.today"), "/today")
