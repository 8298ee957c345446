"""A fetched document made safe to parse: bounded, UTF-8, and without declarations of its own."""

import codecs
import re
from email.message import Message

from bot.errors import SourceError
from bot.sources.body import MAX_BYTES

MAX_TAGS = 400_000
"""Opening angle brackets. Trees cost far more memory than text; an arXiv answer of 2,000 papers
has 84,000."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
# What the web means by a name, https://encoding.spec.whatwg.org/#names-and-labels. Codecs of
# Python that are no encodings of text, or slow ones (punycode), are in neither list.
_MEANT = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
}
_KNOWN = re.compile(
    r"utf-?(?:8|16|32)(?:-?[bl]e)?|iso-8859-\d{1,2}|(?:windows-|cp)\d{3,4}|gb18030|big5hkscs"
    r"|euc-jp|iso-2022-jp|koi8-[ru]"
)
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
_ALLOWED = bytes(set(range(0x100)) - set(_CONTROLS))
# A DTD stands before the root element or nowhere. Only of the plainest beginning that is concluded:
# lenient parsers skip junk, and would find a document of their own inside a comment.
_AT_ROOT = re.compile(rb"\s*(?:<\?xml[^<>]*\?>)?\s*<(?:rss|feed|rdf:RDF)[\s>]")
_INTERNAL_SUBSET = re.compile(rb"<!DOCTYPE[^<>\[]*\[")
_ROOT_OF_A_PAGE = re.compile(
    rb"(?:\s++|<\?[^>]*+>|<!--(?>.*?-->))*+<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL
)


def readable(body: bytes, content_type: str | None = None) -> bytes:
    """``body`` in UTF-8, so that parsers and the checks before them see the same text.

    The encoding is what the byte order mark says, else the XML declaration, else the charset in
    ``content_type``, else UTF-8. Bytes that are wrong in it become U+FFFD.

    Raises ``SourceError`` for what ``refuse_unsafe`` refuses.
    """
    refuse_unsafe(body)
    text = _as_utf8(body, content_type)
    if b"\0" in text:  # what is left of an encoding that was not recognised, or a disguise
        text = text.replace(b"\0", b"")
    if text is not body:
        refuse_unsafe(text)
    return text


def refuse_unsafe(text: bytes) -> None:
    """Raise ``SourceError`` for a document that should not come near a parser.

    That is one that is empty, too big, has more markup than any feed, or brings XML declarations of
    its own (an internal DTD subset): entities may expand without end ("billion laughs") or read
    files. A bare ``<!DOCTYPE rss ...>`` is harmless and passes.
    """
    if not text or text.isspace():
        raise SourceError("is empty")
    if len(text) > MAX_BYTES:
        raise SourceError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    if len(text) > MAX_TAGS and text.count(b"<") > MAX_TAGS:
        raise SourceError(f"has more than {MAX_TAGS:,} tags, which no feed needs")
    if not _AT_ROOT.match(text) and _declares(text):
        raise SourceError("declares XML entities of its own, which is not safe to read")


def _declares(text: bytes) -> bool:
    return b"<!DOCTYPE" in text and (
        b"<!ENTITY" in text or _INTERNAL_SUBSET.search(text) is not None
    )


def is_page(text: bytes) -> bool:
    """Whether a document in UTF-8 is an HTML page, going by how it begins."""
    return _ROOT_OF_A_PAGE.match(text[:4096]) is not None


def has_controls(text: bytes) -> bool:
    """Whether ``text`` (UTF-8) has control characters other than white space."""
    return bool(text.translate(None, _ALLOWED))


def without_controls(text: bytes) -> bytes:
    """``text`` (UTF-8) without control characters, most of which XML 1.0 forbids.

    Raises ``SourceError`` for what ``refuse_unsafe`` refuses, and they disguised.
    """
    clean = text.translate(None, _CONTROLS)
    if len(clean) < len(text):
        refuse_unsafe(clean)
    return clean


def _as_utf8(body: bytes, content_type: str | None) -> bytes:
    mark, encoding = next(((m, e) for m, e in _BOMS if body.startswith(m)), (b"", ""))
    body = body[len(mark) :]
    encoding = encoding or _declared(body) or _charset(content_type) or ""
    if encoding in {"", "utf-8", "utf8"} and (body.isascii() or _is_utf8(body)):
        return body
    # Nothing declared and not UTF-8: most likely an old European page.
    text = body.decode(encoding or "cp1252", "replace")
    return _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1).encode("utf-8", "replace")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _declared(body: bytes) -> str | None:
    """The encoding that the XML declaration names, if it is one that can be true."""
    if body.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if body.startswith(b"<") else "utf-16-be"
    match = _DECLARED.match(body[:300])
    name = _codec(match[1].decode("ascii", "replace")) if match else None
    # The declaration was read byte by byte, so these can't be what it stands in.
    return "utf-8" if name and name.startswith(("utf-16", "utf-32", "utf16", "utf32")) else name


def _charset(content_type: str | None) -> str | None:
    if content_type is None:
        return None
    header = Message()
    header["Content-Type"] = content_type
    charset = header.get_param("charset")
    return _codec(charset) if isinstance(charset, str) else None


def _codec(name: str) -> str | None:
    name = name.strip().lower()
    name = _MEANT.get(name, name)
    if not _KNOWN.fullmatch(name):
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
