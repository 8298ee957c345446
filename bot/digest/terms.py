"""Texts as terms: what the search index holds, and what a query is made of. Pure.

A word is a term, in one case, width and script, without accents and without the ending of an
English plural. Chinese, Japanese and Korean have no spaces to part words, so a run of their
characters becomes each pair of neighbours, between its first and its last character alone: 注意力
gives 注, 注意, 意力 and 力. But for those two, any part of a text thus gives terms that stand next
to each other in the text's own; and each character is the beginning of a term.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain, pairwise

from bot.han import simplified
from bot.model import Item, Phrase
from bot.topics import CJK, normal_form

RULES = f"1 {unicodedata.unidata_version}"
"""Changes whenever the same text may give other terms: an index made by other rules is useless."""

EVERY = "0every"
"""A label that every item has. No topic's: their ids begin with a letter."""

LONGEST = 60
"""Characters of a term; longer ones, which nobody writes by hand, count only by their beginning."""

# Several times as fast as a regular expression, on the texts that are most.
_ASCII_SPACES = {code: " " for code in range(128) if not chr(code).isalnum()}
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(f"[{CJK}]+|[^{CJK}]+")
_ONE_CJK = re.compile(f"[{CJK}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_ES = re.compile(r"(?:ss|x|zz|sh|tch|nch|rch|oach)es$")


@dataclass(frozen=True, slots=True)
class Document:
    """The terms of an item by where they stand. ``labels`` are its topics, and ``EVERY``."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    labels: tuple[str, ...]


def terms(text: str) -> tuple[str, ...]:
    """The terms of a text, in order."""
    if not text.isascii():
        text = normal_form(text)
    if text.isascii():
        return tuple(map(_singular, text.lower().translate(_ASCII_SPACES).split()))
    return tuple(chain.from_iterable(map(_terms_of, _WORD.findall(_plain(text)))))


def phrase(text: str, *, open_end: bool = False) -> Phrase | None:
    """The phrase that finds every text with this one in it; None if nothing can be found by it.

    With ``open_end`` the last word may go on. Where there are no spaces a phrase begins and ends
    anywhere, in the middle of a run as well.
    """
    found = terms(text)
    if len(found) == 1 and _is_single(found[0]):
        return Phrase(found, open_end=True)
    if len(found) > 1 and _is_single(found[0]) and _is_pair(found[1]):
        found = found[1:]
    if len(found) > 1 and _is_single(found[-1]) and _is_pair(found[-2]):
        return Phrase(found[:-1])
    return Phrase(found, open_end) if found else None


def _is_single(term: str) -> bool:
    return len(term) == 1 and _ONE_CJK.match(term) is not None


def _is_pair(term: str) -> bool:
    return len(term) == 2 and _ONE_CJK.match(term) is not None


def label(topic_id: str) -> str:
    """The term that stands for a topic."""
    return "".join(_WORD.findall(topic_id))


def document(item: Item) -> Document:
    """What an item is found by: title, people, venue, arXiv id, all its texts, and its topics."""
    texts = (
        *whole_texts(item),
        " | ".join(item.authors),
        item.venue or "",
        item.arxiv_id or "",
    )
    return Document(
        terms(item.title),
        tuple(chain.from_iterable(map(terms, texts))),
        (EVERY, *(label(topic.id) for topic in item.topics)),
    )


def whole_texts(item: Item) -> list[str]:
    """Summaries and abstracts, but no summary that is just how the abstract begins."""
    summaries = (
        text
        for language, text in item.summary.items()
        if not item.abstract.get(language, "").startswith(text.removesuffix("…"))
    )
    return [*summaries, *item.abstract.values()]


def _plain(text: str) -> str:
    """Without accents on letters, and in simplified characters."""
    parted = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    return simplified(unicodedata.normalize("NFC", parted))


def _terms_of(word: str) -> list[str]:
    found: list[str] = []
    for piece in _PIECE.findall(word):
        if _ONE_CJK.match(piece):
            ends = (piece[0], piece[-1]) if len(piece) > 1 else (piece, "")
            found += filter(None, (ends[0], *map("".join, pairwise(piece)), ends[1]))
        else:
            found.append(_singular(piece))
    return found


def _without_plural(word: str) -> str:
    """Without the ending of an English plural; right or wrong, but the same for all texts.

    After Harman's S-stemmer (How effective is suffixing?, 1991), with the plurals in -es.
    """
    word = word[:LONGEST]
    if len(word) < 4 or word[-1] != "s" or word.endswith("ss") or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-2] if _ES.search(word, len(word) - 6) else word[:-1]


class _Known(dict[str, str]):
    """Words and their singulars, at most 65,536: an abstract's 200 words in half the time that
    ``functools.lru_cache`` needs to keep them in order."""

    def __missing__(self, word: str) -> str:
        if len(self) >= 2**16:
            self.clear()
        singular = self[word] = _without_plural(word)
        return singular


_singular = _Known().__getitem__
