"""Makes issues: gathers candidates, chooses, loads and composes; the store is asked, not told."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.digest.absence import Facts, notices
from bot.digest.compose import Caps, Edition, choose, compose
from bot.digest.rank import ranked
from bot.digest.select import topic_filter, wanted
from bot.messages import Messages, messages
from bot.model import Candidate, Chat, FollowKind, Section, Subscription, TopicFilter
from bot.ports import ComposedIssue, IssueStore, ItemStore, Shown, SubscriptionStore
from bot.subscriptions import signed_name_of
from bot.topics import Taxonomy

LOOK_BACK = timedelta(days=7)
"""How far a first issue, or one after a long pause, looks back: a backlog must not flood."""

OVERLAP = timedelta(hours=1)
"""Windows overlap, lest an item stored while an issue was made be missed; none comes twice."""

MAX_PAPERS = 400
MAX_OTHERS = 200
"""The newest so many are looked at: more than a day brings on a topic, few enough to be quick."""

_PAPERS = frozenset({Section.PAPERS})
_OTHERS = frozenset(Section) - _PAPERS
_EVERYTHING = TopicFilter(everything=True)


@dataclass(frozen=True, slots=True)
class Brief:
    """All that an issue depends on, beside the items and the instant.

    ``history`` is what the reader was shown before ``day``. ``reader`` is the chat whose history
    it is; equal briefs of different readers give the same issue, which is then made once.
    """

    day: date
    language: str
    follows: tuple[Subscription, ...]
    history: tuple[Shown, ...]
    reader: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Window:
    """The items first seen after ``since`` and up to ``until``, unseen before ``day``."""

    day: date
    since: datetime
    until: datetime
    sample: bool
    unseen_by: int | None


class Editor:
    """Composes the issue of a chat for a day. Stores nothing that a reader would notice."""

    def __init__(
        self,
        items: ItemStore,
        issues: IssueStore,
        subscriptions: SubscriptionStore,
        taxonomy: Taxonomy,
        caps: Caps,
    ) -> None:
        self._items = items
        self._issues = issues
        self._subscriptions = subscriptions
        self._taxonomy = taxonomy
        self._caps = caps

    async def brief(
        self, chat: Chat, day: date, follows: tuple[Subscription, ...] | None = None
    ) -> Brief:
        """What the chat's issue of local date ``day`` is to be, on its topics or ``follows``."""
        if follows is None:
            follows = await self._subscriptions.of(chat.id)
        history = await self._issues.history(chat.id, before=day)
        return Brief(day, chat.language, follows, history, chat.id)

    async def issue(
        self,
        chat: Chat,
        day: date,
        now: datetime,
        follows: tuple[Subscription, ...] | None = None,
    ) -> ComposedIssue:
        """The issue of local date ``day`` as of ``now``, on the chat's topics or ``follows``."""
        return await self.compose(await self.brief(chat, day, follows), now)

    async def compose(self, brief: Brief, now: datetime) -> ComposedIssue:
        """The issue as of ``now``: the same for equal briefs, whoever they are for."""
        sample = not await self._items.has_fetched(now)
        since = now - LOOK_BACK
        if brief.history:
            since = max(brief.history[-1].until - OVERLAP, since)
        return await self._issue(brief, Window(brief.day, since, now, sample, brief.reader))

    async def from_archive(
        self, chat: Chat, day: date, follows: tuple[Subscription, ...] | None = None
    ) -> ComposedIssue:
        """What the chat's issue of a past local date would have been, from what came that day."""
        brief = await self.brief(chat, day, follows)
        zone = ZoneInfo(chat.schedule.zone)
        start, end = (
            datetime.combine(d, time(), zone).astimezone(UTC) for d in (day, day + timedelta(1))
        )
        window = Window(day, start, end, sample=False, unseen_by=None)
        return await self._issue(brief, window)

    async def _issue(self, brief: Brief, window: Window) -> ComposedIssue:
        by = topic_filter(brief.follows, self._taxonomy)
        found = await self._found(by, window)
        kept = [candidate for candidate in found if wanted(candidate, by)]
        choices = choose(ranked(kept, by, window.until), self._caps)
        item_ids = tuple(item_id for choice in choices for item_id in choice.ids)
        edition = await self._edition(brief, window)
        facts = await self._facts(by, window, {choice.section for choice in choices})
        words = messages(brief.language)
        issue = compose(
            choices,
            {stored.id: stored for stored in await self._items.load(item_ids)},
            replace(edition, notices=notices(facts, window.until, words)),
            self._taxonomy,
        )
        return ComposedIssue(issue, item_ids, window.until)

    async def _found(self, by: TopicFilter, window: Window) -> tuple[Candidate, ...]:
        """Candidates for all sections. A large batch of papers must not push out the rest."""
        papers = await self._candidates(by, window, MAX_PAPERS, _PAPERS)
        return papers + await self._candidates(by, window, MAX_OTHERS, _OTHERS)

    async def _candidates(
        self,
        by: TopicFilter,
        window: Window,
        limit: int,
        sections: frozenset[Section] | None = None,
    ) -> tuple[Candidate, ...]:
        return await self._items.candidates(
            by,
            since=window.since,
            until=window.until,
            sample=window.sample,
            unseen_by=window.unseen_by,
            before=window.day,
            limit=limit,
            sections=sections,
        )

    async def _facts(self, by: TopicFilter, window: Window, sections: set[Section]) -> Facts:
        others = bool(sections) or bool(await self._candidates(_EVERYTHING, window, 1))
        missed = Section.PAPERS not in sections and self._expects_papers(by)
        return Facts(
            sample=window.sample,
            items=bool(sections),
            others=others,
            papers_missed=missed,
            arxiv_rests=missed and not window.sample and await self._arxiv_rests(window),
        )

    def _expects_papers(self, by: TopicFilter) -> bool:
        return by.everything or any(t.arxiv for t in self._taxonomy.topics if t.id in by.topics)

    async def _arxiv_rests(self, window: Window) -> bool:
        """Whether papers came in the week before, but none since, on any topic."""
        week = replace(window, since=window.until - LOOK_BACK, unseen_by=None)
        papers = await self._candidates(_EVERYTHING, week, 1, _PAPERS)
        return bool(papers) and papers[0].first_seen <= window.since + OVERLAP

    async def _edition(self, brief: Brief, window: Window) -> Edition:
        first = await self._issues.first_day(brief.day)
        words = messages(brief.language)
        return Edition(
            day=brief.day,
            number=max((brief.day - first).days + 1, 1),
            language=brief.language,
            topics=headline_topics(brief.follows, self._taxonomy, words),
            sample=window.sample,
            previous=brief.history[-1].day if brief.history else None,
        )


def headline_topics(
    follows: tuple[Subscription, ...], taxonomy: Taxonomy, say: Messages
) -> tuple[str, ...]:
    """What an issue is about, in words, exclusions with a minus sign; empty for all."""
    return tuple(
        signed_name_of(follow, taxonomy, say)
        for follow in follows
        if follow.kind is not FollowKind.ALL
    )
