"""The ledger, transition by transition; what holds over all of them is in test_ledger_machine."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import make_url, select, text

from bot.errors import StoreError
from bot.model import (
    BULLETIN_LIFE,
    CATCH_UP,
    Bulletin,
    Chat,
    ChatAddress,
    ChatStatus,
    Delivery,
    DeliveryState,
    FollowKind,
    Subscription,
)
from bot.ports import Commission, Outcome
from bot.store import Store, claims, open_store, transitions
from bot.store.tables import bulletins, deliveries, payloads
from tests.bot.store.acknowledge import dead, planned, ready, retry, sent, uncertain
from tests.bot.store.builders import (
    ACCOUNT,
    NOW,
    TODAY,
    a_chat,
    a_plan,
    add_chat,
    composed,
    hours,
)
from tests.bot.store.plans import plan_of

pytestmark = pytest.mark.both_engines

LEASE = NOW + timedelta(minutes=1)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
async def chat(store: Store) -> Chat:
    return await add_chat(store)


@pytest.fixture
async def other_store(url: str, store: Store) -> AsyncIterator[Store]:
    """As another process would see the same database."""
    other = await open_store(url)
    yield other
    await other.close()


async def make_ready(store: Store, chat: Chat, *texts: str, **plan: Any) -> None:
    await store.ledger.plan([a_plan(chat, **plan)], NOW)
    account = (chat.address.platform, chat.address.account)
    for row in await planned(store.ledger, [account]):
        issue_id = await store.issues.save(composed(day=row.day), NOW)
        assert await ready(store.ledger, row, issue_id, NOW, texts or ("one",))


async def claim(store: Store, owner: str = "me", limit: int = 10, **changes: Any) -> list[Delivery]:
    asked = {"accounts": [ACCOUNT], "now": NOW, "lease_until": LEASE, "limit": limit}
    return list(await store.ledger.claim(owner, **{**asked, **changes}))


async def states(store: Store) -> list[str]:
    query = select(deliveries.c.state).order_by(
        deliveries.c.chat_id, deliveries.c.day, deliveries.c.part
    )
    async with store.database.read() as connection:
        return list((await connection.execute(query)).scalars())


async def test_a_plan_is_written_once(store: Store, chat: Chat) -> None:
    plans = [a_plan(chat), a_plan(chat, YESTERDAY, expired=True)]
    assert await store.ledger.plan([*plans, a_plan(chat)], NOW) == 2
    assert await store.ledger.plan([replace(plans[0], due_at=NOW + hours(1)), plans[1]], NOW) == 0
    assert await states(store) == ["expired", "planned"]
    (row,) = await planned(store.ledger)
    assert row == Commission(row.delivery_id, chat.id, TODAY, NOW, ACCOUNT, "en", "daily")


async def test_more_plans_than_fit_in_a_batch(store: Store, chat: Chat) -> None:
    days = (TODAY + timedelta(days=number) for number in range(2500))
    assert await store.ledger.plan((a_plan(chat, day) for day in days), NOW) == 2500


async def test_a_plan_for_an_erased_chat_does_not_hurt_the_others(store: Store, chat: Chat) -> None:
    gone = await add_chat(store, "gone")
    await store.chats.erase(gone.id)
    assert await store.ledger.plan([a_plan(gone), a_plan(chat)], NOW) == 1


async def test_planned_rows_come_longest_due_first(store: Store) -> None:
    for name, due in {"1": NOW, "2": NOW - hours(2), "3": NOW - hours(1)}.items():
        await store.ledger.plan([a_plan(await add_chat(store, name), due_at=due)], NOW)
    assert [row.chat_id for row in await planned(store.ledger)] == [2, 3, 1]
    assert [row.chat_id for row in await planned(store.ledger, limit=1)] == [2]


async def test_the_way_of_a_delivery(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, "one", "two")
    assert await states(store) == ["ready"]
    (first,) = await claim(store)
    assert first == Delivery(
        first.id,
        chat.id,
        TODAY,
        part=1,
        state=DeliveryState.SENDING,
        due_at=NOW,
        attempt=1,
        owner="me",
        payload="one",
    )
    assert await store.issues.shown(chat.id, TODAY) is None
    assert await sent(store.ledger, first, "m1", NOW, late=False)
    assert await store.issues.shown(chat.id, TODAY) == composed().issue
    (shown,) = (await store.issues.history([chat.id]))[chat.id]
    assert shown.until == NOW
    assert await states(store) == ["sent", "ready"]
    (second,) = await claim(store)
    assert (second.part, second.payload, second.first) == (2, "two", "m1")
    assert await sent(store.ledger, second, "m2", NOW, late=False)
    assert await claim(store) == []
    assert await states(store) == ["sent", "sent"]


async def test_only_a_planned_row_is_made_ready(store: Store, chat: Chat) -> None:
    await store.ledger.plan([a_plan(chat)], NOW)
    (row,) = await planned(store.ledger, limit=1)
    issue_id = await store.issues.save(composed(), NOW)
    assert await ready(store.ledger, row, issue_id, NOW, ["one"])
    assert not await ready(store.ledger, row, issue_id, NOW, ["one", "two"])
    assert await states(store) == ["ready"]
    with pytest.raises(ValueError, match="at least one"):
        await ready(store.ledger, row, issue_id, NOW, [])


async def test_an_issue_is_rendered_the_same_for_all_who_get_it(store: Store) -> None:
    await make_ready(store, await add_chat(store, "1"), "one", "two")
    # As if an upgrade had changed the renderer in between.
    await make_ready(store, await add_chat(store, "2"), "neu")
    for payload in ("one", "two"):
        rows = await claim(store)
        assert [row.payload for row in rows] == [payload] * 2
        for row in rows:
            await sent(store.ledger, row, "m", NOW)
    assert await states(store) == ["sent"] * 4


async def test_each_platform_has_its_own_rendering(store: Store) -> None:
    await make_ready(store, await add_chat(store, "1"), "html")
    discord = ChatAddress("discord", "bot", "2")
    await make_ready(store, await store.chats.add(a_chat(address=discord), NOW), "embed")
    rows = await claim(store, accounts=[ACCOUNT, ("discord", "bot")])
    assert [row.payload for row in rows] == ["html", "embed"]


async def test_it_is_recorded_that_a_part_came_late(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, "one", "two")
    for late in (True, False):
        (row,) = await claim(store)
        await sent(store.ledger, row, "m", NOW, late=late)
    async with store.database.read() as connection:
        query = select(deliveries.c.late).order_by(deliveries.c.part)
        assert list((await connection.execute(query)).scalars()) == [True, False]


async def test_composes_only_for_open_chats_of_its_accounts(store: Store, chat: Chat) -> None:
    paused = await add_chat(store, "paused", status=ChatStatus.PAUSED)
    await store.ledger.plan([a_plan(chat), a_plan(paused)], NOW)
    for accounts in ([], [("telegram", "other")], [("discord", "bot")]):
        assert await planned(store.ledger, accounts) == ()
    assert [row.chat_id for row in await planned(store.ledger)] == [chat.id]


async def test_pruning_erases_what_is_finished_and_its_texts(store: Store, chat: Chat) -> None:
    other = await add_chat(store, "other")
    for day in (YESTERDAY, TODAY):
        await make_ready(store, chat, "one", day=day)
    await make_ready(store, other, "one", day=YESTERDAY)
    (first, _) = await claim(store)
    await sent(store.ledger, first, "m", NOW, late=False)
    (second,) = await claim(store)
    await sent(store.ledger, second, "m", NOW, late=False)
    assert await store.ledger.prune(YESTERDAY) == 0
    assert await store.ledger.prune(TODAY) == 1
    assert await states(store) == ["sent", "sending"]
    await store.ledger.reclaim(LEASE)
    assert await store.ledger.settle_uncertain(-1) == (0, 1)
    assert await store.ledger.prune(TODAY) == 1
    async with store.database.read() as connection:
        assert len((await connection.execute(select(payloads))).all()) == 1


async def test_claims_only_for_the_accounts_it_can_send_for(store: Store, chat: Chat) -> None:
    await make_ready(store, chat)
    for accounts in ([], [("telegram", "other")], [("discord", "bot")]):
        assert await claim(store, accounts=accounts) == []
    assert len(await claim(store, accounts=[("discord", "bot"), ACCOUNT])) == 1


@pytest.mark.parametrize("status", [ChatStatus.PAUSED, ChatStatus.GONE])
async def test_claims_only_for_active_chats(store: Store, chat: Chat, status: ChatStatus) -> None:
    await make_ready(store, chat)
    await store.chats.set_status(chat.id, status)
    assert await claim(store) == []
    await store.chats.set_status(chat.id, ChatStatus.ACTIVE)
    assert len(await claim(store)) == 1


async def test_one_per_chat_at_a_time_the_longest_due_first(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, "today")
    await make_ready(store, chat, "today", day=YESTERDAY, due_at=NOW - hours(24))
    await make_ready(store, await add_chat(store, "2"), "today", due_at=NOW - hours(1))
    rows = await claim(store)
    assert [(row.chat_id, row.day) for row in rows] == [(chat.id, YESTERDAY), (2, TODAY)]
    assert await claim(store) == []
    await sent(store.ledger, rows[0], "m", NOW, late=False)
    assert [row.day for row in await claim(store)] == [TODAY]


async def test_the_parts_of_one_chat_go_together(store: Store) -> None:
    for name in "12":
        await make_ready(store, await add_chat(store, name), "one", "two")
    seen = []
    while rows := await claim(store, limit=1):
        seen += [(row.chat_id, row.part) for row in rows]
        await sent(store.ledger, rows[0], "m", NOW, late=False)
    assert seen == [(1, 1), (1, 2), (2, 1), (2, 2)]


async def test_a_retry_waits_alone(store: Store, chat: Chat) -> None:
    await make_ready(store, chat)
    await make_ready(store, await add_chat(store, "2"))
    first, second = await claim(store)
    assert await retry(store.ledger, first, NOW + hours(1), "429")
    assert await retry(store.ledger, second, NOW, "429")
    assert [row.chat_id for row in await claim(store)] == [second.chat_id]
    assert await claim(store, now=NOW + hours(1) - timedelta(microseconds=1)) == []
    (again,) = await claim(store, now=NOW + hours(1))
    assert (again.id, again.attempt) == (first.id, 2)


async def test_an_acknowledgement_is_fenced(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, "one", "two")
    (old,) = await claim(store, "old")
    assert await store.ledger.reclaim(LEASE - timedelta(microseconds=1)) == 0
    assert await store.ledger.reclaim(LEASE) == 1
    assert await store.ledger.settle_uncertain(0) == (1, 0)
    (new,) = await claim(store, "old", lease_until=LEASE + hours(1))
    for stale in (old, replace(new, owner="else"), replace(new, attempt=3), replace(new, id=99)):
        assert not await sent(store.ledger, stale, "m", NOW, late=False)
        assert not await retry(store.ledger, stale, NOW, "no")
        assert not await uncertain(store.ledger, stale, "no")
        assert not await dead(store.ledger, stale, "no")
        assert await states(store) == ["sending"]
    assert await store.issues.shown(chat.id, TODAY) is None
    assert await sent(store.ledger, new, "m", NOW, late=False)
    assert not await sent(store.ledger, new, "m", NOW, late=False)
    assert not await dead(store.ledger, new, "no")
    assert await states(store) == ["sent", "ready"]


async def test_uncertain_is_sent_again_only_so_often(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, "one", "two")
    for _ in range(2):
        (row,) = await claim(store)
        assert await uncertain(store.ledger, row, "cut")
        assert await claim(store) == []
        settled = await store.ledger.settle_uncertain(1)
    assert settled == (0, 1)
    assert await states(store) == ["dead"]


async def test_no_number_of_kills_makes_a_message_dead(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, "one")
    for _ in range(5):
        assert len(await claim(store)) == 1
        assert await store.ledger.reclaim(NOW, ["me"]) == 1
        assert await store.ledger.settle_uncertain(1) == (1, 0)


async def test_nothing_comes_after_a_part_that_was_given_up(store: Store) -> None:
    chats = [await add_chat(store, name) for name in "12"]
    for chat in chats:
        await make_ready(store, chat, "one", "two", "three")
    await make_ready(store, chats[0], "one", day=TODAY + timedelta(days=1))
    for row in await claim(store):
        await sent(store.ledger, row, "m", NOW, late=False)
    (row, _) = await claim(store)
    assert await dead(store.ledger, row, "blocked")
    assert await states(store) == [
        *("sent", "dead", "ready"),
        *("sent", "sending"),
    ]
    # What is sent again after all brings the rest along.
    assert await store.ledger.resend(row.id, NOW)
    assert not await store.ledger.resend(row.id, NOW)
    seen = []
    while rows := await claim(store, accounts=[ACCOUNT]):
        for row in rows:
            await sent(store.ledger, row, "m", NOW, late=False)
            seen.append((row.chat_id, row.day, row.part))
    assert seen.count((chats[0].id, TODAY, 2)) == seen.count((chats[0].id, TODAY, 3)) == 1


async def test_what_is_too_late_expires(store: Store) -> None:
    chats = [await add_chat(store, name) for name in "1234567"]
    for chat in chats[:6]:
        await make_ready(store, chat)
    await store.ledger.plan([a_plan(chats[6])], NOW)
    one, two, three, four, _ = await claim(store, limit=5)
    await sent(store.ledger, one, "m", NOW)
    await dead(store.ledger, two, "no")
    await retry(store.ledger, three, NOW + hours(1), "429")
    await uncertain(store.ledger, four, "cut")
    before = ["sent", "dead", "retry", "uncertain", "sending", "ready", "planned"]
    assert await states(store) == before
    assert await store.ledger.queue() == {DeliveryState(state): 1 for state in before[2:]}
    assert await store.ledger.expire(NOW) == 0
    assert await store.ledger.expire(NOW + timedelta(microseconds=1)) == 4
    after = ["sent", "dead", "expired", "expired", "sending", "expired", "expired"]
    assert await states(store) == after


async def test_counts_tell_of_every_state(store: Store, chat: Chat) -> None:
    await make_ready(store, chat)
    await make_ready(store, await add_chat(store, "2"))
    await claim(store, limit=1)
    counts = await store.ledger.counts()
    assert set(counts) == set(DeliveryState)
    expected = {DeliveryState.READY: 1, DeliveryState.SENDING: 1}
    assert {state: count for state, count in counts.items() if count} == expected
    assert +Counter(await store.ledger.queue()) == expected


async def test_an_erased_chat_is_acknowledged_no_more(store: Store, chat: Chat) -> None:
    await make_ready(store, chat)
    (row,) = await claim(store)
    await store.chats.erase(chat.id)
    successor = await add_chat(store, "2")
    await make_ready(store, successor)
    (other,) = await claim(store)
    assert not await sent(store.ledger, row, "m", NOW, late=False)
    assert await states(store) == ["sending"]
    assert await sent(store.ledger, other, "m", NOW, late=False)


async def test_claimers_never_get_the_same_row(store: Store, other_store: Store) -> None:
    for number in range(30):
        await make_ready(store, await add_chat(store, str(number)))
    claims = [claim(each, f"{n}", limit=4) for n in range(5) for each in (store, other_store)]
    rows = [row for rows in await asyncio.gather(*claims) for row in rows]
    assert len(rows) == len({row.id for row in rows}) == 30


async def test_the_database_refuses_two_messages_in_flight_to_one_chat(
    store: Store, chat: Chat
) -> None:
    await make_ready(store, chat)
    await make_ready(store, chat, day=YESTERDAY)
    with pytest.raises(StoreError):
        async with store.database.write() as connection:
            await connection.execute(text("UPDATE deliveries SET state = 'sending'"))


async def test_the_queues_are_read_from_their_indexes(store: Store) -> None:
    queries = {
        "ix_deliveries_planned": transitions.commissions([ACCOUNT], NOW, (NOW, 1), 10),
        "ix_deliveries_claimable": claims.claimable((ACCOUNT,)).params(now=NOW, most=10),
        "uq_deliveries_sending": transitions.claim_over(NOW, []),
        "ix_deliveries_uncertain": transitions.expired([DeliveryState.UNCERTAIN], NOW),
    }
    for index, query in queries.items():
        plan = await plan_of(store, query)
        assert index in plan
        # A page is sorted once more after its chats were looked up.
        assert not plan.sorts or index == "ix_deliveries_planned"


def test_postgresql_claims_skip_what_others_hold() -> None:
    compiled = str(
        claims.claimable((ACCOUNT,)).compile(dialect=make_url("postgresql://").get_dialect()())
    )
    assert compiled.endswith("FOR UPDATE SKIP LOCKED")


# What is planned ahead


async def test_nothing_is_claimed_before_it_is_due(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, due_at=NOW + hours(1))
    assert await claim(store) == []
    assert len(await claim(store, now=NOW + hours(1))) == 1


async def test_what_was_not_begun_is_withdrawn_when_the_chat_changes(
    store: Store, chat: Chat
) -> None:
    await make_ready(store, chat, "one", "two")
    await store.chats.save(chat)
    assert await states(store) == []
    await make_ready(store, chat, "one", "two")
    assert await store.subscriptions.add(chat.id, Subscription(FollowKind.TOPIC, "cv"), NOW)
    assert await states(store) == []


async def test_what_was_begun_stays_when_the_chat_changes(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, "one", "two")
    (row,) = await claim(store)
    await store.chats.save(chat)
    assert await states(store) == ["sending"]
    await sent(store.ledger, row, "m", NOW)
    await store.chats.save(chat)
    assert await states(store) == ["sent", "ready"]


async def test_a_chat_waits_for_its_earlier_issue(store: Store, chat: Chat) -> None:
    other = await add_chat(store, "2")
    await make_ready(store, chat, day=YESTERDAY, due_at=NOW - hours(1))
    asked = [chat.id, other.id]
    assert await store.ledger.unfinished(asked, NOW) == {chat.id}
    assert await store.ledger.unfinished(asked, NOW - hours(1)) == set()
    (row,) = await claim(store)
    assert await store.ledger.unfinished(asked, NOW) == {chat.id}
    await sent(store.ledger, row, "m", NOW)
    assert await store.ledger.unfinished(asked, NOW) == set()


async def test_a_held_chat_waits_with_all_that_it_has(store: Store, chat: Chat) -> None:
    await make_ready(store, chat, "one", "two")
    (row,) = await claim(store)
    until = NOW + timedelta(seconds=3)
    outcome = Outcome(row, DeliveryState.SENT, message_id="m", hold_until=until)
    assert await store.ledger.settle([outcome], NOW) == {row.id}
    assert await claim(store) == []
    assert await store.ledger.next_wait([ACCOUNT], NOW, NOW + timedelta(seconds=2)) is None
    assert await store.ledger.next_wait([ACCOUNT], NOW, until) == until
    assert len(await claim(store, now=until)) == 1


async def test_one_transaction_settles_many_and_only_those_in_hand(store: Store) -> None:
    for name in "123":
        await make_ready(store, await add_chat(store, name), "one", "two")
    one, two, three = await claim(store)
    outcomes = [
        Outcome(one, DeliveryState.SENT, message_id="m"),
        Outcome(replace(two, attempt=9), DeliveryState.SENT, message_id="m"),
        Outcome(three, DeliveryState.READY),
    ]
    assert await store.ledger.settle(outcomes, NOW) == {one.id, three.id}
    assert await states(store) == ["sent", "ready", "sending", "ready"]


async def test_a_claim_is_fenced_by_the_lease(store: Store, chat: Chat) -> None:
    await make_ready(store, chat)
    mine = await store.leases.acquire("send", "me", NOW, LEASE)
    assert mine is not None
    theirs = await store.leases.acquire("send", "other", LEASE, LEASE + hours(1))
    assert theirs is not None
    assert await claim(store, fence=mine) == []
    (row,) = await claim(store, "other", fence=theirs)
    assert await store.ledger.take_over(ACCOUNT, "other") == 0
    assert await store.ledger.take_over(("telegram", "else"), "me") == 0
    assert await store.ledger.take_over(ACCOUNT, "me") == 1
    assert not await sent(store.ledger, row, "m", NOW)


async def test_what_a_clock_that_was_ahead_planned_is_taken_back(store: Store, chat: Chat) -> None:
    far = hours(24 * 365)
    await make_ready(store, chat, due_at=NOW)
    begun = await add_chat(store, "2")
    for each in (chat, begun):
        await make_ready(store, each, "one", "two", day=TODAY + far, due_at=NOW + far)
    later = NOW + far
    for row in await claim(store, now=later, lease_until=later + timedelta(minutes=1)):
        if row.chat_id == begun.id:
            await sent(store.ledger, row, "m", later)
    # A claim that ends in a year was taken by a clock that was ahead.
    assert await store.ledger.reclaim(NOW) == 1
    assert await store.ledger.settle_uncertain(1) == (1, 0)
    await store.ledger.withdraw_beyond(NOW + hours(1))
    assert await states(store) == ["ready", "sent", "expired"]


# Bulletins

WORD = Bulletin("word 1", "Hello.")


async def publish(store: Store, *chats: Chat, **due: Any) -> int:
    due_at = due.get("due_at", NOW)
    return await store.ledger.publish(WORD, {chat.id: due_at for chat in chats}, NOW)


async def test_each_chat_gets_a_bulletin_once(store: Store, chat: Chat) -> None:
    other = await add_chat(store, "2")
    assert await publish(store, chat) == 1
    tomorrow = NOW + hours(24)
    erased = 10**6
    due = {chat.id: tomorrow, other.id: tomorrow, erased: NOW}
    assert await store.ledger.publish(WORD, due, tomorrow) == 1
    (row,) = await claim(store)
    assert (row.chat_id, row.payload, row.bulletin) == (chat.id, "Hello.", True)
    assert await sent(store.ledger, row, "m", NOW)
    expected = {DeliveryState.SENT: 1, DeliveryState.READY: 1}
    assert await store.ledger.progress("word 1") == expected
    assert await store.issues.history([chat.id]) == {}


async def test_a_bulletin_and_an_issue_keep_out_of_each_others_way(
    store: Store, chat: Chat
) -> None:
    await make_ready(store, chat, "one", "two")
    await publish(store, chat, due_at=NOW - hours(1))
    assert await store.ledger.unfinished([chat.id], NOW) == set()
    (word,) = await claim(store)
    assert word.payload == "Hello."
    assert await dead(store.ledger, word, "no")
    (first,) = await claim(store)
    assert first.payload == "one"
    assert await sent(store.ledger, first, "m", NOW)
    (second,) = await claim(store)
    assert second.payload == "two"
    # An operator's wish brings back the bulletin alone.
    assert await store.ledger.resend(word.id, NOW) == 1


async def test_a_bulletin_outlives_a_pause_a_change_and_a_long_wait(
    store: Store, chat: Chat
) -> None:
    await make_ready(store, chat)
    await publish(store, chat)
    await store.chats.save(replace(chat, status=ChatStatus.PAUSED))
    assert await store.ledger.expire(NOW + BULLETIN_LIFE - CATCH_UP) == 0
    assert [row.payload for row in await claim(store)] == ["Hello."]
    await store.ledger.reclaim(LEASE + hours(1))
    await store.ledger.settle_uncertain(1)
    assert await store.ledger.expire(NOW + BULLETIN_LIFE + timedelta(seconds=1)) == 1


async def test_a_bulletin_of_a_clock_that_was_ahead_is_due_now(store: Store, chat: Chat) -> None:
    await publish(store, chat, due_at=NOW + hours(24 * 365))
    await store.ledger.withdraw_beyond(NOW)
    assert len(await claim(store)) == 1


async def test_what_only_one_was_told_is_erased_with_them(store: Store, chat: Chat) -> None:
    other = await add_chat(store, "2")
    await publish(store, chat, other)
    await store.ledger.publish(Bulletin("verdict 1", "For ann."), {chat.id: NOW}, NOW)
    await store.chats.erase(chat.id)
    query = select(bulletins.c.key)
    async with store.database.read() as connection:
        assert list((await connection.execute(query)).scalars()) == ["word 1"]
    (row,) = await claim(store)
    await sent(store.ledger, row, "m", NOW)
    await store.ledger.prune(TODAY + hours(24))
    async with store.database.read() as connection:
        assert list((await connection.execute(query)).scalars()) == []
