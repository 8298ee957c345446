"""Characters that stand for themselves: ``\\*`` and ``&#42;`` are a star, never markup.

While a digest is read such a character is another one, of the private use area, so that no rule
takes it for a mark of its own; whoever keeps a text puts it back with ``restored``. The writer of
Markdown uses the same table, so that what it writes is read as what it was.
"""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")

_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_OTHERS = " \t：、．，；）（·•‣▪◦—–―─━＝／【】『』「」⇦⇨←→"
_FIRST = 0xE000
_STAND_IN = {char: chr(_FIRST + n) for n, char in enumerate(_PUNCTUATION + _OTHERS)}
_HIDE = str.maketrans({char: each for char, each in _STAND_IN.items() if not char.isspace()})
_RESTORE = str.maketrans({stand_in: char for char, stand_in in _STAND_IN.items()})
_FOREIGN = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + len(_STAND_IN) - 1)}]")
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&#(\d{1,6});")


def protected(line: str) -> str:
    """A line with what is escaped in it out of the way of all rules.

    In LaTeX, which a dollar sign gives away, a backslash is just that.
    """
    if _FOREIGN.search(line):
        line = _FOREIGN.sub("", line)
    if "\\" in line and "$" not in line:
        line = _BACKSLASH.sub(lambda match: _STAND_IN[match[1]], line)
    return _ENTITY.sub(_stand_in, line) if "&#" in line else line


def _stand_in(match: re.Match[str]) -> str:
    code = int(match[1])
    return _STAND_IN.get(chr(code), match[0]) if code < _FIRST else match[0]


def opaque(line: str) -> str:
    """A line of code: nothing in it is markup."""
    return _FOREIGN.sub("", line).translate(_HIDE)


def restored(text: str) -> str:
    """The text as it is meant."""
    return text if text.isascii() else text.translate(_RESTORE)


def all_restored(value: T) -> T:
    """The same for all texts in frozen dataclasses, tuples and dictionaries."""
    restored_value: Any = value
    if isinstance(value, str):
        restored_value = restored(value)
    elif isinstance(value, tuple):
        restored_value = tuple(map(all_restored, value))
    elif isinstance(value, dict):
        restored_value = {key: all_restored(each) for key, each in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        names = (each.name for each in fields(value))
        changed = {name: all_restored(getattr(value, name)) for name in names}
        restored_value = replace(value, **changed)
    return restored_value  # type: ignore[no-any-return]


def escape(char: str, *, latex: bool) -> str:
    """One character so that it stands for itself; ``latex``: there is a dollar in its line."""
    return f"\\{char}" if char in _PUNCTUATION and not latex else f"&#{ord(char)};"
