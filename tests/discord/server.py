"""A Discord over real sockets: what it does with a bot's requests, its gateway, and its faults.

It keeps what arrived, holds each request against the published API and each text against a reader
of Discord's markdown, and collects every problem in ``problems``.
"""

import asyncio
import base64
import json
import math
import re
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.discord.gateway import Gateway
from tests.discord.oracles import (
    alive,
    body_problems,
    components,
    request_problems,
    texts,
    visible_body,
)
from tests.loopback import on_loopback

BOT_ID = "900000000000000001"
APPLICATION = "900000000000000002"
TOKEN = base64.urlsafe_b64encode(BOT_ID.encode()).decode().rstrip("=") + (
    ".canary.canary-token-of-a-bot-0123456789"
)
USERNAME = "ribao_test"

EVERYONE_MAY = str(1 << 10 | 1 << 11 | 1 << 38)
ACKNOWLEDGE_SECONDS = 3.0

V2 = 1 << 15
EPHEMERAL = 1 << 6
SILENT = 1 << 12

Json = dict[str, Any]

_RIGHT: set[tuple[str, str, str]] = set()
"""Requests in which the published API finds nothing wrong."""


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    path: str
    body: Any
    at: float


@dataclass
class Fault:
    """How the server misbehaves. ``taken``: the request is done first; ``then`` happens with it."""

    status: int = 200
    body: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    taken: bool = False
    then: Callable[[], object] = lambda: None

    def answer(self, request: web.Request) -> web.StreamResponse | None:
        """What is answered instead; None where nothing is amiss."""
        self.then()
        if self.cut:
            return _cut(request)
        if self.status == 200:
            return None
        return _json(self.body, status=self.status, headers=self.headers)


@dataclass
class Interaction:
    """What a person did, and what they were shown. ``kind`` is how it was acknowledged."""

    number: str
    token: str
    channel: str
    at: float
    message: Json | None = None
    kind: int | None = None
    hidden: bool = False
    waits: bool = False
    """Whether the person is told that an answer follows."""
    choices: list[Json] = field(default_factory=list)
    form: Json | None = None
    replies: list[Json] = field(default_factory=list)

    @property
    def told(self) -> str:
        """All that was answered, as it is seen."""
        return "\n".join(map(visible_body, self.replies))


