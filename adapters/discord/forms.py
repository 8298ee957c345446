"""The form in which somebody writes what they send in. Pure.

https://discord.com/developers/docs/components/reference#label: labels of up to 45 characters, each
around one input.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.curation.remarks import MAX_REMARK
from bot.digest.urls import MAX_URL
from bot.messages import messages

SUBMIT = "submit"
"""The command that is asked with a form, and the form's ``custom_id``."""

_LABEL, _INPUT = 18, 4
_SHORT, _LONG = 1, 2
_ADDRESS, _REMARK = "url", "remark"


def submit_form(language: str) -> dict[str, Any]:
    """What is shown for ``/submit`` alone."""
    say = messages(language)
    example = "https://arxiv.org/abs/1706.03762"
    address = {"style": _SHORT, "required": True, "max_length": MAX_URL, "placeholder": example}
    remark = {"style": _LONG, "required": False, "max_length": MAX_REMARK}
    return {
        "custom_id": SUBMIT,
        "title": say("form.title"),
        "components": [
            _labelled(say("form.address"), _ADDRESS, address),
            _labelled(say("form.remark"), _REMARK, remark),
        ],
    }


def submitted(data: Mapping[str, Any]) -> str | None:
    """The command that a filled form stands for; None for a form that is not known."""
    if data.get("custom_id") != SUBMIT:
        return None
    values = dict(_values(data))
    return f"/{SUBMIT} {values.get(_ADDRESS, '').strip()} {values.get(_REMARK, '').strip()}".strip()


def _labelled(label: str, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    text_input = {"type": _INPUT, "custom_id": name, **options}
    return {"type": _LABEL, "label": label, "component": text_input}


def _values(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in data.get("components", ()):
        component = each.get("component", {})
        yield str(component.get("custom_id")), str(component.get("value") or "")
