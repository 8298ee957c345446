"""The language of a text, by its script: enough to tell the editions of a digest apart."""

import re

from bot.han import has_han, simplified

_ADDRESS = re.compile(r"https?://\S{1,2000}|!?\[[^\[\]]{0,200}\]\([^()\s]{1,2000}\)|<[^<>]{1,500}>")
_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3041-\u30fa\u30fc]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")

_SHARE = 0.1
"""Of the letters: an English text names a few Chinese things. Of the characters of a traditional
text a third have a simplified form, of those of a simplified one hardly any."""


def language_of_text(text: str) -> str:
    """``en``, ``zh-CN``, ``zh-TW``, ``ja`` or ``ko``. Addresses and markup do not count."""
    text = _ADDRESS.sub(" ", text[:200_000])
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    kana, hangul = len(_KANA.findall(text)), len(_HANGUL.findall(text))
    if hangul > han + kana and hangul > _SHARE * latin:
        return "ko"
    if han + kana <= _SHARE * latin or han + kana == 0:
        return "en"
    if kana > _SHARE * (han + kana):
        return "ja"
    folded = sum(one != other for one, other in zip(text, simplified(text), strict=True))
    return "zh-TW" if folded > _SHARE * han else "zh-CN"


def two_languages(text: str) -> tuple[str, str] | None:
    """``English./中文`` (or the other way round) as its two parts, or None if it is no such pair.

    The parts say the same, so neither is much shorter than the other; a Chinese character says
    about as much as three letters.
    """
    for match in re.finditer(r"(?<![:/])[/／|](?!/)", text):
        start, end = match.span()
        if has_han(text[max(0, start - 12) : start]) == has_han(text[end : end + 12]):
            continue  # the language does not change here
        left, right = text[:start].strip(), text[end:].strip()
        english, other = (right, left) if has_han(left) else (left, right)
        if english and not has_han(english) and len(other) / 2 <= len(english) <= 15 * len(other):
            return left, right
    return None
