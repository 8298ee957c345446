"""100,000 issues of hostile texts on Discord: bounds, markup, mentions, links and words."""

import pytest

from tests.discord.hostile import a_hostile_issue, hold_to_account

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

SHARES, EACH = 20, 5_000


@pytest.mark.parametrize("share", range(SHARES))
def test_hostile_issues_are_shown_as_they_are(share: int) -> None:
    for seed in range(share * EACH, (share + 1) * EACH):
        try:
            hold_to_account(a_hostile_issue(seed))
        except AssertionError as error:
            raise AssertionError(f"issue {seed}: {error}") from error
