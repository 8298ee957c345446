"""Pairs of items made by hand: of one story, and of two that look alike."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.digest.normalise import arxiv_id, canonical_key
from bot.model import Item, Link, Section

FOLDER = Path(__file__).parents[2] / "data" / "stories"


@dataclass(frozen=True)
class Pair:
    """``why`` they are, or only seem to be, one story; ``kind`` is of the match, empty for none."""

    why: str
    one: Item
    other: Item
    kind: str = ""


def pairs(name: str) -> list[Pair]:
    """Those in the file ``name``.jsonl."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    found = map(json.loads, lines)
    return [Pair(p["why"], _item(p["a"]), _item(p["b"]), p.get("kind", "")) for p in found]


def _item(data: Mapping[str, Any]) -> Item:
    url, language = data["url"], data.get("language", "en")
    summary = data.get("summary")
    return Item(
        key=canonical_key(url),
        title=data["title"],
        url=url,
        section=Section(data.get("section", "papers")),
        published=data.get("published"),
        authors=tuple(data.get("authors", ())),
        language=language,
        summary={language: summary} if summary else {},
        code_urls=tuple(data.get("code_urls", ())),
        links=tuple(Link("link", link) for link in data.get("links", ())),
        arxiv_id=arxiv_id(url),
        signals=data.get("signals", {}),
        source=data["source"],
        note=data.get("note"),
    )
