"""Days at speed: many zones, a platform that fails, a process that dies, a clock that leaps.

A death here is a pass that is cancelled at any of its waits, after which all that was in memory is
made anew; real ones are in ``tests/test_kill.py`` and ``tests/soak``.
"""

import asyncio
import os
import random
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.errors import DeliveryError, OutcomeUnknown, RetryLater
from bot.model import ChatAddress, DeliveryState
from scheduler.tick import AHEAD, Tick
from tests.bot.delivery.test_sending import tick_of
from tests.conversation import Conversation, item
from tests.outlets import ScriptedPlatform, Sent

BEGIN = datetime(2027, 3, 20, 0, 0, tzinfo=UTC)
"""European summer time begins within the month."""

ZONES = ("Berlin", "New York", "Kathmandu", "Auckland", "Shanghai", "UTC")
TOPICS = ("cv", "nlp", "robotics", "cv nlp")
STEP = timedelta(minutes=20)


@dataclass
class Unsteady(ScriptedPlatform):
    """Fails by chance; lets no message meet twice what leaves open whether it arrived."""

    chance: random.Random = field(default_factory=lambda: random.Random(11))
    failing: bool = True
    doubted: Counter[str] = field(default_factory=Counter)

    async def send(
        self,
        chat: ChatAddress,
        payload: str,
        *,
        key: str,
        silent: bool,
        options: str = "",
        first: str = "",
    ) -> str:
        await asyncio.sleep(0)
        luck = self.chance.random() if self.failing else 1.0
        if luck < 0.05:
            raise RetryLater("flood", self.chance.choice([1, 90, 1800]))
        doubt = luck < 0.1 and not self.doubted[key]
        arrives = luck >= 0.1 or luck < 0.075
        if doubt:
            self.doubted[key] += 1
        if arrives or not doubt:
            self.arrived.append(Sent(chat.id, payload, key, silent))
        if doubt:
            raise OutcomeUnknown("cut")
        return str(len(self.arrived))


@dataclass
class Life:
    """What was seen of the process over time."""

    deaths: int = 0
    leaps: int = 0
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def look(self) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.memory.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
        self.files.append(len(list(Path("/proc/self/fd").iterdir())))


async def settle_in(talk: Conversation, readers: int) -> None:
    talk.clock.set(BEGIN)
    for number in range(readers):
        who = f"reader{number}"
        await talk.say(f"/subscribe {TOPICS[number % len(TOPICS)]}", who)
        await talk.say(f"/timezone {ZONES[number % len(ZONES)]}", who)
        await talk.say(f"/time {number % 24:02}:{number * 7 % 60:02}", who)


async def live(talk: Conversation, platform: Unsteady, days: int) -> Life:
    life, chance = Life(), random.Random(5)
    now = BEGIN
    tick = tick_of(talk, platform)
    while now < BEGIN + timedelta(days=days):
        now += STEP
        talk.clock.set(now)
        if now.hour == 0 and now.minute == 0:
            fresh = [item(f"{now:%m%d} {n}", "cv", "nlp", "robotics") for n in range(12)]
            await talk.fetch(*fresh)
            life.look()
        if chance.random() < 0.01:
            await leap(talk, tick, now, timedelta(hours=chance.choice([-5, 2, 48])))
            life.leaps += 1
        if not await survives(talk, tick, now, chance):
            life.deaths += 1
            tick = tick_of(talk, platform)
    return life


async def leap(talk: Conversation, tick: Tick, now: datetime, by: timedelta) -> None:
    """For one look the clock is wrong, and what is planned then is planned by it."""
    guard = talk.app.clock_guard()
    for instant in (now + by, now):
        talk.clock.set(instant)
        await guard.check(instant, AHEAD)
        await tick.plan(instant, instant + AHEAD)


async def survives(talk: Conversation, tick: Tick, now: datetime, chance: random.Random) -> bool:
    """One pass; whether it came to its end."""
    work = asyncio.create_task(tick.run(now))
    if chance.random() < 0.1:
        await asyncio.wait([work], timeout=chance.uniform(0, 0.03))
        if not work.done():
            work.cancel()
            with suppress(asyncio.CancelledError, DeliveryError):
                await work
            return False
    await work
    return True


async def come_to_rest(talk: Conversation, platform: Unsteady, days: int) -> None:
    platform.failing = False
    end = BEGIN + timedelta(days=days)
    for minutes in (1, 2, 45, 90):
        talk.clock.set(end + timedelta(minutes=minutes))
        await tick_of(talk, platform).run(talk.clock.now())


async def look_for_violations(
    talk: Conversation, platform: Unsteady, life: Life, readers: int, days: int
) -> str:
    """Each reader has each day's issue, and nobody more than doubts and deaths allow."""
    counts = {state: n for state, n in (await talk.app.store.ledger.counts()).items() if n}
    assert set(counts) <= {DeliveryState.SENT, DeliveryState.EXPIRED}
    times = Counter(message.key for message in platform.arrived)
    assert len(times) == counts[DeliveryState.SENT]
    more = sum(n - 1 for n in times.values())
    assert more <= platform.doubted.total() + 8 * life.deaths
    of_day = {(m.chat, re.findall(r"\d{4}-\d\d-\d\d", m.payload)[0]) for m in platform.arrived}
    missed = counts.get(DeliveryState.EXPIRED, 0)
    # The first and the last day are not whole for everybody.
    assert (days - 1) * readers <= len(times) + missed <= (days + 1) * readers
    assert len(of_day) == len(times)
    return (
        f"{days} days, {readers} readers, {len(times)} issues, {life.deaths} deaths, "
        f"{life.leaps} leaps of the clock, {platform.doubted.total()} doubts: lost 0, "
        f"came twice {more}, expired {missed}"
    )
