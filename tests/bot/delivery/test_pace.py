"""The pacer: never above the limit in any second, never idle for long where there is work."""

import math
import random
from bisect import bisect_left
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import Pacer

rates = st.sampled_from([1.0, 5.0, 20.0, 30.0, 50.0, 1000.0]) | st.floats(1, 1000)
delays = st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.001, 0.005, 0.02, 0.3, 2.0]), max_size=300)


def run(pacer: Pacer, lateness: Sequence[float]) -> list[float]:
    """Send as soon as the pacer allows, each message by so much later."""
    now = 100.0
    sent = []
    for late in lateness:
        now += pacer.wait(now)
        now += late
        pacer.take(now)
        sent.append(now)
    return sent


def most_in_a_second(sent: Sequence[float]) -> int:
    return max((bisect_left(sent, start + 1.0) - n for n, start in enumerate(sent)), default=0)


@given(rates, delays)
def test_no_second_holds_more_than_the_limit(rate: float, lateness: list[float]) -> None:
    assert most_in_a_second(run(Pacer(rate), lateness)) <= math.ceil(rate)


@given(st.floats(0, 0.004))
def test_the_limit_is_used(late: float) -> None:
    """Also where each message is late by as much as an event loop may be."""
    sent = run(Pacer(30), [late] * 600)
    assert 20.0 <= sent[-1] - sent[0] <= 20.5


@pytest.mark.parametrize("seed", range(20))
def test_the_limit_is_kept_and_used_as_the_platform_sees_it(seed: int) -> None:
    """By chance woken late, mostly by a little, and arriving up to 15 ms after they went."""
    chance = random.Random(seed)
    sent = run(Pacer(30), [chance.expovariate(1 / 0.004) for _ in range(600)])
    arrived = sorted(at + chance.uniform(0, 0.015) for at in sent)
    assert most_in_a_second(arrived) <= 30
    assert 20.0 <= arrived[-1] - arrived[0] <= 20.5


def test_tokens_do_not_pile_up() -> None:
    pacer = Pacer(30)
    pacer.take(100.0)
    assert pacer.wait(500.0) == 0
    pacer.take(500.0)
    assert pacer.wait(500.0) > 1 / 50


@given(st.floats(0, 50_000), st.floats(0, 50_000))
def test_a_pause_holds_whatever_is_asked(first: float, second: float) -> None:
    pacer = Pacer(None)
    pacer.pause(first)
    pacer.pause(second)
    assert pacer.wait(0.0) == max(first, second)
    assert pacer.wait(max(first, second)) == 0


def test_without_a_limit_nothing_waits() -> None:
    assert run(Pacer(None), [0.0] * 100)[-1] == 100.0


def test_a_rate_that_it_can_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Pacer(0.5)


def test_it_tells_how_much_of_the_limit_is_used() -> None:
    pacer = Pacer(10)
    assert pacer.used(100.0) == 0
    last = run(pacer, [0.0] * 5)[-1]
    assert pacer.used(last) == 0.5
    assert pacer.used(last + 0.9) == pytest.approx(0.2, abs=0.11)
    last = run(pacer, [0.0] * 50)[-1]
    assert pacer.used(last) == 1
    assert pacer.used(last + 2) == 0
    unlimited = Pacer(None)
    assert (run(unlimited, [0.0] * 9), unlimited.used(100.0)) == ([100.0] * 9, 0)
