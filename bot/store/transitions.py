"""The statements that plan deliveries and move them from state to state; ``ledger`` runs them.

Those that every message needs are in ``claims``.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Delete,
    Row,
    Select,
    Update,
    bindparam,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
    update,
)

from bot.model import (
    BULLETIN_LIFE,
    CATCH_UP,
    TERMINAL_STATES,
    ChatStatus,
    Delivery,
    DeliveryState,
    Occurrence,
    PlannedDelivery,
    Window,
)
from bot.store.among import among
from bot.store.instants import Instant, within
from bot.store.tables import (
    IS_BULLETIN,
    NO_BULLETIN,
    bulletins,
    chats,
    deliveries,
    is_one_of,
    payloads,
)

Accounts = Sequence[tuple[str, str]]

WAITING = (DeliveryState.READY, DeliveryState.RETRY)

LONGEST_LEASE = timedelta(minutes=10)


def in_state(*states: DeliveryState) -> ColumnElement[bool]:
    return is_one_of(deliveries.c.state, *states)


def unfinished_by_state() -> CompoundSelect[Any]:
    """How many rows are in each state that is not final; one SELECT for each partial index."""
    state = deliveries.c.state
    groups: list[Sequence[DeliveryState]] = [
        [DeliveryState.PLANNED],
        WAITING,
        [DeliveryState.SENDING],
        [DeliveryState.UNCERTAIN],
    ]
    return union_all(
        *(
            select(state, func.count().label("number")).where(in_state(*group)).group_by(state)
            for group in groups
        )
    )


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
        "bulletin_id": NO_BULLETIN,
    }


def planned_ahead(
    chat_ids: Sequence[int], occurrence: Occurrence, window: Window | None, now: datetime
) -> Select[Any]:
    """``planned_row`` of each of the chats, at its place in the window if there is one."""
    row = planned_row(PlannedDelivery(0, occurrence.day, occurrence.instant), now)
    del row["chat_id"], row["due_at"]
    due_at = within(window, chats.c.place) if window else literal(occurrence.instant, Instant)
    return select(
        chats.c.id.label("chat_id"),
        due_at.label("due_at"),
        *(literal(value, deliveries.c[name].type).label(name) for name, value in row.items()),
    ).where(among(chats.c.id, chat_ids))


def bulletin_row(
    bulletin_id: int, day: date, chat_id: int, due_at: datetime, now: datetime
) -> dict[str, Any]:
    row = planned_row(PlannedDelivery(chat_id, day, due_at), now)
    return row | {"state": DeliveryState.READY.value, "bulletin_id": bulletin_id}


def commissions(
    accounts: Accounts, until: datetime, after: tuple[datetime, int] | None, limit: int
) -> Select[Any]:
    order = (deliveries.c.due_at, deliveries.c.chat_id)
    page = (
        select(deliveries.c.id, *order, deliveries.c.day)
        .where(in_state(DeliveryState.PLANNED), order[0] <= until, chat_is_open(accounts))
        .order_by(*order)
        .limit(limit)
    )
    if after is not None:
        beyond = tuple_(literal(after[0], order[0].type), literal(after[1]))
        page = page.where(tuple_(*order) > beyond)
    rows = page.subquery()
    reader = (chats.c.platform, chats.c.account, chats.c.language, chats.c.layout)
    return (
        select(rows.c.id, rows.c.chat_id, rows.c.day, rows.c.due_at, *reader)
        .join(chats, chats.c.id == rows.c.chat_id)
        .order_by(rows.c.due_at, rows.c.chat_id)
    )


def unfinished(chat_ids: Sequence[int], due_before: datetime) -> list[Select[int]]:
    """Chats that still wait for an earlier issue: one query for each index."""
    ours = among(deliveries.c.chat_id, chat_ids)
    states = (WAITING, (DeliveryState.SENDING,), (DeliveryState.UNCERTAIN,))
    return [
        select(deliveries.c.chat_id).where(
            in_state(*some), deliveries.c.due_at < due_before, ours, _is_issue()
        )
        for some in states
    ]


@cache
def still_planned() -> Select[int]:
    """The parameter is ``ids``."""
    return (
        select(deliveries.c.id)
        .where(is_asked(), in_state(DeliveryState.PLANNED))
        .with_for_update(key_share=True)
    )


@cache
def made_ready() -> Update:
    """For many rows at once: the parameters are ``row_id``, ``issue`` and ``looked_at``."""
    # Nothing else, as ``bulk.execute_many`` asks.
    return (
        update(deliveries)
        .where(deliveries.c.id == bindparam("row_id", type_=deliveries.c.id.type))
        .values(
            state=literal_column(f"'{DeliveryState.READY.value}'"),
            issue_id=bindparam("issue", type_=deliveries.c.issue_id.type),
            until=bindparam("looked_at", type_=deliveries.c.until.type),
        )
    )


def taken_over(account: tuple[str, str], owner: str) -> Update:
    """What an earlier holder of the account's lease had in hand."""
    platform, name = account
    of_account = select(chats.c.id).where(chats.c.platform == platform, chats.c.account == name)
    return _unknown().where(deliveries.c.owner != owner, deliveries.c.chat_id.in_(of_account))


