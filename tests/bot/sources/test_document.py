"""Bytes made safe to parse: one encoding, bounded, and no declarations of their own."""

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SourceError
from bot.sources.body import MAX_BYTES
from bot.sources.document import MAX_TAGS, is_page, readable, without_controls

TEXT = "<rss><title>Zoë über 模型</title></rss>"


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_unicode_in_all_its_forms(codec: str, mark: bytes) -> None:
    assert readable(mark + TEXT.encode(codec)).decode() == TEXT


@pytest.mark.parametrize(
    ("declared", "codec", "word"),
    [
        ("ISO-8859-1", "cp1252", "Zoë – “so”"),
        ("windows-1251", "cp1251", "модель"),
        ("GB2312", "gb18030", "模型"),
        ("gbk", "gb18030", "模型"),
        ("Big5", "big5", "模型"),
        ("Shift_JIS", "cp932", "モデル"),
        ("euc-jp", "euc-jp", "モデル"),
        ("EUC-KR", "cp949", "모델"),
        ("koi8-r", "koi8-r", "модель"),
        ("iso-8859-15", "iso-8859-15", "€"),
    ],
)
def test_declared_encodings(declared: str, codec: str, word: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>"
    text = readable((declaration + f"<rss>{word}</rss>").encode(codec))
    assert text.decode() == f"<rss>{word}</rss>"
    named = readable(f"<rss>{word}</rss>".encode(codec), f"text/xml; charset={declared}")
    assert named.decode() == f"<rss>{word}</rss>"


@pytest.mark.parametrize(
    "declared",
    ["utf-16", "punycode", "unicode_escape", "rot13", "zlib", "nonsense", "utf-7", "cp9999"],
)
def test_declarations_that_can_not_be_true(declared: str) -> None:
    document = f"<?xml version='1.0' encoding='{declared}'?><rss>é</rss>".encode()
    assert "é" in readable(document).decode()


def test_bytes_that_are_wrong() -> None:
    declared = b"<?xml version='1.0' encoding='utf-8'?><rss>good \xff bad</rss>"
    assert readable(declared).decode() == "<rss>good \ufffd bad</rss>"
    assert readable(b"<rss>Zo\xeb</rss>").decode() == "<rss>Zoë</rss>"


@given(st.binary(min_size=1, max_size=200), st.one_of(st.none(), st.text(max_size=30)))
def test_any_bytes_are_taken_or_refused(body: bytes, content_type: str | None) -> None:
    try:
        readable(body, content_type).decode()
    except SourceError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, nothing else is


@pytest.mark.parametrize("body", [b"", b" \n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_nothing(body: bytes) -> None:
    with pytest.raises(SourceError, match="is empty"):
        readable(body)


def test_too_much() -> None:
    with pytest.raises(SourceError, match="larger than 5 MiB"):
        readable(b"x" * (MAX_BYTES + 1))
    with pytest.raises(SourceError, match="tags"):
        readable(b"<a>" * (MAX_TAGS + 1))
    grows = "é".encode("latin-1") * (MAX_BYTES - 100)
    with pytest.raises(SourceError, match="larger than 5 MiB"):
        readable(b"<?xml version='1.0' encoding='latin-1'?>" + grows)


ENTITY = '<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss>&a;</rss>'


@pytest.mark.parametrize(
    "document",
    [
        ENTITY,
        f"<?xml version='1.0'?>{ENTITY}",
        f"<?xml version='1.0'?><!-- <rss> -->{ENTITY}",
        f"<?xml version='1.0'?><?pi <rss> ?>{ENTITY}",
        f"junk <rss> {ENTITY}",
        f"<!-- {ENTITY} --><rss/>",  # a lenient parser may look inside
        '<!DOCTYPE rss SYSTEM "http://example.org/x.dtd" [ <!ELEMENT a ANY> ]><rss/>',
        '<!DOCTYPE rss\n[\n<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><rss/>',
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_declarations_are_refused(document: str, codec: str) -> None:
    with pytest.raises(SourceError, match="declares XML entities"):
        readable(document.encode(codec))


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://example.org/rss.dtd"><rss/>',
        "<!DOCTYPE html><html/>",
        "<rss><![CDATA[<!DOCTYPE html>]]></rss>",
    ],
)
def test_harmless_declarations_pass(document: str) -> None:
    assert readable(document.encode()).decode() == document


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (b"<!DOCTYPE html><html>", True),
        (b"\n<HTML lang=en>", True),
        (b"<?xml version='1.0'?><!-- x --><!doctype html>", True),
        (b"<rss><description>&lt;html&gt;</description></rss>", False),
        (b"<feed><!-- <html> --></feed>", False),
        (b"<htmlish/>", False),
    ],
)
def test_pages(text: bytes, page: bool) -> None:
    assert is_page(text) is page


def test_looking_for_a_page_takes_no_time() -> None:
    started = time.perf_counter()
    assert not is_page(b"<!-- -->" * 100_000)
    assert not is_page(b"<!--" * 100_000)
    assert not is_page(b" " * 100_000)
    assert time.perf_counter() - started < 0.5


def test_control_characters() -> None:
    assert without_controls(b"a\x00\x08b\t\n\r\x1f") == b"ab\t\n\r"
    disguised = ENTITY.replace("DOC", "DO\x01C").replace("ENT", "EN\x02T").encode()
    assert readable(disguised) == disguised
    with pytest.raises(SourceError, match="declares XML entities"):
        without_controls(disguised)
