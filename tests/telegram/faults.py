"""A Bot API server that fails by chance, and what must hold of all that is sent through it."""

import asyncio
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.render import TelegramRenderer
from bot.app import SystemClock
from bot.config import TelegramSettings
from bot.delivery.courier import Courier
from bot.delivery.outlet import Limits, Outlet
from bot.editor import Editor
from bot.model import Bulletin, ChatAddress, DeliveryState
from bot.store import Store
from tests.bot.store.builders import a_chat
from tests.telegram.server import BOT_ID, TOKEN, Fault, TelegramServer

ACCOUNT = ("telegram", str(BOT_ID))


def waits() -> Fault:
    return Fault(429, "Too Many Requests: retry after 1", {"retry_after": 1})


@dataclass
class FaultyServer(TelegramServer):
    """A third of the messages meet a fault; one in a hundred of these hangs for ``hang`` seconds.

    It lets no message meet twice what leaves open whether it arrived: that would be a dead letter.
    """

    hang: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    met: Counter[str] = field(default_factory=Counter)
    doubted: set[tuple[str, str]] = field(default_factory=set)

    def _check(self, method: str, params: Mapping[str, str]) -> None:
        if method == "sendMessage":
            self.faults[method].append(self._fault(params["chat_id"], params["text"]))

    def _fault(self, chat: str, text: str) -> Fault:
        if self.chance.random() > 1 / 3:
            return Fault()
        kinds = {
            "wait": waits(),
            "5xx": Fault(502, "Bad Gateway"),
            "reset before": Fault(cut=True),
            "reset after": Fault(cut=True, taken=True),
        }
        if self.hang and self.chance.random() < 0.01:
            kinds = {"hang": Fault(seconds=self.hang)}
        kind = self.chance.choice(list(kinds))
        if kind != "wait":
            if (chat, text) in self.doubted:
                return Fault()
            self.doubted.add((chat, text))
        self.met[kind] += 1
        return kinds[kind]


async def fill(store: Store, server: TelegramServer, chats: int, words: int) -> int:
    now = datetime.now(UTC)
    ids = []
    for number in range(1, chats + 1):
        server.user(number)
        chat = a_chat(address=ChatAddress(*ACCOUNT, str(number)), active_since=None)
        ids.append((await store.chats.add(chat, now)).id)
    plain = TelegramRenderer().plain
    for word in range(words):
        bulletin = Bulletin(f"word {word}", plain(f"Word {word}."))
        await store.ledger.publish(bulletin, dict.fromkeys(ids, now), now)
    return chats * words


async def deliver(store: Store, editor: Editor, server: FaultyServer, per_second: int) -> None:
    """Send all that is in the ledger, as ``ribao run`` does."""
    limits = Limits(per_second=per_second, chat_seconds=1, group_seconds=3)
    async with TelegramAdapter.open(TOKEN, TelegramSettings(base_url=server.url)) as adapter:
        courier = Courier(
            store.ledger,
            store.chats,
            store.issues,
            editor,
            store.leases,
            outlets={ACCOUNT: Outlet(adapter.renderer, adapter, limits)},
            clock=SystemClock(),
        )
        stop = asyncio.Event()
        serving = asyncio.create_task(courier.serve(ACCOUNT, stop))
        while any((await store.ledger.queue()).values()):
            await courier.look_after(datetime.now(UTC))
            await asyncio.sleep(0.5)
        stop.set()
        await serving


async def look_for_violations(
    store: Store, server: FaultyServer, deliveries: int, per_second: int
) -> str:
    """Nothing lost, nobody hurried; returns the figures in one line."""
    counts = {state: n for state, n in (await store.ledger.counts()).items() if n}
    assert counts == {DeliveryState.SENT: deliveries}
    arrived = {(chat, m["text"]) for chat, them in server.messages.items() for m in them}
    assert len(arrived) == deliveries
    total = sum(map(len, server.messages.values()))
    assert total - deliveries <= len(server.doubted)
    sends = [each for each in server.requests if each.method == "sendMessage"]
    at = [each.at for each in sends]
    fullest = max(bisect_left(at, start + 1) - n for n, start in enumerate(at))
    assert fullest <= per_second
    of_chat: dict[str, list[float]] = {}
    for each in sends:
        of_chat.setdefault(each.params["chat_id"], []).append(each.at)
    nearest = min(b - a for times in of_chat.values() for a, b in pairwise(times))
    assert nearest >= 1
    met = ", ".join(f"{n} x {kind}" for kind, n in sorted(server.met.items()))
    return (
        f"{deliveries} deliveries, {met}: lost 0, came twice {total - deliveries}, "
        f"{fullest} of {per_second} in the fullest second, {nearest:.2f} s between two to a chat, "
        f"{len(at) / (at[-1] - at[0]):.1f} a second"
    )
