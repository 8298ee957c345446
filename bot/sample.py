"""The sample edition: well-known items that ship with Ribao; a first issue works offline."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from bot.digest.normalise import arxiv_id, canonical_key
from bot.model import SAMPLE_SOURCE, Item, Section, TopicMatch


def sample_items() -> tuple[Item, ...]:
    """The items of ``bot/data/sample.toml``, in the order of the file."""
    text = resources.files("bot").joinpath("data", "sample.toml").read_text("utf-8")
    return tuple(_item(table) for table in tomllib.loads(text)["item"])


def _item(table: Mapping[str, Any]) -> Item:
    return Item(
        key=canonical_key(table["url"]),
        title=table["title"],
        url=table["url"],
        section=Section(table["section"]),
        published=table.get("published"),
        authors=tuple(table.get("authors", ())),
        authors_more=table.get("authors_more", False),
        venue=table.get("venue"),
        language=table.get("language"),
        summary=table["summary"],
        code_urls=tuple(table.get("code_urls", ())),
        arxiv_id=arxiv_id(table["url"]),
        arxiv_categories=tuple(table.get("arxiv_categories", ())),
        topics=tuple(_declared(topic, place) for place, topic in enumerate(table["topics"])),
        source=SAMPLE_SOURCE,
    )


def _declared(topic: str, place: int) -> TopicMatch:
    # The editor names the most fitting topic first; confidence keeps that order.
    return TopicMatch(topic, 1.0 - place / 100, "declared")
