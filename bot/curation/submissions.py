"""Submissions: sending in, looking at the page, reviewing. The rules; the store keeps them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.curation.drafts import amended, draft_of, seen, unseen, verdict
from bot.curation.nouns import Act, Decide, Filing, Kind, Status, Submission
from bot.curation.ports import SubmissionStore
from bot.curation.remarks import plain_credit, plain_remark
from bot.digest.classify import Classifier
from bot.errors import Refusal, SourceError
from bot.ingest import topics_of
from bot.model import SAMPLE_SOURCE, Chat, Item, StoredItem
from bot.ports import ItemStore

log = logging.getLogger(__name__)

LOOKS_AT_ONCE = 5
"""Pages that one pass fetches: few, for each may take its 20 seconds."""

Look = Callable[[Item, datetime], Awaitable[Item]]
"""Reads the page of an item of which only the address is known. Raises ``SourceError``."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of an address that was sent in; ``known`` is the item that was there already."""

    filing: Filing | None = None
    submission: Submission | None = None
    known: StoredItem | None = None


class Submissions:
    """What readers send in, from the first word to the verdict."""

    def __init__(
        self,
        store: SubmissionStore,
        items: ItemStore,
        classifier: Classifier,
        *,
        per_day: int,
    ) -> None:
        """``per_day``: so many may one person send in within 24 hours."""
        self._store = store
        self._items = items
        self._classifier = classifier
        self._per_day = per_day

    async def send(self, url: str, remark: str, by: str, chat: Chat, now: datetime) -> Sent:
        """Take in an address. One that is in the paper is filed only for the sake of a remark.

        Raises ``Refusal``.
        """
        draft = draft_of(url)
        if draft is None:
            raise Refusal("submit.invalid")
        known = await self._items.find(draft.key)
        if known is not None and (known.removed or known.item.source == SAMPLE_SOURCE):
            known = None
        remark = plain_remark(remark)
        if known is not None and not remark:
            return Sent(known=known)
        new = Submission(
            id=0,
            item=known.item if known else draft,
            status=Status.PENDING,
            by=by,
            chat_id=chat.id,
            created_at=now,
            remark=remark,
            look_at=None if known else now,
        )
        filed, filing = await self._store.file(
            new, limit=self._per_day, since=now - timedelta(days=1)
        )
        if filing is Filing.TOO_MANY:
            raise Refusal("submit.too_many", n=self._per_day)
        return Sent(filing, filed, known)

    async def of_person(self, person: str, limit: int) -> tuple[Submission, ...]:
        return await self._store.of_person(person, limit)

    async def pending(self, *, offset: int = 0, limit: int) -> tuple[Submission, ...]:
        return await self._store.pending(offset=offset, limit=limit)

    async def count_pending(self) -> int:
        return await self._store.count_pending()

    async def waiting(self, submission_id: int) -> Submission:
        """Raises ``Refusal`` for what doesn't wait for review."""
        found = await self._store.get(submission_id)
        is_pending = found is not None and found.status is Status.PENDING
        return _still_waiting(found if is_pending else None, submission_id)

    async def withdraw(self, submission_id: int, by: str) -> Submission:
        return await self._change_own(
            submission_id, by, lambda present: replace(present, status=Status.WITHDRAWN)
        )

    async def credit(self, submission_id: int, by: str, name: str) -> Submission:
        """Thank the person by name once it is in the paper; an empty name takes that back."""
        return await self._change_own(
            submission_id, by, lambda present: replace(present, credit=plain_credit(name))
        )

    async def _change_own(
        self, submission_id: int, by: str, wish: Callable[[Submission], Submission]
    ) -> Submission:
        def change(present: Submission) -> Submission:
            if present.by != by:
                raise Refusal("submit.not_yours", number=submission_id)
            return wish(present)

        return _still_waiting(await self._store.change(submission_id, change), submission_id)

    async def amend(self, submission_id: int, decide: Decide) -> Submission:
        """Change the item that it will be. Raises ``Refusal``."""
        changed = await self._store.change(submission_id, lambda s: amended(s, decide))
        return _still_waiting(changed, submission_id)

    async def accept(
        self, submission_id: int, by: str, now: datetime, *, picked: bool = False
    ) -> Submission:
        """Into the paper, classified like all that comes in."""

        def prepare(present: Submission) -> tuple[Item, Decide]:
            item = replace(present.item, note=None)
            item = replace(item, topics=topics_of(item, (), self._classifier))
            return item, verdict(present, picked=picked)

        act = Act(Kind.ACCEPT, by, now)
        return _still_waiting(await self._store.accept(submission_id, prepare, act), submission_id)

    async def reject(self, submission_id: int, reason: str, by: str, now: datetime) -> Submission:
        rejected = await self._store.reject(submission_id, reason, by, now)
        return _still_waiting(rejected, submission_id)

    async def look(self, look: Look, now: datetime) -> int:
        """Read the pages of those whose time has come; returns how many there were."""
        due = await self._store.to_look_at(now, LOOKS_AT_ONCE)
        await asyncio.gather(*(self._look_at(submission, look, now) for submission in due))
        return len(due)

    async def _look_at(self, submission: Submission, look: Look, now: datetime) -> None:
        try:
            item = await look(submission.item, now)
        except SourceError as error:
            trouble = str(error)
        except Exception as error:
            # A mistake of ours that one page brings out must not hold up the others.
            log.exception("submission %s met a fault in Ribao", submission.id)
            trouble = f"a fault in Ribao ({type(error).__name__}); see its log"
        else:
            await self._store.change(submission.id, lambda present: seen(present, item))
            return
        await self._store.change(submission.id, lambda present: unseen(present, trouble, now))

    async def theirs(self, person: str | None, chat: Chat) -> tuple[Submission, ...]:
        """All that the person, or anyone in the chat, sent in."""
        return await self._store.theirs(person, chat.id)

    async def forget(self, person: str | None, chat: Chat) -> None:
        await self._store.forget(person, chat.id)


def _still_waiting(found: Submission | None, submission_id: int) -> Submission:
    if found is None:
        raise Refusal("queue.gone", number=submission_id)
    return found
