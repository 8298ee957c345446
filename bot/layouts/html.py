"""A document as HTML without scripts and styles of its own; all texts are escaped."""

from collections.abc import Callable, Iterator
from html import escape

from bot.digest.urls import usable_url
from bot.layouts.document import (
    Block,
    Document,
    Heading,
    Line,
    Listing,
    Picture,
    References,
    Rule,
    Span,
    Style,
    Text,
    Tone,
)

ImageOf = Callable[[str], str]
"""Where a picture is shown from, for its address; empty if it is not to be shown."""

_TAGS = {Style.STRONG: "strong", Style.EMPHASIS: "em"}


def to_html(document: Document, image_of: ImageOf = usable_url, top: int = 1) -> str:
    """The issue as an ``article``; its title is a heading of level ``top``.

    Each item is a ``section`` with the id ``item-N``.
    """
    parts = [f'<article lang="{escape(document.language)}" class="issue {document.layout}">']
    for piece in document.pieces:
        opening = piece.blocks[: piece.opens] if piece.number else piece.blocks
        own = piece.blocks[piece.opens :] if piece.number else ()
        parts += [html for block in opening for html in _block(block, image_of, top)]
        if own:
            parts.append(f'<section class="item" id="item-{piece.number}">')
            parts += [html for block in own for html in _block(block, image_of, top)]
            parts.append("</section>")
    return "\n".join((*parts, "</article>"))


def to_page(document: Document) -> str:
    """A whole page that can be read as it is."""
    title = escape(document.title)
    return (
        f'<!doctype html>\n<html lang="{escape(document.language)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"{to_html(document)}\n</body>\n</html>\n"
    )


_STYLE = """\
:root { color-scheme: light dark; }
body { max-width: 42rem; margin: 0 auto; padding: 1rem; font: 1rem/1.6 system-ui, sans-serif; }
img { max-width: 100%; height: auto; }
a { overflow-wrap: anywhere; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 0.25rem solid; }
"""


def _block(block: Block, image_of: ImageOf, top: int) -> Iterator[str]:
    match block:
        case Heading(level, line):
            tag = f"h{min(level + top - 1, 6)}"
            yield f"<{tag}>{line_to_html(line)}</{tag}>"
        case Text():
            yield from _text(block)
        case Picture(url):
            if shown := image_of(url):
                yield f'<figure><img src="{escape(shown)}" alt="" loading="lazy"></figure>'
        case Listing(lines, ordered):
            tag = "ol" if ordered else "ul"
            yield f"<{tag}>"
            yield from (f"<li>{line_to_html(line)}</li>" for line in lines)
            yield f"</{tag}>"
        case References():
            yield from _references(block)
        case Rule(end):
            yield '<hr class="end">' if end else "<hr>"


def _text(block: Text) -> Iterator[str]:
    if block.tone is Tone.QUOTE:
        yield "<blockquote>"
    attribute = f' class="{block.tone}"' if block.tone in {Tone.FACT, Tone.HINT} else ""
    paragraph: list[str] = []
    for line in (*block.lines, ()):
        if line:
            paragraph.append(line_to_html(line))
        elif paragraph:
            yield f"<p{attribute}>{'<br>'.join(paragraph)}</p>"
            paragraph = []
    if block.tone is Tone.QUOTE:
        yield "</blockquote>"


def _references(block: References) -> Iterator[str]:
    yield '<ol class="references">'
    for each in block.all:
        words = line_to_html((Span(each.label, each.url),))
        yield f'<li id="ref-{each.number}" value="{each.number}">{words}</li>'
    yield "</ol>"


def line_to_html(line: Line) -> str:
    """A line, on whose links nobody learns where they were followed."""
    return "".join(map(_span, line))


def _span(span: Span) -> str:
    words = escape(span.text, quote=False)
    if span.style is Style.CITE:
        return f'<sup><a href="#ref-{words}">[{words}]</a></sup>'
    if tag := _TAGS.get(span.style):
        words = f"<{tag}>{words}</{tag}>"
    url = usable_url(span.url) if span.url else ""
    return (
        f'<a href="{escape(url)}" rel="noopener noreferrer nofollow">{words}</a>' if url else words
    )
