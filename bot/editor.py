"""Makes issues of every kind: the daily one, round-ups, collections, what is past."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.briefs import Reader, Window, headline_topics, past_of
from bot.desk import Desk, Materials
from bot.digest.choose import Caps, daily_section
from bot.messages import messages
from bot.model import Chat, Compilation, Subscription
from bot.ports import ComposedIssue, EditionStore, IssueStore, ItemStore, SubscriptionStore
from bot.roundups import Roundup, Roundups
from bot.topics import Taxonomy

EVER = datetime(2020, 1, 1, tzinfo=UTC)
"""Before the first item of all."""


class Editor:
    """Composes issues. Stores nothing that a reader would notice."""

    def __init__(
        self,
        items: ItemStore,
        issues: IssueStore,
        subscriptions: SubscriptionStore,
        taxonomy: Taxonomy,
        caps: Caps,
        *,
        editions: EditionStore | None = None,
        weights: Mapping[str, float] | None = None,
        papers_word: Mapping[str, str] | None = None,
    ) -> None:
        """``weights`` are what the operator adds to all items of a source, by its name.

        ``papers_word`` is the word, by language, that alone brings the latest papers.
        """
        self.items = items
        self._issues = issues
        self._taxonomy = taxonomy
        self._roundups = Roundups(items, issues, taxonomy, caps, weights or {})
        self._materials = Materials(
            items=items,
            issues=issues,
            subscriptions=subscriptions,
            taxonomy=taxonomy,
            caps=caps,
            editions=editions,
            weights=weights or {},
            roundups=self._roundups,
            papers_word=papers_word or {},
        )

    async def desk(self, now: datetime) -> Desk:
        """A desk at which issues are made as of ``now``."""
        return Desk(self._materials, now, sample=not await self.items.has_fetched(now))

    async def issue(
        self,
        chat: Chat,
        day: date,
        now: datetime,
        follows: tuple[Subscription, ...] | None = None,
    ) -> ComposedIssue:
        """The issue of local date ``day`` as of ``now``, on the chat's topics or ``follows``."""
        desk = await self.desk(now)
        reader = Reader(chat.id, day, chat.language, chat.layout)
        (brief,) = await desk.briefs([reader])
        # Who takes no daily issue has one only where no round-up is due, as they ask for it.
        brief = replace(brief, daily=brief.daily or not brief.roundups)
        if follows is not None:
            own = follows == brief.follows
            roundups = brief.roundups if own else ()
            brief = replace(brief, follows=follows, roundups=roundups, daily=True)
        return await desk.compose(await desk.order(brief))

    async def roundup(
        self, chat: Chat, span: str, day: date, now: datetime, follows: tuple[Subscription, ...]
    ) -> ComposedIssue:
        """The round-up of a span (see ``bot.layouts.weeks``) as of ``now``.

        Raises ``ValueError`` if there is no such span.
        """
        past = await past_of(self._issues, [chat.id], [span])
        wish = Roundup(
            span=span,
            zone=chat.schedule.zone,
            language=chat.language,
            layout=chat.layout,
            follows=follows,
            topics=headline_topics(follows, self._taxonomy, messages(chat.language)),
            past=past.get(chat.id, ()),
        )
        issue, ids = await self._roundups.make(wish, day, now)
        return ComposedIssue(issue, ids, now)

    async def collection(
        self, chat: Chat, day: date, now: datetime, follows: tuple[Subscription, ...]
    ) -> ComposedIssue:
        """The best of all times, as a reading list."""
        desk = await self.desk(now)
        (brief,) = await desk.briefs([Reader(chat.id, day, chat.language, "reading-list")])
        window = replace(brief.window, since=EVER)
        brief = replace(
            brief,
            follows=follows,
            window=window,
            recent=frozenset(),
            previous=None,
            roundups=(),
            daily=True,
        )
        return await desk.compose(await desk.order(brief))

    async def compilation(
        self,
        chat: Chat,
        day: date,
        now: datetime,
        follows: tuple[Subscription, ...],
        wish: Compilation,
    ) -> ComposedIssue:
        """What ``wish`` asks for as of ``now``, seen before or not; its own topics are ignored."""
        desk = await self.desk(now)
        (brief,) = await desk.briefs([Reader(chat.id, day, chat.language, chat.layout)])
        sections = frozenset(map(daily_section, wish.sections))
        brief = replace(brief, follows=follows, sections=sections, previous=None)
        brief = replace(brief, roundups=(), daily=True)
        if wish.days:
            since = now - timedelta(days=wish.days)
            brief = replace(brief, window=replace(brief.window, since=since), recent=frozenset())
        return await desk.compose(await desk.order(brief))

    async def from_archive(
        self, chat: Chat, day: date, follows: tuple[Subscription, ...] | None = None
    ) -> ComposedIssue:
        """What the chat's issue of a past local date would have been, from what came that day."""
        zone = ZoneInfo(chat.schedule.zone)
        start, end = (
            datetime.combine(d, time(), zone).astimezone(UTC) for d in (day, day + timedelta(1))
        )
        desk = Desk(self._materials, end, sample=False)
        reader = Reader(chat.id, day, chat.language, chat.layout)
        (brief,) = await desk.briefs([reader])
        if follows is not None:
            brief = replace(brief, follows=follows)
        brief = replace(brief, window=Window(start, end), recent=frozenset())
        brief = replace(brief, roundups=(), daily=True)
        return await desk.compose(await desk.order(brief))
