"""Which typeface has the characters of a text, of those that this machine has.

Latin is always there: a typeface comes with Pillow. Chinese needs one of the system's.
"""

import logging
import os
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bot.han import has_han

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

log = logging.getLogger(__name__)

CHINESE = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJK-VF.otf.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC[wght].ttf",
    "SourceHanSans.ttc",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Light.ttc",
    "msyh.ttc",
    "msjh.ttc",
    "Deng.ttf",
    "simhei.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "NotoSerifCJK-Regular.ttc",
    "uming.ttc",
)
"""Files of typefaces with Chinese, as the systems and their packages name them; the first wins."""

_SCRIPTS = {"zh-CN": ("SC", "CN", "GB"), "zh-TW": ("TC", "TW", "HK")}
"""How a collection names its face for the shapes of a language's characters."""

_NOWHERE = "\U0010fffe"
"""No character: what a typeface draws for it, it draws for everything that it has not."""


def face_for(text: str, size: int, language: str) -> "FreeTypeFont | None":
    """A typeface of ``size`` pixels that has every character of ``text``; None if none has."""
    for file in (*(() if has_han(text) else (None,)), chinese_file()):
        index = _index(file, language) if file else 0
        if (file or not has_han(text)) and _has_all(file, index, text):
            return _face(file, index, size)
    _tell_once(language)
    return None


@cache
def chinese_file() -> Path | None:
    """The file of the best typeface with Chinese that is installed."""
    there: dict[str, Path] = {}
    for folder in _folders():
        for parent, _, names in os.walk(folder):
            for name in names:
                there.setdefault(name, Path(parent, name))
    return next((there[name] for name in CHINESE if name in there), None)


def _folders() -> Iterator[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    elif sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts")
    else:
        yield Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share", "fonts")
        yield from (Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


@lru_cache(64)
def _face(file: Path | None, index: int, size: int) -> "FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415 - Pillow is only loaded to draw

    if file is None:
        return cast("FreeTypeFont", ImageFont.load_default(size))
    # The other layout needs a library that not every machine has, and has other distances.
    return ImageFont.truetype(file, size, index, layout_engine=ImageFont.Layout.BASIC)


@cache
def _index(file: Path, language: str) -> int:
    """The face of a collection for the language; its first if none says that it is."""
    wanted = _SCRIPTS.get(language, _SCRIPTS["zh-CN"])
    for index in range(10):
        try:
            name, style = _face(file, index, 10).getname()
        except OSError:
            break
        if style == "Regular" and name and name.split()[-1] in wanted and "Mono" not in name:
            return index
    return 0


def _has_all(file: Path | None, index: int, text: str) -> bool:
    return all(c.isspace() or _has(file, index, c) for c in set(text))


@lru_cache(4096)
def _has(file: Path | None, index: int, character: str) -> bool:
    return _shape(file, index, character) != _shape(file, index, _NOWHERE)


def _shape(file: Path | None, index: int, character: str) -> tuple[tuple[int, int], bytes]:
    mask = _face(file, index, 24).getmask(character)
    return mask.size, bytes(mask)


@cache
def _tell_once(language: str) -> None:
    log.warning(
        "covers: no typeface here has all characters of a line (%s), which is left out; "
        "for Chinese install one such as Noto Sans CJK",
        language,
    )
