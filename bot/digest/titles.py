"""When two titles are the same title, told in other words only by a slip or a way of spelling.

Titles that differ in one word of meaning are different stories: "for Vision" and "for Language",
part 1 and part 2, 2.0 and 2.1 are each 95 % alike as letters. So likeness in letters is needed but
not enough: every word must find its counterpart. Pure and total.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b

from bot.han import simplified
from bot.topics import CJK

LEAST_LIKENESS = 88
"""Per cent, by RapidFuzz's ratio: on 1,000 pairs precision 1.00, recall .94."""

LEAST_WORDS = 4
LEAST_BYTES = 16
"""What a title must say to be told from others: so many words that count, and bytes of UTF-8 in
them. Each Chinese character counts as a word."""

_MARK_BYTES = 24  # what is left of some eight English words, or eight Chinese characters
_FLEETING = b"aeiousz"
_DOUBLED = re.compile(rb"([a-z])\1+")
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the of for and or in on at to with by from via as is are be that this its our your"
        " 的 了 在 与 和 及 之 对 是 把 被",
    )
)
_PREFIX = re.compile(
    r"(?:\[[^\]]{1,20}\]|【[^】]{1,12}】|(?:show|ask|tell|launch) hn\s*[:–-]|(?:new )?paper\s*[:：]"
    r"|(?:introducing|announcing|presenting|meet)\b[:：]?|新?论文\s*[:：])\s*"
)
_SUFFIX = re.compile(r"\s*(?:\[(?:pdf|video|code|paper)\]|\((?:pdf|video)\))$")
# "| OpenAI", "- Google Research Blog"; but not "- Part Two".
_SITE = re.compile(
    r"(.{20,}\S)\s+(?:[|·]\s+(?!(?:part|episode|vol|volume|chapter|lecture|day|week)\b)[^|·\d]{3,40}"
    r"|[–—-]\s+(?:[\w&]+\s){0,3}(?:blog|news|research|labs?|magazine|[\w-]+\.(?:com|ai|org|io|dev)))"
)
_SITE_SIGN = re.compile(r"\s[|·–—-]\s")
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_WORD = re.compile(rf"[{CJK}]|\d+(?:\.\d+)*|[^\W\d_{CJK}]+")
_ASCII_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)*")
_SERIES = frozenset(
    re.findall(
        r"\w+",
        "weekly daily monthly quarterly biweekly roundup digest newsletter recap changelog"
        " proceedings",
    )
)
_SERIES_PHRASES = ("release notes", "this week", "this month", "call for papers", "open thread")
_CHINESE_SERIES = re.compile("周报|日报|月报|周刊|汇总|汇整|早报|晚报|速递|一周")


@dataclass(frozen=True, slots=True)
class Title:
    """A title as it is compared.

    ``cut``: it ends in an ellipsis, so its end is not known. ``telling``: it says enough to be told
    from others, and is none that a series repeats. Alike titles have one of ``marks`` in common, or
    nearly always; one that is not telling has none.
    """

    words: tuple[str, ...]
    cut: bool
    telling: bool
    marks: tuple[int, ...]


def title_of(text: str) -> Title:
    """The title without what sites and people put around it, as words that count."""
    plain = text.strip().lower() if text.isascii() else _folded(text)
    while prefix := _PREFIX.match(plain):
        plain = plain[prefix.end() :]
    if plain.endswith(("]", ")")):
        plain = _SUFFIX.sub("", plain)
    if _SITE_SIGN.search(plain) and (site := _SITE.fullmatch(plain)):
        plain = site[1]
    cut = plain.endswith(("…", "..."))
    plain = _CUT.sub("", plain) if cut else plain
    pattern = _ASCII_WORD if plain.isascii() else _WORD
    words = tuple([word for word in pattern.findall(plain) if word not in _STOP_WORDS])
    letters = "".join(words).encode()
    enough = len(words) >= LEAST_WORDS and len(letters) >= LEAST_BYTES
    telling = enough and not _is_of_series(plain, words)
    return Title(words, cut, telling, _marks(letters, cut=cut) if telling else ())


def _folded(text: str) -> str:
    """In one case, width and Chinese script, and without accents."""
    plain = simplified(unicodedata.normalize("NFKC", text).casefold()).strip()
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not _is_accent(c))
    return unicodedata.normalize("NFC", plain)


def _is_of_series(plain: str, words: tuple[str, ...]) -> bool:
    if not _SERIES.isdisjoint(words) or any(phrase in plain for phrase in _SERIES_PHRASES):
        return True
    return not plain.isascii() and _CHINESE_SERIES.search(plain) is not None


def _marks(letters: bytes, *, cut: bool) -> tuple[int, ...]:
    """Of both ends, so that a slip at one does not hide the other.

    They are made of what slips and spellings seldom touch: no vowels, no doubled letters, no
    plural's s.
    """
    letters = _DOUBLED.sub(rb"\1", letters.translate(None, _FLEETING))
    head = mark(b"head " + letters[:_MARK_BYTES])
    return (head,) if cut else (head, mark(b"tail " + letters[-_MARK_BYTES:]))


def _is_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"


def alike(one: Title, other: Title) -> int:
    """How alike two titles of one story are, in per cent; 0 when they are of two stories."""
    if not (one.telling and other.telling):
        return 0
    if one.words == other.words:
        return 100
    if one.cut or other.cut:
        return _begun_alike(one, other)
    missing, added = Counter(one.words), Counter(other.words)
    missing, added = missing - added, added - missing
    if len(missing) > 3 or len(added) > 3 or not _spelt_alike(list(missing), list(added)):
        return 0
    # Imported here because a title seldom comes so far.
    from rapidfuzz import fuzz  # noqa: PLC0415

    likeness = fuzz.ratio(" ".join(one.words), " ".join(other.words))
    return int(likeness) if likeness >= LEAST_LIKENESS else 0


def _begun_alike(one: Title, other: Title) -> int:
    """For a title that was cut, perhaps within a word: the other must go on where it stops."""
    if one.cut and (not other.cut or len(one.words) < len(other.words)):
        short, long = one, other
    else:
        short, long = other, one
    letters, all_letters = "".join(short.words), "".join(long.words)
    return 100 * len(letters) // len(all_letters) if all_letters.startswith(letters) else 0


def _spelt_alike(missing: list[str], added: list[str]) -> bool:
    """Whether the words are the same but for a hyphen, one slip, or British spelling.

    One letter for another is no slip of the same word: macro and micro, contest and context.
    """
    if "".join(missing) == "".join(added):
        return True
    return len(missing) == len(added) and all(map(_is_slip, sorted(missing), sorted(added)))


def _is_slip(one: str, other: str) -> bool:
    if min(len(one), len(other)) < 4 or one[0] != other[0] or not (one + other).isalpha():
        return False
    one, other = one.replace("s", "z"), other.replace("s", "z")
    if one == other:
        return True
    if len(one) == len(other):
        return sorted(one) == sorted(other) and _differing(one, other) == 2
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and _without_one(short, long)


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _without_one(short: str, long: str) -> bool:
    place = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    return short[place:] == long[place + 1 :]


def mark(content: bytes) -> int:
    """A number for a text, of 63 bits, the same on every machine."""
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big") >> 1
