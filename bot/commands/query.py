"""What people write after `/search`, as a query. Pure; wrong input is a ``Refusal``.

Every text is one: words, "exact phrases", ``begin*``, ``-without``, and filters as ``topic:cv``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from bot.commands.arguments import MINUS, SEPARATORS, page_number, period, shown, take
from bot.digest.terms import phrase
from bot.errors import Refusal
from bot.model import Phrase, SearchQuery
from bot.topics import Taxonomy

MAX_PHRASES = 16
"""So many words and phrases are looked for; further ones are left out."""

MAX_TERMS = 40
"""Terms of one phrase, likewise."""

_LEAST_BEGINNING = 3
_FILTER = re.compile(r"(\w{1,12})[:：][ \t]*")
_UNKNOWN = re.compile(r"[^\W\d_]{2,20}[:：](?!//)[^\s:：]+")
_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("topic", "主题", "主題", "话题", "話題"), "topic"),
    **dict.fromkeys(("since", "from", "after", "从", "從", "自"), "since"),
    **dict.fromkeys(("until", "to", "before", "到", "至"), "until"),
    **dict.fromkeys(("date", "in", "日期", "时间", "時間"), "date"),
    **dict.fromkeys(("page", "页", "頁"), "page"),
}


@dataclass(slots=True)
class Asked:
    """A query, the page of its results, and what was not taken as it was perhaps meant.

    ``text`` is the query as it was written, without the page. ``unknown`` are words that look like
    filters and are none; ``cut``: words were left out because they were too many.
    """

    query: SearchQuery = field(default_factory=SearchQuery)
    page: int = 1
    text: str = ""
    unknown: list[str] = field(default_factory=list)
    cut: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return self.query == SearchQuery()


def understand_query(text: str, taxonomy: Taxonomy, today: date, language: str) -> Asked:
    """Read a query. Raises ``Refusal`` for a topic or date that is not known."""
    asked = Asked()
    written: list[str] = []
    rest = text.strip(SEPARATORS)
    while rest:
        start = rest
        excluded = rest[0] in MINUS
        rest = rest[1:] if excluded else rest
        match = _FILTER.match(rest)
        name = _NAMES.get(match[1].casefold(), "") if match else ""
        if match and name:
            value, _, rest = take(rest[match.end() :])
            _filter(
                asked,
                name,
                value,
                taxonomy,
                today=today,
                language=language,
                excluded=excluded,
            )
        else:
            value, quoted, rest = take(rest)
            _words(asked, value, quoted=quoted, excluded=excluded)
        if name != "page":
            written.append(start[: len(start) - len(rest)].strip(SEPARATORS))
        rest = rest.lstrip(SEPARATORS)
    asked.text = " ".join(written)
    return asked


def beginnings(query: SearchQuery) -> SearchQuery:
    """The same, but of each last word only its beginning need be right."""
    return replace(
        query,
        phrases=tuple(
            replace(each, open_end=each.open_end or len(each.terms[-1]) >= _LEAST_BEGINNING)
            for each in query.phrases
        ),
    )


def _words(asked: Asked, text: str, *, quoted: bool, excluded: bool) -> None:
    if not quoted and _UNKNOWN.fullmatch(text):
        asked.unknown.append(re.split("[:：]", text)[0])
    made = phrase(text, open_end=text.endswith("*") and not quoted)
    if made is None:
        return
    query = asked.query
    if len(query.phrases) + len(query.excluded) >= MAX_PHRASES:
        asked.cut = True
        return
    if len(made.terms) > MAX_TERMS:
        asked.cut = True
        made = Phrase(made.terms[:MAX_TERMS])
    if excluded:
        asked.query = replace(query, excluded=(*query.excluded, made))
    else:
        asked.query = replace(query, phrases=(*query.phrases, made))


def _filter(
    asked: Asked,
    name: str,
    value: str,
    taxonomy: Taxonomy,
    *,
    today: date,
    language: str,
    excluded: bool,
) -> None:
    query = asked.query
    match name:
        case "page":
            asked.page = page_number(value)
        case "topic":
            topics = taxonomy.expand([_topic(value, taxonomy, language)])
            if excluded:
                asked.query = replace(query, excluded_topics=query.excluded_topics | topics)
            else:
                asked.query = replace(query, topics=(*query.topics, topics))
        case "since":
            asked.query = replace(query, since=period(value, today)[0])
        case "until":
            asked.query = replace(query, until=period(value, today)[1])
        case _:
            first, last = period(value, today)
            asked.query = replace(query, since=first, until=last)


def _topic(text: str, taxonomy: Taxonomy, language: str) -> str:
    topic = taxonomy.resolve(text)
    if topic is None:
        near = tuple(f"{t.id} ({taxonomy.name(t.id, language)})" for t in taxonomy.suggest(text))
        raise Refusal("search.unknown_topic", text=shown(text), suggestions=near)
    return topic.id
