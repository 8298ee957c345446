"""Turns to ask a host, and what was seen there: shared by all processes of an installation."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update

from bot.ports import Stars
from bot.store.engine import Database
from bot.store.tables import host_turns, star_snapshots

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = timedelta(days=31)
_A_DAY = timedelta(hours=20)  # snapshots are taken at about the same hour, not to the minute


class SqlTurnStore:
    """``bot.ports.TurnStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, host: str, owner: str, now: datetime, until: datetime) -> datetime | None:
        """The UPDATE decides, by its own condition: of two processes only one finds it true."""
        turns = host_turns.c
        known = self._database.insert(host_turns).values(host=host, free_at=_LONG_AGO)
        taking = (
            update(host_turns)
            .where(turns.host == host, turns.free_at <= now)
            .values(free_at=until, owner=owner)
            .returning(turns.host)
        )
        async with self._database.write() as connection:
            await connection.execute(known.on_conflict_do_nothing())
            if (await connection.execute(taking)).first() is not None:
                return None
            free_at: datetime | None = await connection.scalar(
                select(turns.free_at).where(turns.host == host)
            )
            return free_at

    async def give_back(self, host: str, owner: str, free_at: datetime) -> None:
        mine = (host_turns.c.host == host) & (host_turns.c.owner == owner)
        async with self._database.write() as connection:
            await connection.execute(
                update(host_turns).where(mine).values(free_at=free_at, owner=None)
            )


class SqlStarStore:
    """``bot.ports.StarStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, stars: Mapping[str, int], now: datetime) -> Mapping[str, Stars]:
        if not stars:
            return {}
        snapshots = star_snapshots.c
        earlier = (
            select(snapshots.repository, snapshots.stars, snapshots.taken_at)
            .where(snapshots.repository.in_(stars))
            .order_by(snapshots.taken_at.desc())
        )
        rows = [
            {"repository": name, "day": now.date(), "taken_at": now, "stars": count}
            for name, count in stars.items()
        ]
        insert = self._database.insert(star_snapshots).on_conflict_do_nothing()
        async with self._database.write() as connection:
            found = (await connection.execute(earlier)).all()
            await connection.execute(insert, rows)
            await connection.execute(
                delete(star_snapshots).where(snapshots.day < (now - _KEPT).date())
            )
        before: dict[str, Stars] = {}
        for repository, count, taken_at in found:  # from new to old
            if repository not in before or now - before[repository].at < _A_DAY:
                before[repository] = Stars(count, taken_at)
        return before
