"""The nouns of curation, as frozen values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.model import Item, StoredItem

SUBMISSION_SOURCE = "submission"
"""Name of the source of what readers submitted."""


class Kind(StrEnum):
    """What a person did to an item."""

    ACCEPT = "accept"
    EDIT = "edit"
    PICK = "pick"
    UNPICK = "unpick"
    REMOVE = "remove"
    UNDO = "undo"


Changes = Mapping[str, tuple[Any, Any]]
"""By field: what it held before and after, as plain JSON values; see ``changes.state_of``."""

Decide = Callable[[StoredItem], StoredItem]
"""A person's wish: the item as it is to what it shall be. Pure; raises ``Refusal``."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of one item by a person. It is never altered, and undone only by another.

    ``by`` is ``platform:id`` of the person; None once they asked to be forgotten. ``undoes`` is the
    id of the revision that this one takes back.
    """

    id: int
    item_id: int
    at: datetime
    kind: Kind
    by: str | None
    changes: Changes
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what, and when."""

    kind: Kind
    by: str
    now: datetime
    undoes: int | None = None


class Status(StrEnum):
    """Where a submission stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Submission:
    """An address that a reader sent in.

    ``item`` is what will be in the paper: first no more than the address, then what its page told,
    then what the reviewer made of the fields in ``edited``. ``trouble`` says why the page could not
    be read; ``look_at`` (UTC) is when it is to be tried next, None for never again. ``by``
    (``platform:id``) and ``chat_id`` are None once the person was forgotten. ``credit`` is the name
    under which they want to be thanked, ``reason`` why it was rejected.
    """

    id: int
    item: Item
    status: Status
    by: str | None
    chat_id: int | None
    created_at: datetime
    remark: str = ""
    credit: str = ""
    look_at: datetime | None = None
    attempts: int = 0
    trouble: str = ""
    edited: frozenset[str] = frozenset()
    reviewer: str | None = None
    reviewed_at: datetime | None = None
    reason: str = ""
    item_id: int | None = None


class Filing(StrEnum):
    """What became of a new submission."""

    NEW = "new"
    WAITING = "waiting"
    """The same address waits for review already; that submission stays as it is."""
    TOO_MANY = "too_many"


Prepare = Callable[[Submission], tuple[Item, Decide]]
"""An accepted submission to the item to store, and what people made of it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that a chat is owed about its submission."""

    id: int
    chat_id: int
    submission: Submission
