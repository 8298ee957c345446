"""Chats: the people, groups and channels, and their settings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Update,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.layouts.weeks import comes
from bot.model import WEB, Chat, ChatAddress, ChatKind, ChatStatus, QuietHours, Schedule
from bot.ports import Account
from bot.store import transitions
from bot.store.among import among
from bot.store.engine import Database, retried
from bot.store.tables import (
    IS_BULLETIN,
    bulletins,
    chat_editions,
    chat_issues,
    chats,
    deliveries,
    is_one_of,
    issues,
    subscriptions,
)


class SqlChatStore:
    """``bot.ports.ChatStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, address: ChatAddress) -> Chat | None:
        async with self._database.read() as connection:
            return await _one(connection, _is_at(address))

    async def get(self, chat_id: int) -> Chat | None:
        async with self._database.read() as connection:
            return await _one(connection, chats.c.id == chat_id)

    async def get_all(self, chat_ids: Sequence[int]) -> dict[int, Chat]:
        async with self._database.read() as connection:
            query = select(chats).where(among(chats.c.id, chat_ids))
            rows = (await connection.execute(query)).all()
        return {row.id: _to_chat(row) for row in rows}

    async def add(self, chat: Chat, now: datetime) -> Chat:
        insert = self._database.insert(chats).on_conflict_do_nothing()
        async with self._database.write() as connection:
            await connection.execute(insert.values(**_to_row(chat), created_at=now))
            there = select(chats).where(_is_at(chat.address))
            return _to_chat((await connection.execute(there)).one())

    @retried
    async def save(self, chat: Chat) -> None:
        """Write all settings; a chat that was erased meanwhile stays erased."""
        async with self._database.write() as connection:
            row = _to_row(chat) | {"next_due": None}
            await connection.execute(update(chats).where(chats.c.id == chat.id).values(**row))
            await connection.execute(transitions.withdrawn(deliveries.c.chat_id == chat.id))

    @retried
    async def erase(self, chat_id: int, person: str | None = None) -> None:
        """Forget the chat, and the issues that no other chat has: they tell what it followed.

        Channels that the ``person`` set up stay, and forget who did.
        """
        added_by_them = (
            update(chats)
            .where(chats.c.platform + ":" + chats.c.added_by == person)
            .values(added_by=None)
        )
        async with self._database.write() as connection:
            # From here on nothing can refer to the chat any more; all that does is seen below.
            await connection.execute(select(chats.c.id).filter_by(id=chat_id).with_for_update())
            if person is not None:
                await connection.execute(added_by_them)
            await connection.execute(delete(issues).where(_only_of(chat_id)))
            await connection.execute(delete(bulletins).where(_only_for(chat_id)))
            await connection.execute(delete(chats).where(chats.c.id == chat_id))

    async def scheduled(self, *, after_id: int, limit: int) -> tuple[Chat, ...]:
        return await self._page(
            select(chats).where(chats.c.id > after_id, *_SCHEDULED).limit(limit)
        )

    async def _page(self, query: Select[Any]) -> tuple[Chat, ...]:
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(chats.c.id))).all()
        return tuple(map(_to_chat, rows))

    async def channels(self, platform: str, account: str) -> tuple[Chat, ...]:
        query = select(chats).where(
            is_one_of(chats.c.kind, ChatKind.CHANNEL),
            chats.c.platform == platform,
            chats.c.account == account,
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        # Sorted here: each server of PostgreSQL orders texts in its own way.
        return tuple(sorted(map(_to_chat, rows), key=lambda chat: (chat.title, chat.id)))

    async def set_status(self, chat_id: int, status: ChatStatus) -> None:
        statement = update(chats).where(chats.c.id == chat_id).values(status=status.value)
        async with self._database.write() as connection:
            await connection.execute(statement)

    async def counts(self) -> tuple[int, int]:
        scheduled = func.count().filter(
            chats.c.active_since.is_not(None), chats.c.status == ChatStatus.ACTIVE.value
        )
        # Nobody chats on the web.
        query = select(func.count(), scheduled).where(chats.c.platform != WEB)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one()
        return row[0], row[1]

    async def audience(self) -> dict[str, int]:
        number = func.count().filter(*_SCHEDULED)
        query = select(chats.c.platform, number).group_by(chats.c.platform)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(chats.c.platform))).all()
        return {row[0]: row[1] for row in rows}

    async def due_counts(self, until: datetime) -> dict[Account, dict[datetime, int]]:
        key = (chats.c.platform, chats.c.account, chats.c.next_due)
        query = select(*key, func.count()).where(*_ACTIVE, chats.c.next_due <= until).group_by(*key)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            nothing = await _nothing_due(connection, until)
        found: dict[Account, dict[datetime, int]] = {}
        for platform, account, instant, number in rows:
            if left := number - nothing[platform, account, instant]:
                found.setdefault((platform, account), {})[instant] = left
        return found

    @retried
    async def move(self, chat_id: int, new_id: str) -> int:
        async with self._database.write() as connection:
            moving = await _one(connection, chats.c.id == chat_id)
            if moving is None:
                return chat_id
            address = replace(moving.address, id=new_id)
            other = await connection.scalar(select(chats.c.id).where(_is_at(address)))
            if other is not None and other != chat_id:
                await self._merge(connection, chat_id, other)
            await connection.execute(
                update(chats)
                .where(chats.c.id == chat_id)
                .values(address=new_id, place=address.place, next_due=None)
            )
        return chat_id

    async def _merge(self, connection: AsyncConnection, chat_id: int, other: int) -> None:
        """Give all that the other chat has to this one, but for its settings."""
        # What the other one got today must not come again.
        await connection.execute(transitions.withdrawn(deliveries.c.chat_id == chat_id))
        for table in (subscriptions, chat_issues):
            columns = [column for column in table.c if column.name != "id"]
            values = [
                literal(chat_id, column.type) if column.name == "chat_id" else column
                for column in columns
            ]
            insert = self._database.insert(table).on_conflict_do_nothing()
            given = select(*values).where(table.c.chat_id == other)
            await connection.execute(insert.from_select([c.name for c in columns], given))
        mine = deliveries.alias("mine")
        there = exists().where(
            mine.c.chat_id == chat_id,
            mine.c.day == deliveries.c.day,
            mine.c.bulletin_id == deliveries.c.bulletin_id,
        )
        await connection.execute(
            update(deliveries).where(deliveries.c.chat_id == other, ~there).values(chat_id=chat_id)
        )
        await connection.execute(delete(chats).where(chats.c.id == other))

    @retried
    async def plan_anew(self, now: datetime) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(chats).values(next_due=None))
            for column in (chats.c.active_since, chats.c.changed_at):
                await connection.execute(
                    update(chats).where(column > now).values({column.name: now})
                )


