"""Pieces of an issue in as few messages as possible."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.packing import divide, pack

Measure = Callable[[str], int]


def utf16(text: str) -> int:
    """As Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def utf8(text: str) -> int:
    return len(text.encode())


MEASURES = pytest.mark.parametrize("measure", [len, utf16, utf8])

# Letters of one to four bytes, in words and lines.
TEXT = st.text(st.sampled_from("ab字é🚀 \n"), max_size=60)
PIECES = st.lists(TEXT, max_size=12)
LIMITS = st.integers(8, 40)


def visible(texts: list[str]) -> str:
    return "".join("".join(text.split()) for text in texts)


def fewest(pieces: list[str], limit: int, measure: Measure, gap: str) -> int:
    """The least number of messages that hold the pieces in order: every way of cutting tried."""
    best = [0] + [len(pieces)] * len(pieces)
    for end in range(1, len(pieces) + 1):
        for start in range(end):
            if measure(gap.join(pieces[start:end])) <= limit:
                best[end] = min(best[end], best[start] + 1)
    return best[-1]


@MEASURES
@given(PIECES, LIMITS)
def test_nothing_is_lost_but_white_space_and_the_order_is_kept(
    measure: Measure, pieces: list[str], limit: int
) -> None:
    assert visible(pack(pieces, limit, measure)) == visible(pieces)


@MEASURES
@given(PIECES, LIMITS)
def test_no_message_is_over_the_limit_or_empty(
    measure: Measure, pieces: list[str], limit: int
) -> None:
    for message in pack(pieces, limit, measure):
        assert 0 < measure(message) <= limit
        assert message == message.strip()


@MEASURES
@given(PIECES, LIMITS, st.sampled_from(["\n\n", "\n", ""]))
def test_there_are_as_few_messages_as_can_be(
    measure: Measure, pieces: list[str], limit: int, gap: str
) -> None:
    whole = [stripped for piece in pieces if 0 < measure(stripped := piece.strip()) <= limit]
    assert len(pack(whole, limit, measure, gap)) == fewest(whole, limit, measure, gap)


@MEASURES
@given(PIECES, LIMITS)
def test_neighbours_would_not_fit_together(measure: Measure, pieces: list[str], limit: int) -> None:
    for one, other in pairwise(pack(pieces, limit, measure)):
        assert measure(f"{one}\n\n{other}") > limit


@MEASURES
@given(PIECES, LIMITS)
def test_a_piece_is_divided_only_if_it_is_too_long_by_itself(
    measure: Measure, pieces: list[str], limit: int
) -> None:
    messages = pack(pieces, limit, measure)
    for piece in filter(None, map(str.strip, pieces)):
        if measure(piece) <= limit:
            assert any(piece in message for message in messages)
        else:
            assert len(divide(piece, limit, measure)) > 1


@given(PIECES, LIMITS)
def test_the_same_pieces_give_the_same_messages(pieces: list[str], limit: int) -> None:
    assert pack(pieces, limit) == pack(iter(pieces), limit)


def test_pieces_are_joined_by_the_gap() -> None:
    assert pack(["one", "two", "three"], 20) == ["one\n\ntwo\n\nthree"]
    assert pack(["one", "two", "three"], 13) == ["one\n\ntwo", "three"]
    assert pack(["one", "two"], 9, gap=" · ") == ["one · two"]


def test_an_exact_fit_is_a_fit() -> None:
    assert pack(["abcd", "efgh"], 10) == ["abcd\n\nefgh"]
    assert pack(["abcd", "efgh"], 9) == ["abcd", "efgh"]


def test_empty_pieces_vanish() -> None:
    assert pack(["", " \n", "a", ""], 10) == ["a"]
    assert pack([], 10) == []


def test_a_long_piece_is_divided_at_a_line_else_at_a_space_else_anywhere() -> None:
    assert divide("first line\nsecond line", 15) == ["first line", "second line"]
    assert divide("one two three four", 9) == ["one two", "three", "four"]
    assert divide("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert divide("short", 9) == ["short"]


def test_a_line_that_fits_exactly_is_not_cut_short() -> None:
    assert divide("abcde\nfghij\nk", 11) == ["abcde\nfghij", "k"]
    assert divide("abcd efgh", 4) == ["abcd", "efgh"]


def test_the_rest_of_a_long_piece_shares_its_message_with_what_follows() -> None:
    assert pack(["ab", "c" * 12, "d"], 10) == ["ab", "c" * 10, "cc\n\nd"]


def test_no_emoji_of_two_units_is_cut_in_half() -> None:
    assert divide("🚀" * 5, 5, utf16) == ["🚀🚀", "🚀🚀", "🚀"]


def test_what_is_larger_than_the_limit_by_itself_still_comes_to_an_end() -> None:
    assert divide("🚀🚀", 1, utf16) == ["🚀", "🚀"]
