"""A message in components V2 as one of embeds, for channels that want those. Pure.

Bounds of one message: 10 embeds, 4096 characters in a description, 6000 over all of them
(https://discord.com/developers/docs/resources/message#embed-object-embed-limits). A message in
components has at most 4000 characters, so each becomes one of embeds.
"""

from collections.abc import Iterator
from typing import Any

COMPONENTS_V2 = 1 << 15
"""Message flag IS_COMPONENTS_V2."""

MAX_EMBEDS = 10

_CONTAINER, _SEPARATOR = 17, 14

Json = dict[str, Any]


def as_embeds(body: Json) -> Json:
    """Each section of the issue in an embed, its first picture beside it; the controls below."""
    embeds: list[Json] = []
    controls = []
    for component in body["components"]:
        if component["type"] == _CONTAINER:
            embeds += _embeds(component)
        elif "content" in component:  # what stands above the issue
            embeds.append({"description": component["content"]})
        else:
            controls.append(component)
    flags = body.get("flags", 0) & ~COMPONENTS_V2
    return {"embeds": _few(embeds), "components": controls, **({"flags": flags} if flags else {})}


def _embeds(container: Json) -> Iterator[Json]:
    embed: Json = {}
    for component in container["components"]:
        if component["type"] == _SEPARATOR and embed:
            yield embed
            embed = {}
        for text in _texts(component):
            whole = "\n".join(filter(None, (embed.get("description"), text)))
            embed |= {"description": whole, "color": container["accent_color"]}
        if (picture := component.get("accessory")) and "thumbnail" not in embed:
            embed["thumbnail"] = {"url": picture["media"]["url"]}
    if embed:
        yield embed


def _texts(component: Json) -> list[str]:
    if "content" in component:
        return [component["content"]]
    return [text for each in component.get("components", ()) for text in _texts(each)]


def _few(embeds: list[Json]) -> list[Json]:
    """At most ten: what is more goes into the last."""
    kept, more = embeds[:MAX_EMBEDS], embeds[MAX_EMBEDS:]
    for embed in more:
        kept[-1]["description"] += "\n" + embed["description"]
    return kept
