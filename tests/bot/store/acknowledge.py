"""One delivery at a time through the ledger, for tests that follow a single one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Delivery, DeliveryState
from bot.ports import Account, Commission, Ledger, Made, Outcome
from tests.bot.store.builders import ACCOUNT, NOW

FAR = NOW + timedelta(days=4000)


async def planned(
    ledger: Ledger, accounts: Sequence[Account] = (ACCOUNT,), limit: int = 100
) -> tuple[Commission, ...]:
    return await ledger.planned(accounts, FAR, limit=limit)


async def ready(
    ledger: Ledger, row: Commission, issue_id: int, until: datetime, payloads: Sequence[str]
) -> bool:
    made = Made(row.delivery_id, issue_id, until, row.account[0], tuple(payloads))
    return await ledger.ready([made]) == 1


async def sent(
    ledger: Ledger, delivery: Delivery, message_id: str, now: datetime, *, late: bool = False
) -> bool:
    outcome = Outcome(delivery, DeliveryState.SENT, message_id=message_id, late=late)
    return bool(await ledger.settle([outcome], now))


async def retry(ledger: Ledger, delivery: Delivery, not_before: datetime, reason: str) -> bool:
    outcome = Outcome(delivery, DeliveryState.RETRY, reason, not_before=not_before)
    return bool(await ledger.settle([outcome], NOW))


async def uncertain(ledger: Ledger, delivery: Delivery, reason: str) -> bool:
    return bool(await ledger.settle([Outcome(delivery, DeliveryState.UNCERTAIN, reason)], NOW))


async def dead(ledger: Ledger, delivery: Delivery, reason: str) -> bool:
    return bool(await ledger.settle([Outcome(delivery, DeliveryState.DEAD, reason)], NOW))