def claim_over(now: datetime, gone: Sequence[str]) -> Update:
    # No lease is that long: the clock was ahead when it was taken.
    ahead = deliveries.c.lease_until > now + LONGEST_LEASE
    over = (deliveries.c.lease_until <= now) | ahead | deliveries.c.owner.in_(gone)
    return _unknown().where(over)


def _unknown() -> Update:
    return (
        update(deliveries)
        .where(in_state(DeliveryState.SENDING))
        .values(
            state=DeliveryState.UNCERTAIN.value,
            owner=None,
            lease_until=None,
            reason="its sender did not say what came of it",
        )
    )


def withdrawn(*conditions: ColumnElement[bool]) -> Delete:
    """Issues that are planned or ready, and of which no part was ever in hand."""
    other = deliveries.alias("other")
    begun = exists().where(
        other.c.chat_id == deliveries.c.chat_id,
        other.c.day == deliveries.c.day,
        other.c.bulletin_id == NO_BULLETIN,
        (other.c.attempt > 0)
        | other.c.state.not_in([DeliveryState.PLANNED.value, DeliveryState.READY.value]),
    )
    return delete(deliveries).where(
        in_state(DeliveryState.PLANNED, DeliveryState.READY), _is_issue(), *conditions, ~begun
    )


def beyond(due_after: datetime) -> list[Delete | Update]:
    """Take back what is planned, or was missed, later than that; what was begun of it is over.

    Bulletins are due then.
    """
    later = deliveries.c.due_at > due_after
    open_states = (DeliveryState.RETRY, DeliveryState.READY, DeliveryState.UNCERTAIN)
    missed = delete(deliveries).where(
        in_state(DeliveryState.EXPIRED), deliveries.c.attempt == 0, later
    )
    begun = update(deliveries).where(in_state(*open_states), later)
    over = begun.where(_is_issue()).values(state=DeliveryState.EXPIRED.value)
    bulletins_due = begun.where(IS_BULLETIN).values(due_at=due_after, not_before=None)
    return [missed, withdrawn(later), over, bulletins_due]


def expired(states: Sequence[DeliveryState], due_before: datetime) -> Update:
    bulletins_due_before = due_before - (BULLETIN_LIFE - CATCH_UP)
    return (
        update(deliveries)
        .where(
            in_state(*states),
            deliveries.c.due_at < due_before,
            _is_issue() | (deliveries.c.due_at < bulletins_due_before),
        )
        .values(state=DeliveryState.EXPIRED.value)
    )


def to_delivery(row: Row[Any], payload: str = "", first: str = "") -> Delivery:
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
        bulletin=row.bulletin_id != NO_BULLETIN,
        first=first,
    )


def abandoned(delivery_id: int, reason: str) -> Update:
    return (
        update(deliveries)
        .where(deliveries.c.id == delivery_id, in_state(DeliveryState.PLANNED))
        .values(state=DeliveryState.DEAD.value, reason=reason)
    )


def entries(state: DeliveryState | None) -> Select[Any]:
    address = (chats.c.platform, chats.c.account, chats.c.address, chats.c.thread)
    query = (
        select(deliveries, *address)
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .order_by(deliveries.c.id.desc())
    )
    return query if state is None else query.where(in_state(state))


def due_again(delivery_id: int, now: datetime) -> Update:
    """A dead row, if there is anything to send."""
    return (
        update(deliveries)
        .where(
            deliveries.c.id == delivery_id,
            in_state(DeliveryState.DEAD),
            deliveries.c.issue_id.is_not(None) | IS_BULLETIN,
        )
        .values(state=DeliveryState.READY.value, due_at=now, doubts=0, not_before=None)
    )


def lengths(latest: int) -> Select[Any]:
    """By platform, how many messages the latest issues have, and how many issues they are."""
    newest = select(func.max(payloads.c.issue_id)).scalar_subquery()
    return (
        select(payloads.c.platform, func.count(), func.count(payloads.c.issue_id.distinct()))
        .where(payloads.c.issue_id > newest - latest)
        .group_by(payloads.c.platform)
    )


def finished_before(day: date) -> Delete:
    return delete(deliveries).where(deliveries.c.day < day, in_state(*TERMINAL_STATES))


def payloads_without_deliveries() -> Delete:
    used = select(deliveries.c.id).where(deliveries.c.issue_id == payloads.c.issue_id)
    return delete(payloads).where(~used.exists())


def bulletins_without_deliveries() -> Delete:
    used = select(deliveries.c.id).where(IS_BULLETIN, deliveries.c.bulletin_id == bulletins.c.id)
    return delete(bulletins).where(~used.exists())


def is_asked() -> ColumnElement[bool]:
    """The row's id is one of the parameter ``ids``."""
    return among(deliveries.c.id, "ids")


def _is_issue() -> ColumnElement[bool]:
    return deliveries.c.bulletin_id == NO_BULLETIN


def chat_is_open(accounts: Accounts) -> ColumnElement[bool]:
    """Who paused their issues still gets bulletins."""
    # No join, lest SQLite begin with all chats of the account.
    paused = (chats.c.status == ChatStatus.PAUSED.value) & IS_BULLETIN
    return exists().where(
        chats.c.id == deliveries.c.chat_id,
        (chats.c.status == ChatStatus.ACTIVE.value) | paused,
        tuple_(chats.c.platform, chats.c.account).in_(accounts),
    )
