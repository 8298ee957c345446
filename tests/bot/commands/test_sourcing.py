"""How the sources are doing, for operators only."""

from datetime import timedelta

import pytest

from bot.commands.sourcing import MOST_FAILING
from bot.config import load_sources
from bot.messages import messages
from bot.model import FetchState
from tests.conversation import NOON, Conversation

OPERATOR = "me"
NAMES = [source.name for source in load_sources()]
FAILING = FetchState(
    checked_at=NOON,
    not_before=NOON + timedelta(minutes=40),
    failures=3,
    failing_since=NOON - timedelta(hours=5),
    error="rss.arxiv.org answers 503 Service Unavailable",
)
READ = FetchState(checked_at=NOON, new=4, known=7, dropped={"replacement": 700, "no link": 2})


async def remember(talk: Conversation, **states: FetchState) -> None:
    for name, state in states.items():
        await talk.app.store.sources.save(name.replace("_", " "), state)


async def test_what_fails_is_told_with_reason_and_since_when(talk: Conversation) -> None:
    await remember(talk, arXiv_AI=FAILING, OpenAI=READ, Gone=FAILING)
    told = await talk.say("/sources", OPERATOR)
    assert f"{len(NAMES)} sources; failing: 1, not read yet: {len(NAMES) - 2}" in told
    assert "rss.arxiv.org answers 503 Service Unavailable (3 times in a row, since" in told
    assert "arXiv AI" in told
    assert "Gone" not in told  # it is no longer configured
    assert "replacement" in told
    assert "700" in told


async def test_one_source(talk: Conversation) -> None:
    await remember(talk, OpenAI=READ)
    told = await talk.say("/sources openai", OPERATOR)
    for words in ("Last read", "Known already", "7", "no link", "replacement"):
        assert words in told
    assert "has not been read yet" in await talk.say("/sources LMSYS", OPERATOR)
    assert "no source “Nowhere”" in await talk.say("/sources Nowhere", OPERATOR)


async def test_a_list_brings_its_feeds_along(talk: Conversation) -> None:
    name = NAMES[0]
    await talk.app.store.sources.save(f"{name}: a feed", FAILING)
    assert f"{name}: a feed" in await talk.say("/sources", OPERATOR)


async def test_a_great_many_fail(talk: Conversation) -> None:
    for name in NAMES:
        await talk.app.store.sources.save(name, FAILING)
    told = await talk.say("/sources", OPERATOR)
    assert f"and {len(NAMES) - MOST_FAILING} more" in told


@pytest.mark.parametrize("text", ["/sources", "/sources OpenAI", "/来源"])
async def test_others_learn_nothing(talk: Conversation, text: str) -> None:
    assert await talk.say(text, "eve") == messages("en")("error.operators_only")