def _is_at(address: ChatAddress) -> ColumnElement[bool]:
    return (
        (chats.c.platform == address.platform)
        & (chats.c.account == address.account)
        & (chats.c.address == address.id)
        & (chats.c.thread == address.thread)
    )


_SCHEDULED = (chats.c.active_since.is_not(None), chats.c.status != ChatStatus.GONE.value)
_ACTIVE = (is_one_of(chats.c.status, ChatStatus.ACTIVE), chats.c.active_since.is_not(None))


async def due_chats(
    connection: AsyncConnection, now: datetime, until: datetime, *, after_id: int, limit: int
) -> tuple[Chat, ...]:
    """See ``Ledger.plan_due``. They stay locked, but for those that another process plans."""
    ids = union_all(*(query.where(chats.c.id > after_id) for query in _due(now, until)))
    page = ids.order_by("id").limit(limit).subquery()
    query = (
        select(chats)
        .where(chats.c.id.in_(select(page.c.id)))
        .order_by(chats.c.id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return tuple(map(_to_chat, (await connection.execute(query)).all()))


def _due(now: datetime, until: datetime) -> list[Select[int]]:
    """Ids of the chats that are due: one query for each way, so that each is read from an index."""
    active = select(chats.c.id).where(*_ACTIVE)
    paused = select(chats.c.id).where(is_one_of(chats.c.status, ChatStatus.PAUSED))
    return [
        active.where(chats.c.next_due.is_(None)),
        active.where(chats.c.next_due <= until),
        paused.where(chats.c.paused_until <= now),
    ]


async def coming_due(
    connection: AsyncConnection, now: datetime, until: datetime, limit: int
) -> dict[tuple[Account, Schedule], list[int]]:
    """See ``Ledger.plan_ahead``; ids by account and schedule. They stay locked like the others."""
    key = (chats.c.platform, chats.c.account, chats.c.send_at, chats.c.zone, chats.c.days)
    query = (
        select(chats.c.id, *key)
        .where(*_ACTIVE, chats.c.next_due > now, chats.c.next_due <= until)
        .order_by(chats.c.next_due, chats.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    found: dict[tuple[Any, ...], list[int]] = {}
    for chat_id, *columns in await connection.execute(query):
        found.setdefault(tuple(columns), []).append(chat_id)
    return {
        ((platform, account), _schedule(*schedule)): ids
        for (platform, account, *schedule), ids in found.items()
    }


async def _nothing_due(
    connection: AsyncConnection, until: datetime
) -> Counter[tuple[str, str, datetime]]:
    """How many chats of each account have no round-up on the day that they are due next.

    Few chats go without the daily issue, so what each of them takes can be looked at.
    """
    key = (chats.c.platform, chats.c.account, chats.c.next_due)
    query = (
        select(chats.c.id, *key, chats.c.zone, chats.c.days, chat_editions.c.kind)
        .join_from(chat_editions, chats, chats.c.id == chat_editions.c.chat_id)
        .where(*_ACTIVE, chats.c.next_due <= until)
    )
    taken: dict[tuple[Any, ...], set[str]] = {}
    for *chat, kind in await connection.execute(query):
        taken.setdefault(tuple(chat), set()).add(kind)
    return Counter(
        (platform, account, instant)
        for (_, platform, account, instant, zone, days), kinds in taken.items()
        if not comes(
            instant.astimezone(ZoneInfo(zone)).date(), frozenset(map(int, days)), frozenset(kinds)
        )
    )


def next_due_of(chat_ids: Sequence[int], instant: datetime | None) -> Update:
    return update(chats).where(among(chats.c.id, chat_ids)).values(next_due=instant)


def woken(chat: Chat) -> Update:
    """The chat's pause is over."""
    values = {"status": chat.status.value, "paused_until": None, "active_since": chat.active_since}
    return update(chats).where(chats.c.id == chat.id).values(**values)


def _only_of(chat_id: int) -> ColumnElement[bool]:
    """Issues that this chat was shown or is to get, and no other."""
    owners = [
        select(table.c.issue_id, table.c.chat_id).where(table.c.issue_id.is_not(None))
        for table in (chat_issues, deliveries)
    ]
    mine = union(*(owner.where(owner.selected_columns.chat_id == chat_id) for owner in owners))
    ours = [
        select(table.c.issue_id)
        .where(table.c.issue_id == issues.c.id, table.c.chat_id != chat_id)
        .exists()
        for table in (chat_issues, deliveries)
    ]
    return issues.c.id.in_(select(mine.subquery().c.issue_id)) & ~or_(*ours)


def _only_for(chat_id: int) -> ColumnElement[bool]:
    """Bulletins that this chat gets, and no other."""
    mine = select(deliveries.c.bulletin_id).where(deliveries.c.chat_id == chat_id)
    ours = (
        select(deliveries.c.id)
        .where(
            IS_BULLETIN,
            deliveries.c.bulletin_id == bulletins.c.id,
            deliveries.c.chat_id != chat_id,
        )
        .exists()
    )
    return bulletins.c.id.in_(mine) & ~ours


async def _one(connection: AsyncConnection, condition: ColumnElement[bool]) -> Chat | None:
    row = (await connection.execute(select(chats).where(condition))).one_or_none()
    return _to_chat(row) if row else None


def _to_row(chat: Chat) -> dict[str, Any]:
    return {
        "platform": chat.address.platform,
        "account": chat.address.account,
        "address": chat.address.id,
        "thread": chat.address.thread,
        "kind": chat.kind.value,
        "title": chat.title,
        "language": chat.language,
        "send_at": chat.schedule.at,
        "zone": chat.schedule.zone,
        "days": "".join(map(str, sorted(chat.schedule.days))),
        "status": chat.status.value,
        "quiet_start": chat.quiet and chat.quiet.start,
        "quiet_end": chat.quiet and chat.quiet.end,
        "paused_until": chat.paused_until,
        "active_since": chat.active_since,
        "next_due": chat.next_due,
        "layout": chat.layout,
        "changed_at": chat.changed_at,
        "added_by": chat.added_by,
        "options": chat.options or None,
        "place": chat.address.place,
    }


def address_of(row: Row[Any]) -> ChatAddress:
    """From the columns of ``chats``, perhaps beside others."""
    return ChatAddress(row.platform, row.account, row.address, row.thread)


def _to_chat(row: Row[Any]) -> Chat:
    return Chat(
        id=row.id,
        address=address_of(row),
        kind=_KINDS[row.kind],
        title=row.title,
        language=row.language,
        schedule=_schedule(row.send_at, row.zone, row.days),
        status=_STATUSES[row.status],
        quiet=None if row.quiet_start is None else QuietHours(row.quiet_start, row.quiet_end),
        paused_until=row.paused_until,
        active_since=row.active_since,
        next_due=row.next_due,
        layout=row.layout,
        changed_at=row.changed_at,
        added_by=row.added_by,
        options=row.options or "",
    )


_KINDS = {kind.value: kind for kind in ChatKind}
_STATUSES = {status.value: status for status in ChatStatus}


# Nearly all chats share a few schedules, and what is known of an object need not be worked out.
@lru_cache(maxsize=2**12)
def _schedule(at: time, zone: str, days: str) -> Schedule:
    return Schedule(at, zone, frozenset(map(int, days)))
