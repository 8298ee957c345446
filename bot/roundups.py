"""Round-ups: the best items of a week, a month or a year, of a reader's topics.

What ranks them is rank without freshness (``bot.digest.rank``): fame and readers' thumbs, the
editor's picks, and the topics; so a long span is not won by its last days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.digest.choose import Caps, choose
from bot.digest.compose import Edition, compose
from bot.digest.rank import ranked
from bot.digest.select import topic_filter, wanted
from bot.layouts.arrange import arranged
from bot.layouts.weeks import days_of, kind_of, span_name
from bot.messages import messages
from bot.model import Candidate, Issue, Section, Subscription, TopicFilter
from bot.ports import IssueStore, ItemStore
from bot.topics import Taxonomy

MOST = 400
"""The best so many papers, and other items, are looked at: far more than find room."""

MOST_NAMED = 3
"""Of the spans that did not come so many are named, the last ones."""

_PAPERS = frozenset({Section.PAPERS})
_OTHERS = frozenset(Section) - _PAPERS


@dataclass(frozen=True, slots=True)
class Roundup:
    """What is wanted: ``span`` as of ``bot.layouts.weeks``, in days of the IANA ``zone``.

    ``past`` are date and id of the daily issues that the reader had in it, ``passed_over`` the
    spans before that did not come.
    """

    span: str
    zone: str
    language: str
    layout: str
    follows: tuple[Subscription, ...]
    topics: tuple[str, ...] = ()
    past: tuple[tuple[date, int], ...] = ()
    passed_over: tuple[str, ...] = ()


def _growth(span: str) -> float:
    """How much more than in a daily issue finds room."""
    return {"weekly": 1.0, "monthly": 1.5, "yearly": 2.0}[kind_of(span)]


class Roundups:
    """Makes round-ups. Stores nothing."""

    def __init__(
        self,
        items: ItemStore,
        issues: IssueStore,
        taxonomy: Taxonomy,
        caps: Caps,
        weights: Mapping[str, float],
    ) -> None:
        self._items = items
        self._issues = issues
        self._taxonomy = taxonomy
        self._caps = caps
        self._weights = weights

    async def make(self, wish: Roundup, day: date, now: datetime) -> tuple[Issue, tuple[int, ...]]:
        """The round-up as of ``now``, on the reader's date ``day``, with the ids of its items.

        Before the first news a span that is not over before ``day`` is made of the sample edition.
        Raises ``ValueError`` for no span.
        """
        by = topic_filter(wish.follows, self._taxonomy)
        growth = _growth(wish.span)
        sample = _lasts(wish.span, day) and not await self._items.has_fetched(now)
        found = await (self._sample(by, now) if sample else self._found(wish, by, now))
        caps = Caps(int(self._caps.per_section * growth), int(self._caps.papers * growth))
        choices = choose(ranked(found, by, self._weights), caps, by)
        ids = tuple(item_id for choice in choices for item_id in choice.ids)
        stored = {each.id: each for each in await self._items.load(ids)}
        edition = replace(_edition(wish, day, sample=sample), notices=_notices(wish, bool(ids)))
        issue = compose(choices, stored, edition, self._taxonomy)
        issue = _with_days(issue, ids, await self._days(wish))
        return arranged(replace(issue, dateline=_dateline(wish)), ids)

    async def _found(self, wish: Roundup, by: TopicFilter, now: datetime) -> tuple[Candidate, ...]:
        found: list[Candidate] = []
        since, until = instants_of(wish.span, wish.zone)
        for sections in (_PAPERS, _OTHERS):
            found += await self._items.candidates(
                by,
                since=since,
                until=min(until, now),
                sample=False,
                limit=MOST,
                sections=sections,
                timeless=True,
            )
        return tuple(each for each in found if wanted(each, by))

    async def _sample(self, by: TopicFilter, now: datetime) -> tuple[Candidate, ...]:
        found = await self._items.candidates(by, since=now, until=now, sample=True, limit=200)
        return tuple(each for each in found if wanted(each, by))

    async def _days(self, wish: Roundup) -> Mapping[int, date]:
        """In which of the reader's daily issues each item stood; of several the last."""
        shown = await self._issues.item_ids([issue_id for _, issue_id in wish.past])
        return {
            item_id: day
            for day, issue_id in sorted(wish.past)
            for item_id in shown.get(issue_id, frozenset())
        }


def _lasts(span: str, day: date) -> bool:
    found = days_of(span)
    return found is not None and found[0] <= day < found[1]


def instants_of(span: str, zone: str) -> tuple[datetime, datetime]:
    """The first instant of a span in an IANA zone, and that after its last, in UTC.

    Raises ``ValueError`` if there is no such span.
    """
    days = days_of(span)
    if days is None:
        raise ValueError(f"no span: {span!r}")
    first, after = (datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in days)
    return first, after


def _edition(wish: Roundup, day: date, *, sample: bool) -> Edition:
    return Edition(
        day=day,
        number=1,
        language=wish.language,
        topics=wish.topics,
        sample=sample,
        layout="weekly" if wish.layout == "daily" else wish.layout,
        span=wish.span,
    )


def _notices(wish: Roundup, has_items: bool) -> tuple[str, ...]:
    say = messages(wish.language)
    nothing = say("roundup.nothing", span=span_name(wish.span, say))
    found = () if has_items else (nothing,)
    if not wish.passed_over:
        return found
    latest = wish.passed_over[-MOST_NAMED:]
    names = say.listing(span_name(span, say) for span in latest)
    example = f"/{kind_of(latest[-1])} {latest[-1]}"
    return (*found, say("roundup.passed_over", spans=names, example=example))


def _dateline(wish: Roundup) -> str:
    say = messages(wish.language)
    span = days_of(wish.span)
    if span is None:
        raise ValueError(f"no span: {wish.span!r}")
    return f"{say.short_day(span[0])} – {say.short_day(date.fromordinal(span[1].toordinal() - 1))}"


def _with_days(issue: Issue, ids: tuple[int, ...], days: Mapping[int, date]) -> Issue:
    """With the date of the daily issue that each entry is from."""
    dates = iter(str(days.get(item_id, "")) for item_id in ids)
    sections = tuple(
        replace(section, entries=tuple(replace(e, issued=next(dates)) for e in section.entries))
        for section in issue.sections
    )
    return replace(issue, sections=sections)


def renumbered(issue: Issue, first: int) -> Issue:
    """The issue with its entries numbered from ``first`` on."""
    sections = tuple(
        replace(
            section,
            entries=tuple(replace(e, number=e.number + first - 1) for e in section.entries),
        )
        for section in issue.sections
    )
    return replace(issue, sections=sections)
