"""Discord as a platform: one bot account, through discord.py."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

from discord.http import Route

from adapters.discord.account import (
    AGAIN_SECONDS,
    Client,
    Watch,
    account_of,
    introduce,
    point_at,
)
from adapters.discord.controls import MAX_DATA, with_items
from adapters.discord.errors import SDK_ERRORS, as_delivery_error
from adapters.discord.interactions import PLATFORM, Interactions
from adapters.discord.options import Extras, Options
from adapters.discord.payload import Payload
from adapters.discord.places import Places, kind_of, number_of, title_of
from adapters.discord.posts import Posts
from adapters.discord.render import DiscordRenderer
from adapters.discord.slash import is_published, slash_commands
from adapters.signing import Signer
from bot.commands.table import build_table
from bot.config import DiscordSettings
from bot.delivery.outlet import Limits
from bot.errors import RetryLater, Scope
from bot.model import ChatAddress, ChatKind
from bot.platform import Handle

log = logging.getLogger(__name__)

LIMITS = Limits(per_second=45)
"""50 requests a second in all (https://discord.com/developers/docs/topics/rate-limits), some of
them for answers; what holds for a channel is told by each answer's headers."""

DRAIN_SECONDS = 5.0

SEND_SECONDS = 12.0
"""Less than the delivery's own patience, which knows nothing of repeats that do no harm."""


class DiscordAdapter:
    """One bot account."""

    platform = PLATFORM
    interactive = True
    exclusive = True
    limits = LIMITS

    def __init__(self, token: str) -> None:
        self.renderer = DiscordRenderer()
        self.extras = Extras(self._places)
        self.account = account_of(token)
        self._token = token
        self._signer = Signer(token, MAX_DATA)
        self._watch = Watch()
        self._client: Client | None = None
        self._conversing: Client | None = None
        self._entering = asyncio.Lock()
        self._posts: Posts | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, token: str, settings: DiscordSettings) -> AsyncIterator[Self]:
        """The adapter for a token, before the Discord that ``settings`` name.

        One that can't be reached is asked again later. Raises ``ConfigError`` if it refuses the
        token.
        """
        adapter = cls(token)
        point_at(settings)
        try:
            await adapter._enter()
            yield adapter
        finally:
            if adapter._client is not None:
                await adapter._client.close()

    async def _enter(self) -> Client | None:
        """The client for requests; None while Discord can't be reached."""
        async with self._entering:
            if self._client is None:
                client = await Client(self._watch).__aenter__()
                known = False
                try:
                    known = await introduce(client, self._token)
                finally:
                    if not known:
                        await client.close()
                if known:
                    self._client = client
                    self._posts = Posts(client.http, self.account)
            return self._client

    # Delivering

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
        if (wait := self._watch.silence) > 0:
            raise RetryLater("Discord refused too much", seconds=wait, scope=Scope.ACCOUNT)
        if await self._enter() is None or self._posts is None:
            raise RetryLater("Discord can't be reached", seconds=AGAIN_SECONDS)
        message = Payload.loaded(payload)
        message = replace(message, body=with_items(message, chat.id, self._signer))
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self._posts.send(
                    chat.id,
                    message,
                    key,
                    silent=silent,
                    options=Options.loaded(options),
                    first=first,
                )
        except SDK_ERRORS as error:
            raise as_delivery_error(error, for_all=self._watch.is_global) from None

    # Rights

    async def resolve(self, text: str, _sender_id: str) -> tuple[ChatAddress, ChatKind, str] | None:
        """``<#id>``, which is what Discord makes of ``#name``, or a number names a channel."""
        number = number_of(text)
        places = await self._places()
        channel = await places.channel(number) if places and number else None
        kind = kind_of(channel) if channel else None
        if channel is None or kind is None:
            return None
        return ChatAddress(PLATFORM, self.account, str(channel["id"])), kind, title_of(channel)

    async def may_manage(self, sender_id: str, chat: ChatAddress) -> bool:
        places = await self._places()
        return places is not None and await places.may_manage(sender_id, chat.id)

    async def lacking(self, chat: ChatAddress) -> tuple[str, ...]:
        places = await self._places()
        return (await places.missing(chat.id) if places else None) or ()

    async def private_chat(self, person_id: str) -> ChatAddress | None:
        places = await self._places()
        number = await places.direct(person_id) if places else None
        return ChatAddress(PLATFORM, self.account, number) if number else None

    async def may_post(self, chat: ChatAddress) -> bool:
        places = await self._places()
        return places is not None and await places.missing(chat.id) == ()

    async def _places(self) -> Places | None:
        client = await self._enter()
        return Places(client.http, self.account) if client else None

    # Conversing

    async def run(self, handle: Handle) -> None:
        """Converse until cancelled. The SDK resumes what is cut; what is lost is made anew."""
        while True:
            try:
                await self._converse(handle)
            except SDK_ERRORS as error:
                log.warning("Discord: the connection ended (%s).", type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    @property
    def connected(self) -> bool:
        return self._conversing is not None and self._conversing.connected

    async def _converse(self, handle: Handle) -> None:
        """One connection of its own, so that its end never takes the sending along."""
        async with Client(self._watch) as client:
            if not await introduce(client, self._token):
                return
            talk = Interactions(client.http, self.account, self._signer, handle)
            client.answer = talk.answer
            await _publish(client)
            if (wait := await client.find_shards()) > 0:
                log.error("Discord: no connection may be begun for %.0f s; waiting.", wait)
                await asyncio.sleep(wait)
            self._conversing = client
            try:
                await client.connect()
            finally:
                self._conversing = None
                await talk.drain(DRAIN_SECONDS)


async def _publish(client: Client) -> None:
    """Tell Discord the commands, where it has others. With the old ones Ribao works as well."""
    wanted = slash_commands(build_table())
    path = "/applications/{application_id}/commands"
    number = client.application_id
    try:
        there = await client.http.request(
            Route("GET", path, application_id=number), params={"with_localizations": "true"}
        )
        if not is_published(wanted, there):
            await client.http.request(Route("PUT", path, application_id=number), json=wanted)
            log.info("Discord: %d commands were published.", len(wanted))
    except SDK_ERRORS as error:
        log.warning("Discord: the commands were not taken: %s", error)
