"""Composes issues: gathers candidates, chooses, loads and lays out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.briefs import Brief, Briefing, Reader, Window, headline_topics
from bot.digest.absence import Facts, notices
from bot.digest.choose import Caps, choose, daily_section
from bot.digest.compose import Edition, compose
from bot.digest.pool import Pool
from bot.digest.rank import Ranked, ranked
from bot.digest.select import topic_filter, wanted
from bot.digest.window import LOOK_BACK, OVERLAP
from bot.layouts.arrange import arranged
from bot.messages import Messages, messages
from bot.model import Candidate, Entry, Section, StoredItem, Subscription, TopicFilter
from bot.ports import ComposedIssue, EditionStore, IssueStore, ItemStore, SubscriptionStore
from bot.roundups import Roundups, renumbered
from bot.topics import Taxonomy

MAX_PAPERS = 200
MAX_OTHERS = 200
"""The best so many are looked at: more than any issue shows, few enough to be quick."""

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


@dataclass(frozen=True, slots=True)
class Materials:
    """What issues are made of, and by which rules; see ``bot.editor.Editor``."""

    items: ItemStore
    issues: IssueStore
    subscriptions: SubscriptionStore
    taxonomy: Taxonomy
    caps: Caps
    editions: EditionStore | None
    weights: Mapping[str, float]
    roundups: Roundups
    papers_word: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """A brief with, instead of the issues, those of its candidates that were ``seen`` in them.

    Two readers who saw different issues, but nothing that matters now, have equal orders.
    """

    brief: Brief
    seen: frozenset[int]


class Desk:
    """Makes the issues of one instant. What several of them need is fetched and made once."""

    def __init__(self, materials: Materials, until: datetime, *, sample: bool) -> None:
        self._materials = materials
        self._until = until
        self._sample = sample
        self._candidates: dict[int, Candidate] = {}
        self._ranked: dict[tuple[TopicFilter, Window], tuple[Ranked, ...]] = {}
        self._filters: dict[tuple[Subscription, ...], TopicFilter] = {}
        self._briefing = Briefing(
            materials.issues,
            materials.subscriptions,
            materials.editions,
            materials.taxonomy,
            until,
            sample=sample,
        )
        self._items_of: dict[int, frozenset[int]] = {}
        self._items: dict[int, StoredItem] = {}
        self._bodies: dict[tuple[int, str], Entry] = {}
        self._asked: Counter[Window] = Counter()
        self._pools: dict[Window, Pool | None] = {}
        self._others: dict[tuple[Window, frozenset[Section] | None], bool] = {}

    async def briefs(self, readers: Sequence[Reader]) -> list[Brief]:
        """What the issues of the readers are to be, in their order; read for all at once."""
        return await self._briefing.of(readers)

    async def order(self, brief: Brief) -> Order:
        """The brief by what its reader saw, rather than by where."""
        if not brief.recent:
            return Order(brief, frozenset())
        unknown = brief.recent - self._items_of.keys()
        if unknown:
            found = await self._materials.issues.item_ids(list(unknown))
            self._items_of |= {issue_id: found.get(issue_id, frozenset()) for issue_id in unknown}
        seen = frozenset().union(*(self._items_of[issue_id] for issue_id in brief.recent))
        candidates = await self._wanted(brief)
        there = seen.intersection(ranked.candidate.id for ranked in candidates)
        return Order(replace(brief, recent=frozenset()), there)

    async def compose(self, order: Order) -> ComposedIssue:
        """The issue: the same for equal orders."""
        parts = [await self._daily(order)] if order.brief.daily else []
        for wish in order.brief.roundups:
            issue, ids = await self._materials.roundups.make(wish, order.brief.day, self._until)
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
        choices = choose(new, self._materials.caps, self._filter(brief.follows))
        item_ids = tuple(item_id for choice in choices for item_id in choice.ids)
        facts = await self._facts(brief, {choice.section for choice in choices})
        words = messages(brief.language)
        issue = compose(
            choices,
            await self._load(item_ids),
            replace(await self._edition(brief), notices=notices(facts, window.until, words)),
            self._materials.taxonomy,
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
            self._ranked[by, window] = ranked(found, by, self._materials.weights)
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
            self._filters[follows] = topic_filter(follows, self._materials.taxonomy)
        return self._filters[follows]

    async def _load(self, item_ids: Sequence[int]) -> dict[int, StoredItem]:
        missing = [item_id for item_id in item_ids if item_id not in self._items]
        if missing:
            loaded = await self._materials.items.load(missing)
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
        return await self._materials.items.candidates(
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
        by, taxonomy = self._filter(brief.follows), self._materials.taxonomy
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
        first = await self._materials.issues.first_day(brief.day)
        words = messages(brief.language)
        return Edition(
            day=brief.day,
            number=max((brief.day - first).days + 1, 1),
            language=brief.language,
            topics=headline_topics(brief.follows, self._materials.taxonomy, words),
            sample=brief.window.sample,
            previous=brief.previous,
            layout=brief.layout,
            call=self._call(brief, words),
        )

    def _call(self, brief: Brief, say: Messages) -> str:
        word = self._materials.papers_word.get(brief.language, "")
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
