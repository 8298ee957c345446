"""Revisions in the database: any sequence of changes can be taken back, and nothing is lost."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.curation.changes import picked, removed, state_of, undone, unpicked, with_state
from bot.curation.nouns import Act, Kind, Revision
from bot.errors import Refusal
from bot.model import PICK, Section, StoredItem, TopicFilter, TopicMatch
from bot.store import Store, open_store
from tests.bot.store.builders import NOW, add_items, an_item
from tests.databases import Databases

pytestmark = pytest.mark.both_engines

OPERATOR = "console:me"
LATER = NOW + timedelta(hours=1)


def act(kind: Kind = Kind.EDIT, undoes: int | None = None) -> Act:
    return Act(kind, OPERATOR, LATER, undoes)


def setting(**state: Any) -> Callable[[StoredItem], StoredItem]:
    return lambda present: with_state(present, state)


async def revised(store: Store, item_id: int, **state: Any) -> Revision:
    revision = await store.revisions.revise(item_id, act(), setting(**state))
    assert revision is not None
    return revision


async def undo(store: Store, revision: Revision) -> Revision:
    done = await store.revisions.revise(
        revision.item_id, act(Kind.UNDO, revision.id), lambda present: undone(revision, present)
    )
    assert done is not None
    return done


async def loaded(store: Store, item_id: int) -> StoredItem:
    (found,) = await store.items.load([item_id])
    return found


async def candidates(store: Store) -> list[int]:
    found = await store.items.candidates(
        TopicFilter(topics=frozenset({"cv", "nlp"})),
        since=NOW - timedelta(days=1),
        until=LATER,
        sample=False,
        limit=10,
    )
    return [candidate.id for candidate in found]


async def test_a_change_is_written_down_with_what_was_before(store: Store) -> None:
    (item_id,) = await add_items(store, an_item("k", title="Old"))
    revision = await revised(store, item_id, title="New", section="posts")
    assert revision.changes == {"title": ("Old", "New"), "section": ("papers", "posts")}
    assert (revision.kind, revision.by, revision.at) == (Kind.EDIT, OPERATOR, LATER)
    item = (await loaded(store, item_id)).item
    assert (item.title, item.section) == ("New", Section.POSTS)
    assert await store.revisions.get(revision.id) == revision
    assert await store.revisions.of_item(item_id, 9) == (revision,)


async def test_what_changes_nothing_leaves_no_revision(store: Store) -> None:
    (item_id,) = await add_items(store, an_item("k", title="Same"))
    assert await store.revisions.revise(item_id, act(), setting(title="Same")) is None
    assert await store.revisions.revise(999, act(), removed) is None
    assert await store.revisions.of_item(item_id, 9) == ()


async def test_a_refused_wish_changes_nothing(store: Store) -> None:
    (item_id,) = await add_items(store, an_item("k"))
    before = await loaded(store, item_id)

    def refuse(_: StoredItem) -> StoredItem:
        raise Refusal("undo.already", number=1)

    with pytest.raises(Refusal):
        await store.revisions.revise(item_id, act(), refuse)
    assert await loaded(store, item_id) == before


async def test_edited_topics_and_titles_are_found_by(store: Store) -> None:
    (item_id,) = await add_items(store, an_item("k"))
    assert await candidates(store) == []
    await revised(store, item_id, topics=[["cv", 1.0, "edited"]])
    assert await candidates(store) == [item_id]
    assert (await loaded(store, item_id)).first_seen == NOW


async def test_a_removed_item_is_shown_to_nobody_and_comes_back(store: Store) -> None:
    topics = (TopicMatch("cv", 1.0, "declared"),)
    first, second = await add_items(store, an_item("a", topics=topics), an_item("b", topics=topics))
    revision = await store.revisions.revise(first, act(Kind.REMOVE), removed)
    assert revision is not None
    assert await candidates(store) == [second]
    assert (await loaded(store, first)).removed
    # A source that brings it again doesn't bring it back.
    await store.items.add([an_item("a", topics=topics)], LATER)
    assert await candidates(store) == [second]
    await undo(store, revision)
    assert await candidates(store) == [second, first]


async def test_a_source_does_not_overrule_a_person(store: Store) -> None:
    topics = (TopicMatch("cv", 1.0, "declared"), TopicMatch("nlp", 0.5, "guess"))
    fetched = an_item("k", topics=topics, summary={"en": "A."}, signals={PICK: 1.0, "points": 3.0})
    (item_id,) = await add_items(store, fetched)
    await revised(store, item_id, topics=[["cv", 1.0, "declared"]], summary={})
    await store.revisions.revise(item_id, act(Kind.UNPICK), unpicked)
    again = an_item("k", topics=topics, summary={"en": "A."}, signals={PICK: 1.0, "points": 9.0})
    added = await store.items.add([again], LATER)
    assert (added.known, added.enriched) == (0, 1)
    item = (await loaded(store, item_id)).item
    assert [topic.id for topic in item.topics] == ["cv"]
    assert item.summary == {}
    assert item.signals == {"points": 9.0}
    assert (await store.items.add([again], LATER)).known == 1


async def test_undo_of_undo_is_redo(store: Store) -> None:
    (item_id,) = await add_items(store, an_item("k", title="Old"))
    first = await revised(store, item_id, title="New")
    second = await undo(store, first)
    assert (await loaded(store, item_id)).item.title == "Old"
    third = await undo(store, second)
    assert (await loaded(store, item_id)).item.title == "New"
    assert [r.undoes for r in (first, second, third)] == [None, first.id, second.id]


async def test_undo_does_not_overrun_a_later_change(store: Store) -> None:
    (item_id,) = await add_items(store, an_item("k", title="Old"))
    first = await revised(store, item_id, title="New", note="A note")
    second = await revised(store, item_id, title="Newest")
    with pytest.raises(Refusal, match=r"undo\.conflict") as refusal:
        await undo(store, first)
    assert refusal.value.values["fields"] == "title"
    await undo(store, second)
    await undo(store, first)
    item = (await loaded(store, item_id)).item
    assert (item.title, item.note) == ("Old", None)
    with pytest.raises(Refusal, match=r"undo\.already"):
        await undo(store, first)


async def test_changes_at_once_are_all_written_down(store: Store) -> None:
    (item_id,) = await add_items(store, an_item("k", title="0"))
    await asyncio.gather(*(revised(store, item_id, title=str(n)) for n in range(1, 9)))
    revisions = (await store.revisions.of_item(item_id, 99))[::-1]
    befores = [r.changes["title"][0] for r in revisions]
    afters = [r.changes["title"][1] for r in revisions]
    assert befores == ["0", *afters[:-1]]
    assert (await loaded(store, item_id)).item.title == afters[-1]


async def test_who_asks_to_be_forgotten_is_no_longer_named(store: Store) -> None:
    (item_id,) = await add_items(store, an_item("k"))
    await revised(store, item_id, title="New")
    assert len(await store.revisions.by_person(OPERATOR, 9)) == 1
    await store.revisions.forget(OPERATOR)
    assert await store.revisions.by_person(OPERATOR, 9) == ()
    assert [r.by for r in await store.revisions.of_item(item_id, 9)] == [None]


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["A", "B", "C"]),
        "section": st.sampled_from(["papers", "posts"]),
        "topics": st.sampled_from([[], [["cv", 1.0, "x"]], [["cv", 0.5, "y"], ["nlp", 1.0, "x"]]]),
        "summary": st.sampled_from([{}, {"en": "S"}, {"en": "T", "zh-CN": "摘要"}]),
        "note": st.sampled_from([None, "note"]),
        PICK: st.booleans(),
        "removed": st.booleans(),
    },
)


class History(RuleBasedStateMachine):
    """Edits and undos in any order, against the plain list of all states that there were."""

    databases: ClassVar[Databases]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = self.run(open_store(self.databases.new()))
        (self.item_id,) = self.run(add_items(self.store, an_item("k", title="A")))
        self.revisions: list[Revision] = []
        self.states = [self.now()]  # before the first revision, and after each

    def run(self, awaitable: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(awaitable)

    def now(self) -> Any:
        return state_of(self.run(loaded(self.store, self.item_id)))

    def note(self, revision: Revision | None) -> None:
        if revision is not None:
            self.revisions.append(revision)
            self.states.append(self.now())

    @rule(state=FIELDS)
    def edit(self, state: dict[str, Any]) -> None:
        expected = {**self.now(), **state}
        self.note(self.run(self.store.revisions.revise(self.item_id, act(), setting(**state))))
        assert self.now() == expected

    @rule(choose=st.sampled_from([picked, unpicked, removed]))
    def other(self, choose: Callable[[StoredItem], StoredItem]) -> None:
        self.note(self.run(self.store.revisions.revise(self.item_id, act(), choose)))

    @rule()
    def fetch_again(self) -> None:
        before, edited = self.now(), {name for r in self.revisions for name in r.changes}
        again = an_item(
            "k", title="F", topics=(TopicMatch("rl", 1.0, "z"),), summary={"zh-TW": "摘"}, note="f"
        )
        self.run(self.store.items.add([again], LATER))
        after = self.now()
        assert all(after[name] == before[name] for name in edited)
        self.states[-1] = after

    @precondition(lambda self: self.revisions)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        revision = data.draw(st.sampled_from(self.revisions))
        before = self.now()
        try:
            done = self.run(undo(self.store, revision))
        except Refusal:
            assert self.now() == before
            assert any(before[name] != now for name, (_, now) in revision.changes.items())
            return
        self.note(done)
        assert self.now() == {**before, **{n: old for n, (old, _) in revision.changes.items()}}

    @precondition(lambda self: self.revisions)
    @rule()
    def undo_and_redo(self) -> None:
        """The latest change can always be undone, and the undo undone."""
        before = self.now()
        self.note(self.run(undo(self.store, self.revisions[-1])))
        self.note(self.run(undo(self.store, self.revisions[-1])))
        assert self.now() == before

    @invariant()
    def everything_is_written_down(self) -> None:
        """Going back through the revisions gives every state that there was."""
        found = self.run(self.store.revisions.of_item(self.item_id, 1000))
        assert list(found[::-1]) == self.revisions
        state = dict(self.now())
        for number in range(len(self.revisions), 0, -1):
            for name, (old, new) in self.revisions[number - 1].changes.items():
                assert state[name] == new
                state[name] = old
            edited = {name for r in self.revisions[: number - 1] for name in r.changes}
            assert all(state[name] == self.states[number - 1][name] for name in edited)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.runner.close()
        self.databases.erase()


def test_any_sequence_of_changes_can_be_taken_back(databases: Databases) -> None:
    History.databases = databases
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=6,
            stateful_step_count=15,
            deadline=None,
            phases=(Phase.generate,),  # as in test_ledger_machine.py
            suppress_health_check=list(HealthCheck),
        ),
    )
