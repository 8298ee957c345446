"""Numbers of issues and weeks, as titles name them."""

import re

_NUMBER = re.compile(
    r"(?:第|issue|no\.?|vol(?:ume)?\.?|#|№|number|edition)[\s#:.№]*(\d{1,5})\s*(?:期|号|號|回|[^\d\w年週周]|$)"
    r"|(\d{1,5})\s*期",
    re.IGNORECASE,
)
_CHINESE_NUMBER = re.compile("第\\s*([〇零一二三四五六七八九十百]{1,7})\\s*[期号號回]")
_WEEK = re.compile(
    r"(?P<y>\d{4})\s*年?\s*[-,]?\s*(?:第\s*(?P<w>\d{1,2})\s*[周週]|[-\s]*w(?:eek)?\s*-?\s*(?P<v>\d{1,2})\b)"
    r"|week\s*-?\s*(?P<u>\d{1,2})\b[\s,-]*(?:of\s*|\()?(?P<z>\d{4})",
    re.IGNORECASE,
)
_DIGITS = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"〇": 0}


def week_of(title: str) -> tuple[int, int] | None:
    """Year and week that a title names."""
    match = _WEEK.search(title[:500])
    if match is None:
        return None
    year = int(match["y"] or match["z"])
    week = int(match["w"] or match["v"] or match["u"])
    return (year, week) if 1 <= week <= 53 and 1900 <= year <= 2200 else None


def number_of(title: str) -> int | None:
    """The number of an issue that a title names."""
    if match := _NUMBER.search(title[:500]):
        return int(match[1] or match[2])
    match = _CHINESE_NUMBER.search(title[:500])
    return _from_chinese(match[1]) if match else None


def _from_chinese(text: str) -> int | None:
    """二十三 as 23, 一百零五 as 105, 二〇 as 20."""
    if not any(unit in text for unit in "十百"):
        return int("".join(str(_DIGITS[char]) for char in text))
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    value = 100 * (_one(hundreds, 1) if "百" in text else 0)
    return value + (10 * _one(tens, 1) if ten else 0) + _one(ones if ten else rest, 0)


def _one(text: str, default: int) -> int:
    text = text.strip("零〇")
    return _DIGITS.get(text[-1:], default) if text else default
