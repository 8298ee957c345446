"""Group commit: what several workers have to write at once goes into one transaction."""

import asyncio
import time
from dataclasses import dataclass

from bot.errors import StoreError
from bot.ports import Clock, Ledger, Outcome

PATIENCE = 30.0
"""Seconds in which a database that is away is asked again: what was sent must be written down."""

_PAUSE = 0.5
_TURNS = 4


@dataclass(eq=False, slots=True)
class _Entry:
    outcome: Outcome
    held: bool | None = None


class Settler:
    """Writes outcomes. Whoever comes first writes for all who wait by then."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._waiting: list[_Entry] = []
        self._turn = asyncio.Lock()

    async def settle(self, outcome: Outcome) -> bool:
        """Returns once it is committed; False if the claim was no longer held.

        Raises ``StoreError`` if the database is away for longer than 30 s.
        """
        entry = _Entry(outcome)
        self._waiting.append(entry)
        async with self._turn:
            if entry.held is None:
                # Answers that are on their way through the loop are taken along: with eight workers
                # a transaction then holds six or seven outcomes instead of four.
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                await self._write()
        return bool(entry.held)

    async def _write(self) -> None:
        batch, self._waiting = self._waiting, []
        try:
            held = await self._written([entry.outcome for entry in batch])
        except BaseException:
            self._waiting = batch + self._waiting
            raise
        for entry in batch:
            entry.held = entry.outcome.delivery.id in held

    async def _written(self, outcomes: list[Outcome]) -> set[int]:
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                return await self._ledger.settle(outcomes, self._clock.now())
            except StoreError:
                if time.monotonic() > give_up:
                    raise
            await asyncio.sleep(_PAUSE)
