"""Chats are kept whole, found when due, and forgotten without a trace."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.model import (
    Chat,
    ChatAddress,
    ChatKind,
    ChatStatus,
    DeliveryState,
    FollowKind,
    QuietHours,
    Schedule,
    Subscription,
)
from bot.ports import Plan, Planner
from bot.store import Store
from bot.store.chats import _due, due_chats
from bot.store.tables import metadata
from tests.bot.store.acknowledge import planned, ready
from tests.bot.store.builders import (
    ACCOUNT,
    NOW,
    TODAY,
    a_chat,
    a_plan,
    add_chat,
    add_items,
    an_item,
    composed,
    hours,
)
from tests.bot.store.plans import plan_of

pytestmark = pytest.mark.both_engines

FULL = a_chat(
    "full",
    kind=ChatKind.CHANNEL,
    title="频道",
    language="zh-CN",
    address=ChatAddress("discord", "main", "-100", "7"),
    schedule=Schedule(time(7, 45), "Asia/Shanghai", frozenset({1, 5, 7})),
    status=ChatStatus.PAUSED,
    quiet=QuietHours(time(22), time(6, 30)),
    paused_until=NOW + hours(5),
    active_since=NOW - hours(5),
    next_due=NOW + timedelta(microseconds=1),
    changed_at=NOW - hours(2),
    layout="brief",
    added_by="42",
)


async def due_names(store: Store, *, after_id: int = 0, limit: int = 100) -> list[str]:
    async with store.database.read() as connection:
        found = await due_chats(connection, NOW, NOW, after_id=after_id, limit=limit)
    return [chat.address.id for chat in found]


async def test_a_chat_comes_back_as_it_was(store: Store) -> None:
    added = await store.chats.add(FULL, NOW)
    assert added == replace(FULL, id=added.id)
    assert await store.chats.get(added.id) == added
    assert await store.chats.find(FULL.address) == added


@pytest.mark.parametrize("changed", ["platform", "account", "id", "thread"])
async def test_every_part_of_the_address_counts(store: Store, changed: str) -> None:
    await store.chats.add(FULL, NOW)
    other = replace(FULL.address, **{changed: "other"})
    assert await store.chats.find(other) is None
    added = await store.chats.add(replace(FULL, address=other), NOW)
    assert await store.chats.find(other) == added


async def test_adding_a_known_address_changes_nothing(store: Store) -> None:
    added = await store.chats.add(FULL, NOW)
    assert await store.chats.add(a_chat(address=FULL.address), NOW) == added


async def test_saving_writes_every_setting(store: Store) -> None:
    added = await add_chat(store, "1")
    changed = replace(FULL, id=added.id)
    await store.chats.save(changed)
    # It is to be planned anew.
    assert await store.chats.get(added.id) == replace(changed, next_due=None)
    back = replace(a_chat("1"), id=added.id)
    await store.chats.save(back)
    assert await store.chats.get(added.id) == back


async def test_saving_an_erased_chat_does_not_bring_it_back(store: Store) -> None:
    chat = await add_chat(store)
    await store.chats.erase(chat.id)
    await store.chats.save(chat)
    assert await store.chats.get(chat.id) is None


async def test_an_erased_id_is_not_given_again(store: Store) -> None:
    chat = await add_chat(store)
    await store.chats.erase(chat.id)
    assert (await add_chat(store)).id > chat.id


async def test_who_is_due(store: Store) -> None:
    past, later = NOW - hours(1), NOW + hours(1)
    paused = ChatStatus.PAUSED
    examples: dict[str, dict[str, Any]] = {
        "never computed": {},
        "due now": {"next_due": NOW},
        "due later": {"next_due": later},
        "switched off": {"active_since": None},
        "gone": {"status": ChatStatus.GONE, "next_due": past},
        "pause over": {"status": paused, "paused_until": NOW, "next_due": later},
        "paused": {"status": paused, "paused_until": later, "next_due": past},
        "paused for good": {"status": paused, "next_due": past},
        "due before": {"next_due": past},
    }
    for name, changes in examples.items():
        await add_chat(store, name, **changes)
    everyone = ["never computed", "due now", "pause over", "due before"]
    assert await due_names(store) == everyone
    assert await due_names(store, limit=2) == everyone[:2]
    assert await due_names(store, after_id=2, limit=2) == everyone[2:]


async def test_due_uses_the_partial_indexes(store: Store) -> None:
    for query in _due(NOW, NOW):
        plan = await plan_of(store, query)
        assert "ix_chats_" in plan
        assert not plan.scans


async def test_scheduled_chats_by_page(store: Store) -> None:
    await add_chat(store, "on")
    await add_chat(store, "off", active_since=None)
    await add_chat(store, "paused", status=ChatStatus.PAUSED)
    await add_chat(store, "gone", status=ChatStatus.GONE)
    first = await store.chats.scheduled(after_id=0, limit=1)
    rest = await store.chats.scheduled(after_id=first[-1].id, limit=10)
    assert [chat.address.id for chat in (*first, *rest)] == ["on", "paused"]


async def test_channels_of_one_account_by_title(store: Store) -> None:
    def channel(name: str, title: str, account: str = ACCOUNT[1]) -> Chat:
        address = ChatAddress(ACCOUNT[0], account, name)
        return a_chat(address=address, title=title, kind=ChatKind.CHANNEL)

    for chat in (channel("1", "Z"), channel("2", "A"), channel("3", "M", "other"), a_chat("4")):
        await store.chats.add(chat, NOW)
    assert [chat.title for chat in await store.chats.channels(*ACCOUNT)] == ["A", "Z"]


async def test_a_status_is_set_without_touching_the_rest(store: Store) -> None:
    full, other = await store.chats.add(FULL, NOW), await add_chat(store, "other")
    await store.chats.set_status(full.id, ChatStatus.GONE)
    assert await store.chats.get(full.id) == replace(full, status=ChatStatus.GONE)
    assert await store.chats.get(other.id) == other


async def test_counts_all_chats_and_those_that_get_an_issue(store: Store) -> None:
    assert await store.chats.counts() == (0, 0)
    await add_chat(store, "on")
    await add_chat(store, "off", active_since=None)
    await add_chat(store, "gone", status=ChatStatus.GONE)
    assert await store.chats.counts() == (3, 1)


async def plan(store: Store, decide: Planner, now: datetime = NOW) -> int | None:
    return await store.ledger.plan_due(now, now, decide, after_id=0, limit=10)


async def test_planning_writes_the_rows_and_moves_the_chats_on(store: Store) -> None:
    one, two = [await add_chat(store, name, next_due=NOW) for name in "12"]
    await add_chat(store, "later", next_due=NOW + hours(1))

    def decide(chat: Chat) -> Plan:
        return Plan(chat, (a_plan(chat),), None if chat == one else NOW + hours(24))

    assert await plan(store, decide) == two.id
    assert len(await planned(store.ledger)) == 2
    found = [await store.chats.get(chat.id) for chat in (one, two)]
    assert [chat and chat.next_due for chat in found] == [None, NOW + hours(24)]
    assert await plan(store, lambda chat: Plan(chat, (a_plan(chat),), NOW)) == one.id
    assert len(await planned(store.ledger)) == 2


async def test_a_pause_that_is_over_ends_with_the_planning(store: Store) -> None:
    paused = await add_chat(store, status=ChatStatus.PAUSED, paused_until=NOW)
    woken = replace(paused, status=ChatStatus.ACTIVE, paused_until=None, active_since=NOW)
    assert await plan(store, lambda _: Plan(woken, (), NOW, woken=True)) == paused.id
    assert await store.chats.get(paused.id) == replace(woken, next_due=NOW)


async def test_a_chat_that_moves_keeps_everything(store: Store) -> None:
    chat = await add_chat(store)
    await store.subscriptions.add(chat.id, Subscription(FollowKind.TOPIC, "nlp"), NOW)
    assert await store.chats.move(chat.id, "-100") == chat.id
    moved = await store.chats.find(replace(chat.address, id="-100"))
    assert moved is not None
    assert moved.id == chat.id
    assert await store.chats.find(chat.address) is None
    assert await store.subscriptions.of(chat.id)


async def test_a_chat_that_moves_to_where_another_is_takes_that_in(store: Store) -> None:
    (item_id,) = await add_items(store, an_item())
    chat, other = await add_chat(store, "old"), await add_chat(store, "new")
    for each, topic in ((chat, "nlp"), (other, "nlp"), (other, "cv")):
        await store.subscriptions.add(each.id, Subscription(FollowKind.TOPIC, topic), NOW)
    issue_id = await use(store, other, item_id, "Seen")
    await store.ledger.plan([a_plan(chat)], NOW)
    assert await store.chats.move(chat.id, "new") == chat.id
    assert await store.chats.get(other.id) is None
    found = await store.chats.find(other.address)
    assert found is not None
    assert found.id == chat.id
    assert [s.value for s in await store.subscriptions.of(chat.id)] == ["nlp", "cv"]
    shown = (await store.issues.history([chat.id]))[chat.id]
    assert [each.issue_id for each in shown] == [issue_id]
    # One issue for the date: the one that was ready at the new address.
    assert (await store.ledger.counts())[DeliveryState.READY] == 1
    assert await planned(store.ledger) == ()


async def test_planning_anew_forgets_a_clock_that_was_ahead(store: Store) -> None:
    ahead = NOW + hours(24 * 365)
    chat = await add_chat(store, next_due=ahead, active_since=ahead, changed_at=ahead)
    other = await add_chat(store, "2", next_due=ahead, active_since=NOW - hours(1))
    await store.chats.plan_anew(NOW)
    found = [await store.chats.get(each.id) for each in (chat, other)]
    assert found == [
        replace(chat, next_due=None, active_since=NOW, changed_at=NOW),
        replace(other, next_due=None),
    ]


async def test_channels_forget_who_set_them_up(store: Store) -> None:
    person = await add_chat(store, "ann")
    channel = await add_chat(store, "#news", kind=ChatKind.CHANNEL, added_by="ann")
    await store.chats.erase(person.id, f"{person.address.platform}:ann")
    found = await store.chats.get(channel.id)
    assert found is not None
    assert found.added_by is None


async def use(store: Store, chat: Chat, item_id: int, title: str) -> int:
    """Give the chat a row in every table that tells of it."""
    await store.subscriptions.add(chat.id, Subscription(FollowKind.TOPIC, "nlp"), NOW)
    issue_id = await store.issues.save(composed(item_id, title=title), NOW)
    await store.issues.show(chat.id, issue_id, NOW, NOW)
    await store.ledger.plan([a_plan(chat)], NOW)
    for row in await planned(store.ledger):
        if row.chat_id == chat.id:
            await ready(store.ledger, row, issue_id, NOW, ["one", "two"])
    return issue_id


async def rows(store: Store) -> dict[str, int]:
    async with store.database.read() as connection:
        return {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


async def test_erasing_leaves_nothing_of_the_chat_and_all_of_the_others(store: Store) -> None:
    (item_id,) = await add_items(store, an_item())
    without_chats = await rows(store)
    stays = await add_chat(store, "stays")
    await use(store, stays, item_id, "Shared")
    before = await rows(store)
    goes = await add_chat(store, "goes")
    await use(store, goes, item_id, "Shared")
    await use(store, goes, item_id, "Only its own")
    await store.chats.erase(goes.id)
    assert await rows(store) == before
    assert await store.issues.shown(stays.id, TODAY) is not None
    await store.chats.erase(stays.id)
    assert await rows(store) == without_chats
