"""Dates as people write them, as exact as they are written."""

import re
import unicodedata
from datetime import date
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_SUFFIX = r"(?:st|nd|rd|th)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})\s*年(?:\s*(?P<m>\d{1,2})\s*月(?:\s*(?P<d>\d{1,2})\s*[日号號])?)?",
        r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?:(?P=sep)(?P<d>\d{1,2}))?(?:[T ][\d:.+Z-]+)?",
        rf"(?P<d>\d{{1,2}}){_SUFFIX}(?:\s+of)?[\s-]+(?P<name>{_MONTH})\.?,?[\s-]+(?P<y>\d{{4}})",
        rf"(?P<name>{_MONTH})\.?\s+(?P<d>\d{{1,2}}){_SUFFIX},?\s+(?P<y>\d{{4}})",
        rf"(?P<name>{_MONTH})\.?,?\s+(?P<y>\d{{4}})",
        rf"(?P<y>\d{{4}}),?\s+(?P<name>{_MONTH})\.?(?:\s+(?P<d>\d{{1,2}}){_SUFFIX})?",
        r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<y>(?:19|20)\d{2})",
    )
)
# Meant as a date, but not quite: the sign for the day is missing, or a part can't be read.
_BROKEN = re.compile(
    rf"(?P<y>\d{{4}})\s*[年/.-]\s*(?:(?P<m>\d{{1,2}})(?!\d)\s*[月/.-]?\s*"
    r"(?:(?P<d>\d{1,2})(?!\d))?)?.{0,12}"
    rf"|(?:\d{{1,2}}[/.-]){{2}}(?P<last>\d{{4}})|\d{{1,2}}\s*月.{{0,12}}|(?:{_MONTH})\.?\s+\d{{1,2}}",
    re.IGNORECASE | re.DOTALL,
)
_PARTS = re.compile(r"\s*[|·:()\[\]【】—–~#]+\s*|\s+-\s+")
_WRITTEN = re.compile(
    r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号號]|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
)


class Dated(NamedTuple):
    """``published`` as exact as can be trusted; ``clean`` unless something about it was wrong."""

    published: str | None
    clean: bool = True


def read_date(text: str) -> Dated | None:
    """The date that ``text`` is, or None if it is none at all.

    ``2022-06-27``, ``2021-09`` or ``2021``. Of ``2023年8月22`` (the sign for the day is missing)
    and ``2023年2月30日`` as much is given as makes sense, not ``clean``; of ``6/7`` nothing.
    """
    text = unicodedata.normalize("NFKC", text[:200]).strip(" \t.,;")
    for form in _FORMS:
        if match := form.fullmatch(text):
            parts = match.groupdict()
            name = parts.get("name")
            month = _MONTHS[name.lower()] if name else _number(parts.get("m"))
            return _dated(int(parts["y"]), month, _number(parts.get("d")))
    if match := _BROKEN.fullmatch(text):
        year = match["y"] or match["last"]
        if year is None:
            return Dated(None, clean=False)
        found = _dated(int(year), _number(match["m"]), _number(match["d"]))
        return Dated(found.published, clean=False)
    return None


def find_date(text: str) -> str | None:
    """The first whole date in a title, or None."""
    parts = _PARTS.split(unicodedata.normalize("NFKC", text[:500]))
    found = (read_date(part) for part in (*parts, *_WRITTEN.findall(text[:500])))
    return next((each.published for each in found if each and each.clean and _is_day(each)), None)


def _is_day(found: Dated) -> bool:
    return len(found.published or "") == len("2022-06-27")


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _dated(year: int, month: int | None, day: int | None) -> Dated:
    """As much of the date as the calendar has."""
    if not 1900 <= year <= 2200:
        return Dated(None, clean=False)
    if month is None:
        return Dated(f"{year}")
    if not 1 <= month <= 12:
        return Dated(f"{year}", clean=False)
    if day is None:
        return Dated(f"{year}-{month:02}")
    try:
        return Dated(date(year, month, day).isoformat())
    except ValueError:
        return Dated(f"{year}-{month:02}", clean=False)
