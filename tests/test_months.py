"""Two days of a Ribao whose platform, process and clock all fail; a month is in ``tests/soak``."""

from tests.conversation import Conversation
from tests.months import Unsteady, come_to_rest, live, look_for_violations, settle_in


async def test_each_reader_gets_each_days_issue(talk: Conversation) -> None:
    platform = Unsteady()
    await settle_in(talk, readers=8)
    life = await live(talk, platform, days=2)
    await come_to_rest(talk, platform, days=2)
    await look_for_violations(talk, platform, life, readers=8, days=2)
    assert life.deaths
    assert platform.doubted
