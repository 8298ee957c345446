"""A message on its way into a channel. Pure."""

from dataclasses import dataclass, field
from typing import Self

from adapters.discord.embeds import as_embeds
from adapters.discord.options import Options
from adapters.discord.payload import Json, Payload, texts_of
from adapters.discord.render import text_component
from adapters.discord.turns import Note

SILENT = 1 << 12
"""Message flag SUPPRESS_NOTIFICATIONS."""

MAX_NAME = 100

NO_MENTIONS: Json = {"parse": []}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """``body`` is all of it but the nonce, which is ``key``; ``note`` is told of each answer.

    ``name`` is the title of the issue that begins with it; None for a message that goes on.
    ``tags`` are the names of what it is about.
    """

    body: Json
    key: str
    options: Options
    note: Note
    name: str | None = None
    tags: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, payload: Payload, key: str, options: Options, note: Note, *, silent: bool) -> Self:
        body = dressed(payload, options, silent=silent)
        return cls(body, key, options, note, _name(payload.body), payload.topics)


def dressed(payload: Payload, options: Options, *, silent: bool = False) -> Json:
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
    if silent:
        body["flags"] = body.get("flags", 0) | SILENT
    return {**body, "allowed_mentions": mentions}


def _name(body: Json) -> str | None:
    for text in texts_of(body):
        lines = text.split("\n")
        if lines[0].startswith("# "):
            title = " · ".join([lines[0].removeprefix("# "), *lines[1:2]])
            return title.replace("\\", "")[:MAX_NAME]
    return None
