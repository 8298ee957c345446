"""What people write after a command, read with patience. Pure; wrong input is a ``Refusal``."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from bot.errors import Refusal
from bot.model import QuietHours

MAX_PAUSE_DAYS = 365
_SHOWN = 60

_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "«": "»", "„": "“"}
SEPARATORS = " \t\n,，、;；"
MINUS = tuple("-−–—")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing named after `/subscribe`: its words, whether quoted, whether excluded.

    ``continues``: but a space stands before it, so it may be a further word of the one before.
    """

    text: str
    quoted: bool = False
    excluded: bool = False
    continues: bool = field(default=False, compare=False)


def shown(text: str) -> str:
    """Input as it may be repeated to people: one line, no control characters, bounded."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def terms(text: str) -> tuple[Term, ...]:
    """Split ``cv -medical "gait recognition"`` at spaces and commas, quotes kept together."""
    found: list[Term] = []
    rest = text.strip(SEPARATORS)
    spaced = False
    while rest:
        excluded = rest[0] in MINUS
        rest = rest[1:] if excluded else rest
        word, quoted, rest = take(rest)
        continues = spaced and not (quoted or excluded or found[-1].quoted)
        if word:
            found.append(Term(word, quoted, excluded, continues))
        following = rest.lstrip(SEPARATORS)
        spaced = bool(word) and not rest[: len(rest) - len(following)].strip()
        rest = following
    return tuple(found)


def take(text: str) -> tuple[str, bool, str]:
    """The first word or quoted text, whether it was quoted, and what follows it."""
    closing = _QUOTES.get(text[:1])
    if closing is not None:
        end = text.find(closing, 1)
        end = len(text) if end < 0 else end
        return " ".join(text[1:end].split()), True, text[end + 1 :]
    end = next((i for i, c in enumerate(text) if c in SEPARATORS), len(text))
    return text[:end], False, text[end:]


_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h点點时時](?P<minute>\d{2}|半)?分?)?\s*(?P<half>am|pm|a\.m\.|p\.m\.)?"
)
_CHINESE_HALF = {"早上": 0, "上午": 0, "凌晨": 0, "中午": 12, "下午": 12, "晚上": 12, "傍晚": 12}


def time_of_day(text: str) -> time:
    """``08:30``, ``8``, ``8:30 pm``, ``晚上8点半``. Raises ``Refusal("time.invalid")``."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    prefix = next((p for p in _CHINESE_HALF if plain.startswith(p)), "")
    match = _CLOCK.fullmatch(plain.removeprefix(prefix).strip())
    if match is None:
        raise Refusal("time.invalid", text=shown(text))
    hour = int(match["hour"])
    minute = 30 if match["minute"] == "半" else int(match["minute"] or 0)
    hour = _on_24_hours(hour, match["half"], _CHINESE_HALF.get(prefix))
    if hour > 23 or minute > 59:
        raise Refusal("time.invalid", text=shown(text))
    return time(hour, minute)


def _on_24_hours(hour: int, half: str | None, offset: int | None) -> int:
    if half and not 1 <= hour <= 12:
        return 24
    if half:
        return hour % 12 + (12 if half.startswith("p") else 0)
    return hour + 12 if offset and hour < 12 else hour


def quiet_hours(text: str) -> QuietHours | None:
    """``23:00-07:00``; None for ``off``. Raises ``Refusal("quiet.invalid")``."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _OFF:
        return None
    ends = re.split(r"\s*(?:-|–|—|~|到|至|\bto\b)\s*", plain)
    if len(ends) != 2:
        raise Refusal("quiet.invalid", text=shown(text))
    try:
        start, end = time_of_day(ends[0]), time_of_day(ends[1])
    except Refusal:
        raise Refusal("quiet.invalid", text=shown(text)) from None
    if start == end:
        raise Refusal("quiet.invalid", text=shown(text))
    return QuietHours(start, end)


_OFF = frozenset({"off", "no", "none", "never", "关", "關", "关闭", "關閉", "无", "無"})

_EVERY_DAY = frozenset(range(1, 8))
_NAMED_DAYS: Mapping[str, frozenset[int]] = {
    **dict.fromkeys(("daily", "every day", "all", "每天", "天天"), _EVERY_DAY),
    **dict.fromkeys(("weekdays", "workdays", "工作日", "平日"), frozenset(range(1, 6))),
    **dict.fromkeys(("weekend", "weekends", "周末", "週末"), frozenset({6, 7})),
}
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE_DAYS = "一二三四五六日"


def weekdays(text: str) -> frozenset[int]:
    """``mon-fri``, ``mon,wed,fri``, ``weekdays``, ``1-5``, ``周一到周五`` as ISO weekdays.

    Raises ``Refusal("days.invalid")``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _NAMED_DAYS:
        return _NAMED_DAYS[plain]
    found: set[int] = set()
    joined = re.sub(r"\s*(?:-|–|—|~|到|至|\bto\b)\s*", "-", plain)
    for span in re.split(r"[\s,，、]+", joined):
        ends = [_weekday(name) for name in span.split("-")]
        if not 1 <= len(ends) <= 2 or None in ends:
            raise Refusal("days.invalid", text=shown(text))
        first, last = ends[0] or 0, ends[-1] or 0
        found.update(day % 7 + 1 for day in range(first - 1, last + (7 if last < first else 0)))
    return frozenset(found)


