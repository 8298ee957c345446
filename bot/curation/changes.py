"""What people may change in an item, how it is written down, and how it is taken back. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.curation.nouns import Changes, Revision
from bot.errors import Refusal
from bot.model import PICK, Item, Section, StoredItem, TopicMatch

State = Mapping[str, Any]
"""All fields that people may change, as plain JSON values."""


def state_of(stored: StoredItem) -> State:
    return {**fields_of(stored.item), "removed": stored.removed}


def with_state(stored: StoredItem, state: State) -> StoredItem:
    """The item with the fields of ``state``, which may be a few of them."""
    fields = {name: value for name, value in state.items() if name != "removed"}
    return replace(
        stored,
        item=with_fields(stored.item, fields),
        removed=state.get("removed", stored.removed),
    )


def fields_of(item: Item) -> State:
    """``state_of`` for an item by itself."""
    return {
        "title": item.title,
        "section": item.section.value,
        "topics": [[topic.id, topic.confidence, topic.reason] for topic in item.topics],
        "summary": dict(item.summary),
        "note": item.note,
        PICK: PICK in item.signals,
    }


def with_fields(item: Item, fields: State) -> Item:
    """``with_state`` for an item by itself."""
    whole = {**fields_of(item), **fields}
    return replace(
        item,
        title=whole["title"],
        section=Section(whole["section"]),
        topics=tuple(TopicMatch(*topic) for topic in whole["topics"]),
        summary=whole["summary"],
        note=whole["note"],
        signals=_signals(item, picked=whole[PICK]),
    )


def _signals(item: Item, *, picked: bool) -> Mapping[str, float]:
    others = {name: value for name, value in item.signals.items() if name != PICK}
    return {**others, PICK: item.signals.get(PICK, 1.0)} if picked else others


def difference(before: StoredItem, after: StoredItem) -> Changes:
    """What changed, by field."""
    old, new = state_of(before), state_of(after)
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}


def undone(revision: Revision, present: StoredItem) -> StoredItem:
    """``present`` without what the revision did.

    A field that was changed again since is not overrun: ``Refusal("undo.conflict")``. What is back
    already is ``Refusal("undo.already")``.
    """
    state = state_of(present)
    if all(state[name] == before for name, (before, _) in revision.changes.items()):
        raise Refusal("undo.already", number=revision.id)
    later = tuple(name for name, pair in revision.changes.items() if state[name] not in pair)
    if later:
        raise Refusal("undo.conflict", number=revision.id, fields=", ".join(later))
    return with_state(present, {name: before for name, (before, _) in revision.changes.items()})


def picked(present: StoredItem) -> StoredItem:
    return with_state(present, {PICK: True})


def unpicked(present: StoredItem) -> StoredItem:
    return with_state(present, {PICK: False})


def removed(present: StoredItem) -> StoredItem:
    """Out of the paper, the search and the archive; still in the store."""
    return with_state(present, {"removed": True})
