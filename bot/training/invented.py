"""Texts that no paper gives: about other fields, and something like Chinese.

The papers are English, and nearly all about vision, language or AI. A model of them alone takes a
recipe for computer vision and can't read Chinese. So ``elsewhere.toml`` gives words of other
fields, and ``glossary.tsv`` turns the terms of papers into Chinese.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import chain

from bot.topics import Taxonomy, normal_form
from bot.training.corpus import Paper

_IN_TITLE = 3
_IN_TEXT = (6, 14)
_SCRIPTS = ("zh-CN", "zh-TW")
_LONGEST_TERM = 4
_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")
_NAME = re.compile(r"[a-z][a-z0-9.]*\d[a-z0-9.]*|[a-z]*(?:lm|gpt|bert|net|nn)s?")
"""Names of models and methods, which stay as they are in Chinese."""


@dataclass(frozen=True, slots=True)
class Invented:
    """A text of words about a field; ``group`` is a topic's id, or something that is none."""

    title: str
    text: str
    group: str


def elsewhere(count: int, seed: int) -> list[Invented]:
    """``count`` texts, about each field in turn."""
    dice = random.Random(seed)  # noqa: S311 - the same seed gives the same model
    fields = list(_fields())
    texts = []
    for number in range(count):
        group, phrases = fields[number % len(fields)]
        chosen = dice.sample(phrases, min(len(phrases), dice.randrange(*_IN_TEXT)))
        texts.append(Invented(" ".join(chosen[:_IN_TITLE]), " ".join(chosen), group))
    return texts


def groups() -> Mapping[str, Mapping[str, str]]:
    """The words by group and field, parted by semicolons."""
    text = resources.files("bot").joinpath("data", "elsewhere.toml").read_text("utf-8")
    return tomllib.loads(text)


def _fields() -> Iterator[tuple[str, list[str]]]:
    for group, fields in groups().items():
        yield from ((group, _phrases(words)) for words in fields.values())


def _phrases(words: str) -> list[str]:
    return [form for phrase in words.split(";") if (form := normal_form(phrase))]


class Translator:
    """Turns the terms of an English paper into Chinese ones; what isn't a term is left out."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        named = (
            (topic.names["en"], [topic.names[s] for s in _SCRIPTS]) for topic in taxonomy.topics
        )
        pairs = chain(named, _glossary())
        self._terms = {normal_form(term): list(map(normal_form, zh)) for term, zh in pairs}

    def translate(self, paper: Paper, script: int) -> Paper:
        """``script``: 0 for simplified, 1 for traditional characters."""
        title, text = (" ".join(self._parts(t, script)) for t in (paper.title, paper.text))
        return replace(paper, title=title, text=text)

    def _parts(self, text: str, script: int) -> Iterator[str]:
        words = _WORD.findall(text)
        place = 0
        while place < len(words):
            length, chinese = self._longest(words[place : place + _LONGEST_TERM])
            if chinese:
                yield chinese[script]
            elif _NAME.fullmatch(words[place]):
                yield words[place]
            place += length

    def _longest(self, words: Sequence[str]) -> tuple[int, list[str] | None]:
        """How many of the first words are one term, and the term in Chinese."""
        for length in range(len(words), 0, -1):
            term = " ".join(words[:length])
            if chinese := self._terms.get(term) or self._terms.get(term.removesuffix("s")):
                return length, chinese
        return 1, None


def _glossary() -> Iterator[tuple[str, list[str]]]:
    text = resources.files("bot").joinpath("data", "glossary.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            english, *chinese = line.split("\t")
            yield english, chinese
