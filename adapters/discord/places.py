"""Channels, threads and forums: what they are, and who may do what there.

Permissions follow https://discord.com/developers/docs/topics/permissions, asked of Discord each
time: an administrator of yesterday may be none today.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import discord
from discord.http import HTTPClient, Route

from bot.model import ChatKind

Json = Mapping[str, Any]

DIRECT, NEWS, FORUM = 1, 5, 15
_CHANNELS = frozenset({0, 2, NEWS, 13, FORUM})
"""Text, voice (which has a chat), announcements, stage, forum."""

THREADS = frozenset({10, 11, 12})
_KINDS = {DIRECT: ChatKind.PRIVATE, 3: ChatKind.GROUP} | dict.fromkeys(
    _CHANNELS | THREADS, ChatKind.CHANNEL
)

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
MENTION_ALL = 1 << 17
MANAGE_WEBHOOKS = 1 << 29
SEND_IN_THREADS = 1 << 38
_ALL = (1 << 53) - 1

_NAMES = {
    VIEW_CHANNEL: "View Channel",
    SEND_MESSAGES: "Send Messages",
    MANAGE_MESSAGES: "Manage Messages",
    EMBED_LINKS: "Embed Links",
    ATTACH_FILES: "Attach Files",
    MENTION_ALL: "Mention @everyone, @here, and All Roles",
    MANAGE_WEBHOOKS: "Manage Webhooks",
    SEND_IN_THREADS: "Send Messages in Threads",
}

_NAMED = re.compile(r"<#(\d{1,20})>|(\d{1,20})")


def number_of(text: str) -> str | None:
    """The id of the channel that ``<#id>`` or a number names."""
    match = _NAMED.fullmatch(text) if text.isascii() else None
    return (match[1] or match[2]) if match else None


def kind_of(channel: Json) -> ChatKind | None:
    """None for what nothing can be sent to."""
    return _KINDS.get(channel["type"])


def title_of(channel: Json) -> str:
    """``#name``; for a direct channel the name of who is in it."""
    if name := channel.get("name"):
        return f"#{name}"
    people = channel.get("recipients") or [{}]
    return str(people[0].get("global_name") or people[0].get("username") or channel["id"])


def permissions(guild: Json, member: Json, channel: Json | None = None) -> int:
    """What a member may do in a guild, or in one channel of it. Pure."""
    user = member["user"]["id"]
    if guild.get("owner_id") == user:
        return _ALL
    mine = {guild["id"], *member["roles"]}
    allowed = _either(role["permissions"] for role in guild["roles"] if role["id"] in mine)
    if allowed & ADMINISTRATOR:
        return _ALL
    overwrites = {each["id"]: each for each in (channel or {}).get("permission_overwrites", ())}
    for names in ([guild["id"]], member["roles"], [user]):
        found = [overwrites[name] for name in names if name in overwrites]
        allowed &= ~_either(each["deny"] for each in found)
        allowed |= _either(each["allow"] for each in found)
    return allowed


def permission_name(permission: int) -> str:
    """As Discord's settings show it."""
    return _NAMES[permission]


def needed(channel: Json) -> tuple[int, ...]:
    """The permissions that the bot needs there."""
    if channel["type"] in THREADS:
        return VIEW_CHANNEL, SEND_IN_THREADS
    if channel["type"] == FORUM:
        return VIEW_CHANNEL, SEND_IN_THREADS, SEND_MESSAGES
    return VIEW_CHANNEL, SEND_MESSAGES


def _either(values: Iterable[str]) -> int:
    found = 0
    for value in values:
        found |= int(value)
    return found


class Places:
    """Asks Discord about channels."""

    def __init__(self, http: HTTPClient, account: str) -> None:
        self._http = http
        self._account = account

    async def channel(self, number: str) -> Json | None:
        """None where there is no such channel, or none that the bot can see."""
        return await self._get("/channels/{channel_id}", channel_id=number)

    async def may_manage(self, user: str, number: str) -> bool:
        """Whether a user may change settings of the channel's guild."""
        channel = await self.channel(number)
        if channel is None or not (user.isascii() and user.isdecimal()):
            return False
        if channel["type"] == DIRECT:
            return any(each["id"] == user for each in channel.get("recipients", ()))
        held = await self._held(user, channel, everywhere=True)
        return bool(held & (MANAGE_GUILD | ADMINISTRATOR))

    async def missing(self, number: str) -> tuple[str, ...] | None:
        """The permissions that the bot lacks there; None where it can't even look."""
        channel = await self.channel(number)
        if channel is None:
            return None
        if channel["type"] == DIRECT:
            return ()
        held = await self._held(self._account, channel)
        return tuple(permission_name(bit) for bit in needed(channel) if not held & bit)

    async def holds(self, channel: Json, permission: int) -> bool:
        """Whether the bot itself may do something there."""
        if channel["type"] == DIRECT:
            return True
        return bool(await self._held(self._account, channel) & permission)

    async def direct(self, user: str) -> str | None:
        """The direct channel with a user; None for one who takes no messages."""
        route = Route("POST", "/users/@me/channels")
        try:
            made = await self._http.request(route, json={"recipient_id": user})
        except discord.HTTPException:
            return None
        return str(made["id"])

    async def guild(self, number: str) -> Json | None:
        return await self._get("/guilds/{guild_id}", guild_id=number)

    async def _held(self, user: str, channel: Json, *, everywhere: bool = False) -> int:
        """What a user may do in the channel, or with ``everywhere`` in its whole guild."""
        guild = await self.guild(channel.get("guild_id", "0"))
        if guild is None:
            return 0
        member = await self._get(
            "/guilds/{guild_id}/members/{user_id}", guild_id=guild["id"], user_id=user
        )
        if member is None:
            return 0
        above: Json | None = channel
        if channel["type"] in THREADS:  # a thread has the permissions of its channel
            above = await self.channel(channel["parent_id"])
        return permissions(guild, member, None if everywhere else above)

    async def _get(self, path: str, **ids: str) -> Json | None:
        try:
            found: Json = await self._http.request(Route("GET", path, **ids))
        except (discord.NotFound, discord.Forbidden):
            return None
        except discord.HTTPException as error:
            if error.status == 400:  # no id at all
                return None
            raise
        return found
