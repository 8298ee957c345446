"""The tree of topics that a reader can follow, and the words by which people name them.

The tree itself is data, ``bot/data/topics.toml``; this module reads it and answers questions
about it. An operator may keep a file of their own in the same form.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from importlib import resources
from itertools import chain, islice
from pathlib import Path
from typing import Any, Self

from bot.errors import ConfigError
from bot.han import has_han, simplified
from bot.model import LANGUAGES

CJK = "\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts written without spaces between words, for use inside a regular expression's ``[]``."""

_HYPHENS = str.maketrans(dict.fromkeys("-_\u2010\u2011\u2012\u2013\u2014\u2015\u2212", " "))
_SPACE_AT_CJK = re.compile(f"(?<=[{CJK}]) | (?=[{CJK}])")
_LISTS = ("aliases", "arxiv", "keywords")
_NEAR_ENOUGH = 0.75  # of difflib's 1.0: forgives one slip in a word of four letters


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. ``names`` holds every language of ``bot.model.LANGUAGES``; a field has no parent.

    ``arxiv`` holds the arXiv categories that are this topic, ``keywords`` the phrases that
    ``bot.digest.classify`` looks for.
    """

    id: str
    parent: str | None
    names: Mapping[str, str] = field(hash=False)
    aliases: tuple[str, ...] = ()
    arxiv: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


def normal_form(text: str) -> str:
    """Text as it is compared: one case and width, each run of spaces and hyphens one space.

    Beside a Chinese, Japanese or Korean character a space means nothing and is left out, so that
    ``3D 重建`` and a phrase broken over two lines are found. What no encoding can hold (half of a
    surrogate pair) becomes a question mark.
    """
    if text.isascii():  # most of all text, and much faster this way
        return " ".join(text.lower().replace("-", " ").replace("_", " ").split())
    text = text.encode("utf-8", "replace").decode("utf-8")
    # Folding the case takes some letters and their accents apart (U+01F0), hence the second pass.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = " ".join(text.translate(_HYPHENS).split())
    return text if text.isascii() else _SPACE_AT_CJK.sub("", text)


def _key(text: str) -> str:
    return normal_form(text).replace(" ", "")


class Taxonomy:
    """All topics, in the order of the file. Immutable; every method is a pure look-up.

    The constructor raises ``ConfigError`` with all faults at once: a repeated id, an unknown
    parent, parents that go round in a circle, a word that stands for two topics.
    """

    def __init__(self, topics: Iterable[Topic]) -> None:
        self.topics = tuple(topics)
        self._by_id = {topic.id: topic for topic in self.topics}
        self._ancestors = {id_: tuple(_climb(self._by_id, id_)) for id_ in self._by_id}
        owners = _owners(self.topics)
        if problems := [*self._topic_problems(), *_word_problems(owners)]:
            raise ConfigError(problems)
        self._by_word = {word: ids[0] for word, ids in owners.items()}
        self._by_arxiv = {_key(code): topic.id for topic in self.topics for code in topic.arxiv}

    @classmethod
    @cache
    def load(cls, path: Path | None = None) -> Self:
        """Read a topics file, by default the one that ships with Ribao; each once.

        Raises ``ConfigError``: the file can't be read, or says something that makes no sense.
        """
        source = path or resources.files("bot") / "data" / "topics.toml"
        try:
            document = tomllib.loads(source.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"The topics file {source} can't be read: {error}.") from error
        return cls(_parse(document, str(source)))

    def get(self, topic_id: str) -> Topic:
        """The topic with this id; ``KeyError`` when there is none."""
        return self._by_id[topic_id]

    def resolve(self, text: str) -> Topic | None:
        """The topic that a person means: by id, name in any language, alias or arXiv category.

        A Chinese word may be in either script: 電腦視覺 is 电脑视觉.
        """
        key = _key(text)
        topic_id = self._by_word.get(key)
        if topic_id is None and has_han(key):
            topic_id = self._by_simplified_word.get(simplified(key))
        return None if topic_id is None else self._by_id[topic_id]

    def suggest(self, text: str, limit: int = 3) -> tuple[Topic, ...]:
        """Topics that the person may have meant, the likeliest first; none when nothing is near.

        Words that begin with the text come before words that resemble it.
        """
        wanted = _key(text)
        if not wanted or (len(wanted) == 1 and wanted.isascii()):
            return ()
        words = self._by_simplified_word if has_han(wanted) else self._by_word
        wanted = simplified(wanted)
        begun = sorted((word for word in words if word.startswith(wanted)), key=len)
        near = get_close_matches(wanted, words, n=5 * limit, cutoff=_NEAR_ENOUGH)
        ids = dict.fromkeys(words[word] for word in chain(begun, near))
        return tuple(self._by_id[topic_id] for topic_id in islice(ids, limit))

    def expand(self, ids: Iterable[str]) -> frozenset[str]:
        """The ids and all their descendants: what somebody who follows them gets.

        An unknown id stays as it is: a subscription may be older than the file.
        """
        wanted = frozenset(ids)
        below = (child for child, above in self._ancestors.items() if wanted.intersection(above))
        return wanted.union(below)

    def ancestors(self, topic_id: str) -> tuple[str, ...]:
        """Ids from the parent up to the field; empty for a field. ``KeyError`` when unknown."""
        return self._ancestors[topic_id]

    def root(self, topic_id: str) -> str:
        """Id of the field the topic belongs to; a field is its own. ``KeyError`` when unknown."""
        return (topic_id, *self._ancestors[topic_id])[-1]

    def children(self, topic_id: str) -> tuple[str, ...]:
        """Ids of the topics right below this one, in the order of the file."""
        return tuple(topic.id for topic in self.topics if topic.parent == topic_id)

    def roots(self) -> tuple[str, ...]:
        """Ids of all fields, in the order of the file."""
        return tuple(topic.id for topic in self.topics if topic.parent is None)

    def name(self, topic_id: str, language: str) -> str:
        """The name in a language of ``LANGUAGES``, else in English. ``KeyError`` when unknown."""
        names = self._by_id[topic_id].names
        return names.get(language, names[LANGUAGES[0]])

    def by_arxiv(self, category: str) -> str | None:
        """Id of the topic that an arXiv category such as ``cs.CV`` stands for, if any."""
        return self._by_arxiv.get(_key(category))

    @cached_property
    def _by_simplified_word(self) -> Mapping[str, str]:
        # Only where somebody writes Chinese: the table of characters takes a while to load.
        return {simplified(word): topic_id for word, topic_id in self._by_word.items()}

    def _topic_problems(self) -> Iterator[str]:
        ids = [topic.id for topic in self.topics]
        for repeated in sorted({i for i in ids if ids.count(i) > 1}):
            yield f'There are two topics with the id "{repeated}".'
        for topic in self.topics:
            if topic.parent is not None and topic.parent not in self._by_id:
                yield f'The topic "{topic.id}" has an unknown parent, "{topic.parent}".'
            if topic.id in self._ancestors[topic.id]:
                yield f'The topic "{topic.id}" is its own ancestor.'
            if not all(map(normal_form, topic.keywords)):
                yield f'The topic "{topic.id}" has an empty keyword.'


def _climb(by_id: Mapping[str, Topic], topic_id: str) -> Iterator[str]:
    """Ids above a topic, each once, even in a tree that isn't checked yet."""
    seen: set[str] = set()
    parent = by_id[topic_id].parent
    while parent is not None and parent in by_id and parent not in seen:
        yield parent
        seen.add(parent)
        parent = by_id[parent].parent


