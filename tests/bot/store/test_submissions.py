"""Submissions in the database: no address waits twice, no verdict falls twice, all at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.curation.drafts import draft_of, verdict
from bot.curation.nouns import Act, Decide, Filing, Kind, Status, Submission
from bot.model import Item
from bot.store import Store, open_store
from tests.bot.store.builders import NOW, add_chat

pytestmark = pytest.mark.both_engines

DAY = timedelta(days=1)
ACT = Act(Kind.ACCEPT, "console:me", NOW)


def a_submission(name: str = "a", **changes: Any) -> Submission:
    item = draft_of(f"https://example.org/{name}")
    assert item is not None
    values = {
        "id": 0,
        "item": item,
        "status": Status.PENDING,
        "by": "console:ann",
        "chat_id": None,
        "created_at": NOW,
        "look_at": NOW,
    }
    return Submission(**{**values, **changes})


async def file(store: Store, new: Submission, limit: int = 10) -> tuple[Submission, Filing]:
    return await store.submissions.file(new, limit=limit, since=NOW - DAY)


def prepare(present: Submission) -> tuple[Item, Decide]:
    return present.item, verdict(present, picked=False)


async def test_every_field_comes_back(store: Store) -> None:
    chat = await add_chat(store)
    new = a_submission(
        chat_id=chat.id, remark="R", credit="C", edited=frozenset({"title"}), trouble="T"
    )
    filed, filing = await file(store, new)
    assert filing is Filing.NEW
    assert filed == Submission(**{**{n: getattr(new, n) for n in new.__slots__}, "id": filed.id})
    assert await store.submissions.get(filed.id) == filed


async def test_an_address_waits_once_also_for_two_processes(store: Store, url: str) -> None:
    other = await open_store(url)
    try:
        filings = [
            filing
            for _, filing in await asyncio.gather(
                *(
                    file(s, a_submission(by=f"console:{n}"))
                    for n in range(4)
                    for s in (store, other)
                )
            )
        ]
    finally:
        await other.close()
    assert sorted(filings) == [Filing.NEW, *[Filing.WAITING] * 7]
    assert await store.submissions.count_pending() == 1


async def test_the_limit_holds_at_once(store: Store) -> None:
    filed = await asyncio.gather(*(file(store, a_submission(str(n)), 3) for n in range(9)))
    assert [filing for _, filing in filed].count(Filing.NEW) == 3
    assert await store.submissions.count_pending() == 3


async def test_one_verdict_falls_and_one_notice_is_owed(store: Store) -> None:
    chat = await add_chat(store)
    filed, _ = await file(store, a_submission(chat_id=chat.id))
    verdicts = await asyncio.gather(
        *(store.submissions.accept(filed.id, prepare, ACT) for _ in range(3)),
        *(store.submissions.reject(filed.id, "no", "console:me", NOW) for _ in range(3)),
    )
    assert len([v for v in verdicts if v is not None]) == 1
    accounts = [(chat.address.platform, chat.address.account)]
    (notice,) = await store.submissions.owed(accounts, 9)
    await store.submissions.told(notice)
    assert await store.submissions.owed(accounts, 9) == ()


async def test_a_verdict_that_fails_leaves_all_as_it_was(store: Store) -> None:
    filed, _ = await file(store, a_submission())

    def fail(_: Submission) -> tuple[Item, Decide]:
        def decide(_: Any) -> Any:
            raise ZeroDivisionError

        return filed.item, decide

    with pytest.raises(ZeroDivisionError):
        await store.submissions.accept(filed.id, fail, ACT)
    assert await store.items.find(filed.item.key) is None
    assert await store.submissions.get(filed.id) == filed
