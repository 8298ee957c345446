"""What a second sight of a story adds to the first."""

from dataclasses import replace

from bot.digest.enrich import enriched
from bot.model import Item, Section

FIRST = Item("arxiv:2603.01234", "A paper", "https://arxiv.org/abs/2603.01234", Section.PAPERS)
LATER = replace(
    FIRST, venue="CVPR 2026", note="Accepted at CVPR 2026", code_urls=("https://x.y/z",)
)


def test_comment_venue_and_code_that_come_later_are_kept() -> None:
    assert enriched(FIRST, LATER) == LATER


def test_what_was_known_first_stays() -> None:
    known = replace(FIRST, note="12 pages", venue="TMLR")
    assert (enriched(known, LATER).note, enriched(known, LATER).venue) == ("12 pages", "TMLR")
