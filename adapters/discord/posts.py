"""Sends messages into channels, threads and forums."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace

import discord
from discord.http import HTTPClient, Route

from adapters.discord.options import Options
from adapters.discord.outgoing import Outgoing
from adapters.discord.payload import Json, Payload
from adapters.discord.places import FORUM
from adapters.discord.turns import Turns
from adapters.discord.webhooks import Webhooks
from bot.covers import Cover, draw
from bot.model import LANGUAGES
from bot.topics import Taxonomy

log = logging.getLogger(__name__)

SILENT = 1 << 12
"""Message flag SUPPRESS_NOTIFICATIONS."""

TAG_REQUIRED = 1 << 4
"""Channel flag REQUIRE_TAG."""

MAX_TAGS = 5

_NO_TEXT_CHANNEL = 50008
_PUBLISHED_ALREADY = 40033


class Posts:
    """The sending side of one account."""

    def __init__(self, http: HTTPClient, account: str) -> None:
        self._http = http
        self._account = account
        self._forums: set[str] = set()
        self._turns = Turns()
        self._webhooks = Webhooks(http, account)
        self._taxonomy = Taxonomy.load()

    async def send(
        self,
        channel: str,
        payload: Payload,
        key: str,
        *,
        silent: bool,
        options: Options,
        first: str = "",
    ) -> str:
        """Send a message; returns its id. Raises what the SDK raises.

        Discord knows a repeated ``key`` for some minutes, and then answers with the first message.
        In a forum it goes into the post that the message ``first`` opened.
        """
        if silent:
            flags = payload.body.get("flags", 0) | SILENT
            payload = replace(payload, body={**payload.body, "flags": flags})
        picture = await _drawn(payload.cover) if options.cover and payload.cover else b""
        async with self._turns.take(channel) as note:
            message = Outgoing.of(payload, key, options, note, picture, first=first)
            try:
                sent = await self._send(channel, message)
            except discord.Forbidden:
                if not picture:
                    raise
                # Perhaps just files are forbidden. If it is more, the words meet the same.
                message = Outgoing.of(payload, key, options, note, b"", first=first)
                sent = await self._send(channel, message)
            if options.publish:
                await self._publish(sent)
            return str(sent["id"])

    async def _send(self, channel: str, message: Outgoing) -> Json:
        if message.options.by_webhook or channel in self._forums:
            place = await self._place(channel)
            if place["type"] == FORUM:
                return await self._post(place, message)
            return await self._into(place, message)
        try:
            return await self._message(channel, message)
        except discord.HTTPException as error:
            if error.code != _NO_TEXT_CHANNEL:
                raise
        self._forums.add(channel)
        return await self._send(channel, message)

    async def _into(self, place: Json, message: Outgoing) -> Json:
        """By the channel's webhook where it wants that and still lets us."""
        if message.options.by_webhook:
            try:
                return await self._webhooks.send(place, message)
            except discord.Forbidden:
                _tell_of_no_webhook(place)
        return await self._message(place["id"], message)

    async def _message(self, channel: str, message: Outgoing) -> Json:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        payload = {**message.body, "nonce": message.key, "enforce_nonce": True}
        sent: Json = await self._http.request(route, **message.request(payload))
        return sent

    async def _post(self, forum: Json, message: Outgoing) -> Json:
        """One post a day in a forum: the first message opens it, what follows goes into it.

        Posts know no nonce, so the forum's last one is looked at before another is opened.
        """
        name, by_webhook = message.name, message.options.by_webhook
        # A post's first message has the id of its thread.
        if message.first and (begun := await self._found(message.first)):
            return await self._into(begun, message)
        last = await self._last(forum, by_webhook=by_webhook)
        if last is not None and name in {None, last["name"]}:
            return {**last, "channel_id": last["id"]} if name else await self._into(last, message)
        tags = {"applied_tags": found} if (found := self._tags(forum, message.tags)) else {}
        if by_webhook:
            try:
                return await self._webhooks.send(
                    forum, message, {"thread_name": name or "…", **tags}
                )
            except discord.Forbidden:
                _tell_of_no_webhook(forum)
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum["id"])
        opened = {"name": name or "…", "message": message.body, **tags}
        post: Json = await self._http.request(route, **message.request(opened))
        return {**post, "channel_id": post["id"]}

    async def _last(self, forum: Json, *, by_webhook: bool) -> Json | None:
        """The forum's newest post, if it is the bot's own, or its webhook's where it posts by one.

        The message that opened it tells: another may have opened a post of the same name.
        """
        newest = forum.get("last_message_id")
        post = await self._found(newest) if newest else None
        if post is None or post.get("owner_id") == self._account:
            return post
        return post if by_webhook and await self._webhooks.opened(post) else None

    async def _found(self, number: str) -> Json | None:
        """The place, if it is there."""
        try:
            return await self._place(number)
        except discord.NotFound:
            return None

    async def _place(self, number: str) -> Json:
        route = Route("GET", "/channels/{channel_id}", channel_id=number)
        found: Json = await self._http.request(route)
        return found

    async def _publish(self, sent: Json) -> None:
        """Offer a message to the channels that follow this one. It is there without that, too."""
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/crosspost",
            channel_id=sent["channel_id"],
            message_id=sent["id"],
        )
        try:
            await self._http.request(route)
        except discord.RateLimited as error:
            log.warning("Discord: %s was not published: %s", sent["id"], error)
        except discord.HTTPException as error:
            if error.code != _PUBLISHED_ALREADY:
                log.warning("Discord: %s was not published: %s", sent["id"], error)

    def _tags(self, forum: Json, topics: Iterable[str]) -> list[str]:
        """The forum's tags that are called like a topic, in any language."""
        free = [tag for tag in forum.get("available_tags", ()) if not tag.get("moderated")]
        meant = [(self._names(tag["name"]), tag["id"]) for tag in free]
        found = [tag for topic in topics for names, tag in meant if topic.casefold() in names]
        if not found and free and forum.get("flags", 0) & TAG_REQUIRED:
            found = [free[0]["id"]]
        return list(dict.fromkeys(found))[:MAX_TAGS]

    def _names(self, tag: str) -> set[str]:
        topic = self._taxonomy.resolve(tag)
        known = [self._taxonomy.name(topic.id, tongue) for tongue in LANGUAGES] if topic else ()
        return {name.casefold() for name in (tag, *known)}


async def _drawn(cover: Cover) -> bytes:
    """Empty if it can't be drawn."""
    try:
        return await asyncio.to_thread(draw, cover)
    except Exception:
        log.exception("Discord: a cover could not be drawn; the words go without it")
        return b""


def _tell_of_no_webhook(place: Json) -> None:
    log.warning("Discord: no webhook is allowed in %s, so the bot posts itself", place["id"])
