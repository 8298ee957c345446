"""The inside of a line of Markdown: its links, its images, and the text without markup.

A scanner of our own, because digests are not CommonMark: image sizes (``=50%x``), links without
a beginning, empty labels, stars that wrap whole pages. Any text is taken, in linear time.
"""

import re
from dataclasses import dataclass
from html import unescape

from bot.digest.urls import without_unseen
from bot.formats.escapes import restored

MAX_LABEL = 2_000
"""Characters between the brackets of a link; more is a bracket that was never closed."""

# What may begin something. A tag ends before the next "<", a link's target before the next bracket:
# so no character is looked at again and again.
_SPECIAL = re.compile(
    r"(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<open>!?\[)|(?P<close>\])"
    r"|<(?P<tag>/?[A-Za-z][^<>]{0,3000}+)>"
    r"|(?P<bare>https?://[^\s<>\[\](){}（）【】「」『』《》“”，。；、！？\"'|*`]++"
    r"(?:\([^\s<>\[\]()]{0,200}+\)[^\s<>\[\](){}（）【】，。；、！？\"'|*`]*+)*+)"
)
_TARGET = re.compile(
    r"\(\s*+<?(?P<url>[^\s<>()\[\]]*+(?:\([^\s<>()\[\]]*+\)[^\s<>()\[\]]*+)*+)>?"
    r"(?P<rest>\s[^()\[\]]*+)?\)"
)
_SIZE = re.compile(r"=(?:\d+(?:%|px)?)?x(?:\d+(?:%|px)?)?$")
_TAG_NAMES = frozenset(
    [
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "b",
        "big",
        "blockquote",
        "br",
        "center",
        "cite",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "nav",
        "ol",
        "p",
        "picture",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "video",
    ]
)
_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]*)")
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(src|href)\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
_STARS = re.compile(r"\*{2,}+|(?<![\w_])__(?=\S)|(?<=\S)__(?![\w_])|~~")
_EMPHASIS = re.compile(r"(?<![A-Za-z0-9*])\*(?=[^\s*])([^*]{1,4000}+)(?<=\S)\*(?![A-Za-z0-9*])")
_CODE = re.compile(r"`([^`]{1,4000}+)`")
_TRAILING = ".,;:!?~_"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line: text, link or image. ``bare`` is an address that stands in the text."""

    kind: str
    text: str = ""
    url: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Inline:
    """A line taken apart."""

    spans: tuple[Span, ...]

    @property
    def plain(self) -> str:
        """The text without markup; of links their labels, of images nothing."""
        return _tidy("".join(span.text for span in self.spans if span.kind != "image"))

    @property
    def outside(self) -> str:
        """The text that stands in no link."""
        return _tidy("".join(span.text for span in self.spans if span.kind == "text")).strip()

    @property
    def links(self) -> tuple[Span, ...]:
        """All links in their order, addresses in the text among them."""
        return tuple(span for span in self.spans if span.kind == "link")

    @property
    def written_links(self) -> tuple[Span, ...]:
        """The links that are not just addresses in the text."""
        return tuple(span for span in self.links if not span.bare)

    @property
    def images(self) -> tuple[str, ...]:
        """The addresses of images."""
        return tuple(span.url for span in self.spans if span.kind == "image" and span.url)


def parse_inline(text: str) -> Inline:
    """Take a line (or a few) apart."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._out: list[Span] = []
        self._open: list[int] = []
        self._anchor: tuple[int, str] | None = None

    def run(self) -> Inline:
        text, at = self._text, 0
        while match := _SPECIAL.search(text, at):
            self._add(text[at : match.start()])
            at = match.end()
            kind = match.lastgroup
            if kind == "escaped":
                # LaTeX has backslashes of its own.
                self._add(match[0] if "$" in text else match[0][1:])
            elif kind == "open":
                self._open.append(len(self._out))
                self._out.append(Span("text", match[0]))
            elif kind == "close":
                at = self._close(at)
            elif kind == "tag":
                self._tag(match["tag"], match[0])
            else:
                at = self._bare(match)
        self._add(text[at:])
        return Inline(tuple(self._out))

    def _add(self, text: str) -> None:
        if text:
            self._out.append(Span("text", text))

    def _bare(self, match: re.Match[str]) -> int:
        url = match[0].rstrip(_TRAILING)
        self._out.append(Span("link", url, restored(url), bare=True))
        return match.start() + len(url)

    def _close(self, at: int) -> int:
        target = _TARGET.match(self._text, at)
        start = self._open.pop() if self._open else -1
        if target is None:
            self._out.append(Span("text", "]"))
            return at
        url = _address(target)
        if start < 0:
            self._without_beginning(url)
            return target.end()
        inside = self._out[start + 1 :]
        if sum(len(span.text) for span in inside) > MAX_LABEL:
            self._out.append(Span("text", "]"))
            return at
        if self._out[start].text == "![":
            label = _label(inside)
            del self._out[start:]
            self._out.append(Span("image", label, _SIZE.sub("", url)))
        else:
            self._link_since(start, url)
        return target.end()

    def _without_beginning(self, url: str) -> None:
        """``address](address)``: somebody lost the opening bracket."""
        last = self._out[-1] if self._out else None
        if last is not None and last.bare and last.url == url:
            return
        self._out.append(Span("link", "", url))

    def _tag(self, tag: str, whole: str) -> None:
        name_match = _NAME.match(tag)
        name = name_match[1].lower() if name_match else ""
        if tag.lower().startswith(("http://", "https://")):
            self._out.append(Span("link", tag, tag, bare=True))
        elif name not in _TAG_NAMES:
            self._add(whole)
        elif name == "img":
            if url := _attribute(tag, "src"):
                self._out.append(Span("image", "", _SIZE.sub("", url)))
        elif name == "a":
            self._anchored(tag)
        elif name == "br":
            self._add("\n")

    def _anchored(self, tag: str) -> None:
        if not tag.startswith("/"):
            self._anchor = (len(self._out), _attribute(tag, "href"))
        elif self._anchor is not None:
            start, url = self._anchor
            self._anchor = None
            if url:
                self._link_since(start, url)

    def _link_since(self, start: int, url: str) -> None:
        while self._open and self._open[-1] >= start:
            self._open.pop()
        inside = self._out[start:]
        if inside and inside[0] == Span("text", "["):
            del inside[0]
        del self._out[start:]
        self._out += [span for span in inside if span.kind == "image"]
        self._out.append(Span("link", _label(inside), url))


def _label(inside: list[Span]) -> str:
    return _tidy("".join(span.text for span in inside if span.kind != "image")).strip()


def _address(target: re.Match[str]) -> str:
    """A link's target without size or title; spaces that a translator put in are taken out."""
    url, rest = target["url"], (target["rest"] or "").strip()
    if rest and not rest.startswith(("=", '"', "'")):
        url += "".join(rest.split())
    return restored(unescape(url))


def _attribute(tag: str, name: str) -> str:
    for match in _ATTRIBUTE.finditer(tag):
        if match[1].lower() == name:
            return unescape(match[2] or match[3] or match[4] or "").strip()
    return ""


def _tidy(text: str) -> str:
    """``text`` without emphasis and entities."""
    if "*" in text or "__" in text or "~~" in text:
        text = _EMPHASIS.sub(r"\1", _STARS.sub("", text))
    if "`" in text:
        text = _CODE.sub(r"\1", text)
    if "&" in text:
        text = unescape(text)
    return without_unseen(text)
