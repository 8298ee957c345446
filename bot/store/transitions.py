"""The statements that move deliveries from state to state; ``ledger`` runs them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Row,
    Select,
    Update,
    and_,
    delete,
    exists,
    select,
    tuple_,
    update,
)

from bot.model import (
    TERMINAL_STATES,
    ChatStatus,
    Delivery,
    DeliveryState,
    PlannedDelivery,
)
from bot.store.tables import chats, deliveries, is_one_of, payloads

WAITING = (DeliveryState.READY, DeliveryState.RETRY)

_OPEN = tuple(state for state in DeliveryState if state not in TERMINAL_STATES)
_LONGEST_DUE = (deliveries.c.due_at, deliveries.c.chat_id, deliveries.c.day, deliveries.c.part)


def in_state(*states: DeliveryState) -> ColumnElement[bool]:
    return is_one_of(deliveries.c.state, *states)


def planned_row(plan: PlannedDelivery, now: datetime) -> dict[str, Any]:
    """Part 1, before anything is composed."""
    state = DeliveryState.EXPIRED if plan.expired else DeliveryState.PLANNED
    return {
        "chat_id": plan.chat_id,
        "day": plan.day,
        "part": 1,
        "state": state.value,
        "due_at": plan.due_at,
        "attempt": 0,
        "doubts": 0,
        "late": False,
        "created_at": now,
    }


def planned(accounts: Sequence[tuple[str, str]], limit: int) -> Select[Any]:
    return (
        select(deliveries)
        .where(in_state(DeliveryState.PLANNED), _chat_is_open(accounts))
        .order_by(deliveries.c.due_at, deliveries.c.chat_id)
        .limit(limit)
    )


def made_ready(delivery: Delivery, values: Mapping[str, Any]) -> Update:
    return (
        update(deliveries)
        .where(_is(delivery), in_state(DeliveryState.PLANNED))
        .values(state=DeliveryState.READY.value, **values)
        .returning(deliveries)
    )


def claimable(accounts: Sequence[tuple[str, str]], now: datetime) -> Select[int, int]:
    """Ids of the rows that may be sent now and of their chats, the longest due first."""
    over = deliveries.c.not_before.is_(None) | (deliveries.c.not_before <= now)
    return (
        select(deliveries.c.id, deliveries.c.chat_id)
        .where(
            in_state(*WAITING),
            over,
            _chat_is_open(accounts),
            ~_other_in_flight(),
            ~_earlier_part_unsent(),
        )
        .order_by(*_LONGEST_DUE)
        .with_for_update(skip_locked=True)
    )


def take(ids: Sequence[int], owner: str, lease_until: datetime) -> Update:
    # With row locks, another claim on the same chat may have been committed after ``claimable``
    # looked; this looks again.
    return (
        update(deliveries)
        .where(deliveries.c.id.in_(ids), ~_other_in_flight())
        .values(
            state=DeliveryState.SENDING.value,
            owner=owner,
            lease_until=lease_until,
            attempt=deliveries.c.attempt + 1,
            not_before=None,
        )
        .returning(deliveries.c.id)
    )


def with_payload(ids: Sequence[int]) -> Select[Any]:
    message = and_(
        payloads.c.issue_id == deliveries.c.issue_id,
        payloads.c.platform == chats.c.platform,
        payloads.c.part == deliveries.c.part,
    )
    return (
        select(deliveries, payloads.c.payload)
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .join(payloads, message)
        .where(deliveries.c.id.in_(ids))
        .order_by(*_LONGEST_DUE)
    )


def acknowledged(delivery: Delivery, state: DeliveryState, **values: Any) -> Update:
    """Fenced: only while this very claim is held."""
    return (
        update(deliveries)
        .where(
            _is(delivery),
            in_state(DeliveryState.SENDING),
            deliveries.c.owner == delivery.owner,
            deliveries.c.attempt == delivery.attempt,
        )
        .values(state=state.value, owner=None, lease_until=None, **values)
    )


def rest_given_up(row: Row[Any]) -> Update:
    """The open parts after this one, which can never be sent now."""
    return (
        update(deliveries)
        .where(
            deliveries.c.chat_id == row.chat_id,
            deliveries.c.day == row.day,
            deliveries.c.part > row.part,
            in_state(*_OPEN),
        )
        .values(state=DeliveryState.DEAD.value, reason=row.reason)
    )


def claim_over(now: datetime, gone: Sequence[str]) -> Update:
    over = (deliveries.c.lease_until <= now) | deliveries.c.owner.in_(gone)
    return (
        update(deliveries)
        .where(in_state(DeliveryState.SENDING), over)
        .values(
            state=DeliveryState.UNCERTAIN.value,
            owner=None,
            lease_until=None,
            reason="its sender did not say what came of it",
        )
    )


def expired(states: Sequence[DeliveryState], due_before: datetime) -> Update:
    return (
        update(deliveries)
        .where(in_state(*states), deliveries.c.due_at < due_before)
        .values(state=DeliveryState.EXPIRED.value)
    )


def to_delivery(row: Row[Any], payload: str = "") -> Delivery:
    return Delivery(
        id=row.id,
        chat_id=row.chat_id,
        day=row.day,
        part=row.part,
        state=DeliveryState(row.state),
        due_at=row.due_at,
        attempt=row.attempt,
        owner=row.owner,
        payload=payload,
    )


def abandoned(delivery: Delivery, reason: str) -> Update:
    return (
        update(deliveries)
        .where(_is(delivery), in_state(DeliveryState.PLANNED))
        .values(state=DeliveryState.DEAD.value, reason=reason)
    )


def finished_before(day: date) -> Delete:
    return delete(deliveries).where(deliveries.c.day < day, in_state(*TERMINAL_STATES))


def payloads_without_deliveries() -> Delete:
    used = select(deliveries.c.id).where(deliveries.c.issue_id == payloads.c.issue_id)
    return delete(payloads).where(~used.exists())


def _is(delivery: Delivery) -> ColumnElement[bool]:
    return deliveries.c.id == delivery.id


def _chat_is_open(accounts: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    # No join, lest SQLite begin with all chats of the account.
    return exists().where(
        chats.c.id == deliveries.c.chat_id,
        chats.c.status == ChatStatus.ACTIVE.value,
        tuple_(chats.c.platform, chats.c.account).in_(accounts),
    )


def _other_in_flight() -> ColumnElement[bool]:
    other = deliveries.alias("other")
    sending = is_one_of(other.c.state, DeliveryState.SENDING)
    return exists().where(other.c.chat_id == deliveries.c.chat_id, sending)


def _earlier_part_unsent() -> ColumnElement[bool]:
    earlier = deliveries.alias("earlier")
    return exists().where(
        earlier.c.chat_id == deliveries.c.chat_id,
        earlier.c.day == deliveries.c.day,
        earlier.c.part < deliveries.c.part,
        earlier.c.state != DeliveryState.SENT.value,
    )
