"""100,000 issues made to break Telegram's rendering (`make soak`); ``SOAK_ISSUES`` takes fewer."""

import os
import random
import time

import pytest

from tests.telegram.held import hold, hostile_issue

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]

ISSUES = int(os.environ.get("SOAK_ISSUES", "100000"))
SHARES = 10


@pytest.mark.parametrize("share", range(SHARES))
def test_telegram_takes_and_shows_them_all(share: int) -> None:
    start = time.process_time()
    for number in range(ISSUES // SHARES):
        seed = f"{share}/{number}"
        try:
            hold(hostile_issue(random.Random(seed)))
        except BaseException:
            print(f"with the seed {seed!r}")
            raise
    print(f"{ISSUES // SHARES} issues in {time.process_time() - start:.0f} s")
