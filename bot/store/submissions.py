"""Submissions: what readers sent in, its review, and what they are still to be told of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.curation.nouns import Act, Filing, Notice, Prepare, Status, Submission
from bot.curation.remarks import without_credit
from bot.model import ChatStatus
from bot.ports import Account
from bot.store.codec import item_from_json, item_to_json
from bot.store.engine import Database, Queue, retried
from bot.store.items import SqlItemStore
from bot.store.revisions import SqlRevisionStore
from bot.store.tables import (
    chats,
    is_one_of,
    items,
    notices,
    removed_items,
    revisions,
    submissions,
)

_PENDING = is_one_of(submissions.c.status, Status.PENDING)


class SqlSubmissionStore:
    """``bot.curation.ports.SubmissionStore`` in a database."""

    def __init__(
        self, database: Database, items: SqlItemStore, revisions: SqlRevisionStore
    ) -> None:
        self._database = database
        self._items = items
        self._revisions = revisions

    @retried
    async def file(
        self, new: Submission, *, limit: int, since: datetime
    ) -> tuple[Submission, Filing]:
        waiting = select(submissions).where(_PENDING, submissions.c.key == new.item.key)
        made = select(func.count()).where(
            submissions.c.person == new.by, submissions.c.created_at > since
        )
        insert = self._database.insert(submissions).values(key=new.item.key, **_to_row(new))
        async with self._database.write() as connection:
            await self._database.queue(connection, Queue.SUBMISSIONS)
            if row := (await connection.execute(waiting)).one_or_none():
                return _to_submission(row), Filing.WAITING
            if (await connection.scalar(made) or 0) >= limit:
                return new, Filing.TOO_MANY
            added = await connection.execute(insert.returning(submissions))
            return _to_submission(added.one()), Filing.NEW

    async def get(self, submission_id: int) -> Submission | None:
        return next(iter(await self._find(select(submissions).filter_by(id=submission_id))), None)

    async def pending(self, *, offset: int = 0, limit: int) -> tuple[Submission, ...]:
        query = select(submissions).where(_PENDING).order_by(submissions.c.id)
        return await self._find(query.offset(offset).limit(limit))

    async def count_pending(self) -> int:
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).where(_PENDING)) or 0

    async def of_person(self, person: str, limit: int) -> tuple[Submission, ...]:
        query = select(submissions).where(submissions.c.person == person)
        return await self._find(query.order_by(submissions.c.id.desc()).limit(limit))

    async def to_look_at(self, now: datetime, limit: int) -> tuple[Submission, ...]:
        query = select(submissions).where(_PENDING, submissions.c.look_at <= now)
        return await self._find(query.order_by(submissions.c.look_at).limit(limit))

    async def _find(self, query: Select[Any]) -> tuple[Submission, ...]:
        async with self._database.read() as connection:
            return tuple(map(_to_submission, await connection.execute(query)))

    @retried
    async def change(
        self, submission_id: int, wish: Callable[[Submission], Submission]
    ) -> Submission | None:
        async with self._database.write() as connection:
            present = await _lock_pending(connection, submission_id)
            if present is None:
                return None
            changed = wish(present)
            await _write(connection, changed)
            return changed

    @retried
    async def reject(
        self, submission_id: int, reason: str, by: str, now: datetime
    ) -> Submission | None:
        async with self._database.write() as connection:
            present = await _lock_pending(connection, submission_id)
            if present is None:
                return None
            rejected = replace(present, status=Status.REJECTED, reason=reason)
            return await _settle(connection, rejected, by, now)

    @retried
    async def accept(self, submission_id: int, prepare: Prepare, act: Act) -> Submission | None:
        """A new item counts as removed until the very revision that accepts it.

        So the acceptance can be undone, and that be undone, like any other change.
        """
        async with self._database.write() as connection:
            present = await _lock_pending(connection, submission_id)
            if present is None:
                return None
            item, decide = prepare(present)
            item_id, is_new = await self._items.take_in(connection, item, act.now)
            if is_new:
                await connection.execute(removed_items.insert().values(item_id=item_id))
            await self._revisions.revise_within(connection, item_id, act, decide)
            accepted = replace(present, status=Status.ACCEPTED, item_id=item_id)
            return await _settle(connection, accepted, act.by, act.now)

    async def owed(self, accounts: Sequence[Account], limit: int) -> tuple[Notice, ...]:
        if not accounts:
            return ()
        query = (
            select(notices.c.id.label("notice_id"), notices.c.chat_id.label("to"), submissions)
            .join(chats, chats.c.id == notices.c.chat_id)
            .join(submissions, submissions.c.id == notices.c.submission_id)
            .where(
                chats.c.status != ChatStatus.GONE.value,
                tuple_(chats.c.platform, chats.c.account).in_(accounts),
            )
            .order_by(notices.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Notice(row.notice_id, row.to, _to_submission(row)) for row in rows)

    async def told(self, notice: Notice) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(notices).where(notices.c.id == notice.id))

    async def theirs(self, person: str | None, chat_id: int) -> tuple[Submission, ...]:
        query = select(submissions).where(_theirs(person, chat_id))
        return await self._find(query.order_by(submissions.c.id))

    @retried
    async def forget(self, person: str | None, chat_id: int) -> None:
        theirs = _theirs(person, chat_id)
        accepted = is_one_of(submissions.c.status, Status.ACCEPTED)
        nameless = {"person": None, "chat_id": None, "credit": ""}
        async with self._database.write() as connection:
            await _uncredit(connection, theirs & accepted & (submissions.c.credit != ""))
            await connection.execute(delete(submissions).where(theirs & ~accepted))
            await connection.execute(update(submissions).where(theirs).values(nameless))
            if person is not None:
                reviewed = submissions.c.reviewer == person
                await connection.execute(update(submissions).where(reviewed).values(reviewer=None))


def _theirs(person: str | None, chat_id: int) -> ColumnElement[bool]:
    in_chat = submissions.c.chat_id == chat_id
    return in_chat if person is None else in_chat | (submissions.c.person == person)


async def _settle(
    connection: AsyncConnection, verdict: Submission, by: str, now: datetime
) -> Submission:
    """Write the verdict down, and that its chat is to be told."""
    settled = replace(verdict, reviewer=by, reviewed_at=now)
    await _write(connection, settled)
    if settled.chat_id is not None:
        owed = {"chat_id": settled.chat_id, "submission_id": settled.id}
        await connection.execute(notices.insert().values(owed))
    return settled


async def _uncredit(connection: AsyncConnection, theirs: ColumnElement[bool]) -> None:
    """Take the person's name out of the notes, in their history as well."""
    found = select(submissions.c.item_id, submissions.c.credit).where(theirs)
    for item_id, credit in (await connection.execute(found)).all():
        notes = select(items.c.note).where(items.c.id == item_id)
        note = without_credit(await connection.scalar(notes), credit)
        await connection.execute(update(items).where(items.c.id == item_id).values(note=note))
        history = select(revisions.c.id, revisions.c.changes).filter_by(item_id=item_id)
        for revision_id, changes in (await connection.execute(history)).all():
            if "note" in changes:
                pair = [without_credit(each, credit) for each in changes["note"]]
                nameless = update(revisions).where(revisions.c.id == revision_id)
                await connection.execute(nameless.values(changes={**changes, "note": pair}))


