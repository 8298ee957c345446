"""Makes issues: gathers candidates, chooses, loads and composes; the store is asked, not told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.digest.absence import Facts, notices
from bot.digest.choose import Caps, choose, daily_section
from bot.digest.compose import Edition, compose
from bot.digest.pool import Pool
from bot.digest.rank import Ranked, ranked
from bot.digest.select import topic_filter, wanted
from bot.digest.window import LOOK_BACK, OVERLAP, RENEWAL, window_start
from bot.layouts.arrange import arranged
from bot.layouts.weeks import days_of, due_spans, passed_over
from bot.messages import Messages, messages
from bot.model import (
    Candidate,
    Chat,
    Compilation,
    Editions,
    Entry,
    FollowKind,
    Section,
    StoredItem,
    Subscription,
    TopicFilter,
)
from bot.ports import ComposedIssue, EditionStore, IssueStore, ItemStore, Shown, SubscriptionStore
from bot.roundups import Roundup, Roundups, renumbered
from bot.subscriptions import signed_names
from bot.topics import Taxonomy

MAX_PAPERS = 200
MAX_OTHERS = 200
"""The best so many are looked at: more than any issue shows, few enough to be quick."""

EVER = datetime(2020, 1, 1, tzinfo=UTC)
"""Before the first item of all."""

FEW = 4
"""So many topic sets are looked up in the store by themselves; for more a window is read whole."""

MOST_HELD = 16_000
"""Candidates of a window that are held for that: some 10 MB. In a window of more each topic set is
looked up."""

RANKED = 8
"""Topic sets whose candidates are kept in order: who follows the same comes one after the other."""

_PAPERS = frozenset({Section.PAPERS})
_OTHERS = frozenset(Section) - _PAPERS
_EVERYTHING = TopicFilter(everything=True)
_RECENT = timedelta(days=3) + RENEWAL
"""Nearly every chat was shown something in these days; only for the others is more read."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A chat for which an issue of its local date ``day`` is to be made."""

    chat_id: int
    day: date
    language: str
    layout: str


@dataclass(frozen=True, slots=True)
class Window:
    """The items first seen after ``since`` and up to ``until``; with ``sample`` only those."""

    since: datetime
    until: datetime
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Brief:
    """All that an issue depends on, beside the items: readers with equal briefs share one.

    ``previous`` is the date of the reader's last issue, ``recent`` are the issues in which they
    may have seen items of the window. Empty ``sections`` are all. ``roundups`` come with the
    daily issue, or alone if that is not ``daily``; if there are none either, nothing is to come.
    """

    day: date
    language: str
    layout: str
    follows: tuple[Subscription, ...]
    window: Window
    previous: date | None = None
    recent: frozenset[int] = frozenset()
    sections: frozenset[Section] = frozenset()
    roundups: tuple[Roundup, ...] = ()
    daily: bool = True
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        values = (self.day, self.language, self.follows, self.window, self.recent, self.roundups)
        object.__setattr__(self, "_hash", hash(values))

    def __hash__(self) -> int:
        # Worked out once: each of its many readers looks for it in tables.
        return self._hash


@dataclass(frozen=True, slots=True)
class Order:
    """A brief with, instead of the issues, those of its candidates that were ``seen`` in them.

    Two readers who saw different issues, but nothing that matters now, have equal orders.
    """

    brief: Brief
    seen: frozenset[int]


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
        self.issues = issues
        self.subscriptions = subscriptions
        self.taxonomy = taxonomy
        self.caps = caps
        self.editions = editions
        self.weights = weights or {}
        self.roundups = Roundups(items, issues, taxonomy, caps, self.weights)
        self.papers_word = papers_word or {}

    async def desk(self, now: datetime) -> "Desk":
        """A desk at which issues are made as of ``now``."""
        return Desk(self, now, sample=not await self.items.has_fetched(now))

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
        past = await self.past_of([chat.id], [span])
        wish = Roundup(
            span=span,
            zone=chat.schedule.zone,
            language=chat.language,
            layout=chat.layout,
            follows=follows,
            topics=headline_topics(follows, self.taxonomy, messages(chat.language)),
            past=past.get(chat.id, ()),
        )
        issue, ids = await self.roundups.make(wish, day, now)
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

    async def past_of(
        self, chat_ids: Sequence[int], spans: Iterable[str]
    ) -> Mapping[int, tuple[tuple[date, int], ...]]:
        """Date and id of the issues that chats had in the spans."""
        days = [found for span in spans if (found := days_of(span))]
        if not days:
            return {}
        first, after = min(each[0] for each in days), max(each[1] for each in days)
        history = await self.issues.history(list(chat_ids), first - timedelta(1))
        return {
            chat_id: tuple((each.day, each.issue_id) for each in shown if each.day < after)
            for chat_id, shown in history.items()
        }

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
        desk = Desk(self, end, sample=False)
        reader = Reader(chat.id, day, chat.language, chat.layout)
        (brief,) = await desk.briefs([reader])
        if follows is not None:
            brief = replace(brief, follows=follows)
        brief = replace(brief, window=Window(start, end), recent=frozenset())
        brief = replace(brief, roundups=(), daily=True)
        return await desk.compose(await desk.order(brief))


