"""What others wrote about Telegram: TDLib's own parser of HTML, and a description of the API."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.etree import ElementTree

import tdjson

from tests.published import problems_by

Problems = Callable[[str, Mapping[str, Any]], list[str]]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What Telegram makes of a text: what is seen, and how many entities are on it."""

    text: str
    entities: tuple[Mapping[str, Any], ...]


def parse_html(html: str) -> Parsed:
    """As Telegram's servers do it. Raises ``ValueError`` where they would answer 400."""
    answer = _execute(
        {
            "@type": "parseTextEntities",
            "text": html,
            "parse_mode": {"@type": "textParseModeHTML"},
        }
    )
    if answer["@type"] == "error":
        raise ValueError(answer["message"])
    return Parsed(answer["text"], tuple(answer["entities"]))


@cache
def _quiet() -> None:
    query = {"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}
    tdjson.td_execute(json.dumps(query).encode())


def _execute(query: Mapping[str, Any]) -> dict[str, Any]:
    _quiet()
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(query).encode()) or b"{}")
    return answer


def request_problems() -> Problems | None:
    """The check of a request against the published API; None where its description is not there."""
    found: Problems | None = problems_by("check_telegram")
    return found


_RICH_TAGS = frozenset({"h2", "h3", "p", "b", "i", "code", "a", "details", "summary"})
"""Those that Ribao uses, of https://core.telegram.org/bots/api#inputrichmessage."""

_NO_XML = re.compile(r"[\x0b\x0c\x1c-\x1f]")
"""White space that XML refuses and Telegram does not."""

_RICH_BLOCKS = frozenset({"h2", "h3", "p", "details", "summary"})


def parse_rich(html: str) -> str:
    """What is seen of a Rich Message, by rules of our own, a line for each block.

    Raises ``ValueError`` for whatever is not right by Telegram's description of them.
    """
    try:
        root = ElementTree.fromstring(f"<root>{_NO_XML.sub(' ', html)}</root>")  # noqa: S314
    except ElementTree.ParseError as error:
        raise ValueError(f"{error}: {html}") from None
    blocks = [each for each in root.iter() if each.tag in _RICH_BLOCKS]
    wrong = {each.tag for each in root.iter()} - _RICH_TAGS - {"root"}
    if wrong or root.text or any(each.tail for each in blocks):
        raise ValueError(f"not allowed: {wrong or 'text outside of a block'}")
    if len(blocks) > 500 or len(html) > 32_768:
        raise ValueError(f"{len(blocks)} blocks, {len(html)} characters")
    links = [link.get("href", "") for link in root.iter("a")]
    if not all(link.startswith(("http://", "https://")) for link in links):
        raise ValueError("a link of another kind")
    return "\n".join("".join(each.itertext()) for each in blocks if each.tag != "details")
