"""Issues: what was composed, and which chat was shown what on which day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Issue
from bot.ports import ComposedIssue, Shown
from bot.store.among import among
from bot.store.bulk import execute_many
from bot.store.codec import issue_digest, issue_from_json
from bot.store.engine import Database, retried
from bot.store.tables import (
    chat_issues,
    chats,
    issue_items,
    issues,
    merged_items,
    meta,
    removed_items,
)

_FIRST_DAY = "first_day"


class SqlIssueStore:
    """``bot.ports.IssueStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._first_day: date | None = None

    async def save(self, composed: ComposedIssue, now: datetime) -> int:
        return (await self.save_all([composed], now))[0]

    async def save_all(self, composed: Sequence[ComposedIssue], now: datetime) -> list[int]:
        digests = [issue_digest(each.issue, each.item_ids) for each in composed]
        by_digest = dict(zip(digests, composed, strict=True))
        async with self._database.read() as connection:
            known = await _known(connection, by_digest)
        if new := {digest: each for digest, each in by_digest.items() if digest not in known}:
            known |= await self._insert(new, now)
        return [known[digest] for digest in digests]

    @retried
    async def _insert(self, new: Mapping[str, ComposedIssue], now: datetime) -> dict[str, int]:
        # Another process may have stored the same meanwhile.
        insert = self._database.insert(issues).on_conflict_do_nothing()
        insert_items = self._database.insert(issue_items).on_conflict_do_nothing()
        rows = [
            {
                "digest": digest,
                "day": each.issue.day,
                "language": each.issue.language,
                "layout": each.issue.layout,
                "created_at": now,
                "content": each.issue,
            }
            for digest, each in new.items()
        ]
        async with self._database.write() as connection:
            await execute_many(connection, insert, rows)
            known = await _known(connection, new)
            items = [
                {"issue_id": known[digest], "position": position, "item_id": item_id}
                for digest, each in new.items()
                for position, item_id in enumerate(each.item_ids)
            ]
            await execute_many(connection, insert_items, items)
        return known

    @retried
    async def show(self, chat_id: int, issue_id: int, until: datetime, now: datetime) -> None:
        """Records nothing if the chat or the issue was erased meanwhile.

        Showing once more what was shown last writes nothing: people ask for today's issue often.
        """
        async with self._database.read() as connection:
            if await connection.scalar(_last_shown(chat_id)) == issue_id:
                return
        async with self._database.write() as connection:
            await record_shown(
                self._database,
                connection,
                chat_id=chat_id,
                issue_id=issue_id,
                until=until,
                now=now,
            )

    async def shown(self, chat_id: int, day: date) -> Issue | None:
        query = (
            select(issues.c.content)
            .join(chat_issues, chat_issues.c.issue_id == issues.c.id)
            .where(chat_issues.c.chat_id == chat_id, chat_issues.c.day == day)
            .order_by(chat_issues.c.shown_at.desc(), chat_issues.c.issue_id.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            content = (await connection.execute(query)).scalar()
        return issue_from_json(content) if content else None

    async def last(self, chat_id: int) -> Issue | None:
        query = select(issues.c.content).where(
            issues.c.id == _last_shown(chat_id).scalar_subquery()
        )
        async with self._database.read() as connection:
            content = await connection.scalar(query)
        return issue_from_json(content) if content else None

    async def last_items(self, chat_id: int, day: date | None = None) -> tuple[int, ...]:
        query = (
            select(issue_items.c.item_id)
            .where(issue_items.c.issue_id == _last_shown(chat_id, day).scalar_subquery())
            .order_by(issue_items.c.position)
        )
        async with self._database.read() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def days_of(self, chat_id: int, item_ids: Sequence[int]) -> Mapping[int, date]:
        # The chat's issues are few, a popular item is in as many issues as there are readers.
        query = (
            select(issue_items.c.item_id, func.max(chat_issues.c.day).label("day"))
            .join_from(chat_issues, issue_items, issue_items.c.issue_id == chat_issues.c.issue_id)
            .where(chat_issues.c.chat_id == chat_id, issue_items.c.item_id.in_(item_ids))
            .group_by(issue_items.c.item_id)
        )
        async with self._database.read() as connection:
            return {row.item_id: row.day for row in await connection.execute(query)}

    async def days(self, chat_id: int) -> tuple[date, ...]:
        query = (
            select(chat_issues.c.day)
            .where(chat_issues.c.chat_id == chat_id)
            .distinct()
            .order_by(chat_issues.c.day)
        )
        async with self._database.read() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def history(
        self, chat_ids: Sequence[int], after: date | None = None
    ) -> dict[int, tuple[Shown, ...]]:
        shown = chat_issues.c
        query = (
            select(shown.chat_id, shown.day, shown.issue_id, shown.until)
            .where(among(shown.chat_id, chat_ids))
            .order_by(shown.chat_id, shown.day, shown.shown_at, shown.issue_id)
        )
        if after is not None:
            query = query.where(shown.day > after)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        of_chat: dict[int, list[Shown]] = {}
        for chat_id, *each in rows:
            of_chat.setdefault(chat_id, []).append(Shown(*each))
        return {chat_id: tuple(each) for chat_id, each in of_chat.items()}

    async def load(self, issue_ids: Sequence[int]) -> dict[int, tuple[Issue, tuple[int, ...]]]:
        contents = select(issues.c.id, issues.c.content).where(issues.c.id.in_(issue_ids))
        order = (
            select(issue_items.c.issue_id, issue_items.c.item_id)
            .where(issue_items.c.issue_id.in_(issue_ids))
            .order_by(issue_items.c.issue_id, issue_items.c.position)
        )
        async with self._database.read() as connection:
            found = {row.id: row.content for row in await connection.execute(contents)}
            items: dict[int, list[int]] = {issue_id: [] for issue_id in found}
            for issue_id, item_id in await connection.execute(order):
                items[issue_id].append(item_id)
        return {
            issue_id: (issue_from_json(content), tuple(items[issue_id]))
            for issue_id, content in found.items()
        }

    async def removed_items(self, issue_ids: Sequence[int]) -> dict[int, frozenset[int]]:
        query = (
            select(issue_items.c.issue_id, issue_items.c.item_id)
            .join(removed_items, removed_items.c.item_id == issue_items.c.item_id)
            .where(issue_items.c.issue_id.in_(issue_ids))
        )
        found: dict[int, set[int]] = {}
        async with self._database.read() as connection:
            for issue_id, item_id in await connection.execute(query):
                found.setdefault(issue_id, set()).add(item_id)
        return {issue_id: frozenset(items) for issue_id, items in found.items()}

    async def item_ids(self, issue_ids: Sequence[int]) -> dict[int, frozenset[int]]:
        shown = issue_items.c
        query = (
            select(shown.issue_id, shown.item_id, merged_items.c.into_id)
            .outerjoin_from(issue_items, merged_items, merged_items.c.item_id == shown.item_id)
            .where(among(shown.issue_id, issue_ids))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        of_issue: dict[int, set[int]] = {}
        for issue_id, *ids in rows:
            of_issue.setdefault(issue_id, set()).update(filter(None, ids))
        return {issue_id: frozenset(ids) for issue_id, ids in of_issue.items()}

    async def first_day(self, today: date) -> date:
        if self._first_day is None:
            self._first_day = await self._read_first_day(today)
        return self._first_day

    async def _read_first_day(self, today: date) -> date:
        known = select(meta.c.value).where(meta.c.key == _FIRST_DAY)
        async with self._database.read() as connection:
            value = (await connection.execute(known)).scalar()
        if value is None:
            insert = self._database.insert(meta).on_conflict_do_nothing()
            async with self._database.write() as connection:
                await connection.execute(insert.values(key=_FIRST_DAY, value=today.isoformat()))
                value = (await connection.execute(known)).scalar_one()
        return date.fromisoformat(value)


async def _known(connection: AsyncConnection, digests: Iterable[str]) -> dict[str, int]:
    query = select(issues.c.digest, issues.c.id).where(issues.c.digest.in_(list(digests)))
    return {row.digest: row.id for row in await connection.execute(query)}


def _last_shown(chat_id: int, day: date | None = None) -> Select[int]:
    query = select(chat_issues.c.issue_id).where(chat_issues.c.chat_id == chat_id)
    if day is not None:
        query = query.where(chat_issues.c.day == day)
    return query.order_by(chat_issues.c.shown_at.desc(), chat_issues.c.issue_id.desc()).limit(1)


async def record_shown(
    database: Database,
    connection: AsyncConnection,
    *,
    chat_id: int,
    issue_id: int,
    until: datetime,
    now: datetime,
) -> None:
    """Record, in the caller's transaction, that the chat was shown the issue for its date.

    Records nothing if the chat or the issue was erased meanwhile.
    """
    found = (
        select(
            chats.c.id,
            issues.c.day,
            issues.c.id,
            literal(until, chat_issues.c.until.type),
            literal(now, chat_issues.c.shown_at.type),
        )
        .join_from(chats, issues, issues.c.id == issue_id)
        .where(chats.c.id == chat_id)
    )
    insert = database.insert(chat_issues).from_select(list(chat_issues.c), found)
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=list(chat_issues.primary_key),
            set_={"until": insert.excluded.until, "shown_at": insert.excluded.shown_at},
        )
    )
