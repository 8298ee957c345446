"""What others wrote about Telegram: TDLib's own parser of HTML, and a description of the API."""

import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tdjson

SPECS = Path(__file__).parents[3] / "shared" / "specs"

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


@cache
def request_problems() -> Problems | None:
    """The check of a request against the published API; None where its description is not there."""
    path = SPECS / "check_telegram.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("check_telegram", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    problems: Problems = module.problems
    return problems
