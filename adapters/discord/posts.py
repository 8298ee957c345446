"""Sends messages into channels, threads and forums."""

from typing import Any

import discord
from discord.http import HTTPClient, Route

from adapters.discord.places import FORUM
from adapters.discord.turns import Note, Turns

SILENT = 1 << 12
"""Message flag SUPPRESS_NOTIFICATIONS."""

_NO_TEXT_CHANNEL = 50008
MAX_NAME = 100

Json = dict[str, Any]

NO_MENTIONS: Json = {"parse": []}


class Posts:
    """The sending side of one account. Every message goes out with no mention alive."""

    def __init__(self, http: HTTPClient, account: str) -> None:
        self._http = http
        self._account = account
        self._forums: set[str] = set()
        self._turns = Turns()

    async def send(self, channel: str, body: Json, key: str, *, silent: bool) -> str:
        """Send a message; returns its id. Raises what the SDK raises.

        Discord knows a repeated ``key`` for some minutes, and then answers with the first message.
        """
        body = {**body, "allowed_mentions": NO_MENTIONS}
        if silent:
            body["flags"] = body.get("flags", 0) | SILENT
        async with self._turns.take(channel) as note:
            if channel not in self._forums:
                try:
                    return await self._message(channel, body, key, note)
                except discord.HTTPException as error:
                    if error.code != _NO_TEXT_CHANNEL:
                        raise
                    self._forums.add(channel)
            return await self._post(channel, body, key, note)

    async def _message(self, channel: str, body: Json, key: str, note: Note) -> str:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        payload = {**body, "nonce": key, "enforce_nonce": True}
        sent = await self._http.request(route, json=payload, trace_request_ctx=note)
        return str(sent["id"])

    async def _post(self, forum: str, body: Json, key: str, note: Note) -> str:
        """One post a day in a forum: the first message opens it, what follows goes into it.

        Posts know no nonce, so the forum's last one is looked at before another is opened.
        """
        name = _name(body)
        last = await self._last(forum)
        if last is not None and name in {None, last["name"]}:
            # A post's first message has the id of its thread.
            return str(last["id"]) if name else await self._message(last["id"], body, key, note)
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum)
        payload = {"name": name or "…", "message": body}
        post = await self._http.request(route, json=payload, trace_request_ctx=note)
        return str(post["id"])

    async def _last(self, forum: str) -> Json | None:
        """The forum's newest post, if it is the bot's own."""
        get = Route("GET", "/channels/{channel_id}", channel_id=forum)
        channel = await self._http.request(get)
        if channel["type"] != FORUM or not channel.get("last_message_id"):
            return None
        newest = Route("GET", "/channels/{channel_id}", channel_id=channel["last_message_id"])
        try:
            post: Json = await self._http.request(newest)
        except discord.NotFound:
            return None
        return post if post.get("owner_id") == self._account else None


def _name(body: Json) -> str | None:
    """The title of an issue that begins here, with its date; None for a message that goes on."""
    for container in body["components"]:
        for text in container.get("components", ()):
            lines = text.get("content", "").split("\n")
            if lines[0].startswith("# "):
                title = " · ".join([lines[0].removeprefix("# "), *lines[1:2]])
                return title.replace("\\", "")[:MAX_NAME]
    return None
