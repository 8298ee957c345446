"""Posts through webhooks, under a name and picture of the channel's own.

https://discord.com/developers/docs/resources/webhook. Webhooks know no nonce, so the channel's last
message is looked at before another is sent. Their secret tokens are asked of Discord when they are
needed, and kept nowhere.
"""

import asyncio
from weakref import WeakValueDictionary

import discord
from discord.http import HTTPClient, Route

from adapters.discord.outgoing import Outgoing
from adapters.discord.payload import Json, texts_of
from adapters.discord.places import THREADS

NAME = "Ribao"

_UNKNOWN_WEBHOOK = 10015

Webhook = tuple[str, str]
"""Its id and its secret token."""


class Webhooks:
    """The webhooks of one account, one for each channel that wants it."""

    def __init__(self, http: HTTPClient, account: str) -> None:
        self._http = http
        self._account = account
        self._known: dict[str, Webhook] = {}
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(self, place: Json, message: Outgoing, thread: Json | None = None) -> Json:
        """Send into a channel, thread or post; returns the message.

        ``thread``: what opens a post in a forum. Raises what the SDK raises.
        """
        home = place["parent_id"] if place["type"] in THREADS else place["id"]
        try:
            return await self._send(home, place, message, thread or {})
        except discord.NotFound as error:
            if error.code != _UNKNOWN_WEBHOOK:
                raise
        del self._known[home]  # somebody deleted it
        return await self._send(home, place, message, thread or {})

    async def opened(self, post: Json) -> bool:
        """Whether the forum's webhook opened the post."""
        try:
            webhook = await self._webhook(post["parent_id"])
            # A post's first message has the id of its thread.
            route = _route("GET", f"/messages/{post['id']}", webhook)
            await self._http.request(route, params={"thread_id": post["id"]})
        except (discord.NotFound, discord.Forbidden):
            return False
        return True

    async def _send(self, home: str, place: Json, message: Outgoing, thread: Json) -> Json:
        webhook = await self._webhook(home)
        within = {"thread_id": place["id"]} if place["type"] in THREADS else {}
        if not thread and (there := await self._last(place, webhook, within, message)):
            return there
        options = message.options
        worn = {"username": options.name or None, "avatar_url": options.picture or None}
        payload = {**message.body, **thread, **{k: v for k, v in worn.items() if v}}
        params = {"wait": "true", "with_components": "true", **within}
        sent: Json = await self._http.request(
            _route("POST", "", webhook), params=params, **message.request(payload)
        )
        return sent

    async def _last(
        self, place: Json, webhook: Webhook, within: Json, message: Outgoing
    ) -> Json | None:
        """The place's last message, if the webhook has written just this."""
        last = place.get("last_message_id")
        if not last:
            return None
        try:
            route = _route("GET", f"/messages/{last}", webhook)
            found: Json = await self._http.request(route, params=within)
        except discord.NotFound:
            return None
        return found if _said(found) == _said(message.body) else None

    async def _webhook(self, home: str) -> Webhook:
        """Asked for by one at a time: two threads that begin at once would each have one made."""
        async with self._making.setdefault(home, asyncio.Lock()):
            if home not in self._known:
                self._known[home] = await self._found(home)
            return self._known[home]

    async def _found(self, home: str) -> Webhook:
        """The channel's webhook, which is made where there is none."""
        route = Route("GET", "/channels/{channel_id}/webhooks", channel_id=home)
        own = [each for each in await self._http.request(route) if self._is_own(each)]
        if not own:
            make = Route("POST", "/channels/{channel_id}/webhooks", channel_id=home)
            own = [await self._http.request(make, json={"name": NAME})]
        return own[0]["id"], own[0]["token"]

    def _is_own(self, webhook: Json) -> bool:
        user = webhook.get("user") or {}
        return bool(user.get("id") == self._account and webhook.get("token"))


def _route(method: str, rest: str, webhook: Webhook) -> Route:
    path = "/webhooks/{webhook_id}/{webhook_token}" + rest
    return Route(method, path, webhook_id=webhook[0], webhook_token=webhook[1])


def _said(body: Json) -> list[str]:
    embeds = [each.get("description", "") for each in body.get("embeds", ())]
    return [*texts_of(body), *embeds]
