"""Which records are written, and what of them."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot import correlation
from bot.config import LogSettings
from bot.logs import OWN, set_up

SECRET = "a reader's words"


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    """Logging is one for the whole process."""
    names = (None, *OWN, "apscheduler")
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = logging.root.handlers[:]
    logging.root.handlers.clear()  # pytest's own are not to be closed
    yield
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    for logger, level in before:
        logger.setLevel(level)


@pytest.mark.parametrize(
    ("level", "verbose", "written"),
    [
        ("debug", False, 4),
        ("info", False, 3),
        ("warning", False, 2),
        ("error", False, 1),
        ("debug", True, 4),
        ("warning", True, 3),
    ],
)
def test_the_level_is_that_of_our_own_records(
    capsys: pytest.CaptureFixture[str], level: str, verbose: bool, written: int
) -> None:
    set_up(LogSettings.model_validate({"level": level}), verbose=verbose)
    for each in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger("bot.somewhere").log(each, "own")
        logging.getLogger("library").log(each, "other's")
    said = capsys.readouterr().err.splitlines()
    assert sum(line.endswith("own") for line in said) == written
    assert sum(line.endswith("other's") for line in said) == (1 if level == "error" else 2)


def test_a_library_that_wants_to_say_more_is_not_heard(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(LogSettings(level="debug"))
    logging.getLogger("eager").setLevel(logging.DEBUG)
    logging.getLogger("eager.part").info("%s", SECRET)
    assert capsys.readouterr().err == ""


def fail() -> None:
    try:
        dict[str, int]()[SECRET]
    except KeyError as error:
        raise ValueError(SECRET) from error


def test_json_tells_where_a_fault_came_from_and_not_what_it_held(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(LogSettings(format="json"))
    with correlation.delivery("2a.261119.1"):
        try:
            fail()
        except ValueError:
            logging.getLogger("bot.somewhere").exception("met a fault")
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %s", SECRET)
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["level"], ours["delivery"]) == ("error", "2a.261119.1")
    assert ours["exception"].index("builtins.KeyError") < ours["exception"].index("ValueError")
    assert "in fail" in ours["exception"]
    assert theirs["message"] == "Task exception was never retrieved"
    assert "delivery" not in theirs
    assert SECRET not in json.dumps((ours, theirs))
