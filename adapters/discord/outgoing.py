"""A message on its way into a channel. Pure."""

import json
from dataclasses import dataclass, field
from typing import Any, Self

from adapters.discord.embeds import as_embeds
from adapters.discord.options import Options
from adapters.discord.payload import Json, Payload, texts_of
from adapters.discord.render import text_component
from adapters.discord.turns import Note

MAX_NAME = 100
MAX_DESCRIPTION = 1024
"""Characters that describe an attachment."""

NO_MENTIONS: Json = {"parse": []}

PICTURE = "cover.png"
_ATTACHED = f"attachment://{PICTURE}"
_GALLERY = 12


@dataclass(frozen=True, slots=True)
class Outgoing:
    """``body`` is all of it but the nonce, which is ``key``; ``note`` is told of each answer.

    ``name`` is the title of the issue that begins with it; None for a message that goes on, then
    ``first`` is the id of the issue's first message, if there is one. ``tags`` are the names of
    what it is about; ``picture`` is a PNG that goes with it.
    """

    body: Json
    key: str
    options: Options
    note: Note
    name: str | None = None
    tags: tuple[str, ...] = field(default=())
    picture: bytes = b""
    first: str = ""

    @classmethod
    def of(
        cls,
        payload: Payload,
        key: str,
        options: Options,
        note: Note,
        picture: bytes,
        *,
        first: str = "",
    ) -> Self:
        body = dressed(payload, options)
        if picture and payload.cover:
            body = with_picture(body, payload.cover.words)
        return cls(body, key, options, note, _name(payload.body), payload.topics, picture, first)

    def request(self, payload: Json) -> dict[str, Any]:
        """What a request with that payload, which holds the body, is made of."""
        made: dict[str, Any] = {"trace_request_ctx": self.note}
        if not self.picture:
            return {**made, "json": payload}
        file = {"name": "files[0]", "value": self.picture, "filename": PICTURE}
        form = [
            {"name": "payload_json", "value": json.dumps(payload)},
            {**file, "content_type": "image/png"},
        ]
        return {**made, "form": form}


def with_picture(body: Json, words: str) -> Json:
    """The picture stands above all; ``words`` say what is seen of it."""
    described = {"description": words[:MAX_DESCRIPTION]}
    attached = {**body, "attachments": [{"id": 0, "filename": PICTURE, **described}]}
    if embeds := body.get("embeds"):
        first, *rest = embeds
        return {**attached, "embeds": [{**first, "image": {"url": _ATTACHED}}, *rest]}
    gallery = {"type": _GALLERY, "items": [{"media": {"url": _ATTACHED}, **described}]}
    return {**attached, "components": [gallery, *body["components"]]}


def dressed(payload: Payload, options: Options) -> Json:
    """The body as its channel wants it. No mention is alive in it, but for the role that the
    channel's administrators want called."""
    body, mentions = dict(payload.body), dict(NO_MENTIONS)
    if options.embeds:
        body = as_embeds(body)
    if options.ping and payload.first:
        called = f"<@&{options.ping}>"
        mentions["roles"] = [options.ping]
        if options.embeds:
            body["content"] = called
        else:
            body["components"] = [text_component(called), *body["components"]]
    return {**body, "allowed_mentions": mentions}


def _name(body: Json) -> str | None:
    for text in texts_of(body):
        lines = text.split("\n")
        if lines[0].startswith("# "):
            title = " · ".join([lines[0].removeprefix("# "), *lines[1:2]])
            return title.replace("\\", "")[:MAX_NAME]
    return None