@dataclass
class DiscordServer:
    """The state of the platform. Places come to be by ``guild``, ``channel`` and ``direct``."""

    url: str = ""
    bot: str = BOT_ID
    guilds: dict[str, Json] = field(default_factory=dict)
    members: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    channels: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    denied: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    published: int = 0
    interactions: dict[str, Interaction] = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    webhooks: dict[str, Json] = field(default_factory=dict)
    without_webhooks: set[str] = field(default_factory=set)
    """Channels in which the bot may not manage them."""
    without_files: set[str] = field(default_factory=set)
    crossposted: list[str] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    """Roles that administrators want called; any other is a problem."""
    query: dict[str, str] = field(default_factory=dict)
    """That of the request that is being answered."""
    nonce_seconds: float = 300.0
    shards: int = 1
    bucket: tuple[int, float] = (1000, 1.0)
    """So many messages to one channel in so many seconds; told in headers, and enforced."""
    slow_seconds: float = 0.0
    """How long the answer to a message is under way."""
    _nonces: dict[tuple[str, str], tuple[float, Json]] = field(default_factory=dict)
    _used: dict[str, tuple[float, int]] = field(default_factory=dict)
    _answered: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: int = 910000000000000000

    def __post_init__(self) -> None:
        self.gateway = Gateway(TOKEN, self._ready, self._guilds, self._answered.set, self.problems)

    # People and places

    def user(self, number: int, name: str = "Ann") -> Json:
        return {
            "id": str(number),
            "username": name,
            "global_name": name,
            "discriminator": "0",
            "avatar": None,
        }

    def guild(self, number: int, name: str, owner: int) -> Json:
        here = str(number)
        everyone = {**_ROLE, "id": here, "name": "@everyone", "permissions": EVERYONE_MAY}
        self.guilds[here] = {**_GUILD, "id": here, "name": name, "owner_id": str(owner)}
        self.guilds[here]["roles"] = [everyone]
        self.members[here, BOT_ID] = []
        return self.guilds[here]

    def role(self, guild: int, number: int, permissions: int) -> None:
        role = {**_ROLE, "id": str(number), "name": "role", "permissions": str(permissions)}
        self.guilds[str(guild)]["roles"].append(role)

    def member(self, guild: int, user: int, *roles: int) -> None:
        self.members[str(guild), str(user)] = list(map(str, roles))

    def channel(self, number: int, guild: int, name: str, kind: int = 0, **more: Any) -> Json:
        made = {"id": str(number), "type": kind, "name": name, "guild_id": str(guild)}
        self.channels[str(number)] = {
            **made,
            "position": 0,
            "permission_overwrites": [],
            "last_message_id": None,
            **more,
        }
        return self.channels[str(number)]

    def thread(self, number: int, parent: Json, name: str, owner: str = BOT_ID) -> Json:
        """A thread, or the post of a forum."""
        archived = {"archived": False, "auto_archive_duration": 1440, "locked": False}
        metadata = {**archived, "archive_timestamp": _NOW}
        more = {"parent_id": parent["id"], "owner_id": owner, "thread_metadata": metadata}
        more |= {"message_count": 0, "member_count": 1}
        return self.channel(number, int(parent["guild_id"]), name, 11, **more)

    def direct(self, number: int, user: Json) -> Json:
        made = {"id": str(number), "type": 1, "recipients": [user], "last_message_id": None}
        self.channels[str(number)] = made
        return made

    # What people do

    async def command(
        self, user: Json, channel: Json, name: str, text: str = "", locale: str = "en-US"
    ) -> Interaction:
        """``user`` gives a slash command; returns once it is answered."""
        data = _command(name, text)
        done = await self.act(user, channel, 2, data, locale=locale)
        await self.until(lambda: done.form or (done.replies and not done.waits))
        return done

    async def complete(
        self, user: Json, channel: Json, name: str, text: str, locale: str = "en-US"
    ) -> list[Json]:
        """What is offered while ``user`` writes."""
        data = _command(name, text)
        for option in data["options"]:
            option["focused"] = True
        done = await self.act(user, channel, 4, data, locale=locale)
        await self.until(lambda: done.kind is not None)
        return done.choices

    async def fill(self, user: Json, asked: Interaction, **values: str) -> Interaction:
        """``user`` fills in the form that was shown for a command."""
        assert asked.form is not None
        components = [
            {"type": 18, "component": {**each["component"], "value": values.pop(name, "")}}
            for each in asked.form["components"]
            if (name := each["component"]["custom_id"])
        ]
        assert not values, "there is no such input"
        data = {"custom_id": asked.form["custom_id"], "components": components}
        done = await self.act(user, self.channels[asked.channel], 5, data)
        await self.until(lambda: done.replies and not done.waits)
        return done

    async def press(self, user: Json, message: Json, label: str) -> Interaction:
        """``user`` uses the button or option that says ``label``."""
        for control in components(message):
            if control["type"] == 2 and label in control["label"]:
                return await self.press_id(user, message, control["custom_id"])
            for option in control.get("options", ()):
                if label in option["label"]:
                    return await self.press_id(
                        user, message, control["custom_id"], [option["value"]]
                    )
        raise AssertionError(f"nothing says {label!r}")

    async def press_answered(self, user: Json, message: Json, label: str) -> Interaction:
        """The same, where a message of its own answers."""
        done = await self.press(user, message, label)
        await self.until(lambda: done.replies)
        return done

    async def press_id(
        self, user: Json, message: Json, custom_id: str, values: list[str] | None = None
    ) -> Interaction:
        data: Json = {"custom_id": custom_id, "component_type": 3 if values else 2}
        if values:
            data["values"] = values
        channel = self.channels[message["channel_id"]]
        done = await self.act(user, channel, 3, data, message=message)
        await self.until(lambda: done.kind is not None)
        return done

    async def act(
        self,
        user: Json,
        channel: Json,
        kind: int,
        data: Json,
        *,
        message: Json | None = None,
        locale: str = "en-US",
    ) -> Interaction:
        """One interaction, sent through the gateway."""
        number = self._number()
        done = Interaction(number, f"secret-{number}", channel["id"], time.monotonic(), message)
        self.interactions[number] = done
        payload: Json = {
            **_INTERACTION,
            "id": number,
            "token": done.token,
            "type": kind,
            "data": data,
            "channel": channel,
            "channel_id": channel["id"],
            "locale": locale,
        }
        if guild := channel.get("guild_id"):
            roles = self.members.get((guild, user["id"]), [])
            member = {**_MEMBER, "user": user, "roles": roles, "permissions": "0"}
            payload |= {"guild_id": guild, "member": member, "context": 0}
            payload["guild"] = {"id": guild, "locale": "en-US", "features": []}
        else:
            payload |= {"user": user, "context": 1}
        if message is not None:
            payload["message"] = message
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return done

    async def until(self, done: Callable[[], object], seconds: float = 15.0) -> None:
        """Wait until something is so, looking after each answered request."""
        async with asyncio.timeout(seconds):
            while not done():
                self._answered.clear()
                await self._answered.wait()

    def said_in(self, channel: Json) -> list[str]:
        """What the bot's messages in a channel look like to a reader."""
        return [visible_body(message) for message in self.messages[channel["id"]]]

    def fail(self, name: str, *faults: Fault) -> None:
        """The next requests to a route (``POST messages``) meet these faults, one each."""
        self.faults[name].extend(faults)

    def unanswered(self) -> Iterator[str]:
        """Interactions that nobody acknowledged."""
        for each in self.interactions.values():
            if each.kind is None:
                yield f"interaction {each.number} was never acknowledged"

    def _number(self) -> str:
        self._numbers += 1
        return str(self._numbers)

    # The gateway

    def _ready(self) -> Json:
        return {
            "v": 10,
            "user": _me(),
            "guilds": [{"id": each, "unavailable": True} for each in self.guilds],
            "resume_gateway_url": self.gateway_url,
            "application": {"id": APPLICATION, "flags": 0},
        }

    def _guilds(self) -> list[Json]:
        def channels(guild: str, *, threads: bool) -> list[Json]:
            mine = [each for each in self.channels.values() if each.get("guild_id") == guild]
            return [each for each in mine if (each["type"] == 11) is threads]

        return [
            {
                **guild,
                "channels": channels(number, threads=False),
                "threads": channels(number, threads=True),
                "members": [{**_MEMBER, "user": _me(), "roles": []}],
                "member_count": 2,
            }
            for number, guild in self.guilds.items()
        ]

    @property
    def gateway_url(self) -> str:
        return self.url.replace("http", "ws").replace("/api/v10", "/gateway")

    # Requests

    async def answer(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._answer(request)
        finally:
            self._answered.set()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        body, files = await _body(request)
        self.requests.append(Request(request.method, path, body, time.monotonic()))
        free = path.startswith(("/interactions", "/webhooks"))
        if not free and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _error(401, 0, "401: Unauthorized")
        self._check(request.method, path, body)
        name = f"{request.method} {_last_word(path)}"
        fault = self.faults[name].popleft() if self.faults[name] else None
        if fault is not None and not fault.taken:
            return fault.answer(request) or self._done(request, path, body, files)
        if name == "POST webhooks":
            await asyncio.sleep(self.slow_seconds)
        response = self._done(request, path, body, files)
        if name == "POST messages":
            await asyncio.sleep(self.slow_seconds)
        return (fault.answer(request) if fault else None) or response

    def _done(self, request: web.Request, path: str, body: Any, files: list[str]) -> web.Response:
        """What the route does, and its answer."""
        self.query = dict(request.query)
        for pattern, handler in _ROUTES:
            if match := pattern.fullmatch(f"{request.method} {path}"):
                try:
                    return handler(self, *match.groups(), body, files)
                except _Refused as refused:
                    return _error(refused.status, refused.code, str(refused))
        self.problems.append(f"{request.method} {path}: this server does not know it")
        return _error(404, 0, "404: Not Found")

    def _check(self, method: str, path: str, body: Any) -> None:
        """Held against the published API, the same request once: that takes long."""
        check = request_problems()
        nameless = {**body, "nonce": ""} if isinstance(body, dict) and "nonce" in body else body
        request = (method, re.sub(r"\d+", "0", path), json.dumps(nameless))
        if check is None or request in _RIGHT:
            return
        found = check(method, path, body)
        self.problems += [f"{method} {path}: {each}" for each in found]
        if not found:
            _RIGHT.add(request)

    def _check_message(self, body: Json) -> None:
        """What Discord would refuse in a message, and what of it would be alive."""
        has_text = body.get("flags", 0) & V2 or body.get("embeds")
        problems = [*alive(body), *(body_problems(body) if has_text else ())]
        problems += [
            f"{r} is called"
            for r in body["allowed_mentions"].get("roles", ())
            if r not in self.called
        ]
        self.problems += problems
        if problems:
            raise _Refused(400, 50035, "Invalid Form Body")

    def _made(self, channel: str, body: Json, files: list[str], author: Json | None = None) -> Json:
        made = {
            **_MESSAGE,
            "id": self._number(),
            "channel_id": channel,
            "author": {**_me(), **(author or {})},
            "components": body.get("components", []),
            "embeds": body.get("embeds", []),
            "content": body.get("content", ""),
            "mention_roles": body["allowed_mentions"].get("roles", []) if self._calls(body) else [],
            "flags": body.get("flags", 0),
            "files": files,
        }
        if len(body.get("attachments", ())) != len(files):
            self.problems.append("files and their descriptions differ")
        if ("attachment://" in json.dumps(body)) is not any("PNG" in file[:8] for file in files):
            self.problems.append("a picture that is not shown, or not there")
        return made

    def _calls(self, body: Json) -> bool:
        return any(text.startswith("<@&") for text in (body.get("content", ""), *texts(body)))

    def _place(self, number: str) -> Json:
        if number not in self.channels:
            raise _Refused(404, 10003, "Unknown Channel")
        place = self.channels[number]
        if "guild_id" in place and place["guild_id"] not in self.guilds:
            raise _Refused(403, 50001, "Missing Access")
        return place

    # Routes

    def on_me(self, *_: Any) -> web.Response:
        return _json(_me())

    def on_direct(self, body: Json, *_: Any) -> web.Response:
        for channel in self.channels.values():
            if channel["type"] == 1 and channel["recipients"][0]["id"] == body["recipient_id"]:
                return _json(channel)
        raise _Refused(403, 50007, "Cannot send messages to this user")

    def on_application(self, *_: Any) -> web.Response:
        return _json(
            {
                "id": APPLICATION,
                "name": "Ribao",
                "description": "",
                "icon": None,
                "bot_public": True,
                "bot_require_code_grant": False,
                "owner": self.user(1, "Owner"),
                "verify_key": "0",
                "flags": 0,
            }
        )

    def on_gateway(self, *_: Any) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 16}
        # As from Discord itself, which the configured gateway must win over.
        wrong = "ws://127.0.0.1:9/"
        return _json({"url": wrong, "shards": self.shards, "session_start_limit": limit})

    def on_channel(self, number: str, *_: Any) -> web.Response:
        return _json(self._place(number))

    def on_guild(self, number: str, *_: Any) -> web.Response:
        if number not in self.guilds:
            raise _Refused(404, 10004, "Unknown Guild")
        return _json(self.guilds[number])

    def on_member(self, guild: str, user: str, *_: Any) -> web.Response:
        roles = self.members.get((guild, user))
        if roles is None:
            raise _Refused(404, 10007, "Unknown Member")
        return _json({**_MEMBER, "user": self.user(int(user)), "roles": roles})

    def on_message(self, channel: str, body: Json, files: list[str]) -> web.Response:
        place = self._place(channel)
        if channel in self.denied:
            raise _Refused(403, 50013, "Missing Permissions")
        if place["type"] == 15:
            raise _Refused(400, 50008, "Cannot send messages in a non-text channel")
        headers = self._spend(channel)
        if headers is None:
            return _limited(self.bucket[1])
        known = self._nonces.get((channel, str(body.get("nonce"))))
        if known and body.get("enforce_nonce") and time.monotonic() - known[0] < self.nonce_seconds:
            return _json(known[1], headers=headers)
        self._check_message(body)
        if files and channel in self.without_files:
            raise _Refused(403, 50013, "Missing Permissions")
        message = self._made(channel, body, files)
        self._nonces[channel, str(body.get("nonce"))] = (time.monotonic(), message)
        self._keep(message)
        return _json(message, headers=headers)

    def _keep(self, message: Json) -> None:
        self.messages[message["channel_id"]].append(message)
        self.channels[message["channel_id"]]["last_message_id"] = message["id"]

    def on_publish_message(self, channel: str, number: str, *_: Any) -> web.Response:
        if self._place(channel)["type"] != 5:
            raise _Refused(400, 50068, "Invalid message type")
        if number in self.crossposted:
            raise _Refused(400, 40033, "This message has already been crossposted")
        self.crossposted.append(number)
        return _json(next(each for each in self.messages[channel] if each["id"] == number))

    # Webhooks

    def on_webhooks(self, channel: str, *_: Any) -> web.Response:
        self._may_have_webhooks(channel)
        return _json([each for each in self.webhooks.values() if each["channel_id"] == channel])

    def on_new_webhook(self, channel: str, body: Json, *_: Any) -> web.Response:
        self._may_have_webhooks(channel)
        number = self._number()
        made = {"id": number, "type": 1, "token": f"hook-{number}", "user": _me(), **body}
        self.webhooks[number] = {**made, "channel_id": channel}
        return _json(self.webhooks[number])

    def _may_have_webhooks(self, channel: str) -> None:
        if channel in self.without_webhooks:
            raise _Refused(403, 50013, "Missing Permissions")

    def on_webhook(self, number: str, token: str, body: Json, files: list[str]) -> web.Response:
        """A webhook posts, or a bot follows an interaction up: the same route."""
        if number == APPLICATION:
            return self.on_follow_up(number, token, body, files)
        webhook = self._webhook(number, token)
        self._check_message(body)
        place = self._place(self.query.get("thread_id") or webhook["channel_id"])
        author = {"username": body.get("username", webhook["name"])}
        author |= {"avatar": body.get("avatar_url"), "id": number}
        message = self._made(place["id"], body, files, author)
        if place["type"] == 15:
            post = self._opened(place, message, body["thread_name"], body.get("applied_tags"))
            post["owner_id"] = number
        else:
            self._keep(message)
        return _json(message)

    def on_webhook_message(self, number: str, token: str, message: str, *_: Any) -> web.Response:
        self._webhook(number, token)
        for each in (each for said in self.messages.values() for each in said):
            if each["id"] == message and each["author"]["id"] == number:
                return _json(each)
        raise _Refused(404, 10008, "Unknown Message")

    def _webhook(self, number: str, token: str) -> Json:
        webhook = self.webhooks.get(number)
        if webhook is None or webhook["token"] != token:
            raise _Refused(404, 10015, "Unknown Webhook")
        return webhook

    def _spend(self, channel: str) -> dict[str, str] | None:
        """The headers of the channel's bucket; None where it is empty."""
        most, window = self.bucket
        since, used = self._used.get(channel, (0.0, 0))
        now = time.monotonic()
        if now - since >= window:
            since, used = now, 0
        if used >= most:
            self.problems.append(f"channel {channel}: more than the headers allow")
            return None
        self._used[channel] = (since, used + 1)
        left = math.ceil((since + window - now) * 1000) / 1000  # rounded up: never too early
        return {
            "X-RateLimit-Bucket": "messages",
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(most - used - 1),
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
        }

    def on_thread(self, channel: str, body: Json, files: list[str]) -> web.Response:
        forum = self._place(channel)
        if forum["type"] != 15:
            raise _Refused(400, 50024, "Cannot execute action on this channel type")
        self._check_message(body["message"])
        message = self._made("", body["message"], files)
        post = self._opened(forum, message, body["name"], body.get("applied_tags"))
        return _json({**post, "message": message})

    def _opened(self, forum: Json, message: Json, name: str, tags: list[str] | None) -> Json:
        """A post in a forum, whose first message has the same id."""
        there = {each["id"] for each in forum.get("available_tags", ())}
        if not there.issuperset(tags or ()) or len(tags or ()) > 5:
            self.problems.append(f"tags {tags}")
        if forum.get("flags", 0) & 1 << 4 and not tags:
            raise _Refused(400, 40067, "A tag is required to create a forum post in this channel")
        post = self.thread(int(message["id"]), forum, name)
        post["applied_tags"] = tags or []
        message["channel_id"] = forum["last_message_id"] = post["id"]
        self._keep(message)
        return post

    def on_commands(self, application: str, *_: Any) -> web.Response:
        return _json(self.commands)

    def on_publish(self, application: str, body: Any, *_: Any) -> web.Response:
        self.commands = [{**each, "id": self._number(), "version": "1"} for each in body]
        for each in self.commands:
            given = each.setdefault("default_member_permissions", None)
            each["default_member_permissions"] = None if given is None else str(given)
        self.published += 1
        return _json(self.commands)

    def on_callback(self, number: str, token: str, body: Json, *_: Any) -> web.Response:
        done = self.interactions.get(number)
        if done is None or done.token != token or done.kind is not None:
            raise _Refused(404, 10062, "Unknown interaction")
        if time.monotonic() - done.at > ACKNOWLEDGE_SECONDS:
            self.problems.append("an interaction was acknowledged too late")
            raise _Refused(404, 10062, "Unknown interaction")
        data = body.get("data") or {}
        done.hidden = bool(data.get("flags", 0) & EPHEMERAL)
        done.waits = body["type"] == 5
        done.choices = data.get("choices", [])
        if len(done.choices) > 25:
            self.problems.append(f"{len(done.choices)} completions")
        if body["type"] == 9:
            done.form = data
        if body["type"] == 4:
            done.replies.append(self._made(done.channel, data, []))
        done.kind = body["type"]
        return web.Response(status=204)

    def on_follow_up(self, _: str, token: str, body: Json, files: list[str]) -> web.Response:
        done = self._of(token)
        self._check_message(body)
        message = self._made(done.channel, body, files)
        if done.waits:
            done.waits = False
        else:
            done.hidden = bool(body.get("flags", 0) & EPHEMERAL)
        message["flags"] |= EPHEMERAL if done.hidden else 0
        done.replies.append(message)
        if not done.hidden:
            self.messages[done.channel].append(message)
        return _json(message)

    def on_edit(self, _: str, token: str, body: Json, *__: Any) -> web.Response:
        done = self._of(token)
        message = done.message or (done.replies[0] if done.replies else None)
        if message is None:
            raise _Refused(404, 10008, "Unknown Message")
        self._check_message(body)
        message["components"] = body["components"]
        return _json(message)

    def on_take_back(self, _: str, token: str, *__: Any) -> web.Response:
        self._of(token).waits = False
        return web.Response(status=204)

    def _of(self, token: str) -> Interaction:
        for each in self.interactions.values():
            if each.token == token and each.kind is not None:
                return each
        raise _Refused(404, 10015, "Unknown Webhook")