class Desk:
    """Makes the issues of one instant. What several of them need is fetched and made once."""

    def __init__(self, editor: Editor, until: datetime, *, sample: bool) -> None:
        self._editor = editor
        self._until = until
        self._sample = sample
        self._candidates: dict[int, Candidate] = {}
        self._ranked: dict[tuple[TopicFilter, Window], tuple[Ranked, ...]] = {}
        self._filters: dict[tuple[Subscription, ...], TopicFilter] = {}
        self._briefs: dict[tuple[Any, ...], Brief] = {}
        self._items_of: dict[int, frozenset[int]] = {}
        self._items: dict[int, StoredItem] = {}
        self._bodies: dict[tuple[int, str], Entry] = {}
        self._asked: Counter[Window] = Counter()
        self._pools: dict[Window, Pool | None] = {}
        self._others: dict[tuple[Window, frozenset[Section] | None], bool] = {}

    async def briefs(self, readers: Sequence[Reader]) -> list[Brief]:
        """What the issues of the readers are to be, in their order; read for all at once."""
        ids = [reader.chat_id for reader in readers]
        follows = await self._editor.subscriptions.of_all(ids)
        shown = await self._shown(readers)
        briefs = [
            self._brief(reader, follows.get(reader.chat_id, ()), shown.get(reader.chat_id, ()))
            for reader in readers
        ]
        return await self._with_roundups(readers, briefs, shown)

    async def _with_roundups(
        self,
        readers: Sequence[Reader],
        briefs: Sequence[Brief],
        shown: Mapping[int, tuple[Shown, ...]],
    ) -> list[Brief]:
        """With the round-ups that their readers take and that are due on the day."""
        store = self._editor.editions
        taken = await store.of_all([r.chat_id for r in readers]) if store else {}
        previous = await self._previous(taken, shown)
        due = {
            reader.chat_id: due_spans(
                reader.day, editions.days, editions.kinds, previous.get(reader.chat_id)
            )
            for reader in readers
            if (editions := taken.get(reader.chat_id))
        }
        waiting = [chat_id for chat_id, spans in due.items() if spans]
        spans = dict.fromkeys(span for each in due.values() for span in each)
        past = await self._editor.past_of(waiting, spans) if waiting else {}
        return [
            self._taking(
                brief,
                editions,
                due[reader.chat_id],
                past.get(reader.chat_id, ()),
                previous.get(reader.chat_id),
            )
            if (editions := taken.get(reader.chat_id))
            else brief
            for reader, brief in zip(readers, briefs, strict=True)
        ]

    async def _previous(
        self, taken: Mapping[int, Editions], shown: Mapping[int, tuple[Shown, ...]]
    ) -> dict[int, date]:
        """Of those who take round-ups, the date of the last issue on one of their days.

        What was asked for on another day brought no round-up.
        """
        found: dict[int, date] = {}
        others = []
        for chat_id, editions in taken.items():
            earlier = shown.get(chat_id, ())
            if last := _last_on(editions.days, earlier):
                found[chat_id] = last
            elif earlier:
                others.append(chat_id)
        history = await self._editor.issues.history(others) if others else {}
        for chat_id, all_shown in history.items():
            latest = shown[chat_id][-1].day
            before = [each for each in all_shown if each.day <= latest]
            if last := _last_on(taken[chat_id].days, before):
                found[chat_id] = last
        return found

    def _taking(
        self,
        brief: Brief,
        editions: Editions,
        spans: tuple[str, ...],
        past: tuple[tuple[date, int], ...],
        previous: date | None,
    ) -> Brief:
        topics = headline_topics(brief.follows, self._editor.taxonomy, messages(brief.language))
        roundups = tuple(
            Roundup(
                span,
                editions.zone,
                brief.language,
                brief.layout,
                brief.follows,
                topics,
                past,
                passed_over(span, previous),
            )
            for span in spans
        )
        return replace(brief, roundups=roundups, daily="daily" in editions.kinds)

    async def _shown(self, readers: Sequence[Reader]) -> dict[int, tuple[Shown, ...]]:
        """What each was shown before the day of their issue, as far as it matters."""
        before = {reader.chat_id: reader.day for reader in readers}
        # In the sample edition nothing is recent: it has no dates.
        after = None if self._sample else min(before.values(), default=date.max) - _RECENT
        found = await self._editor.issues.history(list(before), after)
        shown = {
            chat_id: earlier
            for chat_id, all_shown in found.items()
            if (earlier := tuple(s for s in all_shown if s.day < before[chat_id]))
        }
        if after is not None and (others := before.keys() - shown.keys()):
            for chat_id, all_shown in (await self._editor.issues.history(list(others))).items():
                shown[chat_id] = tuple(s for s in all_shown if s.day < before[chat_id])
        return shown

    def _brief(
        self, reader: Reader, follows: tuple[Subscription, ...], shown: tuple[Shown, ...]
    ) -> Brief:
        """One object for readers of whom the same is known; most share one with many."""
        # By the identity of what they follow: to hash it takes longer than all else here. The
        # brief holds it, so that no other object gets its identity.
        key = (reader.day, reader.language, reader.layout, id(follows), shown)
        brief = self._briefs.get(key)
        if brief is None:
            brief = self._briefs[key] = self._new_brief(reader, follows, shown)
        return brief

    def _new_brief(
        self, reader: Reader, follows: tuple[Subscription, ...], shown: tuple[Shown, ...]
    ) -> Brief:
        last = shown[-1] if shown else None
        since = window_start(last.until if last else None, self._until)
        # An item that a further source brought counts as new again, and may have been seen before.
        recent = (s.issue_id for s in shown if self._sample or s.until > since - RENEWAL)
        return Brief(
            day=reader.day,
            language=reader.language,
            layout=reader.layout,
            follows=follows,
            window=Window(since, self._until, self._sample),
            previous=last.day if last else None,
            recent=frozenset(recent),
        )

    async def order(self, brief: Brief) -> Order:
        """The brief by what its reader saw, rather than by where."""
        if not brief.recent:
            return Order(brief, frozenset())
        unknown = brief.recent - self._items_of.keys()
        if unknown:
            found = await self._editor.issues.item_ids(list(unknown))
            self._items_of |= {issue_id: found.get(issue_id, frozenset()) for issue_id in unknown}
        seen = frozenset().union(*(self._items_of[issue_id] for issue_id in brief.recent))
        candidates = await self._wanted(brief)
        there = seen.intersection(ranked.candidate.id for ranked in candidates)
        return Order(replace(brief, recent=frozenset()), there)

    async def compose(self, order: Order) -> ComposedIssue:
        """The issue: the same for equal orders."""
        parts = [await self._daily(order)] if order.brief.daily else []
        for wish in order.brief.roundups:
            issue, ids = await self._editor.roundups.make(wish, order.brief.day, self._until)
            if ids or not parts:
                parts.append(ComposedIssue(issue, ids, order.brief.window.until))
        return _together(parts)

    async def _daily(self, order: Order) -> ComposedIssue:
        brief, window = order.brief, order.brief.window
        new = [
            r
            for r in await self._wanted(brief)
            if r.candidate.id not in order.seen
            and (not brief.sections or daily_section(r.candidate.section) in brief.sections)
        ]
        choices = choose(new, self._editor.caps, self._filter(brief.follows))
        item_ids = tuple(item_id for choice in choices for item_id in choice.ids)
        facts = await self._facts(brief, {choice.section for choice in choices})
        words = messages(brief.language)
        issue = compose(
            choices,
            await self._load(item_ids),
            replace(await self._edition(brief), notices=notices(facts, window.until, words)),
            self._editor.taxonomy,
            self._bodies,
        )
        return ComposedIssue(*arranged(issue, item_ids), window.until)

    async def _wanted(self, brief: Brief) -> tuple[Ranked, ...]:
        """What the brief's topics want of the window, the best first."""
        by, window = self._filter(brief.follows), brief.window
        if (by, window) not in self._ranked:
            if len(self._ranked) == RANKED:
                del self._ranked[next(iter(self._ranked))]
            found = await self._found(by, window)
            self._ranked[by, window] = ranked(found, by, self._editor.weights)
            if by.keywords or by.excluded_keywords:
                self._ranked[by, window] = tuple(map(self._without_text, self._ranked[by, window]))
        return self._ranked[by, window]

    def _without_text(self, ranked: Ranked) -> Ranked:
        """With one object for each item, however many topic sets it is a candidate of."""
        own = ranked.candidate
        shared = self._candidates.get(own.id)
        if shared is None:
            shared = self._candidates[own.id] = replace(own, text="") if own.text else own
        if shared is own:
            return ranked
        return Ranked(shared, ranked.fit, ranked.weight, ranked.keywords)

    def _filter(self, follows: tuple[Subscription, ...]) -> TopicFilter:
        if follows not in self._filters:
            self._filters[follows] = topic_filter(follows, self._editor.taxonomy)
        return self._filters[follows]

    async def _load(self, item_ids: Sequence[int]) -> dict[int, StoredItem]:
        missing = [item_id for item_id in item_ids if item_id not in self._items]
        if missing:
            loaded = await self._editor.items.load(missing)
            self._items |= {stored.id: stored for stored in loaded}
        return self._items

    async def _found(self, by: TopicFilter, window: Window) -> tuple[Candidate, ...]:
        """Candidates for all sections. A large batch of papers must not push out the rest."""
        if not (by.keywords or by.excluded_keywords):
            self._asked[window] += 1
            if self._asked[window] > FEW and (pool := await self._pool(window)):
                return pool.best(by, MAX_PAPERS, MAX_OTHERS)
        papers = await self._search(by, window, MAX_PAPERS, _PAPERS)
        others = await self._search(by, window, MAX_OTHERS, _OTHERS)
        return tuple(candidate for candidate in papers + others if wanted(candidate, by))

    async def _pool(self, window: Window) -> Pool | None:
        """All of the window; None if that is too much."""
        if window not in self._pools:
            found = await self._search(_EVERYTHING, window, MOST_HELD + 1)
            self._pools[window] = Pool(found) if len(found) <= MOST_HELD else None
        return self._pools[window]

    async def _search(
        self,
        by: TopicFilter,
        window: Window,
        limit: int,
        sections: frozenset[Section] | None = None,
    ) -> tuple[Candidate, ...]:
        return await self._editor.items.candidates(
            by,
            since=window.since,
            until=window.until,
            sample=window.sample,
            limit=limit,
            sections=sections,
        )

    async def _facts(self, brief: Brief, sections: set[Section]) -> Facts:
        window = brief.window
        missed = Section.PAPERS not in sections and self._expects_papers(brief)
        return Facts(
            sample=window.sample,
            items=bool(sections),
            others=bool(sections) or await self._is_any(window),
            papers_missed=missed,
            arxiv_rests=missed and not window.sample and await self._arxiv_rests(window),
        )

    def _expects_papers(self, brief: Brief) -> bool:
        by, taxonomy = self._filter(brief.follows), self._editor.taxonomy
        if brief.sections and Section.PAPERS not in brief.sections:
            return False
        return by.everything or any(t.arxiv for t in taxonomy.topics if t.id in by.topics)

    async def _arxiv_rests(self, window: Window) -> bool:
        """Whether papers came in the week before, but none since, on any topic."""
        week = replace(window, since=window.until - LOOK_BACK)
        lately = replace(window, since=window.since + OVERLAP)
        return await self._is_any(week, _PAPERS) and not await self._is_any(lately, _PAPERS)

    async def _is_any(self, window: Window, sections: frozenset[Section] | None = None) -> bool:
        """Whether the window has an item on any topic."""
        if (window, sections) not in self._others:
            found = await self._search(_EVERYTHING, window, 1, sections)
            self._others[window, sections] = bool(found)
        return self._others[window, sections]

    async def _edition(self, brief: Brief) -> Edition:
        first = await self._editor.issues.first_day(brief.day)
        words = messages(brief.language)
        return Edition(
            day=brief.day,
            number=max((brief.day - first).days + 1, 1),
            language=brief.language,
            topics=headline_topics(brief.follows, self._editor.taxonomy, words),
            sample=brief.window.sample,
            previous=brief.previous,
            layout=brief.layout,
            call=self._call(brief, words),
        )

    def _call(self, brief: Brief, say: Messages) -> str:
        word = self._editor.papers_word.get(brief.language, "")
        return say("layout.call", word=word) if word else ""


def _together(parts: Sequence[ComposedIssue]) -> ComposedIssue:
    """The first with the others as its supplements, numbered through."""
    whole, *others = parts
    ids = list(whole.item_ids)
    supplements = []
    for other in others:
        supplements.append(renumbered(other.issue, len(ids) + 1))
        ids += other.item_ids
    issue = replace(whole.issue, supplements=tuple(supplements)) if supplements else whole.issue
    return ComposedIssue(issue, tuple(ids), whole.until)


def _last_on(days: frozenset[int], shown: Iterable[Shown]) -> date | None:
    """The date of the last issue on one of the ISO weekdays."""
    return max((each.day for each in shown if each.day.isoweekday() in days), default=None)


def headline_topics(
    follows: tuple[Subscription, ...], taxonomy: Taxonomy, say: Messages
) -> tuple[str, ...]:
    """What an issue is about, in words, exclusions with a minus sign; empty for all."""
    single = (follow for follow in follows if follow.kind is not FollowKind.ALL)
    return signed_names(single, taxonomy, say)
