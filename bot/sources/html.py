"""HTML of feeds as plain text. What is not on the list of kept tags loses its tag, not its words;
scripts, styles and the like are gone with all that is in them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

import nh3

from bot.digest.normalise import one_line, usable_url

MAX_HTML = 20_000
"""Characters of HTML that are looked at. Time grows with the square of the nesting: 40 ms here."""

MAX_IMAGES = 10
"""Images of one text."""

_BREAKS = (
    "address article blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header"
    " hr li main nav ol p pre section table td th tr ul"
)
_HARMLESS = (
    "a abbr audio b big center cite code del em font i img ins kbd label mark picture q s small"
    " source span strong sub sup tbody tfoot thead time tt u var video wbr"
)
_GONE = (
    "button head iframe math noscript object option script select style svg template textarea title"
)
_CLEANER = nh3.Cleaner(
    tags={*_BREAKS.split()}, clean_content_tags={*_GONE.split()}, attributes={}, link_rel=None
)
# What stands instead of a tag; the key of a comment is None. An iframe has no words of its own.
_INSTEAD: dict[str | None, str] = {
    None: "",
    **dict.fromkeys((*_HARMLESS.split(), "iframe"), ""),
    **dict.fromkeys((f"/{tag}" for tag in (*_HARMLESS.split(), "iframe")), ""),
    **dict.fromkeys(_BREAKS.split(), "\n"),
    **dict.fromkeys((f"/{tag}" for tag in _BREAKS.split()), "\n"),
    "li": "\n- ",
}
_SIMPLE_TAG = re.compile(
    r"<(/?[a-z][a-z0-9]*)(?:\s(?:[^<>\"']++|\"[^<>\"]*+\"|'[^<>']*+')*+)?/?>|<!--[^<>]*-->"
)
_BULLET = re.compile(r"\n-\s*\n\s*(?=[^\s-])")
_ESCAPED_TWICE = re.compile(r"\s*&lt;(?:a|blockquote|div|figure|h[1-6]|img|p|table|ul)(?:\s|&gt;)")
_ENTITY = re.compile(r"&[^\s<&;]{1,32};?")
_IMAGE = re.compile(
    r"<img\s(?:[^<>]*?\s)?src\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s\"'<>]+))[^<>]*>",
    re.IGNORECASE,
)
_PIXEL = re.compile(r"\s(?:width|height)\s*=\s*[\"']?[01](?:px)?[\"'\s/>]", re.IGNORECASE)


def to_text(html: str, limit: int = MAX_HTML) -> str:
    """The words of ``html``, of its first ``limit`` characters: one line a block, ``- `` before
    each item of a list, entities as characters.
    """
    text = _beginning(html, limit)
    if _ESCAPED_TWICE.match(text):
        text = _ENTITY.sub(_character, text)
    text = text.replace("\n", " ")
    if "<" in text:
        simple = _without_simple_tags(text)
        text = _without_tags(text) if simple is None else simple
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if "\n-" in text:
        text = _BULLET.sub("\n- ", text)  # the paragraph in it begins on its line
    return _tidy(text)


def _tidy(text: str) -> str:
    """``text`` with white space only where it means something: one line a block."""
    lines = [line for line in map(str.strip, text.split("\n")) if line and line != "-"]
    whole = "".join(lines)
    if "  " in whole or not whole.isprintable():
        lines = [line for line in map(one_line, lines) if line]
    return "\n".join(lines)


def _character(entity: re.Match[str]) -> str:
    return _unescaped(entity[0])


@lru_cache(1024)
def _unescaped(entity: str) -> str:
    """Looked up once: some feeds write every apostrophe as an entity."""
    return unescape(entity)


def _beginning(html: str, limit: int) -> str:
    """At most ``limit`` characters, and no piece of a tag at the end."""
    if len(html) <= limit:
        return html
    html = html[:limit]
    tag = html.rfind("<")
    return html[:tag] if tag > html.rfind(">") else html


def _without_simple_tags(html: str) -> str | None:
    """``html`` with what stands instead of its tags; None if it isn't simple markup.

    Most of it is, and this takes a fifth of the time.
    """
    parts: list[str] = _SIMPLE_TAG.split(html)
    try:
        parts[1::2] = map(_INSTEAD.__getitem__, parts[1::2])
    except KeyError:
        return None
    text = "".join(parts)
    return None if "<" in text else text


def _without_tags(html: str) -> str:
    """The same for any HTML. In what nh3 returns, each tag is simple, and each < begins one."""
    return _without_simple_tags(_CLEANER.clean(html).replace("\n", " ")) or ""


def images(html: str, base: str = "", limit: int = MAX_IMAGES) -> tuple[str, ...]:
    """The addresses of images in ``html``, http(s) only, relative ones taken from ``base``.

    Those of one pixel, which count readers, are left out. At most ``limit``, each once.
    """
    found: dict[str, None] = {}
    if "<img" in html:
        for image in _images(html[:MAX_HTML], base):
            found[image] = None
            if len(found) == limit:
                break
    return tuple(found)


def _images(html: str, base: str) -> Iterator[str]:
    for image in _IMAGE.finditer(html):
        if not _PIXEL.search(image[0]):
            source = image[1] or image[2] or image[3] or ""
            if url := usable_url(unescape(source) if "&" in source else source, base):
                yield url
