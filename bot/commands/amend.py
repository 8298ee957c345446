"""Fields of items as people name, write and read them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.commands.arguments import shown
from bot.commands.context import Context
from bot.commands.following import understand, unknown_topic
from bot.curation.changes import with_state
from bot.curation.nouns import Decide
from bot.curation.remarks import plain_remark
from bot.digest.normalise import plain_title
from bot.errors import Refusal
from bot.model import FollowKind, Section, StoredItem

_NOTHING = frozenset({"-", "–", "—", "none", "无", "無"})
_CHINESE = re.compile("[\u3400-\u9fff]")

FIELDS: Mapping[str, str] = {
    **dict.fromkeys(("title", "标题", "標題"), "title"),
    **dict.fromkeys(("section", "栏目", "欄目", "版块", "版塊"), "section"),
    **dict.fromkeys(("topics", "topic", "主题", "主題"), "topics"),
    **dict.fromkeys(("summary", "摘要", "简介", "簡介"), "summary"),
    **dict.fromkeys(("note", "remark", "备注", "備註", "附言"), "note"),
}
"""The fields that can be edited, by what people call them."""


def field_named(name: str) -> str:
    """Raises ``Refusal("edit.field")``."""
    field = FIELDS.get(name.casefold())
    if field is None:
        raise Refusal(
            "edit.field", text=shown(name), fields=", ".join(dict.fromkeys(FIELDS.values()))
        )
    return field


def amended(context: Context, field: str, text: str) -> Decide:
    """The wish to write ``text`` into a field; ``-`` empties it. Raises ``Refusal``."""
    if field == "summary":
        language = _language_of(text, context.say.language)
        return lambda present: _with_summary(present, language, _remark(text))
    value = _READERS[field](context, text)
    return lambda present: with_state(present, {field: value})


def _with_summary(present: StoredItem, language: str, text: str) -> StoredItem:
    others = {tag: words for tag, words in present.item.summary.items() if tag != language}
    return with_state(present, {"summary": {language: text, **others} if text else {}})


def _language_of(text: str, speaks: str) -> str:
    """English unless it is Chinese; in which script, the language of the writer says."""
    if not _CHINESE.search(text):
        return "en"
    return speaks if speaks.startswith("zh") else "zh-CN"


def _title(_: Context, text: str) -> str:
    title = plain_title(text)
    if not title or text in _NOTHING:
        raise Refusal("edit.title")
    return title


def _section(_: Context, text: str) -> str:
    name = text.casefold().replace(" ", "-")
    if name not in set(Section):
        raise Refusal("edit.section", text=shown(text), sections=", ".join(Section))
    return name


def _topics(context: Context, text: str) -> list[list[Any]]:
    if text in _NOTHING:
        return []
    taxonomy = context.services.taxonomy
    understood = understand(text, taxonomy)
    named = [s for s in understood.subscriptions if s.kind is FollowKind.TOPIC and not s.excluded]
    if understood.unknown or len(named) < len(understood.subscriptions) or not named:
        unknown = understood.unknown[0].text if understood.unknown else text
        raise unknown_topic(taxonomy, unknown, context.say.language)
    return [[subscription.value, 1.0, "edited"] for subscription in named]


def _remark(text: str) -> str:
    return "" if text in _NOTHING else plain_remark(text)


def _note(_: Context, text: str) -> str | None:
    return _remark(text) or None


_READERS: Mapping[str, Callable[[Context, str], Any]] = {
    "title": _title,
    "section": _section,
    "topics": _topics,
    "note": _note,
}


def shown_value(context: Context, field: str, value: Any) -> str:
    """A value of ``changes.State`` in a few words."""
    match field, value:
        case _, bool():
            return context.say("word.yes" if value else "word.no")
        case "topics", list():
            taxonomy = context.services.taxonomy
            known = [taxonomy.resolve(topic[0]) for topic in value]
            names = [taxonomy.name(t.id, context.say.language) for t in known if t is not None]
            return ", ".join(names) or "–"
        case "summary", dict():
            return "; ".join(f"{tag}: {shown(text)}" for tag, text in value.items()) or "–"
        case _:
            return shown(value or "") or "–"
