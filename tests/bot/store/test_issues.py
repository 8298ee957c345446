"""Issues are stored by their content, and remembered by chat and day."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Entry, Issue, IssueSection, Link, Section
from bot.ports import ComposedIssue, Shown
from bot.store import Store
from bot.store.codec import issue_from_json
from bot.store.engine import encode_json
from tests.bot.store.builders import (
    NOW,
    TODAY,
    add_chat,
    add_items,
    an_entry,
    an_issue,
    an_item,
    composed,
    hours,
)

pytestmark = pytest.mark.both_engines

TOMORROW = TODAY + timedelta(days=1)

texts = st.text(max_size=8)
numbers = st.integers(-(2**53), 2**53)
"""Far more than any count or date brings about."""

many_texts = st.lists(texts, max_size=3).map(tuple)


def tuples(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(of, max_size=3).map(tuple)


entries = st.builds(
    Entry,
    number=numbers,
    section=st.sampled_from(Section),
    tasks=many_texts,
    authors=many_texts,
    code_urls=many_texts,
    images=many_texts,
    links=tuples(st.builds(Link, texts, texts)),
)
sections = st.builds(
    IssueSection, section=st.sampled_from(Section), entries=tuples(entries), left_out=numbers
)
all_issues = st.builds(
    Issue,
    number=numbers,
    day=st.dates(),
    previous=st.none() | st.dates(),
    next=st.none() | st.dates(),
    topics=many_texts,
    notices=many_texts,
    sections=tuples(sections),
)


@settings(max_examples=50, deadline=None)
@given(all_issues)
def test_any_issue_survives_its_way_through_json(issue: Issue) -> None:
    assert issue_from_json(json.loads(encode_json(issue))) == issue


async def test_an_issue_comes_back_as_it_was(store: Store) -> None:
    chat = await add_chat(store)
    issue_id = await store.issues.save(composed(), NOW)
    assert await store.issues.shown(chat.id, TODAY) is None
    await store.issues.show(chat.id, issue_id, NOW, NOW)
    assert await store.issues.shown(chat.id, TODAY) == an_issue()
    assert await store.issues.shown(chat.id, TOMORROW) is None


async def test_the_same_content_is_the_same_issue(store: Store) -> None:
    one, two = await add_items(store, an_item("1"), an_item("2"))
    first = await store.issues.save(composed(one, two), NOW)
    assert await store.issues.save(composed(one, two, until=NOW + hours(1)), NOW) == first
    entry = replace(an_issue().sections[0], entries=(an_entry(title="Other"),))
    others = [
        composed(two, one),
        composed(one),
        composed(one, two, language="zh-CN"),
        composed(one, two, next=TOMORROW),
        composed(one, two, sections=(entry,)),
    ]
    ids = {first, *[await store.issues.save(other, NOW) for other in others]}
    assert len(ids) == 1 + len(others)


async def test_what_was_shown_last_counts(store: Store) -> None:
    chat = await add_chat(store)
    one = await store.issues.save(composed(title="1"), NOW)
    two = await store.issues.save(composed(title="2"), NOW)
    for minute, issue_id in enumerate((one, two, one)):
        await store.issues.show(
            chat.id, issue_id, NOW + hours(minute), NOW + timedelta(minutes=minute)
        )
        shown = await store.issues.shown(chat.id, TODAY)
        assert shown == an_issue(title="1" if issue_id == one else "2")
        last = (await store.issues.history([chat.id]))[chat.id][-1]
        assert last == Shown(TODAY, issue_id, NOW + hours(minute))
    assert await store.issues.days(chat.id) == (TODAY,)


async def test_the_days_of_a_chat(store: Store) -> None:
    chat, other = await add_chat(store, "1"), await add_chat(store, "2")
    days = [TODAY + timedelta(days=number) for number in (3, 0, 1)]
    for number, day in enumerate(days):
        issue_id = await store.issues.save(composed(day=day), NOW)
        await store.issues.show(chat.id, issue_id, NOW + hours(number), NOW)
    assert await store.issues.days(chat.id) == tuple(sorted(days))
    assert await store.issues.days(other.id) == ()
    history = (await store.issues.history([other.id, chat.id]))[chat.id]
    assert [shown.day for shown in history] == sorted(days)
    assert [shown.until for shown in history] == [NOW + hours(n) for n in (1, 2, 0)]
    assert await store.issues.history([chat.id], after=TODAY) == {chat.id: history[1:]}
    assert await store.issues.history([other.id]) == {}


async def test_the_items_of_issues(store: Store) -> None:
    one, two = await add_items(store, an_item("1"), an_item("2"))
    both = await store.issues.save(composed(two, one), NOW)
    none = await store.issues.save(composed(title="empty"), NOW)
    assert await store.issues.item_ids([both, none]) == {both: {one, two}}


async def test_showing_to_an_erased_chat_records_nothing(store: Store) -> None:
    chat = await add_chat(store)
    issue_id = await store.issues.save(composed(), NOW)
    await store.chats.erase(chat.id)
    await store.issues.show(chat.id, issue_id, NOW, NOW)
    assert await store.issues.days(chat.id) == ()


async def test_the_first_day_is_written_once(store: Store) -> None:
    assert await store.issues.first_day(TODAY) == TODAY
    assert await store.issues.first_day(TOMORROW) == TODAY


@pytest.mark.parametrize("issue", [an_issue(previous=None, next=TOMORROW), an_issue(next=None)])
async def test_neighbours_may_be_missing(store: Store, issue: Issue) -> None:
    chat = await add_chat(store)
    issue_id = await store.issues.save(ComposedIssue(issue, (), NOW), NOW)
    await store.issues.show(chat.id, issue_id, NOW, NOW)
    assert await store.issues.shown(chat.id, TODAY) == issue
