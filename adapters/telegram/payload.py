"""What the ledger keeps of a message for Telegram. Pure."""

from dataclasses import dataclass, replace
from typing import Any, Self

import orjson

from adapters.telegram.blocks import paragraph
from adapters.telegram.rich import ITALIC, plain, to_html
from bot.covers import Cover


@dataclass(frozen=True, slots=True)
class Payload:
    """A message: its HTML, and what else there is to it.

    ``items``: number and item id of each entry that gets buttons under it. ``cover``: the HTML is
    the caption of that picture. ``rich``: the same text as a Rich Message. ``preview``: the address
    of the page that is shown below.
    """

    html: str
    items: tuple[tuple[int, int], ...] = ()
    cover: Cover | None = None
    rich: str = ""
    preview: str = ""

    def under(self, sentence: str) -> Self:
        """The same with a sentence above it."""
        html = f"{to_html(plain(sentence, ITALIC))}\n\n{self.html}"
        rich = paragraph(sentence) + self.rich if self.rich else ""
        return replace(self, html=html, rich=rich)

    def dumped(self) -> str:
        """As JSON, without what is empty."""
        every = {name: getattr(self, name) for name in self.__slots__}
        return orjson.dumps({name: value for name, value in every.items() if value}).decode()

    @classmethod
    def loaded(cls, text: str) -> Self:
        """What ``dumped`` gave."""
        content: dict[str, Any] = orjson.loads(text)
        items = tuple((number, item) for number, item in content.get("items", ()))
        cover = Cover.from_json(content["cover"]) if "cover" in content else None
        rich, preview = content.get("rich", ""), content.get("preview", "")
        return cls(content["html"], items, cover, rich, preview)
