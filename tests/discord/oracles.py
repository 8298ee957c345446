"""What a reader sees of a message on Discord, read by rules of our own; and Discord's own
description of its API, where it is present.

The rules are the narrow part of Discord's markdown that Ribao writes. Whatever else could mean
something there is refused as ``ValueError``, so that nothing is alive by accident.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from tests.published import problems_by

Problems = Callable[[str, str, Any], list[str]]

_TOKEN = re.compile(
    r"""\\(?P<escaped>[^0-9A-Za-z\s])
      | (?P<bold>\*\*)
      | \[(?P<label>(?:\\.|[^\\\[\]])+)\]\(<(?P<target>https?://[^\s<>()\\]+)>\)
      | <(?P<address>https?://[^\s<>\\]+)>
      | (?P<text>(?:(?!https?://)[^\\*_~`|<\[\]@])+)""",
    re.VERBOSE | re.DOTALL,
)
_CALLED = re.compile(r"<@&(\d+)>")
"""A role that is called, where that is all that a text says."""

_OPENING = re.compile(r"#{1,3} |-# |> ")
_ALIVE = re.compile(r"[#>+-]|\d+\.|https?:")


@lru_cache(maxsize=64)
def seen(markdown: str) -> str:
    """What is seen of it. Raises ``ValueError`` where anything is alive that Ribao never writes."""
    return "\n".join(map(_seen_line, markdown.split("\n")))


def _seen_line(line: str) -> str:
    opening = _OPENING.match(line)
    body = line[opening.end() :] if opening else line
    if _ALIVE.match(body.lstrip()):
        raise ValueError(f"a line that begins as markup: {line!r}")
    return _inline(body)


def _inline(body: str) -> str:
    shown, at, bold = [], 0, 0
    while at < len(body):
        token = _TOKEN.match(body, at)
        if token is None:
            raise ValueError(f"markup at {body[at : at + 40]!r}")
        bold += token["bold"] is not None
        plain = token["text"] or token["escaped"] or token["address"] or ""
        shown.append(_inline(token["label"]) if token["label"] else plain)
        at = token.end()
    if bold % 2:
        raise ValueError(f"bold without an end: {body!r}")
    return "".join(shown)


def targets(markdown: str) -> list[str]:
    """The addresses of all masked links."""
    return re.findall(r"\]\(<([^>]*)>\)", markdown)


def components(body: Any) -> Iterator[dict[str, Any]]:
    """All components of a message, however deep, in their order."""
    for component in body.get("components", ()):
        yield component
        yield from components(component)
        if accessory := component.get("accessory"):
            yield accessory


def texts(body: Any) -> list[str]:
    """The markdown of a message: component by component, then embed by embed."""
    found = [each["content"] for each in components(body) if each["type"] == 10]
    return [*found, *(embed["description"] for embed in body.get("embeds", ()))]


def pictures(body: Any) -> list[str]:
    """The addresses of all pictures."""
    found = [each["media"]["url"] for each in components(body) if each["type"] == 11]
    return [*found, *(e["thumbnail"]["url"] for e in body.get("embeds", ()) if "thumbnail" in e)]


def visible(payload: str) -> str:
    """What a reader sees of a payload."""
    return visible_body(json.loads(payload))


def visible_body(body: Any) -> str:
    """What a reader sees of a message."""
    return "\n".join(seen(text) for text in texts(body) if not _CALLED.fullmatch(text))


def body_problems(body: Any) -> list[str]:
    """What Discord would refuse in a message: its bounds, counted here once more."""
    every = list(components(body))
    length = sum(map(len, texts(body)))
    problems = []
    if embeds := body.get("embeds"):
        if len(embeds) > 10 or max(len(each["description"]) for each in embeds) > 4096:
            problems.append(f"{len(embeds)} embeds, or one that is too long")
        if len(every) > 40:
            problems.append(f"{len(every)} components")
    elif not 1 <= len(every) <= 40:
        problems.append(f"{len(every)} components")
    if length > (6000 if embeds else 4000) or not all(texts(body)):
        problems.append(f"{length} characters")
    ids = [each["custom_id"] for each in every if "custom_id" in each]
    if len(set(ids)) < len(ids):
        problems.append("a custom_id twice")
    return problems


def alive(body: Any) -> list[str]:
    """What is alive in a message that nobody asked for: markup, links elsewhere, mentions."""
    mentions = body.get("allowed_mentions", {})
    roles = mentions.get("roles", [])
    problems = [] if mentions == {"parse": [], **({"roles": roles} if roles else {})} else ["all"]
    called = [*texts(body), *filter(None, [body.get("content")])]
    for text in called:
        if match := _CALLED.fullmatch(text):
            problems += [] if match[1] in roles else [f"{text} is called"]
            continue
        try:
            seen(text)
        except ValueError as error:
            problems.append(str(error))
        problems += [url for url in targets(text) if not url.startswith("http")]
    return problems


def request_problems() -> Problems | None:
    """The check of a request against the published API; None where its description is not there."""
    found: Problems | None = problems_by("check_discord")
    return found
