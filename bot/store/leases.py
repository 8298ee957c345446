"""Leases: what only one process may do at a time; and the waits that platforms ask of accounts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update

from bot.ports import Account, Hold, Lease
from bot.store.engine import Database
from bot.store.tables import holds, leases


class SqlLeaseStore:
    """``bot.ports.LeaseStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def now(self, local: datetime) -> datetime:
        if self._database.path:
            return local  # whoever shares an SQLite file shares the machine's clock
        async with self._database.read() as connection:
            server: datetime | None = await connection.scalar(select(func.clock_timestamp()))
        return server or local

    async def acquire(
        self, name: str, owner: str, now: datetime, until: datetime, gone: Sequence[str] = ()
    ) -> Lease | None:
        free = or_(
            leases.c.lease_until <= now,
            leases.c.lease_until > now + 2 * (until - now),
            leases.c.owner.in_(gone),
        )
        mine = leases.c.owner == owner
        prolong = update(leases).where(leases.c.name == name, mine).values(lease_until=until)
        take = (
            update(leases)
            .where(leases.c.name == name, free)
            .values(owner=owner, epoch=leases.c.epoch + 1, lease_until=until)
        )
        new = self._database.insert(leases).on_conflict_do_nothing()
        async with self._database.write() as connection:
            if not (await connection.execute(prolong)).rowcount:
                await connection.execute(take)
                await connection.execute(
                    new.values(name=name, owner=owner, epoch=1, lease_until=until)
                )
            held = select(leases.c.epoch).where(leases.c.name == name, mine)
            epoch = await connection.scalar(held)
        return None if epoch is None else Lease(name, owner, epoch)

    async def owners(self) -> tuple[str, ...]:
        async with self._database.read() as connection:
            return tuple((await connection.execute(select(leases.c.owner).distinct())).scalars())

    async def release(self, lease: Lease, now: datetime) -> None:
        mine = (leases.c.name == lease.name) & (leases.c.owner == lease.owner)
        async with self._database.write() as connection:
            await connection.execute(update(leases).where(mine).values(lease_until=now))

    async def all(self, now: datetime) -> tuple[tuple[Lease, datetime], ...]:
        query = select(leases).where(leases.c.lease_until > now).order_by(leases.c.name)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return tuple((Lease(row.name, row.owner, row.epoch), row.lease_until) for row in rows)

    async def hold(self, account: Account, wait: Hold) -> None:
        values = {"until": wait.until, "seconds": wait.seconds, "reason": wait.reason}
        platform, name = account
        insert = self._database.insert(holds).values(platform=platform, account=name, **values)
        async with self._database.write() as connection:
            await connection.execute(
                insert.on_conflict_do_update(index_elements=list(holds.primary_key), set_=values)
            )

    async def holds(self) -> dict[Account, Hold]:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(holds))).all()
        return {
            (row.platform, row.account): Hold(row.until, row.seconds, row.reason) for row in rows
        }
