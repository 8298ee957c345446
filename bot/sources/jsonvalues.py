"""Values of JSON documents that others wrote: one of a wrong type counts as missing."""

import json
import math
from collections.abc import Mapping
from typing import Any

from bot.errors import SourceError

JsonObject = Mapping[str, Any]


def loads(body: bytes) -> Any:
    """The document. Raises ``SourceError`` for what is no JSON, or nested too deep."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise SourceError("begins like JSON but is none") from None


def objects(value: Any) -> list[JsonObject]:
    """The objects in a list; nothing if it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def child(table: JsonObject, key: str) -> JsonObject:
    """An object in an object; empty if there is none."""
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def text(table: JsonObject, key: str) -> str:
    """A string; empty if there is none."""
    value = table.get(key)
    return value if isinstance(value, str) else ""


def number(table: JsonObject, key: str) -> float | None:
    """A finite number that is not negative; ``true`` and ``false`` are none."""
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def signals(**found: float | None) -> dict[str, float]:
    """An item's signals: those of which there is a number."""
    return {name: value for name, value in found.items() if value is not None}
