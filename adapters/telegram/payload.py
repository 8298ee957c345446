"""What the ledger keeps of a message for Telegram. Pure."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Payload:
    """A message: its HTML, and number and item id of each entry that gets buttons under it."""

    html: str
    items: tuple[tuple[int, int], ...] = ()

    def dumped(self) -> str:
        """As JSON, without what is empty."""
        filled = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(filled, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def loaded(cls, text: str) -> Self:
        """What ``dumped`` gave."""
        content = json.loads(text)
        items = tuple((number, item) for number, item in content.get("items", ()))
        return cls(content["html"], items)
