"""What comes from Discord, answered: slash commands, completions, forms, buttons and menus.

Each is acknowledged at once, because Discord waits three seconds; the answer follows.
https://discord.com/developers/docs/interactions/receiving-and-responding
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord
from discord.http import HTTPClient, Route

from adapters.choices import as_note, is_refusal, opposite_of
from adapters.discord.controls import MENU, turned
from adapters.discord.embeds import COMPONENTS_V2
from adapters.discord.errors import SDK_ERRORS
from adapters.discord.forms import SUBMIT, submit_form, submitted
from adapters.discord.outgoing import NO_MENTIONS
from adapters.discord.pages import Body, Shown
from adapters.discord.render import MAX_TEXT, reply_bodies
from adapters.discord.slash import OPTION, completion
from adapters.lanes import Lanes
from adapters.signing import Signer, read_part
from bot.commands.context import Incoming
from bot.commands.reply import File, Reply, Text
from bot.messages import known_language, messages
from bot.model import ChatAddress, ChatKind
from bot.platform import Handle

log = logging.getLogger(__name__)

PLATFORM = "discord"

PARALLEL = 50

EPHEMERAL = 1 << 6
"""Message flag: only who asked sees it."""

COMPLETION_SECONDS = 2.0
"""Nothing is offered where finding it takes longer; Discord waits for three."""

_MESSAGE, _LATER, _LATER_IN_PLACE, _COMPLETIONS, _FORM = 4, 5, 6, 8, 9

_FOR_ALL = frozenset(
    {"today", "issue", "weekly", "monthly", "yearly", "collection", "search", "similar", "item"}
    | {"topics", "history", "why", "story"}
)
"""Commands that one person gives and everybody there may read; other answers are the person's."""


class Line:
    """The line back to who did something; it holds for 15 minutes."""

    def __init__(self, http: HTTPClient, interaction: discord.Interaction) -> None:
        self._http = http
        self._interaction = interaction

    async def acknowledge(self, kind: int, data: Mapping[str, Any] | None = None) -> None:
        route = Route(
            "POST",
            "/interactions/{webhook_id}/{webhook_token}/callback",
            webhook_id=self._interaction.id,
            webhook_token=self._interaction.token,
        )
        await self._http.request(route, json={"type": kind, **({"data": data} if data else {})})

    async def say(self, body: Body, *, ephemeral: bool) -> None:
        flags = body.get("flags", 0) | (EPHEMERAL if ephemeral else 0)
        payload = {**body, "flags": flags, "allowed_mentions": NO_MENTIONS}
        await self._http.request(self._route("POST"), json=payload)

    async def give(self, file: File, *, ephemeral: bool) -> None:
        payload = {
            "flags": EPHEMERAL if ephemeral else 0,
            "allowed_mentions": NO_MENTIONS,
            "attachments": [{"id": 0, "filename": file.name}],
        }
        form: list[dict[str, Any]] = [
            {"name": "payload_json", "value": json.dumps(payload)},
            {
                "name": "files[0]",
                "value": file.data,
                "filename": file.name,
                "content_type": file.media_type,
            },
        ]
        await self._http.request(self._route("POST"), form=form)

    async def put_in_place(self, body: Body) -> None:
        """Change the message whose control was used."""
        payload = {**body, "allowed_mentions": NO_MENTIONS}
        await self._http.request(self._route("PATCH", "/messages/@original"), json=payload)

    async def take_back(self) -> None:
        """Take back the announcement that an answer follows."""
        await self._http.request(self._route("DELETE", "/messages/@original"))

    def _route(self, method: str, rest: str = "") -> Route:
        return Route(
            method,
            "/webhooks/{webhook_id}/{webhook_token}" + rest,
            webhook_id=self._interaction.application_id,
            webhook_token=self._interaction.token,
        )


