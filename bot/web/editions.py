"""The editions: the whole paper of each day in each language, as it was published.

To the core the web is a reader like any other, one channel for each language: so nothing comes
twice, what was published is kept word for word, and a page that is built anew is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.editor import Editor
from bot.model import (
    LANGUAGES,
    WEB,
    Chat,
    ChatAddress,
    ChatKind,
    FollowKind,
    Issue,
    Schedule,
    Subscription,
)
from bot.ports import ChatStore, IssueStore, SubscriptionStore

MOST_DAYS_BACK = 365
"""So many days before its first edition the web is given, from what came on each of them."""

_ALL = Subscription(FollowKind.ALL, "")


@dataclass(frozen=True, slots=True)
class Edition:
    """That an edition was published. ``issue_id`` is 0 for the sample, which is not kept."""

    language: str
    day: date
    issue_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Printed:
    """An edition with what stands in it; ``item_ids`` in the order of the issue's entries."""

    edition: Edition
    issue: Issue
    item_ids: tuple[int, ...]


class Editions:
    """Publishes the edition of a day once, and finds those that were published."""

    def __init__(
        self,
        chats: ChatStore,
        subscriptions: SubscriptionStore,
        issues: IssueStore,
        editor: Editor,
        schedule: Schedule,
    ) -> None:
        self._chats = chats
        self._subscriptions = subscriptions
        self._issues = issues
        self._editor = editor
        self._schedule = schedule

    def today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self._schedule.zone)).date()

    async def is_due(self, now: datetime) -> bool:
        """Whether the hour of today's edition has come; the very first comes out at once."""
        local = now.astimezone(ZoneInfo(self._schedule.zone)).time()
        return local >= self._schedule.at or not await self.published()

    async def publish(self, now: datetime) -> tuple[Printed, ...]:
        """Publish today's edition in each language, unless that was done.

        The first time also those of the days before, as far as the installation goes back. Returns
        the sample where nothing was fetched yet; it is published, but not kept.
        """
        sample = not await self._editor.items.has_fetched(now)
        printed = []
        for language in LANGUAGES:
            chat = await self._chat(language, now)
            days = await self._issues.days(chat.id)
            if self.today(now) in days:
                continue
            if sample:
                printed.append(await self._sample(chat, now))
                continue
            if not days:
                await self._publish_before(chat, now)
            composed = await self._editor.issue(chat, self.today(now), now)
            issue_id = await self._issues.save(composed, now)
            await self._issues.show(chat.id, issue_id, composed.until, now)
        return tuple(printed)

    async def published(self) -> tuple[Edition, ...]:
        """All of them, by language and day."""
        editions = []
        for language in LANGUAGES:
            chat = await self._chats.find(_address(language))
            shown = (await self._issues.history([chat.id])).get(chat.id, ()) if chat else ()
            latest = {each.day: each for each in shown}
            editions += [Edition(language, s.day, s.issue_id, s.until) for s in latest.values()]
        return tuple(editions)

    async def read(self, editions: Sequence[Edition]) -> tuple[Printed, ...]:
        """What stands in these editions."""
        found = await self._issues.load([edition.issue_id for edition in editions])
        return tuple(
            Printed(edition, *found[edition.issue_id])
            for edition in editions
            if edition.issue_id in found
        )

    async def _chat(self, language: str, now: datetime) -> Chat:
        address = _address(language)
        found = await self._chats.find(address)
        if found is None:
            new = Chat(0, address, ChatKind.CHANNEL, WEB, language, self._schedule)
            found = await self._chats.add(new, now)
            await self._subscriptions.add(found.id, _ALL, now)
        return found

    async def _sample(self, chat: Chat, now: datetime) -> Printed:
        composed = await self._editor.issue(chat, self.today(now), now)
        midnight = datetime.combine(composed.issue.day, time(), UTC)
        edition = Edition(chat.language, composed.issue.day, 0, midnight)
        return Printed(edition, composed.issue, composed.item_ids)

    async def _publish_before(self, chat: Chat, now: datetime) -> None:
        """The days on which nothing came are left out."""
        today = self.today(now)
        first = max(await self._issues.first_day(today), today - timedelta(MOST_DAYS_BACK))
        for back in range((today - first).days, 0, -1):
            composed = await self._editor.from_archive(chat, today - timedelta(back))
            if composed.item_ids:
                issue_id = await self._issues.save(composed, now)
                await self._issues.show(chat.id, issue_id, composed.until, now)


def _address(language: str) -> ChatAddress:
    return ChatAddress(WEB, WEB, language)
