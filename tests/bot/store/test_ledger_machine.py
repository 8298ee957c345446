"""What holds of the ledger over any order of events, with two processes, crashes and erasures."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Select, create_engine, select

from bot.model import TERMINAL_STATES, Chat, ChatStatus, Delivery
from bot.ports import Ledger
from bot.store import Store, open_store
from bot.store.tables import chat_issues, deliveries
from tests.bot.store.acknowledge import dead, planned, ready, retry, sent, uncertain
from tests.bot.store.builders import ACCOUNT, NOW, TODAY, a_plan, add_chat, composed, hours
from tests.databases import Databases

pytestmark = pytest.mark.both_engines

T = TypeVar("T")
Row = Mapping[Any, Any]
Rows = Sequence[Row]

LEASE = timedelta(minutes=1)
MAX_DOUBTS = 1
TERMINAL = {state.value for state in TERMINAL_STATES}

owners = st.sampled_from(["a", "b"])
days = st.integers(0, 2)
numbers_of_parts = st.integers(1, 3)
some_chat = st.integers(0, 2)


class LedgerMachine(RuleBasedStateMachine):
    """Events happen to a real store; what must never happen is looked for after each of them."""

    databases: ClassVar[Databases]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.url = self.databases.new()
        self.observer = Observer(self)
        self.now = NOW
        self.stores: dict[str, Store] = {}
        self.chats: list[Chat] = []
        self.erased = 0
        self.claims: list[Delivery] = []
        self.confirmed: Counter[int] = Counter()
        self.final: dict[int, Any] = {}
        self.parts: dict[tuple[int, date], int] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def ledger(self, owner: str) -> Ledger:
        return self.stores[owner].ledger

    @initialize()
    def start(self) -> None:
        for owner in ("a", "b"):
            self.stores[owner] = self.run(open_store(self.url))
        self.chats = [self.run(add_chat(self.stores["a"], name)) for name in "123"]
        for chat, day in product(range(3), range(2)):
            self.plan(chat, day, "a", missed=False)
        self.compose(3, "a")

    # What happens.

    @rule(chat=some_chat, day=days, owner=owners, missed=st.sampled_from([False, False, True]))
    def plan(self, chat: int, day: int, owner: str, missed: bool) -> None:
        plan = a_plan(
            self.chats[chat], TODAY + timedelta(days=day), due_at=self.now, expired=missed
        )
        key = (plan.chat_id, plan.day, 1)
        there = any(key_of(row) == key for row in self.rows())
        assert self.run(self.ledger(owner).plan([plan, plan], self.now)) == (not there)

    @rule(parts=numbers_of_parts, owner=owners)
    def compose(self, parts: int, owner: str) -> None:
        for row in self.run(planned(self.ledger(owner))):
            issue = composed(title=f"{row.delivery_id}", day=row.day)
            issue_id = self.run(self.stores[owner].issues.save(issue, self.now))
            texts = [f"{row.chat_id} {row.day} {part}" for part in range(1, parts + 1)]
            ledger = self.ledger(owner)
            made = [self.run(ready(ledger, row, issue_id, self.now, texts)) for _ in range(2)]
            assert made == [True, False]
            self.parts[row.chat_id, row.day] = parts

    @rule(owner=owners, limit=st.integers(1, 3))
    def claim(self, owner: str, limit: int) -> None:
        before = {row["id"]: row for row in self.rows()}
        taken = self.run(self._claim(owner, limit))
        assert len({row.chat_id for row in taken}) == len(taken) <= limit
        for row in taken:
            old = before[row.id]
            assert old["state"] in {"ready", "retry"}
            assert (old["not_before"] or self.now) <= self.now
            assert row.attempt == old["attempt"] + 1
            assert row.payload == f"{row.chat_id} {row.day} {row.part}"
        self.claims += taken

    async def _claim(self, owner: str, limit: int) -> tuple[Delivery, ...]:
        until = self.now + LEASE
        return await self.ledger(owner).claim(owner, [ACCOUNT], self.now, until, limit)

    @rule(limit=st.integers(1, 3))
    def claim_at_once(self, limit: int) -> None:
        async def both() -> tuple[tuple[Delivery, ...], tuple[Delivery, ...]]:
            return await asyncio.gather(self._claim("a", limit), self._claim("b", limit))

        ours, theirs = self.run(both())
        assert not {row.chat_id for row in ours} & {row.chat_id for row in theirs}
        self.claims += ours + theirs

    @precondition(lambda self: self.claims)
    @rule(
        pick=st.integers(0, 5),
        outcome=st.sampled_from(["sent", "sent", "retry", "uncertain", "dead"]),
        owner=st.sampled_from([None, None, None, "a", "b"]),
    )
    def acknowledge(self, pick: int, outcome: str, owner: str | None) -> None:
        """Of a claim that is held, or else of one lost or acknowledged before, or another's."""
        before = self.rows()
        latest_first = self.claims[::-1]
        claims = sorted(latest_first, key=lambda claim: not is_held(before, claim))
        claim = claims[pick % len(claims)]
        claim = replace(claim, owner=owner or claim.owner)
        held = is_held(before, claim)
        assert self.run(self._acknowledge(claim, outcome)) == held
        known = {row["id"]: row for row in before}
        changed = [row for row in self.rows() if row != known.get(row["id"])]
        new = [key_of(row) for row in changed if row["id"] not in known]
        assert {row["id"] for row in changed if row["id"] in known} == (
            {claim.id} if held else set()
        )
        following = (claim.chat_id, claim.day, claim.part + 1)
        is_followed = (
            held and outcome == "sent" and claim.part < self.parts[claim.chat_id, claim.day]
        )
        assert new == ([following] if is_followed else [])
        if held and outcome == "sent":
            self.confirmed[claim.id] += 1

    async def _acknowledge(self, claim: Delivery, outcome: str) -> bool:
        ledger = self.ledger("a")
        if outcome == "sent":
            return await sent(ledger, claim, "m", self.now, late=False)
        if outcome == "retry":
            return await retry(ledger, claim, self.now + 2 * LEASE, "429")
        if outcome == "uncertain":
            return await uncertain(ledger, claim, "cut")
        return await dead(ledger, claim, "blocked")

    @rule(owner=owners, steps=st.integers(0, 12))
    def crash(self, owner: str, steps: int) -> None:
        """The process ends in the middle of a claim, and comes up again."""

        async def cut_short() -> None:
            task = asyncio.create_task(self._claim(owner, 2))
            for _ in range(steps):
                await asyncio.sleep(0.0005)
            task.cancel()
            await asyncio.wait([task])
            await self.stores[owner].close()

        self.run(cut_short())
        self.stores[owner] = self.run(open_store(self.url))

    @rule(minutes=st.sampled_from([0, 1, 1, 2, 90]), owner=owners)
    def wait(self, minutes: int, owner: str) -> None:
        self.now += timedelta(minutes=minutes)
        self._tidy(self.ledger(owner))

    def _tidy(self, ledger: Ledger) -> None:
        leases = [row["lease_until"] for row in self.rows() if row["state"] == "sending"]
        over = [lease for lease in leases if lease <= self.now]
        assert self.run(ledger.reclaim(self.now)) == len(over)
        doubtful = [row for row in self.rows() if row["state"] == "uncertain"]
        again = [row for row in doubtful if row["doubts"] <= MAX_DOUBTS]
        settled = self.run(ledger.settle_uncertain(MAX_DOUBTS))
        assert settled == (len(again), len(doubtful) - len(again))
        self.run(ledger.expire(self.now - hours(6)))

    @rule(chat=some_chat, status=st.sampled_from([ChatStatus.PAUSED, ChatStatus.GONE]))
    def claim_while_away(self, chat: int, status: ChatStatus) -> None:
        away = self.chats[chat]
        self.run(self.stores["b"].chats.set_status(away.id, status))
        taken = self.run(self._claim("a", 9))
        assert away.id not in {row.chat_id for row in taken}
        self.claims += taken
        self.run(self.stores["b"].chats.set_status(away.id, ChatStatus.ACTIVE))

    @precondition(lambda self: self.erased < 1)
    @rule(chat=some_chat)
    def erase(self, chat: int) -> None:
        self.erased += 1
        self.run(self.stores["a"].chats.erase(self.chats[chat].id))
        self.chats[chat] = self.run(add_chat(self.stores["a"], "another"))

    # What holds.

    def rows(self) -> Rows:
        return self.observer.read(select(deliveries).order_by(deliveries.c.id))

    @invariant()
    def all_holds(self) -> None:
        if self.stores:
            rows = self.rows()
            self._terminal_rows_stay(rows)
            self._one_row_per_key_and_one_message_per_chat(rows)
            self._parts_in_order(rows)
            self._sent_exactly_when_confirmed(rows)

    def _terminal_rows_stay(self, rows: Rows) -> None:
        now = {row["id"]: row for row in rows}
        of_living = {chat.id for chat in self.chats}
        for row_id, row in self.final.items():
            assert row["chat_id"] not in of_living or now[row_id] == row
        self.final |= {row["id"]: row for row in rows if row["state"] in TERMINAL}

    def _one_row_per_key_and_one_message_per_chat(self, rows: Rows) -> None:
        assert len({key_of(row) for row in rows}) == len(rows)
        in_flight = [row["chat_id"] for row in rows if row["state"] == "sending"]
        assert len(in_flight) == len(set(in_flight))
        for row in rows:
            claimed = row["state"] == "sending"
            assert (row["owner"] is not None, row["lease_until"] is not None) == (claimed, claimed)

    def _parts_in_order(self, rows: Rows) -> None:
        states = {key_of(row): row["state"] for row in rows}
        for (chat_id, day, part), state in states.items():
            if state in {"sending", "sent", "retry", "uncertain"}:
                assert all(states[chat_id, day, earlier] == "sent" for earlier in range(1, part))

    def _sent_exactly_when_confirmed(self, rows: Rows) -> None:
        assert set(self.confirmed.values()) <= {1}
        sent = [row for row in rows if row["state"] == "sent"]
        there = {row["id"] for row in rows}
        assert {row["id"] for row in sent} == self.confirmed.keys() & there
        shown = self.observer.read(select(chat_issues.c.chat_id, chat_issues.c.issue_id))
        expected = {(row["chat_id"], row["issue_id"]) for row in sent}
        assert {tuple(row.values()) for row in shown} == expected

    def teardown(self) -> None:
        """Whatever happened: once nothing new does, every row comes to its end."""
        if self.stores:
            self._drain()
            for store in self.stores.values():
                self.run(store.close())
        self.observer.close()
        self.runner.close()
        self.databases.erase()

    def _drain(self) -> None:
        for _ in range(100):
            if not [row for row in self.rows() if row["state"] not in TERMINAL]:
                return
            self.compose(parts=2, owner="a")
            self.wait(minutes=3, owner="a")
            for row in self.run(self._claim("a", 9)):
                assert self.run(sent(self.ledger("a"), row, "m", self.now))
        raise AssertionError("some rows never come to an end")


