"""What comes soon is planned for many chats by a few statements, as it would be for each alone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.model import Chat, ChatAddress, ChatKind, ChatStatus, Schedule, Window
from bot.ports import ChatStore
from bot.store.tables import deliveries
from scheduler.due import next_due
from scheduler.spread import Table, in_slots
from scheduler.tick import AHEAD, plan_of
from tests.conversation import Conversation

pytestmark = pytest.mark.both_engines

NOW = datetime(2026, 3, 29, 0, 57, tzinfo=UTC)
"""Three minutes before the clocks of Europe go forward, on a Sunday."""

UNTIL = NOW + AHEAD
ONE = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)

SCHEDULES = [
    Schedule(time(2, 0), "Europe/Berlin"),  # skipped: it is 3:00 at once
    Schedule(time(2, 1), "Europe/Lisbon"),
    Schedule(time(1, 0), "UTC"),
    Schedule(time(1, 0), "UTC", frozenset({1, 2, 3})),
    Schedule(time(1, 2), "UTC", frozenset({7})),
    Schedule(time(1, 3), "UTC"),
    Schedule(time(9, 0), "Asia/Shanghai"),
    Schedule(time(6, 45), "Asia/Kathmandu"),
    Schedule(time(1, 0), "UTC", frozenset()),
]

TABLE = Table(
    NOW,
    {
        ("telegram", "1"): {ONE: Window(ONE + A_MINUTE, ONE + 8 * A_MINUTE)},
        ("discord", "1"): {ONE + A_MINUTE: Window(ONE + A_MINUTE, ONE + 3 * A_MINUTE)},
    },
)


async def everybody(store: ChatStore) -> list[Chat]:
    """Chats with each of the schedules, on each account, and in each state that matters."""
    since = NOW - timedelta(days=3)
    states: list[dict[str, Any]] = [
        {"active_since": since},
        {"active_since": None},
        {"active_since": since, "status": ChatStatus.GONE},
        {"active_since": since, "status": ChatStatus.PAUSED},
        {"active_since": since, "changed_at": NOW - A_MINUTE},
        {"active_since": NOW - A_MINUTE},
    ]
    found = []
    for platform in ("telegram", "discord", "console"):
        for number, (schedule, state) in enumerate((s, t) for s in SCHEDULES for t in states):
            following = next_due(schedule, since if number % 4 == 3 else NOW)
            chat = Chat(
                id=0,
                address=ChatAddress(platform, "1", str(number)),
                kind=ChatKind.PRIVATE,
                title="",
                language="en",
                schedule=schedule,
                next_due=following.instant if following and number % 5 else None,
                **state,
            )
            found.append(await store.add(chat, NOW))
    return found


@pytest.mark.parametrize("table", [None, TABLE])
async def test_many_at_once_as_each_alone(talk: Conversation, table: Table | None) -> None:
    store = talk.app.store
    chats = await everybody(store.chats)
    alone = {chat.id: plan_of(chat, NOW, UNTIL) for chat in chats}
    if table:
        alone = {chat_id: in_slots(plan, table, NOW) for chat_id, plan in alone.items()}
    await talk.tick().plan(NOW, UNTIL, table)
    rows = await planned(talk)
    for chat in chats:
        is_due = chat.status is ChatStatus.ACTIVE and chat.active_since is not None
        is_due = is_due and (chat.next_due is None or chat.next_due <= UNTIL)
        expected = {d.day: d.due_at for d in alone[chat.id].deliveries} if is_due else {}
        got = rows.get(chat.id, {})
        assert got.keys() == expected.keys(), chat
        assert all(abs(got[day] - expected[day]) <= timedelta.resolution for day in got), chat
        after = await store.chats.get(chat.id)
        assert after is not None
        assert after.next_due == (alone[chat.id].next_due if is_due else chat.next_due), chat
    assert sum(map(len, rows.values())) > 30


async def planned(talk: Conversation) -> dict[int, dict[date, datetime]]:
    columns = (deliveries.c.chat_id, deliveries.c.day, deliveries.c.due_at)
    found: dict[int, dict[date, datetime]] = {}
    async with talk.app.store.database.read() as connection:
        for chat_id, day, due_at in await connection.execute(select(*columns)):
            found.setdefault(chat_id, {})[day] = due_at
    return found


async def test_a_page_that_is_full_is_followed_by_the_next(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = await everybody(talk.app.store.chats)
    monkeypatch.setattr("scheduler.tick.BATCH_AHEAD", 7)
    await talk.tick().plan(NOW, UNTIL)
    coming = {c.id for c in chats if c.next_due and NOW < c.next_due <= UNTIL}
    active = {c.id for c in chats if c.status is ChatStatus.ACTIVE and c.active_since}
    assert len(coming & active) > 7
    assert coming & active <= (await planned(talk)).keys()
