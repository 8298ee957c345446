"""A document as Markdown that ``ribao import`` reads as the same issue.

Every dialect of Markdown shows it alike; what could be taken for markup is escaped.
"""

import html
import json
import re
from collections.abc import Iterator

from bot.formats.escapes import escape
from bot.formats.lines import is_rule
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Line,
    Listing,
    Picture,
    Reference,
    References,
    Rule,
    Span,
    Style,
    Text,
    Tone,
)

SECTION = 2
"""The level of the headings of sections."""

_MARKUP = r"[\\`*\[\]]|<(?=[A-Za-z/!])|~~|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_|__|(?<=http):(?=//)"
_INSIDE = re.compile(rf"{_MARKUP}|(?<=https):(?=//)")
_INSIDE_WITH_ENTITIES = re.compile(rf"{_MARKUP}|(?<=https):(?=//)|&")
_BEGINS = re.compile(r"[#>]|[-+*•‣▪◦·](?=\s)|\d{1,4}[.．、:：)）]|~(?=~~)|=(?=[=\s]*$)|【")
_LIST = re.compile(r"\s*(?:[-+*•‣▪◦·]|\d{1,3}[.)])\s+|\s+(?=\S)")
_BETWEEN = re.compile(r"([,，、;；]|\s(?=(?:and|&)\s))")
_MARKS = {Style.STRONG: "**", Style.EMPHASIS: "*"}
_PLAIN_VALUE = re.compile(r"[\w-]+")


def to_markdown(document: Document) -> str:
    """The whole document, with a line break at its end."""
    parts = [_head(document), *("\n".join(_block(block)) for block in document.blocks())]
    return "\n\n".join(filter(None, parts)) + "\n"


def _head(document: Document) -> str:
    """Front matter, as generators of static sites know it; values in YAML's double quotes."""
    told = {"layout": document.layout, "title": document.title, "language": document.language}
    values = {name: value for name, value in {**told, **document.facts}.items() if value != ""}
    lines = (f"{name}: {_value(value)}" for name, value in values.items())
    return "\n".join(("---", *lines, "---"))


def _value(value: str | int) -> str:
    if isinstance(value, int) or _PLAIN_VALUE.fullmatch(value):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, line):
            yield f"{'#' * min(level, 6)} {_heading(line, level)}"
        case Text():
            yield from _text(block)
        case Picture(url):
            yield f"![]({_target(url, latex='$' in url)})"
        case Listing(lines, ordered):
            marks = (f"{number}." if ordered else "-" for number in range(1, len(lines) + 1))
            yield from (f"{mark} {_line(line)}" for mark, line in zip(marks, lines, strict=True))
        case References(all_):
            yield from map(_reference, all_)
        case Rule(end):
            yield "* * *" if end else "---"


def _text(block: Text) -> Iterator[str]:
    for at, line in enumerate(block.lines):
        written = _line(line, rows=True, lists=block.lists) if line else ""
        following = block.lines[at + 1] if at + 1 < len(block.lines) else ()
        breaks = line and following and not (_goes_by_lines(line) or _goes_by_lines(following))
        mark = "> " if line and block.tone is Tone.QUOTE else ""
        yield f"{mark}{written}{'  ' if breaks else ''}"


def _goes_by_lines(line: Line) -> bool:
    """Whether the line is of a list or table, which ends by itself."""
    return bool(_LIST.match(line[0].text)) or line[0].text.lstrip().startswith("|")


def _reference(each: Reference) -> str:
    latex = "$" in each.label + each.url
    words = _inside(each.label, latex=latex)
    if words[-1:] in {":", "："}:
        words = words[:-1] + escape(words[-1], latex=latex)
    return f"[{each.number}] {words}: {_bare(each.url, latex=latex)}  "


def _heading(line: Line, level: int) -> str:
    """Those of sections may have numbers, those of items must not be taken for sections."""
    written = _line(line) if level > SECTION else _line((Span("", style=Style.MARK), *line))
    latex = any("$" in span.text + span.url for span in line)
    return written[:-1] + escape("#", latex=latex) if written.endswith("#") else written


def _line(line: Line, *, rows: bool = False, lists: bool = False) -> str:
    """``rows``: it may be the row of a table, or of a list where it begins as one."""
    latex = any("$" in span.text + span.url for span in line)
    parts = [_span(span, latex=latex) for span in line]
    if line and not line[0].url and line[0].style is Style.PLAIN:
        parts[0] = _beginning(line[0].text, latex=latex, rows=rows, lists=lists)
    return "".join(parts).rstrip() if lists else "".join(parts).strip()


def _span(span: Span, *, latex: bool) -> str:
    if span.url and span.text == span.url:
        return f"[{_bare(span.url, latex=latex)}]({_target(span.url, latex=latex)})"
    words = _styled(span, latex=latex)
    return f"[{words}]({_target(span.url, latex=latex)})" if span.url else words


def _styled(span: Span, *, latex: bool) -> str:
    match span.style:
        case Style.MARK:
            return span.text
        case Style.CITE:
            return f"[{span.text}]"
        case Style.LITERAL:
            return "".join(escape(char, latex=latex) for char in span.text)
        case Style.NAME:
            parts = enumerate(_BETWEEN.split(span.text))
            return "".join(
                escape(x, latex=latex) if n % 2 else _inside(x, latex=latex) for n, x in parts
            )
    words = _inside(span.text, latex=latex)
    # A link card begins so, a quotation, and the name of a paper.
    if (span.url or span.style is Style.STRONG) and words[:1] in {"#", ">", "【"}:
        words = escape(words[0], latex=latex) + words[1:]
    return f"{_MARKS.get(span.style, '')}{words}{_MARKS.get(span.style, '')}"


def _inside(text: str, *, latex: bool) -> str:
    """A text with all that could be markup inside a line escaped.

    In LaTeX a backslash before a word begins a command, and is no escape.
    """

    def escaped(match: re.Match[str]) -> str:
        if match[0] == "\\" and latex and text[match.end() : match.end() + 1].isalnum():
            return "\\"
        return "".join(escape(char, latex=latex) for char in match[0])

    has_entity = "&" in text and html.unescape(text) != text
    return (_INSIDE_WITH_ENTITIES if has_entity else _INSIDE).sub(escaped, text)


def _beginning(text: str, *, latex: bool, rows: bool, lists: bool) -> str:
    """The same at the beginning of a line, where more has a meaning."""
    bare = text.strip()
    if rows and len(bare) > 1 and bare[0] == bare[-1] == "|":
        return _inside(text, latex=latex)
    match = _LIST.match(text) if rows else None
    if match and (lists or match[0] == "- "):
        rest = _beginning(text[match.end() :], latex=latex, rows=False, lists=False)
        return match[0] + rest
    if is_rule(text):
        return escape(text[0], latex=latex) + _inside(text[1:], latex=latex)
    match = _BEGINS.match(text)
    if match is None:
        return _inside(text, latex=latex)
    at = match.end() - 1
    return text[:at] + escape(text[at], latex=latex) + _inside(text[at + 1 :], latex=latex)


def _bare(url: str, *, latex: bool) -> str:
    """An address as it is to be read."""
    return "".join(escape(char, latex=latex) if char in "[]<>" else char for char in url)


def _target(url: str, *, latex: bool) -> str:
    """An address as the target of a link."""
    special = "()[]<>\\ &" if html.unescape(url) != url else "()[]<>\\ "
    return "".join(escape(char, latex=latex) if char in special else char for char in url)