class Observer:
    """Reads what is committed. Not through a thread on SQLite: it is asked thousands of times."""

    def __init__(self, machine: LedgerMachine) -> None:
        self._machine = machine
        is_file = machine.url.startswith("sqlite")
        self._file = create_engine(machine.url).connect() if is_file else None
        self._store = None if is_file else machine.run(open_store(machine.url))

    def read(self, query: Select[Any]) -> Rows:
        if not self._file:
            return self._machine.run(self._read(query))
        with self._file.begin():
            rows: Rows = self._file.execute(query).mappings().all()
            return rows

    async def _read(self, query: Select[Any]) -> Rows:
        assert self._store is not None
        async with self._store.database.read() as connection:
            rows: Rows = (await connection.execute(query)).mappings().all()
        return rows

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file.engine.dispose()
        if self._store:
            self._machine.run(self._store.close())


def key_of(row: Row) -> tuple[int, date, int]:
    return row["chat_id"], row["day"], row["part"]


def is_held(rows: Rows, claim: Delivery) -> bool:
    names = ("state", "id", "owner", "attempt")
    held = ("sending", claim.id, claim.owner, claim.attempt)
    return any(tuple(row[name] for name in names) == held for row in rows)


def test_whatever_happens(engine: str, databases: Databases) -> None:
    # On PostgreSQL each step takes longer, and each start of a process much longer.
    look_for_violations(databases, examples={"sqlite": 10, "postgresql": 3}[engine])


@pytest.mark.soak
def test_whatever_happens_for_long(databases: Databases) -> None:
    look_for_violations(databases, examples=60)


def look_for_violations(databases: Databases, examples: int) -> None:
    LedgerMachine.databases = databases
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            # Shrinking takes minutes; the steps of a failure are printed without it as well.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