_NOW = "2026-11-18T12:00:00+00:00"

_ROLE: Json = {
    "color": 0,
    "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
    "hoist": False,
    "position": 0,
    "managed": False,
    "mentionable": False,
    "flags": 0,
}
_GUILD: Json = {
    "emojis": [],
    "features": [],
    "icon": None,
    "splash": None,
    "unavailable": False,
    "verification_level": 0,
    "default_message_notifications": 0,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "afk_timeout": 300,
    "premium_tier": 0,
    "preferred_locale": "en-US",
    "nsfw_level": 0,
    "system_channel_flags": 0,
    "stickers": [],
}
_MEMBER: Json = {"joined_at": _NOW, "deaf": False, "mute": False, "flags": 0, "roles": []}
_INTERACTION: Json = {
    "application_id": APPLICATION,
    "version": 1,
    "app_permissions": "0",
    "entitlements": [],
    "authorizing_integration_owners": {},
    "attachment_size_limit": 10 * 2**20,
}
_MESSAGE: Json = {
    "content": "",
    "timestamp": _NOW,
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "pinned": False,
    "type": 0,
}

_D = DiscordServer
_ROUTES: list[tuple[re.Pattern[str], Callable[..., web.Response]]] = [
    (re.compile(pattern), handler)
    for pattern, handler in (
        (r"GET /users/@me", _D.on_me),
        (r"POST /users/@me/channels", _D.on_direct),
        (r"GET /oauth2/applications/@me", _D.on_application),
        (r"GET /gateway/bot", _D.on_gateway),
        (r"GET /channels/(\d+)", _D.on_channel),
        (r"GET /guilds/(\d+)", _D.on_guild),
        (r"GET /guilds/(\d+)/members/(\d+)", _D.on_member),
        (r"POST /channels/(\d+)/messages", _D.on_message),
        (r"POST /channels/(\d+)/threads", _D.on_thread),
        (r"POST /channels/(\d+)/messages/(\d+)/crosspost", _D.on_publish_message),
        (r"GET /channels/(\d+)/webhooks", _D.on_webhooks),
        (r"POST /channels/(\d+)/webhooks", _D.on_new_webhook),
        (r"GET /webhooks/(\d+)/([^/]+)/messages/(\d+)", _D.on_webhook_message),
        (r"GET /applications/(\d+)/commands", _D.on_commands),
        (r"PUT /applications/(\d+)/commands", _D.on_publish),
        (r"POST /interactions/(\d+)/([^/]+)/callback", _D.on_callback),
        (r"POST /webhooks/(\d+)/([^/]+)", _D.on_webhook),
        (r"PATCH /webhooks/(\d+)/([^/]+)/messages/@original", _D.on_edit),
        (r"DELETE /webhooks/(\d+)/([^/]+)/messages/@original", _D.on_take_back),
    )
]