async def _lock_pending(connection: AsyncConnection, submission_id: int) -> Submission | None:
    query = select(submissions).where(_PENDING, submissions.c.id == submission_id)
    row = (await connection.execute(query.with_for_update())).one_or_none()
    return _to_submission(row) if row else None


async def _write(connection: AsyncConnection, submission: Submission) -> None:
    there = submissions.c.id == submission.id
    await connection.execute(update(submissions).where(there).values(_to_row(submission)))


def _to_row(submission: Submission) -> dict[str, Any]:
    """The columns but for the id, and the key, which stays what it was."""
    return {
        "status": submission.status.value,
        "person": submission.by,
        "chat_id": submission.chat_id,
        "created_at": submission.created_at,
        "item": item_to_json(submission.item),
        "edited": sorted(submission.edited),
        **{name: getattr(submission, name) for name in _PLAIN},
    }


def _to_submission(row: Row[Any]) -> Submission:
    return Submission(
        id=row.id,
        item=item_from_json(row.item),
        status=Status(row.status),
        by=row.person,
        chat_id=row.chat_id,
        created_at=row.created_at,
        edited=frozenset(row.edited),
        **{name: getattr(row, name) for name in _PLAIN},
    )


_PLAIN = (
    "remark",
    "credit",
    "look_at",
    "attempts",
    "trouble",
    "reviewer",
    "reviewed_at",
    "reason",
    "item_id",
)
"""Columns that hold a field just as it is."""
