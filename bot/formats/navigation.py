"""Lines that lead to other issues: ``[week 1](url) <- week 2 -> [week 3](url)``, and round-ups."""

import re
from collections.abc import Iterator

from bot.formats.lines import Line
from bot.formats.numbers import week_of

_ARROW_BACK = re.compile("[⇦←⟵«<⬅◀]")
_ARROW_ON = re.compile("[⇨→⟶»>➡▶]")
_MONTH = re.compile(
    r"\d{1,2}\s*月|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|monthly",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b|(?:19|20)\d{2}\s*年|yearly|annual", re.IGNORECASE)


def is_navigation(line: Line) -> bool:
    """Whether arrows in both directions stand between its links."""
    outside = line.inline.outside
    return bool(_ARROW_BACK.search(outside) and _ARROW_ON.search(outside))


def pointers(line: Line) -> Iterator[tuple[str, str, str]]:
    """Label, address and relation (see ``bot.imported.Pointer``) of each link."""
    before = ""
    spans = line.inline.spans
    arrows = bool(_ARROW_BACK.search(line.plain) or _ARROW_ON.search(line.plain))
    for at, span in enumerate(spans):
        if span.kind == "link":
            after = "".join(s.text for s in spans[at + 1 : at + 2] if s.kind == "text")
            if arrows and _ARROW_BACK.search(after):
                yield span.text, span.url, "previous"
            elif arrows and _ARROW_ON.search(before[-3:]):
                yield span.text, span.url, "next"
            else:
                yield span.text, span.url, relation(span.text)
        elif span.kind == "text":
            before = span.text


def words_around(line: Line) -> str:
    """What else such a line says: the name of this issue."""
    words = "".join(span.text for span in line.inline.spans if span.kind == "text")
    return re.sub(r"[⇦←⟵«<⬅◀⇨→⟶»>➡▶|·\s]+", " ", words).strip()


def relation(label: str) -> str:
    """Of a link to a round-up, or to another issue, by its words."""
    if _MONTH.search(label):
        return "month"
    return "year" if _YEAR.search(label) and not week_of(label) else "archive"
