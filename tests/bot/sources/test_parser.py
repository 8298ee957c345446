"""The process that parses: killed at its limits, replaced, and never believed too much."""

import os
import pickle
import signal
from collections.abc import Iterator
from io import BytesIO

import pytest

from bot.errors import SourceError
from bot.sources.feed import parse_feed
from bot.sources.parser import Parser, _Answer
from tests.bot.sources.conftest import SPEC, document
from tests.bot.sources.readers import devour, end_itself, print_much, spin, stumble

GOOD = (parse_feed, document("rss.xml"), "https://example.org/", SPEC)


@pytest.fixture
def hurried() -> Iterator[Parser]:
    parser = Parser(cpu_seconds=0.3)
    yield parser
    parser.close()


async def works(parser: Parser) -> bool:
    return len((await parser.read(*GOOD)).items) == 5


async def test_a_document_is_read_as_in_this_process(parser: Parser) -> None:
    assert await parser.read(*GOOD) == parse_feed(*GOOD[1:])


async def test_refusals_come_back(parser: Parser) -> None:
    with pytest.raises(SourceError, match="is an HTML page, not a feed"):
        await parser.read(parse_feed, document("page.html"), "", SPEC)
    assert await works(parser)


async def test_a_document_that_takes_too_long_costs_only_itself(hurried: Parser) -> None:
    with pytest.raises(SourceError, match=r"takes more than 0\.3 s to read"):
        await hurried.read(spin, 60.0)
    assert (await hurried.read(spin, 0.01)).title == "spun"


async def test_each_document_has_its_own_time(hurried: Parser) -> None:
    for _ in range(3):
        assert (await hurried.read(spin, 0.15)).title == "spun"


async def test_a_document_that_takes_too_much_memory(parser: Parser) -> None:
    with pytest.raises(SourceError, match="more memory"):
        await parser.read(devour, 1 << 30)
    assert await works(parser)


async def test_a_parser_that_crashes(parser: Parser) -> None:
    with pytest.raises(SourceError, match="the process that parses it ended"):
        await parser.read(end_itself, signal.SIGSEGV)
    assert await works(parser)


async def test_a_fault_of_ours_is_logged(parser: Parser, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SourceError, match="fault in Ribao"):
        await parser.read(stumble)
    assert "ZeroDivisionError: a bug" in caplog.text
    assert await works(parser)


async def test_what_is_printed_is_no_answer(parser: Parser) -> None:
    assert (await parser.read(print_much)).title == "quiet"


def test_an_answer_makes_nothing_but_items() -> None:
    for forged in (os.system, SourceError("x"), Parser):
        with pytest.raises(SourceError, match="wrong answer"):
            _Answer(BytesIO(pickle.dumps(("ok", forged)))).load()


async def test_a_closed_parser_leaves_no_process() -> None:
    parser = Parser()
    assert await works(parser)
    process = parser._process
    assert process is not None
    parser.close()
    assert process.returncode is not None
