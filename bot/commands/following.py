"""Commands on topics: subscribe, unsubscribe, topics, list."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.commands.arguments import Term, page_number, shown, terms
from bot.commands.context import Context
from bot.commands.menus import back
from bot.commands.reply import Choice, Page, Reply, Rows, Text, Tone
from bot.commands.wording import next_issue_sentence
from bot.errors import Refusal
from bot.model import FollowKind, Subscription
from bot.subscriptions import name_of
from bot.topics import Taxonomy, Topic

TOPICS_PER_PAGE = 12
MAX_KEYWORD = 60
MAX_EXPLAINED = 5
"""So many unknown words are answered one by one; what follows them, all at once."""

_LONGEST_NAME = 6

_ALL = frozenset({"all", "everything", "*", "全部", "所有", "一切"})


@dataclass(slots=True)
class Understood:
    """What the words after `/subscribe` mean: subscriptions, and the words that mean nothing."""

    subscriptions: list[Subscription] = field(default_factory=list)
    unknown: list[Term] = field(default_factory=list)


def understand(text: str, taxonomy: Taxonomy) -> Understood:
    """Topics by any of their names, quoted words as keywords, ``-`` for exclusions. Pure.

    Names may be of several words: ``computer vision, nlp``.
    """
    understood = Understood()
    for term in _joined(terms(text), taxonomy):
        meaning = _meaning(term, taxonomy)
        if meaning is None:
            understood.unknown.append(term)
        elif meaning not in understood.subscriptions:
            understood.subscriptions.append(meaning)
    return understood


def _joined(found: Sequence[Term], taxonomy: Taxonomy) -> Iterator[Term]:
    """The terms, but words that together name a topic as one; the longest name counts."""
    start = 0
    while start < len(found):
        end = start + 1
        while end < min(len(found), start + _LONGEST_NAME) and found[end].continues:
            end += 1
        while end > start + 1 and taxonomy.resolve(_text_of(found[start:end])) is None:
            end -= 1
        yield replace(found[start], text=_text_of(found[start:end]))
        start = end


def _text_of(found: Sequence[Term]) -> str:
    return " ".join(term.text for term in found)


def _meaning(term: Term, taxonomy: Taxonomy) -> Subscription | None:
    if term.quoted:
        keyword = term.text.casefold()
        usable = len(term.text) <= MAX_KEYWORD and any(c.isalnum() for c in term.text)
        return Subscription(FollowKind.KEYWORD, keyword, term.excluded) if usable else None
    if term.text.casefold() in _ALL and not term.excluded:
        return Subscription(FollowKind.ALL, "")
    topic = taxonomy.resolve(term.text)
    return Subscription(FollowKind.TOPIC, topic.id, term.excluded) if topic else None


async def subscribe(context: Context, argument: str) -> Reply:
    if not argument:
        return await _invitation(context)
    understood = understand(argument, context.services.taxonomy)
    if not understood.subscriptions and not understood.unknown:
        return await _invitation(context)
    blocks: list[Text] = []
    if understood.subscriptions:
        blocks.extend(await _follow(context, understood.subscriptions))
    unknown = _bounded(understood.unknown)
    blocks.extend(_unknown(context, term) for term in unknown)
    return Reply(tuple(blocks), choices=_suggested(context, unknown))


async def _follow(context: Context, wanted: list[Subscription]) -> list[Text]:
    services = context.services
    by = None if context.person else context.incoming.sender_id
    added = await services.readers.follow(context.chat, tuple(wanted), context.now, by)
    known = tuple(subscription for subscription in wanted if subscription not in added)
    blocks = []
    for key, some in (("subscribe.done", _included(added)), ("subscribe.excluded", _out(added))):
        if some:
            blocks.append(Text(context.say(key, topics=_names(context, some))))
    if known:
        blocks.append(Text(context.say("subscribe.already", topics=_names(context, known))))
    if any(each.kind is FollowKind.ALL for each in wanted):
        # Whoever asks for everything may have forgotten what is to be left out of it.
        follows = _out(await services.readers.follows(context.chat))
        if stays := tuple(each for each in follows if each not in wanted):
            how = f"/unsubscribe {_spelled(stays[0])}"
            told = context.say("subscribe.stays_out", topics=_names(context, stays), example=how)
            blocks.append(Text(told))
    return [*blocks, Text(await next_issue_sentence(context), Tone.HINT)]


async def _invitation(context: Context) -> Reply:
    text = Text(context.say("subscribe.which"))
    return Reply((text,), choices=await topic_choices(context, 1))


async def unsubscribe(context: Context, argument: str) -> Reply:
    services = context.services
    follows = await services.readers.follows(context.chat)
    if not follows:
        return Reply((Text(context.say("unsubscribe.nothing")),))
    if argument.casefold() in _ALL:
        await services.readers.unfollow_all(context.chat)
        return Reply((Text(context.say("unsubscribe.all")),))
    named = [follow for follow in follows if _spelled(follow) == argument]
    understood = Understood(named) if named else understand(argument, services.taxonomy)
    if not understood.subscriptions and not understood.unknown:
        return _which_to_end(context, follows)
    return await _unfollow(context, understood)


def _which_to_end(context: Context, follows: tuple[Subscription, ...]) -> Reply:
    return Reply(
        (Text(context.say("unsubscribe.which")),),
        choices=tuple(
            Choice(name, f"/unsubscribe {_spelled(follow)}")
            for follow, name in zip(follows, _name_list(context, follows), strict=True)
        ),
    )


async def _unfollow(context: Context, understood: Understood) -> Reply:
    readers = context.services.readers
    left_out = _out(await readers.follows(context.chat))
    gone = await readers.unfollow(context.chat, tuple(understood.subscriptions))
    readmitted = tuple(s for s in gone if replace(s, excluded=True) in left_out)
    ended = tuple(s for s in gone if s not in readmitted)
    absent = tuple(s for s in understood.subscriptions if s not in gone)
    blocks = []
    for key, some in (("unsubscribe.done", ended), ("unsubscribe.readmitted", readmitted)):
        if some:
            blocks.append(Text(context.say(key, topics=_names(context, some))))
    if gone:
        chat = await readers.find(context.chat.address)
        if chat is None or chat.active_since is None:
            blocks.append(Text(context.say("unsubscribe.last"), Tone.HINT))
    if absent:
        blocks.append(Text(context.say("unsubscribe.absent", topics=_names(context, absent))))
    blocks.extend(_unknown(context, term) for term in _bounded(understood.unknown))
    return Reply(tuple(blocks))


async def topics(context: Context, argument: str) -> Reply:
    """All topics by page, or one topic with the finer ones under it."""
    taxonomy = context.services.taxonomy
    topic = taxonomy.resolve(argument) if argument and not argument.isdigit() else None
    if argument and not argument.isdigit() and topic is None:
        raise unknown_topic(taxonomy, argument, context.say.language)
    if topic is not None:
        return _one_topic(context, topic)
    roots = taxonomy.roots()
    page = Page(page_number(argument), -(-len(roots) // TOPICS_PER_PAGE), "/topics")
    page = Page(min(page.number, page.total), page.total, page.command)
    rows = tuple(
        (f"{taxonomy.name(root, context.say.language)} ({root})", _finer(context, root))
        for root in roots[(page.number - 1) * TOPICS_PER_PAGE : page.number * TOPICS_PER_PAGE]
    )
    title = Text(context.say("topics.title", n=len(taxonomy.topics)), Tone.TITLE)
    hint = Text(context.say("topics.hint"), Tone.HINT)
    choices = await topic_choices(context, page.number)
    way_back = (back(context.say),) if context.incoming.pressed else ()
    return Reply((title, Rows(rows), hint), choices=(*choices, *way_back), page=page)


def _one_topic(context: Context, topic: Topic) -> Reply:
    taxonomy, language = context.services.taxonomy, context.say.language
    rows = [(context.say("topics.names"), " · ".join((topic.id, *topic.aliases)))]
    children = taxonomy.children(topic.id)
    if children:
        finer = " · ".join(f"{taxonomy.name(child, language)} ({child})" for child in children)
        rows.append((context.say("topics.finer"), finer))
    if topic.arxiv:
        rows.append(("arXiv", " · ".join(topic.arxiv)))
    return Reply(
        (Text(taxonomy.name(topic.id, language), Tone.TITLE), Rows(tuple(rows))),
        choices=(
            Choice(context.say("button.subscribe"), f"/subscribe {topic.id}"),
            Choice(context.say("button.today"), f"/today {topic.id}"),
        ),
    )


async def topic_choices(context: Context, page: int) -> tuple[Choice, ...]:
    """The top topics of a page as buttons, those followed ticked."""
    taxonomy = context.services.taxonomy
    followed = {
        follow.value
        for follow in await context.services.readers.follows(context.chat)
        if follow.kind is FollowKind.TOPIC and not follow.excluded
    }
    return tuple(
        Choice(
            taxonomy.name(root, context.say.language),
            f"/{'unsubscribe' if root in followed else 'subscribe'} {root}",
            on=root in followed,
        )
        for root in taxonomy.roots()[(page - 1) * TOPICS_PER_PAGE : page * TOPICS_PER_PAGE]
    )


async def list_subscriptions(context: Context, _: str) -> Reply:
    follows = await context.services.readers.follows(context.chat)
    if not follows:
        return Reply((Text(context.say("list.empty")),), choices=await topic_choices(context, 1))
    blocks: list[Text] = [Text(context.say("list.title"), Tone.TITLE)]
    for key, some in (("list.follows", _included(follows)), ("list.excluded", _out(follows))):
        if some:
            blocks.append(Text(context.say(key, topics=_names(context, some))))
    blocks.append(Text(await next_issue_sentence(context), Tone.HINT))
    return Reply(tuple(blocks))


def unknown_topic(taxonomy: Taxonomy, text: str, language: str) -> Refusal:
    """The refusal of a topic that is not known, with the nearest names."""
    near = tuple(f"{t.id} ({taxonomy.name(t.id, language)})" for t in taxonomy.suggest(text))
    return Refusal("topic.unknown", text=shown(text), suggestions=near)


def _bounded(unknown: list[Term]) -> list[Term]:
    first, rest = unknown[:MAX_EXPLAINED], unknown[MAX_EXPLAINED:]
    return [*first, Term(_text_of(rest))] if rest else first


def _unknown(context: Context, term: Term) -> Text:
    if term.quoted:
        refusal = Refusal("subscribe.keyword_invalid", n=MAX_KEYWORD)
    else:
        refusal = unknown_topic(context.services.taxonomy, term.text, context.say.language)
    return Text(context.say.refusal(refusal), Tone.REFUSAL)


def _suggested(context: Context, unknown: Iterable[Term]) -> tuple[Choice, ...]:
    taxonomy = context.services.taxonomy
    near = {t.id: t for term in unknown if not term.quoted for t in taxonomy.suggest(term.text)}
    language = context.say.language
    return tuple(Choice(taxonomy.name(id_, language), f"/subscribe {id_}") for id_ in near)


def _finer(context: Context, topic_id: str) -> str:
    taxonomy = context.services.taxonomy
    return " · ".join(
        taxonomy.name(child, context.say.language) for child in taxonomy.children(topic_id)
    )


def _included(subscriptions: Iterable[Subscription]) -> tuple[Subscription, ...]:
    return tuple(s for s in subscriptions if not s.excluded)


def _out(subscriptions: Iterable[Subscription]) -> tuple[Subscription, ...]:
    return tuple(s for s in subscriptions if s.excluded)


def _name_list(context: Context, subscriptions: Iterable[Subscription]) -> tuple[str, ...]:
    return tuple(name_of(s, context.services.taxonomy, context.say) for s in subscriptions)


def _names(context: Context, subscriptions: Iterable[Subscription]) -> str:
    return context.say.listing(_name_list(context, subscriptions))


def _spelled(subscription: Subscription) -> str:
    if subscription.kind is FollowKind.KEYWORD:
        return f'"{subscription.value}"'
    return subscription.value if subscription.kind is FollowKind.TOPIC else "all"