def _owners(topics: Iterable[Topic]) -> dict[str, list[str]]:
    """Every word that names a topic, with the ids that it names, each once."""
    owners: dict[str, dict[str, None]] = {}
    for topic in topics:
        for word in (topic.id, *topic.names.values(), *topic.aliases, *topic.arxiv):
            owners.setdefault(_key(word), {})[topic.id] = None
    return {word: list(ids) for word, ids in owners.items()}


def _word_problems(owners: Mapping[str, list[str]]) -> Iterator[str]:
    for word, ids in owners.items():
        if not word:
            yield f'The topic "{ids[0]}" has an empty id, name, alias or category.'
        elif len(ids) > 1:
            yield f'"{word}" stands for more than one topic: {", ".join(ids)}.'


def _parse(document: Mapping[str, Any], source: str) -> list[Topic]:
    entries = document.get("topic")
    if not isinstance(entries, list) or not entries:
        raise ConfigError(f"The topics file {source} has no [[topic]] table.")
    problems = [
        f"{source}, topic {number}: {problem}."
        for number, entry in enumerate(entries, 1)
        for problem in _entry_problems(entry)
    ]
    if problems:
        raise ConfigError(problems)
    return [_topic(entry) for entry in entries]


def _entry_problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "a topic is a table"
        return
    if not isinstance(entry.get("id"), str):
        yield "id is missing or not a text"
    if not isinstance(entry.get("parent", ""), str):
        yield "parent is not a text"
    names = entry.get("names")
    if not isinstance(names, dict) or not all(isinstance(names.get(k), str) for k in LANGUAGES):
        yield f"names needs a text for each of {', '.join(LANGUAGES)}"
    for name in _LISTS:
        value = entry.get(name, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            yield f"{name} is not a list of texts"
    for unknown in sorted(entry.keys() - {"id", "parent", "names", *_LISTS}):
        yield f'"{unknown}" is not a key of a topic'


def _topic(entry: Mapping[str, Any]) -> Topic:
    lists = {name: tuple(entry.get(name, ())) for name in _LISTS}
    return Topic(entry["id"], entry.get("parent"), dict(entry["names"]), **lists)
