"""What can be set for a channel on Discord alone: how issues look there, and in whose name."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from adapters.discord.places import (
    ATTACH_FILES,
    EMBED_LINKS,
    MANAGE_MESSAGES,
    MANAGE_WEBHOOKS,
    MENTION_ALL,
    NEWS,
    Places,
    permission_name,
)
from bot.digest.normalise import one_line
from bot.digest.urls import usable_url
from bot.errors import Refusal
from bot.model import ChatAddress

MAX_NAME = 80
"""Characters of a webhook's name (https://discord.com/developers/docs/resources/webhook)."""

_FORBIDDEN = ("discord", "clyde")
"""What Discord lets no webhook be called."""

_OFF = frozenset({"off", "no", "none", "关", "關"})
_ON = frozenset({"on", "yes", "开", "開"})


@dataclass(frozen=True, slots=True)
class Options:
    """``ping`` is the id of a role; ``name`` and ``picture`` are those of a webhook."""

    embeds: bool = False
    cover: bool = False
    ping: str = ""
    publish: bool = False
    name: str = ""
    picture: str = ""

    @property
    def by_webhook(self) -> bool:
        return bool(self.name or self.picture)

    def dumped(self) -> str:
        """Empty where nothing is set."""
        found = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(found, ensure_ascii=False, sort_keys=True) if found else ""

    @classmethod
    def loaded(cls, text: str) -> Self:
        return cls(**json.loads(text)) if text else cls()


class Extras:
    """Reads and changes the options of a channel; see ``bot.ports.Extras``."""

    names = ("style", "cover", "ping", "publish", "name", "picture")

    def __init__(self, places: Callable[[], Awaitable[Places | None]]) -> None:
        self._places = places

    def shown(self, options: str) -> Mapping[str, str]:
        found = Options.loaded(options)
        return {
            "style": "embeds" if found.embeds else "components",
            "cover": "on" if found.cover else "",
            "ping": f"<@&{found.ping}>" if found.ping else "",
            "publish": "on" if found.publish else "",
            "name": found.name,
            "picture": found.picture,
        }

    async def change(self, chat: ChatAddress, options: str, name: str, value: str) -> str:
        old = Options.loaded(options)
        places = await self._places()
        channel = await places.channel(chat.id) if places else None
        if places is None or channel is None:
            raise Refusal("option.unreachable")
        changed = await _Change(places, channel, old).by(name, one_line(value))
        return changed.dumped()


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of a channel's options, held against what Discord allows there."""

    places: Places
    channel: Mapping[str, Any]
    old: Options

    async def by(self, name: str, value: str) -> Options:
        match name:
            case "style":
                return await self._style(value)
            case "cover":
                return await self._cover(value)
            case "ping":
                return await self._ping(value)
            case "publish":
                return await self._publish(value)
            case _:
                return await self._webhook(name, value)

    async def _style(self, value: str) -> Options:
        if value.casefold() not in {"embeds", "components"}:
            raise Refusal("option.how.style")
        embeds = value.casefold() == "embeds"
        if embeds:
            await self._need(EMBED_LINKS)
        return replace(self.old, embeds=embeds)

    async def _cover(self, value: str) -> Options:
        wanted = _switch(value, "option.how.cover")
        if wanted:
            await self._need(ATTACH_FILES)
        return replace(self.old, cover=wanted)

    async def _ping(self, value: str) -> Options:
        if value.casefold() in _OFF:
            return replace(self.old, ping="")
        guild = await self._guild()
        number = value.removeprefix("<@&").removesuffix(">")
        role = next((each for each in guild["roles"] if each["id"] == number), None)
        # The role of everybody has the guild's id.
        if role is None or role["id"] == guild["id"]:
            raise Refusal("option.how.ping")
        if not role.get("mentionable"):
            await self._need(MENTION_ALL)
        return replace(self.old, ping=role["id"])

    async def _publish(self, value: str) -> Options:
        if not _switch(value, "option.how.publish"):
            return replace(self.old, publish=False)
        if self.channel["type"] != NEWS:
            raise Refusal("option.announcements_only")
        if self.old.by_webhook:
            await self._need(MANAGE_MESSAGES)
        return replace(self.old, publish=True)

    async def _webhook(self, name: str, value: str) -> Options:
        if value.casefold() in _OFF:
            return self._named(name, "")
        await self._guild()
        bad = name == "name" and any(word in value.casefold() for word in _FORBIDDEN)
        fitting = usable_url(value) if name == "picture" else value[:MAX_NAME]
        if bad or not fitting:
            raise Refusal(f"option.how.{name}")
        await self._need(MANAGE_WEBHOOKS)
        if self.old.publish:  # what a webhook wrote is another's message
            await self._need(MANAGE_MESSAGES)
        return self._named(name, fitting)

    def _named(self, name: str, value: str) -> Options:
        if name == "name":
            return replace(self.old, name=value)
        return replace(self.old, picture=value)

    async def _guild(self) -> Mapping[str, Any]:
        guild = await self.places.guild(self.channel.get("guild_id", "0"))
        if guild is None:
            raise Refusal("option.servers_only")
        return guild

    async def _need(self, permission: int) -> None:
        if not await self.places.holds(self.channel, permission):
            raise Refusal("option.missing", permission=permission_name(permission))


def _switch(value: str, how: str) -> bool:
    """On or off. Raises ``Refusal(how)`` for anything else."""
    if value.casefold() in _ON | _OFF:
        return value.casefold() in _ON
    raise Refusal(how)