def _weekday(name: str) -> int | None:
    for names in (_ENGLISH_DAYS, _FULL_DAYS):
        if name in names:
            return names.index(name) + 1
    if name.isascii() and name.isdigit() and 1 <= int(name) <= 7:
        return int(name)
    chinese = re.fullmatch(r"(?:周|週|星期|礼拜|禮拜)?([一二三四五六日天])", name)
    return _CHINESE_DAYS.index(chinese[1].replace("天", "日")) + 1 if chinese else None


def pause_days(text: str) -> int | None:
    """``7`` or ``7 days``; None for an open end. Raises ``Refusal("pause.invalid")``."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if not plain:
        return None
    match = re.fullmatch(r"(\d{1,4})\s*(?:d|days?|天|日)?", plain)
    if match is None or not 1 <= int(match[1]) <= MAX_PAUSE_DAYS:
        raise Refusal("pause.invalid", text=shown(text), n=MAX_PAUSE_DAYS)
    return int(match[1])


_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("d", "day", "days", "天", "日"), 1),
    **dict.fromkeys(("w", "week", "weeks", "周", "週"), 7),
    **dict.fromkeys(("m", "month", "months", "个月", "個月"), 30),
}


def period(text: str, today: date) -> tuple[date, date]:
    """The first and the last day of ``2026``, ``2026-11``, a day, or ``7d`` up to today.

    Raises ``Refusal("search.invalid_date")``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    try:
        if back := re.fullmatch(rf"(\d{{1,4}})\s*({'|'.join(_UNITS)})", plain):
            return today - timedelta(days=int(back[1]) * _UNITS[back[2]]), today
        if long := re.fullmatch(r"(\d{4})年?(?:[-/.]?(\d{1,2})月?)?", plain):
            first = date(int(long[1]), int(long[2] or 1), 1)
            return first, _last_day(first, whole_year=not long[2])
        one = day(plain, today)
    except (ValueError, OverflowError, Refusal):
        raise Refusal("search.invalid_date", text=shown(text), example=today) from None
    return one, one


def _last_day(first: date, *, whole_year: bool) -> date:
    if whole_year or first.month == 12:
        return first.replace(month=12, day=31)
    return first.replace(month=first.month + 1) - timedelta(days=1)


_RELATIVE_DAYS: Mapping[str, int] = {
    **dict.fromkeys(("today", "今天", "今日"), 0),
    **dict.fromkeys(("yesterday", "昨天", "昨日"), 1),
    **dict.fromkeys(("前天",), 2),
}


def day(text: str, today: date) -> date:
    """``2026-11-20``, ``yesterday``, ``昨天``. Raises ``Refusal("issue.invalid_date")``."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _RELATIVE_DAYS:
        return today - timedelta(days=_RELATIVE_DAYS[plain])
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", plain)
    try:
        return date(*(int(part) for part in match.groups())) if match else date.fromisoformat(plain)
    except ValueError:
        raise Refusal("issue.invalid_date", text=shown(text), example=today) from None


def page_number(text: str) -> int:
    """A page from 1; anything else is the first."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def month_of(text: str, today: date) -> str:
    """``2026-11`` for what a person writes; this month if that is nothing. Raises ``Refusal``."""
    if not text:
        return f"{today:%Y-%m}"
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12 or not int(match[1]):
        raise Refusal("journal.invalid", text=shown(text), example=f"{today:%Y-%m}")
    return f"{int(match[1]):04}-{int(match[2]):02}"
