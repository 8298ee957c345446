r"""TeX accents as Unicode, for names and titles: ``Schr\"odinger`` -> ``Schrödinger``.

A table instead of a library: one name in fifty thousand needs it, and mathematics shall stay as it
was written, because a half-converted formula is harder to read than TeX.
"""

import re
import unicodedata

_COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
_LETTERS = {
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ss": "ß",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
    "dj": "đ",
    "DJ": "Đ",
    "ng": "ŋ",
    "NG": "Ŋ",
    "i": "ı",
    "j": "ȷ",
}
_DOTTED = str.maketrans("ıȷ", "ij")

_MATH = re.compile(r"(\$[^$]*\$)")
# A command made of a letter takes its argument in braces or after a space; one made of a sign also
# directly. Braces around the whole or around the argument belong to it.
_NAMES = "|".join(sorted(_LETTERS, key=len, reverse=True))
_LETTER = re.compile(rf"\{{\\({_NAMES})\}}|\\({_NAMES})(?:\{{\}}|\s+|(?![A-Za-z]))")
_ACCENT = re.compile(
    r"(?P<open>\{)?"
    r"\\(?:(?P<sign>[`'^~=.\"])\s*|(?P<name>[urHvdckb])(?=[\s{])\s*)"
    r"(?:\{\s*(?P<braced>[^\W\d_])\s*\}|(?P<bare>[^\W\d_]))"
    r"(?(open)\})"
)


def decode_tex(text: str) -> str:
    r"""``text`` with TeX accents and special letters as Unicode; ``$...$`` and all else untouched.

    Knows the accents and letters of "The TeXbook", chapter 9, which is what arXiv asks authors to
    use in its metadata: ``\'e``, ``\'{e}``, ``{\'e}``, ``\v{S}``, ``\c c``, ``{\L}``, ``\o``.
    """
    if "\\" not in text:
        return text
    parts = _MATH.split(text)
    parts[::2] = [_ACCENT.sub(_accented, _LETTER.sub(_letter, part)) for part in parts[::2]]
    return "".join(parts)


def _letter(match: re.Match[str]) -> str:
    return _LETTERS[match[1] or match[2]]


def _accented(match: re.Match[str]) -> str:
    base = (match["braced"] or match["bare"]).translate(_DOTTED)
    return unicodedata.normalize("NFC", base + _COMBINING[match["sign"] or match["name"]])
