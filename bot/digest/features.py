"""The n-grams of a text that the topics' model knows it by, as numbers.

Latin words give themselves and pairs of neighbours; Chinese, Japanese and Korean, written without
spaces, give each two and three neighbouring characters, all in one script. Those of the title count
once more under a mark, for a word in the title says more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.han import simplified
from bot.topics import CJK

LOOKED_AT = 6_000
"""Characters of a text in normal form that become n-grams; abstracts have at most 2,000 or so."""

_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")
_RUN = re.compile(f"[{CJK}]+")
_PAIR_FACTOR = np.uint32(0x9E3779B1)
_TITLE_MARK = np.uint32(0x5BD1E995)

_Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class NGrams:
    """``numbers`` (n, ascending) stand for a text's n-grams; ``counts`` (n,) say how often.

    A number is a hash of 32 bits. ``places`` (n,) say where an n-gram stood first.
    """

    numbers: _Numbers
    counts: npt.NDArray[np.float32]
    places: npt.NDArray[np.intp]
    _parts: Sequence[tuple[Sequence[str], int]]

    def name(self, index: int) -> str:
        """The n-gram with this index, as it stands in the text."""
        place = int(self.places[index])
        for words, width in self._parts:
            size = max(len(words) - width + 1, 0)
            if place < size:
                return " ".join(words[place : place + width])
            place -= size
        raise IndexError(index)


def ngrams(title: str, text: str) -> NGrams:
    """The n-grams of a title and a text, both in normal form."""
    parts: list[tuple[Sequence[str], int]] = []
    numbers: list[_Numbers] = []
    for words in (title[:LOOKED_AT], text[:LOOKED_AT]):
        latin, cjk = _WORD.findall(words), _of_characters(words)
        parts += [(latin, 1), (latin, 2), (cjk, 1)]
        single = _hashed(latin)
        numbers += [single, single[:-1] * _PAIR_FACTOR ^ single[1:], _hashed(cjk)]
    in_title = np.concatenate(numbers[:3]) ^ _TITLE_MARK
    every, places, counts = np.unique(
        np.concatenate([*numbers, in_title]), return_index=True, return_counts=True
    )
    return NGrams(every, counts.astype(np.float32), places, [*parts, *parts[:3]])


def _hashed(words: Sequence[str]) -> _Numbers:
    return np.array([crc32(word.encode()) for word in words], np.uint32)


def _of_characters(text: str) -> list[str]:
    if text.isascii():
        return []
    return [
        run[i : i + length]
        for run in _RUN.findall(simplified(text))
        for length in (2, 3)
        for i in range(len(run) - length + 1)
    ]
