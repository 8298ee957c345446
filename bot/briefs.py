"""What the issues of readers are to be: what each follows, has seen, and takes of round-ups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.digest.window import RENEWAL, window_start
from bot.layouts.weeks import days_of, due_spans, passed_over
from bot.messages import Messages, messages
from bot.model import Editions, FollowKind, Section, Subscription
from bot.ports import EditionStore, IssueStore, Shown, SubscriptionStore
from bot.roundups import Roundup
from bot.subscriptions import signed_names
from bot.topics import Taxonomy

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


class Briefing:
    """Finds out the briefs of readers as of one instant."""

    def __init__(
        self,
        issues: IssueStore,
        subscriptions: SubscriptionStore,
        editions: EditionStore | None,
        taxonomy: Taxonomy,
        until: datetime,
        *,
        sample: bool,
    ) -> None:
        self._issues = issues
        self._subscriptions = subscriptions
        self._editions = editions
        self._taxonomy = taxonomy
        self._until = until
        self._sample = sample
        self._briefs: dict[tuple[Any, ...], Brief] = {}

    async def of(self, readers: Sequence[Reader]) -> list[Brief]:
        """What the issues of the readers are to be, in their order; read for all at once."""
        ids = [reader.chat_id for reader in readers]
        follows = await self._subscriptions.of_all(ids)
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
        store = self._editions
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
        past = await past_of(self._issues, waiting, spans) if waiting else {}
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
        history = await self._issues.history(others) if others else {}
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
        topics = headline_topics(brief.follows, self._taxonomy, messages(brief.language))
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
        found = await self._issues.history(list(before), after)
        shown = {
            chat_id: earlier
            for chat_id, all_shown in found.items()
            if (earlier := tuple(s for s in all_shown if s.day < before[chat_id]))
        }
        if after is not None and (others := before.keys() - shown.keys()):
            for chat_id, all_shown in (await self._issues.history(list(others))).items():
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


async def past_of(
    issues: IssueStore, chat_ids: Sequence[int], spans: Iterable[str]
) -> Mapping[int, tuple[tuple[date, int], ...]]:
    """Date and id of the issues that chats had in the spans."""
    days = [found for span in spans if (found := days_of(span))]
    if not days:
        return {}
    first, after = min(each[0] for each in days), max(each[1] for each in days)
    history = await issues.history(list(chat_ids), first - timedelta(1))
    return {
        chat_id: tuple((each.day, each.issue_id) for each in shown if each.day < after)
        for chat_id, shown in history.items()
    }


def _last_on(days: frozenset[int], shown: Iterable[Shown]) -> date | None:
    """The date of the last issue on one of the ISO weekdays."""
    return max((each.day for each in shown if each.day.isoweekday() in days), default=None)


def headline_topics(
    follows: tuple[Subscription, ...], taxonomy: Taxonomy, say: Messages
) -> tuple[str, ...]:
    """What an issue is about, in words, exclusions with a minus sign; empty for all."""
    single = (follow for follow in follows if follow.kind is not FollowKind.ALL)
    return signed_names(single, taxonomy, say)
