"""The pacer: never above the limit in any second, never idle for long where there is work."""

import heapq
import random
from bisect import bisect_left
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import MOST_GIVEN_BACK, Pacer

rates = st.sampled_from([1.0, 5.0, 20.0, 30.0, 50.0, 1000.0]) | st.floats(1, 1000)
delay = st.sampled_from([0.0, 0.0, 0.0, 0.001, 0.005, 0.02, 0.3, 2.0])
ways = st.lists(st.tuples(delay, delay, delay), max_size=300)

Way = tuple[float, float, float]
"""Of a message: how late the sender wakes, the way there, and the way back."""


def run(pacer: Pacer, ways: Sequence[Way], workers: int = 8) -> list[float]:
    """Send as soon as the pacer and the workers allow; returns when messages arrived."""
    now, arrived = 100.0, []
    under_way: list[tuple[float, float]] = []

    def move_to(then: float) -> float:
        while under_way and under_way[0][0] <= then:
            answered, sent = heapq.heappop(under_way)
            pacer.answered(sent, answered)
        return then

    for late, there, back in ways:
        while len(under_way) == workers or pacer.wait(now) > 0:
            again = [now + pacer.wait(now)] if len(under_way) < workers else []
            now = move_to(min([*again, *(answered for answered, _ in under_way[:1])]))
        now = move_to(now + late)
        pacer.take(now)
        arrived.append(now + there)
        heapq.heappush(under_way, (now + there + back, now))
    move_to(float("inf"))
    return sorted(arrived)


def most_in_a_second(arrived: Sequence[float]) -> int:
    # What is a second later by sums of floats may be a hair less.
    return max((bisect_left(arrived, at + 1 - 1e-9) - n for n, at in enumerate(arrived)), default=0)


@given(rates, ways)
def test_no_second_holds_more_than_the_limit_where_messages_arrive(
    rate: float, ways: list[Way]
) -> None:
    ways = [(late, there, MOST_GIVEN_BACK + back) for late, there, back in ways]
    assert most_in_a_second(run(Pacer(rate), ways)) <= int(rate)


def far(chance: random.Random) -> tuple[float, float]:
    return 0.015 + chance.expovariate(1 / 0.003), 0.015 + chance.expovariate(1 / 0.001)


def near(chance: random.Random) -> tuple[float, float]:
    """A busy machine: what arrives is seen up to 15 ms later."""
    return chance.uniform(0, 0.015), chance.uniform(0.0005, 0.002)


@pytest.mark.parametrize("way", [far, near])
@pytest.mark.parametrize("seed", range(8))
def test_the_limit_is_kept_and_used(
    seed: int, way: Callable[[random.Random], tuple[float, float]]
) -> None:
    chance = random.Random(seed)
    arrived = run(Pacer(30), [(chance.expovariate(1 / 0.004), *way(chance)) for _ in range(600)])
    assert most_in_a_second(arrived) <= 30
    assert 20.0 <= arrived[-1] - arrived[0] <= 20.5


def test_a_rate_beyond_the_timer_is_kept_and_used() -> None:
    """The event loop wakes at whole milliseconds, at which 1000 a second are one each."""
    chance = random.Random(8)
    ways = [(chance.uniform(0, 0.0015), 0.025, 0.025) for _ in range(3000)]
    arrived = run(Pacer(1000), ways, workers=80)
    assert most_in_a_second(arrived) <= 1000
    assert arrived[-1] - arrived[0] <= 3000 / 900


def test_what_hangs_takes_up_no_more_than_its_own_place() -> None:
    ways = [(0.0, 0.01, 10.0 if n in {3, 50} else 0.01) for n in range(300)]
    arrived = run(Pacer(30), ways)
    assert most_in_a_second(arrived) <= 30
    assert arrived[-1] - arrived[0] < 11.5


def test_tokens_do_not_pile_up() -> None:
    pacer = Pacer(30)
    pacer.take(100.0)
    pacer.answered(100.0, 100.1)
    assert pacer.wait(500.0) == 0
    pacer.take(500.0)
    assert pacer.wait(500.0) > 1 / 50


def test_without_a_limit_nothing_waits() -> None:
    assert run(Pacer(None), [(0.0, 0.0, 0.0)] * 100)[-1] == 100.0


def test_a_rate_that_it_can_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Pacer(0.5)


def test_it_tells_how_much_of_the_limit_is_used() -> None:
    pacer = Pacer(10)
    assert pacer.used(100.0) == 0
    for _ in range(5):
        pacer.take(100.0)
    assert pacer.used(100.0) == 0.5
    for _ in range(4):
        pacer.answered(100.0, 100.01)
    assert (pacer.used(100.9), pacer.used(102.0)) == (0.5, 0.1)
    assert Pacer(None).used(100.0) == 0
