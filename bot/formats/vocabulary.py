"""The words for sections, labels and parts of a digest, from ``bot/data/digests.toml``."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from bot.model import Section
from bot.topics import normal_form

_AROUND = " :：#*-—–―【】[]"
_LOOKED_AT = 200
"""Characters of a heading in which words are looked for."""


class _Words:
    """Finds which of some names a text speaks of."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self._names = {normal_form(word): name for name, each in words.items() for word in each}
        by_length = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_as_pattern, by_length)))

    def find(self, text: str) -> str | None:
        """The name whose word stands first."""
        match = self._pattern.search(_comparable(text))
        return self._of(match[0]) if match else None

    def whole(self, text: str) -> str | None:
        """The name of which the whole text is a word."""
        match = self._pattern.fullmatch(_comparable(text))
        return self._of(match[0]) if match else None

    def opens(self, text: str) -> bool:
        """Whether the text begins with one of the words."""
        return self._pattern.match(_comparable(text)) is not None

    def _of(self, found: str) -> str:
        return self._names.get(found) or self._names[found.removesuffix("s")]


def _comparable(text: str) -> str:
    return normal_form(text[:_LOOKED_AT].replace("’", "'"))


def _as_pattern(word: str) -> str:
    return rf"(?<![a-z]){re.escape(word)}s?(?![a-z])" if word.isascii() else re.escape(word)


@cache
def _data() -> Mapping[str, Mapping[str, Sequence[str]]]:
    source = resources.files("bot") / "data" / "digests.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


@cache
def _words(table: str) -> _Words:
    return _Words(_data()[table])


@cache
def _part(name: str) -> _Words:
    return _Words({name: _data()["parts"][name]})


def section_of(heading: str) -> Section | None:
    """The section that a heading speaks of."""
    name = _words("sections").find(heading) or _words("rest").find(heading)
    return Section(name) if name else None


def field_of(label: str) -> str | None:
    """The field of a card that a label stands for: ``title``, ``date``, ``authors`` ..."""
    label = label.strip(" :：*")
    found = _words("fields").whole(label)
    if found:
        return found
    rest = without_paper(label)
    return _words("fields").whole(rest) if rest != label else None


def card_field_of(label: str) -> str | None:
    """The further field of a card that a label in bold stands for."""
    return _words("card").whole(label.strip(" :：*"))


def without_paper(text: str) -> str:
    """The text without the word for a paper that stands in front."""
    for word in _data()["parts"]["paper"]:
        if text[: len(word)].lower() == word:
            return text[len(word) :].lstrip(" :：-的")
    return text


def speaks_of(part: str, text: str) -> bool:
    """Whether the text has a word for that part of an issue."""
    return _part(part).find(text) is not None


def opens_with(part: str, text: str) -> bool:
    """Whether the text begins with a word for that part of an issue."""
    return _part(part).opens(text.strip(_AROUND))


def is_word_for(part: str, text: str) -> bool:
    """Whether the text is a word for that part of an issue, and nothing more."""
    return _part(part).whole(text.strip(_AROUND)) is not None