class _Refused(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        self.status = status
        self.code = code
        super().__init__(message)


def _me() -> Json:
    me = {"id": BOT_ID, "username": USERNAME, "global_name": None, "discriminator": "0"}
    return {**me, "avatar": None, "bot": True}


def _command(name: str, text: str) -> Json:
    options = [{"name": "text", "type": 3, "value": text}] if text else []
    return {"id": "1", "name": name, "type": 1, "options": options}


def _last_word(path: str) -> str:
    """The last part of a path that is no id."""
    return next(word for word in reversed(path.split("/")) if not word.isdecimal())


def _json(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """As Discord says it: with no charset, which the SDK would take for no JSON."""
    content = json.dumps(value).encode()
    return web.Response(
        body=content, status=status, headers=headers, content_type="application/json"
    )


def _error(status: int, code: int, message: str) -> web.Response:
    return _json({"code": code, "message": message}, status=status)


def _limited(seconds: float) -> web.Response:
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
    headers = {"Retry-After": str(seconds), "Via": "1.1 google", "X-RateLimit-Scope": "user"}
    return _json(body, status=429, headers=headers)


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _body(request: web.Request) -> tuple[Any, list[str]]:
    """The JSON of a request, and the texts of its files."""
    if not request.body_exists:
        return None, []
    if request.content_type != "multipart/form-data":
        return json.loads(await request.read()), []
    parts = await request.post()
    files = [
        each.file.read().decode(errors="replace")
        for each in parts.values()
        if isinstance(each, web.FileField)
    ]
    return json.loads(str(parts["payload_json"])), files


@asynccontextmanager
async def discord_server() -> AsyncIterator[DiscordServer]:
    """A server on a free port of loopback."""
    server = DiscordServer()
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_get("/gateway", server.gateway.serve)
    app.router.add_route("*", "/api/v10/{path:.*}", server.answer)
    async with on_loopback(app) as url:
        server.url = f"{url}/api/v10"
        yield server
