"""Words that alone, as a whole message, are answered with a compilation: `papers`, `日报`.

They work without a slash wherever people talk, so nothing but the word itself counts.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.commands.context import Command, Context
from bot.commands.reading import today
from bot.commands.reply import IssueBlock, Reply, Text, Tone
from bot.model import Compilation, FollowKind, Subscription
from bot.topics import normal_form

MAX_LENGTH = 60
"""Characters of a message that may be a keyword."""


def keyword_table(compilations: Iterable[Compilation]) -> dict[str, Compilation]:
    """Every word, in the form in which messages are compared, to what it brings."""
    return {normal_form(word): each for each in compilations for word in each.words}


def keyword_problems(words: Sequence[str], commands: Mapping[str, Command]) -> list[str]:
    """What is wrong with a choice of words: they must differ, and name no command.

    Its other names, such as 日报 for `/today`, may be taken.
    """
    forms = [normal_form(word) for word in words]
    names = {normal_form(command.name) for command in commands.values()}
    problems = [
        f"{word!r} holds no word" for word, form in zip(words, forms, strict=True) if not form
    ]
    problems += [
        f"{word!r} is the name of a command" for word in words if normal_form(word) in names
    ]
    repeated = {form for form in forms if forms.count(form) > 1}
    return problems + [f"{form!r} stands there twice" for form in sorted(repeated)]


def compilation_for(text: str, table: Mapping[str, Compilation]) -> Compilation | None:
    """What a message asks for by being a keyword and nothing else, perhaps with a slash."""
    word = text.strip()
    if len(word) > MAX_LENGTH:
        return None
    return table.get(normal_form(word.removeprefix("/").removeprefix("／")))


async def compiled(context: Context, wish: Compilation) -> Reply:
    """The compilation on the chat's topics, or on its own."""
    if not (wish.sections or wish.topics or wish.days):
        return await today(context, "")
    services = context.services
    follows = tuple(Subscription(FollowKind.TOPIC, topic) for topic in wish.topics)
    follows = follows or await services.readers.follows(context.chat)
    composed = await services.editor.compilation(
        context.chat, context.today, context.now, follows, wish
    )
    services.results.remember(context.chat.id, composed.item_ids, context.now)
    block = IssueBlock(composed.issue, f"/{wish.words[0]}")
    if not await services.items.has_fetched(context.now):
        return Reply((block,))  # the sample edition, of no days
    text = context.say("keyword.days", n=wish.days) if wish.days else context.say("keyword.today")
    return Reply((Text(text, Tone.HINT), block))
