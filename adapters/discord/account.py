"""The bot account: its SDK clients, and whether Discord knows it."""

import asyncio
import base64
import binascii
import logging
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.turns import LONGEST_WAIT
from bot.config import DiscordSettings
from bot.errors import ConfigError

log = logging.getLogger(__name__)

AGAIN_SECONDS = 10.0

BUDGET = 5_000
BUDGET_SECONDS = 600.0
"""10,000 refused requests within ten minutes bring a ban of the address
(https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans);
at half of that Ribao falls silent."""

_TOKEN = re.compile(r"([A-Za-z0-9_-]{8,40})\.[A-Za-z0-9_-]{5,10}\.[A-Za-z0-9_-]{20,60}")

Answer = Callable[[discord.Interaction], Awaitable[None]]

IDENTIFY_SECONDS = 5.0
"""In so long as many shards may identify as the account's concurrency says, each in a bucket of
its own (https://discord.com/developers/docs/events/gateway#sharding-max-concurrency)."""


def account_of(token: str) -> str:
    """The bot's user id, which stands in its token. Raises ``ConfigError`` for what is no token."""
    match = _TOKEN.fullmatch(token)
    try:
        number = base64.urlsafe_b64decode(match[1] + "==").decode() if match else ""
    except (binascii.Error, ValueError):
        number = ""
    if not (number.isascii() and number.isdecimal()):
        raise ConfigError("discord.token: this is no token; the Developer Portal gives one (Bot)")
    return number


def point_at(settings: DiscordSettings) -> None:
    """Where the SDK finds Discord: the one place that knows. It holds for the whole process."""
    Route.BASE = settings.api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
    # Nobody needs to be told that there is no voice.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    # At DEBUG the SDK logs what people write, and the secrets of interactions.
    logging.getLogger("discord").setLevel(logging.INFO)


class Watch:
    """Sees each answer of Discord: waits that hold for all, and requests that were refused."""

    def __init__(self) -> None:
        self._global_until = 0.0
        self._refused: deque[float] = deque(maxlen=BUDGET)
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_end.append(self._see)

    @property
    def is_global(self) -> bool:
        """Whether everything must wait."""
        return time.monotonic() < self._global_until

    @property
    def silence(self) -> float:
        """Seconds for which nothing may be sent, because so much was refused."""
        if len(self._refused) < BUDGET:
            return 0.0
        return max(self._refused[0] + BUDGET_SECONDS - time.monotonic(), 0.0)

    async def _see(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        response = params.response
        if context.trace_request_ctx is not None:  # who asked wants to know
            context.trace_request_ctx(response.headers)
        shared = response.headers.get("X-RateLimit-Scope") == "shared"
        if response.status in {401, 403, 429} and not shared:
            self._refused.append(time.monotonic())
        if response.status == 429 and response.headers.get("X-RateLimit-Global"):
            wait = response.headers.get("Retry-After", "1")
            self._global_until = time.monotonic() + float(wait)


class Client(discord.AutoShardedClient):
    """discord.py with no more than Ribao needs: neither messages nor members are kept."""

    answer: Answer | None = None
    """What is done with interactions."""

    concurrency = 1
    """How many shards may identify at once."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            http_trace=watch.trace,
        )
        self.http.max_ratelimit_timeout = LONGEST_WAIT
        self._identify_at: dict[int, float] = {}

    async def find_shards(self) -> float:
        """Ask how many connections the account needs.

        Returns the seconds to wait first, because too many were begun today. Asked here and not by
        the SDK, so that the gateway is the configured one, whatever Discord names.
        """
        self.shard_count, _, limit = await self.http.get_bot_gateway()
        self.concurrency = max(limit["max_concurrency"], 1)
        enough = limit["remaining"] >= self.shard_count
        return 0.0 if enough else limit["reset_after"] / 1000

    @property
    def connected(self) -> bool:
        """Whether all its connections are there."""
        return self.is_ready() and not any(each.is_closed() for each in self.shards.values())

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        bucket = (shard_id or 0) % self.concurrency
        now = time.monotonic()
        turn = max(self._identify_at.get(bucket, now), now)
        self._identify_at[bucket] = turn + IDENTIFY_SECONDS
        await asyncio.sleep(turn - now)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if self.answer is not None:
            await self.answer(interaction)


async def introduce(client: Client, token: str) -> bool:
    """Whether Discord says who the bot is. Raises ``ConfigError`` if it refuses the token."""
    try:
        await client.login(token)
    except discord.LoginFailure:
        raise ConfigError(
            "discord.token: Discord refuses it; the Developer Portal makes a new one (Bot)"
        ) from None
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning(
            "Discord can't be reached (%s); the next try is in %.0f s.",
            type(error).__name__,
            AGAIN_SECONDS,
        )
        return False
    return True
