"""Long polling, so that no update is lost and none is answered twice.

``getUpdates`` with an offset forgets all updates before it. So the offset is that of the oldest
update which is not yet answered; what Telegram then hands over again is known by its id. After a
kill the unanswered ones come once more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from adapters.lanes import Lanes
from adapters.telegram.errors import seconds_to_wait
from adapters.telegram.updates import lane_of

log = logging.getLogger(__name__)

ALLOWED = ("message", "channel_post", "callback_query", "my_chat_member", "inline_query")
"""The updates that are asked for."""

POLL_SECONDS = 50
PARALLEL = 16
DRAIN_SECONDS = 5.0
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0

Answer = Callable[[Update], Awaitable[None]]


class Poller:
    """Asks for updates until it is cancelled, and answers each once."""

    def __init__(self, bot: Bot, answer: Answer) -> None:
        self._bot = bot
        self._answer = answer
        self._lanes = Lanes(PARALLEL)
        self._open: set[int] = set()
        self._next = 0
        self.connected = False

    async def run(self) -> None:
        wait = _FIRST_WAIT
        webhook_gone = False
        try:
            while True:
                try:
                    if not webhook_gone:
                        webhook_gone = await self._bot.delete_webhook()
                    await self._poll()
                    wait = _FIRST_WAIT
                    self.connected = True
                except TelegramError as error:
                    self.connected = False
                    await asyncio.sleep(_said(error, wait))
                    wait = min(2 * wait, _LONGEST_WAIT)
        finally:
            self.connected = False
            await self._lanes.drain(DRAIN_SECONDS)
            await self._forget_answered()

    async def _poll(self) -> None:
        updates = await self._bot.get_updates(
            # With something still open Telegram answers at once; there is no need to ask at once.
            offset=self._offset(),
            # The first time it is asked whether Telegram answers: without news that takes long.
            timeout=POLL_SECONDS if self.connected else 0,
            read_timeout=POLL_SECONDS + 10,
            allowed_updates=list(ALLOWED),
        )
        fresh = [update for update in updates if update.update_id >= self._next]
        for update in fresh:
            self._take(update)
        if not fresh and self._open:
            await asyncio.sleep(0.2)

    def _offset(self) -> int:
        return min(self._open, default=self._next)

    def _take(self, update: Update) -> None:
        number = update.update_id
        self._open.add(number)
        self._next = number + 1

        async def work() -> None:
            try:
                await self._answer(update)
            finally:
                self._open.discard(number)

        self._lanes.put(lane_of(update), work)

    async def _forget_answered(self) -> None:
        """Tell Telegram what was answered, so that the next start doesn't get it again."""
        if self._next:
            try:
                await self._bot.get_updates(offset=self._offset(), limit=1, timeout=0)
            except TelegramError as error:
                log.info("Telegram: the last updates may come again (%s)", error.message)


def _said(error: TelegramError, wait: float) -> float:
    """Say what is wrong; returns the seconds to wait."""
    match error:
        case Conflict():
            log.error(
                "Telegram: another process polls with this token, or a webhook is set. This one"
                " waits; stop the other one, or give each a bot of its own."
            )
            return max(wait, 5.0)
        case InvalidToken():
            log.error("Telegram refuses the token; get a valid one from @BotFather.")
            return _LONGEST_WAIT
        case RetryAfter():
            return seconds_to_wait(error)
        case _:
            log.warning("Telegram: %s; the next try is in %.0f s.", error.message, wait)
            return wait