class Interactions:
    """Hands what people do to the core, and its replies back to them."""

    def __init__(self, http: HTTPClient, account: str, signer: Signer, handle: Handle) -> None:
        self._http = http
        self._account = account
        self._signer = signer
        self._handle = handle
        self._lanes = Lanes(PARALLEL)

    async def answer(self, interaction: discord.Interaction) -> None:
        """Answer one interaction. What goes wrong with it is logged and stays with it."""
        try:
            await self._answer(interaction)
        except SDK_ERRORS as error:
            _tell(error)

    async def drain(self, seconds: float) -> None:
        """Let what was begun come to its end."""
        await self._lanes.drain(seconds)

    async def _answer(self, interaction: discord.Interaction) -> None:
        if interaction.channel_id is None:
            return
        line = Line(self._http, interaction)
        match interaction.type:
            case discord.InteractionType.autocomplete:
                choices = await self._completions(interaction)
                await line.acknowledge(_COMPLETIONS, {"choices": choices})
            case discord.InteractionType.application_command:
                await self._command(interaction, line)
            case discord.InteractionType.modal_submit:
                if text := submitted(_data(interaction)):
                    await self._run(interaction, line, text, hidden=True)
            case discord.InteractionType.component:
                await self._press(interaction, line)

    async def _completions(self, interaction: discord.Interaction) -> list[dict[str, Any]]:
        data = _data(interaction)
        incoming = self._incoming(interaction, f"/{data['name']} {_text(data)}")
        try:
            async with asyncio.timeout(COMPLETION_SECONDS):
                reply = await self._handle(replace(incoming, unfinished=True))
        except TimeoutError:
            return []
        made = map(completion, reply.choices if reply else ())
        return [each for each in made if each]

    async def _command(self, interaction: discord.Interaction, line: Line) -> None:
        data = _data(interaction)
        text = _text(data)
        if data["name"] == SUBMIT and not text:
            await line.acknowledge(_FORM, submit_form(_language(interaction)))
            return
        hidden = data["name"] not in _FOR_ALL
        await self._run(interaction, line, f"/{data['name']} {text}".strip(), hidden=hidden)

    async def _run(
        self, interaction: discord.Interaction, line: Line, text: str, *, hidden: bool
    ) -> None:
        """Announce an answer and work it out; ``hidden``: in a server only who asked sees it."""
        hidden = hidden and interaction.guild_id is not None
        await line.acknowledge(_LATER, {"flags": EPHEMERAL} if hidden else None)
        incoming = self._incoming(interaction, text)

        async def work() -> None:
            reply = await self._handle(incoming)
            if reply is None:
                await line.take_back()
                return
            in_private = reply.private and incoming.kind is not ChatKind.PRIVATE
            if in_private and not hidden:
                await line.take_back()
            await self._tell(incoming, reply, line, ephemeral=hidden or in_private)

        self._lanes.put(incoming.chat.id, _kept(work, line))

    async def _press(self, interaction: discord.Interaction, line: Line) -> None:
        data = _data(interaction)
        chat = str(interaction.channel_id)
        pressed = data.get("custom_id", "")
        if pressed.startswith(MENU):
            pressed = (data.get("values") or [""])[0]
        # In a forum's post what was sent was signed for the forum.
        above = str(getattr(interaction.channel, "parent_id", ""))
        command = self._signer.read(chat, pressed) or self._signer.read(above, pressed)
        if command is None:
            speak = messages(_language(interaction))
            (body,) = reply_bodies([Text(speak("button.stale"))])
            await line.acknowledge(_MESSAGE, {**body, "flags": COMPONENTS_V2 | EPHEMERAL})
            return
        await line.acknowledge(_LATER_IN_PLACE)
        command, part = read_part(command)
        incoming = replace(self._incoming(interaction, command), pressed=True)

        async def work() -> None:
            reply = await self._handle(incoming)
            if reply is not None:
                await self._pressed(interaction, incoming, reply, part, line)

        self._lanes.put(chat, _kept(work))

    async def _pressed(
        self,
        interaction: discord.Interaction,
        incoming: Incoming,
        reply: Reply,
        part: int | None,
        line: Line,
    ) -> None:
        in_guild = incoming.kind is not ChatKind.PRIVATE
        if as_note(reply, MAX_TEXT) is not None:
            await self._tell(incoming, reply, line, ephemeral=True)
            if not is_refusal(reply):
                await self._turn(interaction, incoming, line)
            return
        shown = Shown(reply, incoming.chat.id, self._signer, part)
        if shown.turns:
            await line.put_in_place(shown.bodies[0])
        else:
            await self._tell(incoming, reply, line, ephemeral=reply.private and in_guild)

    async def _turn(self, interaction: discord.Interaction, incoming: Incoming, line: Line) -> None:
        """Tick or untick the used control, which from now on does the opposite."""
        opposite = opposite_of(incoming.text)
        if opposite is None or interaction.message is None:
            return
        there = [dict(each.to_dict()) for each in interaction.message.components]
        chat = incoming.chat.id
        changed = turned(there, chat, self._signer, incoming.text, opposite)
        await line.put_in_place({"flags": COMPONENTS_V2, "components": changed})

    async def _tell(self, incoming: Incoming, reply: Reply, line: Line, *, ephemeral: bool) -> None:
        for body in Shown(reply, incoming.chat.id, self._signer).bodies:
            await line.say(body, ephemeral=ephemeral)
        for block in reply.blocks:
            if isinstance(block, File):
                await line.give(block, ephemeral=ephemeral)

    def _incoming(self, interaction: discord.Interaction, text: str) -> Incoming:
        name = getattr(interaction.channel, "name", None)
        return Incoming(
            chat=ChatAddress(PLATFORM, self._account, str(interaction.channel_id)),
            kind=ChatKind.PRIVATE if interaction.guild_id is None else ChatKind.GROUP,
            title=f"#{name}" if name else interaction.user.display_name,
            sender_id=str(interaction.user.id),
            text=text,
            language=str(interaction.locale),
        )


def _kept(work: Any, line: Line | None = None) -> Any:
    """The work, its faults kept to itself; an announced answer that fails is taken back."""

    async def safely() -> None:
        try:
            await work()
        except SDK_ERRORS as error:
            _tell(error)
        except Exception:
            log.exception("Discord: an interaction met a fault in Ribao")
            if line is not None:
                await _taken_back(line)

    return safely


async def _taken_back(line: Line) -> None:
    try:
        await line.take_back()
    except SDK_ERRORS as error:
        _tell(error)


def _tell(error: Exception) -> None:
    words = error.text if isinstance(error, discord.HTTPException) else type(error).__name__
    log.warning("Discord: an answer was not sent: %s", words)


def _language(interaction: discord.Interaction) -> str:
    """The catalogue's language for a person whose chat is not looked up yet."""
    return known_language(str(interaction.locale)) or "en"


def _data(interaction: discord.Interaction) -> dict[str, Any]:
    return dict(interaction.data or {})


def _text(data: Mapping[str, Any]) -> str:
    options = data.get("options", ())
    return next((str(each["value"]) for each in options if each["name"] == OPTION), "")
