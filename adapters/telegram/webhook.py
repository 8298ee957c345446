"""Updates by webhook: Telegram calls us, through whatever serves HTTPS in front of Ribao.

An update is acknowledged once it is answered. So one that a kill interrupts comes again; one that
comes again although it was answered is known by its id. Calls without the secret are refused, and
learn nothing. https://core.telegram.org/bots/api#setwebhook
"""

import asyncio
import hmac
import json
import logging
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from aiohttp import web
from telegram import Bot, Update
from telegram.error import TelegramError

from adapters.lanes import Lanes
from adapters.telegram.polling import ALLOWED, DRAIN_SECONDS, PARALLEL, Answer
from adapters.telegram.updates import lane_of
from bot.errors import ConfigError

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MAX_BYTES = 2**20
"""An update holds one message: some kilobytes."""

REMEMBERED = 10_000
"""Updates whose repetition is known; Telegram repeats within a day what was not acknowledged."""

_AGAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where Telegram calls (``url``), and where that arrives."""

    url: str
    host: str
    port: int

    @property
    def path(self) -> str:
        return "/" + self.url.split("://", 1)[1].partition("/")[2]


def secret_of(token: str) -> str:
    """The secret that Telegram sends along; it follows from the token, so nobody has to keep it."""
    return sha256(b"ribao webhook\0" + token.encode()).hexdigest()


class Webhook:
    """Serves one path until it is cancelled, and answers each update once."""

    def __init__(self, bot: Bot, answer: Answer, place: Place, secret: str) -> None:
        self._bot = bot
        self._answer = answer
        self._place = place
        self._secret = secret.encode()
        self._lanes = Lanes(PARALLEL)
        self._seen: OrderedDict[int, asyncio.Future[None]] = OrderedDict()
        self.connected = False

    async def run(self) -> None:
        """Raises ``ConfigError`` if the port is taken."""
        app = web.Application(client_max_size=MAX_BYTES)
        app.router.add_post(self._place.path, self._serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_SECONDS)
        await runner.setup()
        try:
            await self._listen(runner)
            await self._announce()
            self.connected = True
            await asyncio.Event().wait()
        finally:
            self.connected = False
            await self._lanes.drain(DRAIN_SECONDS)
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, self._place.host, self._place.port).start()
        except OSError as error:
            raise ConfigError(f"telegram.webhook_port: {error.strerror}") from None

    async def _announce(self) -> None:
        while True:
            try:
                await self._bot.set_webhook(
                    self._place.url,
                    secret_token=self._secret.decode(),
                    allowed_updates=list(ALLOWED),
                )
            except TelegramError as error:
                log.error("Telegram does not take the webhook: %s", error.message)  # noqa: TRY400 - the sentence says it all
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return

    async def _serve(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        update = await _update(request, self._bot)
        if update is None:
            return web.Response(status=400)
        await asyncio.shield(self._answered(update))
        return web.Response()

    def _answered(self, update: Update) -> "asyncio.Future[None]":
        """Done once the update is answered; the same for one that comes again."""
        number = update.update_id
        if number not in self._seen:
            done = self._seen[number] = asyncio.get_running_loop().create_future()
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)

            async def work() -> None:
                try:
                    await self._answer(update)
                finally:
                    done.set_result(None)

            self._lanes.put(lane_of(update), work)
        return self._seen[number]


async def _update(request: web.Request, bot: Bot) -> Update | None:
    try:
        update = Update.de_json(json.loads(await request.read()), bot)
        number: object = update.update_id  # as it came, whatever the SDK declares
        return update if isinstance(number, int) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
