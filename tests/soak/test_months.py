"""30 days at speed, with deaths, faults and leaps of the clock (`make soak`).

``pytest -m soak -rP tests/soak/test_months.py`` tells the figures.
"""

from statistics import median

import pytest

from tests.conversation import Conversation
from tests.months import Unsteady, come_to_rest, live, look_for_violations, settle_in

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

READERS, DAYS = 60, 30


async def test_a_month(talk: Conversation) -> None:
    platform = Unsteady()
    await settle_in(talk, READERS)
    life = await live(talk, platform, DAYS)
    await come_to_rest(talk, platform, DAYS)
    figures = await look_for_violations(talk, platform, life, READERS, DAYS)
    early, late = median(life.memory[9:14]), median(life.memory[-5:])
    print(
        f"{figures}; resident memory {early:.0f} MB about the 12th day, {late:.0f} MB in the last, "
        f"open files {life.files[9]} and {life.files[-1]}"
    )
    assert late - early < 8
    assert life.files[-1] <= life.files[9]
