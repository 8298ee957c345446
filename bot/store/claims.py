"""The statements of sending: what may go, claiming it, and writing down what came of it.

Made once, with parameters: making one costs more than to run it.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    update,
)

from bot.model import DeliveryState
from bot.ports import Lease, Outcome
from bot.store.tables import (
    NO_BULLETIN,
    bulletins,
    chats,
    deliveries,
    is_one_of,
    leases,
    payloads,
)
from bot.store.transitions import WAITING, Accounts, chat_is_open, in_state, is_asked

_LONGEST_DUE = (deliveries.c.due_at, deliveries.c.chat_id, deliveries.c.day, deliveries.c.part)


@cache
def claimable(accounts: tuple[tuple[str, str], ...]) -> Select[int, int]:
    """Ids of the rows that may be sent now and of their chats, the longest due first.

    The parameters are ``now`` and ``most``.
    """
    now = bindparam("now", type_=deliveries.c.due_at.type)
    over = deliveries.c.not_before.is_(None) | (deliveries.c.not_before <= now)
    return (
        select(deliveries.c.id, deliveries.c.chat_id)
        .where(
            in_state(*WAITING),
            deliveries.c.due_at <= now,
            over,
            chat_is_open(accounts),
            ~_other_in_flight(),
        )
        .order_by(*_LONGEST_DUE)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


def next_wait(accounts: Accounts, now: datetime, until: datetime) -> Select[Any]:
    return select(func.min(deliveries.c.not_before)).where(
        # Not those that failed: their time is the next pass's.
        in_state(DeliveryState.READY),
        deliveries.c.due_at <= now,
        deliveries.c.not_before > now,
        deliveries.c.not_before <= until,
        chat_is_open(accounts),
    )


def holds_lease(fence: Lease) -> Select[int]:
    """A row unless the lease went to somebody else; kept so until the end of the transaction."""
    return (
        select(leases.c.epoch)
        .where(
            leases.c.name == fence.name,
            leases.c.owner == fence.owner,
            leases.c.epoch == fence.epoch,
        )
        .with_for_update(read=True)
    )


@cache
def take() -> Update:
    """The parameters are ``ids``, ``by`` whom, and ``lease_end``."""
    # With row locks, another claim on the same chat may have been committed after ``claimable``
    # looked; this looks again.
    return (
        update(deliveries)
        .where(is_asked(), ~_other_in_flight())
        .values(
            state=DeliveryState.SENDING.value,
            owner=bindparam("by"),
            lease_until=bindparam("lease_end", type_=deliveries.c.lease_until.type),
            attempt=deliveries.c.attempt + 1,
            not_before=None,
        )
        .returning(deliveries.c.id)
    )


@cache
def with_payload() -> Select[Any]:
    """The parameter is ``ids``."""
    message = and_(
        payloads.c.issue_id == deliveries.c.issue_id,
        payloads.c.platform == chats.c.platform,
        payloads.c.part == deliveries.c.part,
    )
    opening = deliveries.alias()
    first = and_(
        deliveries.c.part > 1,
        opening.c.chat_id == deliveries.c.chat_id,
        opening.c.day == deliveries.c.day,
        opening.c.part == 1,
        opening.c.bulletin_id == deliveries.c.bulletin_id,
    )
    payload = func.coalesce(payloads.c.payload, bulletins.c.payload).label("payload")
    return (
        select(deliveries, payload, func.coalesce(opening.c.message_id, "").label("first"))
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .outerjoin(payloads, message)
        .outerjoin(bulletins, bulletins.c.id == deliveries.c.bulletin_id)
        .outerjoin(opening, first)
        .where(is_asked())
        .order_by(*_LONGEST_DUE)
    )


@cache
def in_hand() -> Select[Any]:
    """Rows of the parameter ``ids`` that are claimed, whoever claimed them; they stay locked."""
    names = ("id", "owner", "attempt", "chat_id", "day", "part", "issue_id", "until", "bulletin_id")
    return (
        select(*(deliveries.c[name] for name in names))
        .where(is_asked(), in_state(DeliveryState.SENDING))
        .with_for_update(key_share=True)
    )


@cache
def settled() -> Update:
    """For many rows at once: see ``settled_values``. What is not given stays."""
    row = deliveries.c

    def given(name: str) -> BindParameter[Any]:
        return bindparam(f"new_{name}", type_=row[name].type)

    return (
        update(deliveries)
        .where(row.id == bindparam("row_id"))
        .values(
            state=given("state"),
            owner=None,
            lease_until=None,
            reason=given("reason"),
            not_before=given("not_before"),
            message_id=given("message_id"),
            sent_at=given("sent_at"),
            late=given("late"),
            doubts=row.doubts + given("doubts"),
        )
    )


def settled_values(outcome: Outcome, now: datetime) -> dict[str, Any]:
    return {
        "row_id": outcome.delivery.id,
        "new_state": outcome.state.value,
        "new_reason": outcome.reason,
        "new_not_before": outcome.not_before,
        "new_message_id": outcome.message_id,
        "new_sent_at": now if outcome.state is DeliveryState.SENT else None,
        "new_late": outcome.late,
        "new_doubts": int(outcome.state is DeliveryState.UNCERTAIN),
    }


@cache
def next_parts() -> Select[Any]:
    """The rows of the parts after those of the parameter ``ids``; the last of an issue has none.

    The other parameter is ``now``.
    """
    names = ("chat_id", "day", "due_at", "issue_id", "until")
    following = and_(
        payloads.c.issue_id == deliveries.c.issue_id,
        payloads.c.platform == chats.c.platform,
        payloads.c.part == deliveries.c.part + 1,
    )
    fixed = {
        "state": DeliveryState.READY.value,
        "attempt": 0,
        "doubts": 0,
        "late": False,
        "bulletin_id": NO_BULLETIN,
    }
    return (
        select(
            *(deliveries.c[name] for name in names),
            payloads.c.part,
            bindparam("now", type_=deliveries.c.created_at.type).label("created_at"),
            *(literal(value, deliveries.c[name].type).label(name) for name, value in fixed.items()),
        )
        .join_from(deliveries, chats, chats.c.id == deliveries.c.chat_id)
        .join(payloads, following)
        .where(is_asked())
    )


@cache
def chat_held() -> Update:
    """For many chats at once: what waits for ``held_chat`` from ``since_day`` waits longer."""
    hold = bindparam("hold_until", type_=deliveries.c.not_before.type)
    return (
        update(deliveries)
        .where(
            deliveries.c.chat_id == bindparam("held_chat"),
            deliveries.c.day >= bindparam("since_day", type_=deliveries.c.day.type),
            in_state(*WAITING),
            deliveries.c.not_before.is_(None) | (deliveries.c.not_before < hold),
        )
        .values(not_before=hold)
    )


def _other_in_flight() -> ColumnElement[bool]:
    other = deliveries.alias("other")
    sending = is_one_of(other.c.state, DeliveryState.SENDING)
    return exists().where(other.c.chat_id == deliveries.c.chat_id, sending)
