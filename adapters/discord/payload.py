"""What the ledger keeps of a message: its body, and what is known of it beside."""

import json
from dataclasses import dataclass
from typing import Any, Self

from bot.covers import Cover

Json = dict[str, Any]

_BESIDE = "ribao"
"""Stands in the body, which Discord never sees with it."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A message. ``items`` are the ids and labels of the entries that begin in it.

    ``first``: an issue begins with it; ``topics`` are the names of what that is about, the most
    important first, and ``cover`` is what can be drawn for it.
    """

    body: Json
    items: tuple[tuple[int, str], ...] = ()
    topics: tuple[str, ...] = ()
    language: str = "en"
    first: bool = False
    cover: Cover | None = None

    def dumped(self) -> str:
        beside: Json = {"language": self.language}
        if self.items:
            beside["items"] = self.items
        if self.first:
            beside |= {"first": True, "topics": self.topics}
        if self.cover:
            beside["cover"] = self.cover.to_json()
        whole = {**self.body, _BESIDE: beside}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def loaded(cls, text: str) -> Self:
        body = json.loads(text)
        beside = body.pop(_BESIDE, {})
        return cls(
            body,
            tuple((number, label) for number, label in beside.get("items", ())),
            tuple(beside.get("topics", ())),
            beside.get("language", "en"),
            beside.get("first", False),
            Cover.from_json(beside["cover"]) if "cover" in beside else None,
        )


def texts_of(body: Json) -> list[str]:
    """The markdown of a message in components, from top to bottom."""
    found = []
    for component in body.get("components", ()):
        if "content" in component:
            found.append(str(component["content"]))
        found += texts_of(component)
    return found
