"""What the passes of `ribao run` tell its operator."""

from datetime import timedelta

from bot.ingest import SourceReport
from bot.jobs import failures
from tests.conversation import NOON

GOOD = SourceReport("good")
DOWN = SourceReport("down", error="down.example: no answer")
GONE = SourceReport("gone", error="gone.example: HTTP 410")
WAITING = SourceReport("patient", error="busy", waiting_until=NOON + timedelta(hours=1))


def test_each_source_that_failed_is_named() -> None:
    said = ["source down: down.example: no answer", "source gone: gone.example: HTTP 410"]
    assert failures([DOWN, GOOD, GONE, WAITING]) == said
    assert failures([DOWN]) == said[:1]
    assert failures([GOOD, WAITING]) == failures([]) == []


def test_without_a_network_one_line_says_so() -> None:
    (said,) = failures([DOWN, GONE, WAITING])
    assert said == "none of 2 sources can be read; source down: down.example: no answer"
