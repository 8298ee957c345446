"""Stats in the chat, and a word to all readers: previewed, confirmed, sent once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.console.adapter import ConsoleAdapter
from bot import announcing
from bot.announcing import Announcer
from bot.broadcasts import DRAFT_AGE, MAX_TEXT
from bot.commands.reply import Reply, Text
from bot.delivery.outlet import Limits
from bot.jobs import jobs
from bot.keeper import Keeper
from bot.messages import messages
from bot.model import BULLETIN_LIFE, ChatAddress
from bot.store.tables import meta
from tests.bot.delivery.test_sending import tick_of
from tests.conversation import Conversation
from tests.outlets import ScriptedPlatform

pytestmark = pytest.mark.asyncio

OPERATOR = "me"
WORD = "Ribao moves tonight.\nhttps://example.org/move"
en = messages("en")


async def readers(talk: Conversation, *names: str) -> None:
    for name in names:
        await talk.say("/subscribe cv", name)


class Elsewhere(ConsoleAdapter):
    """Another platform."""

    platform = "elsewhere"


async def publish(talk: Conversation) -> int:
    return await talk.app.announcer([talk.adapter]).publish(talk.clock.now())


async def send(talk: Conversation, text: str = WORD) -> Reply:
    preview = await talk.ask(f"/broadcast {text}", OPERATOR)
    return await talk.ask(preview.choices[0].command, OPERATOR)


async def test_it_is_seen_and_counted_first_and_sent_when_confirmed(talk: Conversation) -> None:
    await readers(talk, "ann", "bob", "eve")
    await talk.say("/pause", "bob")
    await talk.say("/unsubscribe all", "eve")
    await talk.say("/today", "who never subscribed")
    preview = await talk.ask(f"/broadcast {WORD}", OPERATOR)
    assert Text(WORD) in preview.blocks
    assert [choice.label for choice in preview.choices] == ["Send to 2 chats", "Drop it"]
    assert preview.private
    assert await publish(talk) == 0, "nothing goes before it is confirmed"
    await talk.ask(preview.choices[0].command, OPERATOR)
    platform = ScriptedPlatform()
    assert await publish(talk) == 2
    await tick_of(talk, platform).courier.deliver(talk.clock.now())
    assert sorted(message.chat for message in platform.arrived) == ["ann", "bob"]
    assert all(WORD in message.payload for message in platform.arrived)


async def test_a_platform_that_nobody_hears_of_it_on_is_not_named(talk: Conversation) -> None:
    await readers(talk, "ann")
    await talk.app.editions().publish(talk.clock.now())
    reply = await talk.ask(f"/broadcast {WORD}", OPERATOR)
    told = [block.text for block in reply.blocks if isinstance(block, Text)]
    assert any("It goes to 1 chat: console 1. Nothing" in text for text in told)


async def test_nobody_is_told_twice(talk: Conversation) -> None:
    await readers(talk, "ann")
    preview = await talk.ask(f"/broadcast {WORD}", OPERATOR)
    for _ in range(3):
        await talk.ask(preview.choices[0].command, OPERATOR)
        await publish(talk)
    # As after a kill between the ledger and the mark that it has all.
    (sent,) = await talk.app.store.broadcasts.confirmed(9)
    announcer = talk.app.announcer([talk.adapter])
    account = (talk.adapter.platform, talk.adapter.account)
    assert await announcer._publish(sent, {account}, talk.clock.now()) == 0
    platform = ScriptedPlatform()
    for _ in range(2):
        await tick_of(talk, platform).courier.deliver(talk.clock.now())
    assert len(platform.arrived) == 1


async def test_a_draft_can_be_dropped_and_grows_old(talk: Conversation) -> None:
    await readers(talk, "ann")
    dropped = await talk.ask(f"/broadcast {WORD}", OPERATOR)
    assert await talk.say(dropped.choices[1].command, OPERATOR) == en("broadcast.discarded")
    old = await talk.ask(f"/broadcast {WORD}", OPERATOR)
    talk.clock.move(DRAFT_AGE + timedelta(seconds=1))
    for stale in (dropped.choices[0].command, old.choices[0].command, "/broadcast send 99"):
        assert await talk.say(stale, OPERATOR) == en("broadcast.stale")
    assert await publish(talk) == 0


async def test_how_far_it_is_can_be_asked(talk: Conversation) -> None:
    await readers(talk, "ann", "bob")
    told = await send(talk)
    again = told.choices[0].command
    assert en("broadcast.sending") in await talk.say(again, OPERATOR)
    await publish(talk)
    assert "On its way: ready 2" in await talk.say(again, OPERATOR)
    await talk.tick().courier.deliver(talk.clock.now())
    assert "Done: sent 2" in await talk.say(again, OPERATOR)
    assert "Done: sent 2" in await talk.say("/broadcast", OPERATOR)


async def test_no_mark_is_left_of_a_broadcast_that_is_in_the_ledger(talk: Conversation) -> None:
    await readers(talk, "ann")
    async with talk.app.store.database.read() as connection:
        before = set((await connection.execute(select(meta.c.key))).scalars())
    for _ in range(11):
        await send(talk)
        await publish(talk)
    async with talk.app.store.database.read() as connection:
        assert set((await connection.execute(select(meta.c.key))).scalars()) == before


async def test_a_crowd_is_told_so_slowly_that_issues_are_not_held_up(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "PAGE", 2)
    await readers(talk, *(f"reader{n}" for n in range(7)))
    await send(talk)
    platform = ScriptedPlatform(limits=Limits(per_second=5.0))
    store, courier = talk.app.store, tick_of(talk, platform).courier
    (account,) = courier.senders
    outlets = {account: platform.outlet()}
    announcer = Announcer(store.broadcasts, store.chats, store.ledger, store.notes, outlets)
    await announcer.publish(talk.clock.now())
    for arrived in (1, 2, 3):
        await courier.deliver(talk.clock.now())
        assert len(platform.arrived) == arrived
        talk.clock.move(timedelta(seconds=1))


async def test_processes_with_platforms_of_their_own_do_each_their_part(
    talk: Conversation, tmp_path: Path
) -> None:
    """Neither ends the broadcast, nor holds a lease, before the chats of the other have it."""
    await readers(talk, "ann", "bob")
    address = ChatAddress(Elsewhere.platform, Elsewhere.account, "eve")
    eve = replace(await talk.chat("bob"), id=0, address=address)
    await talk.app.store.chats.add(eve, talk.clock.now())
    told = await send(talk)
    elsewhere = Elsewhere(talk.adapter.mailbox, tmp_path, "eve")
    tick, store = talk.tick(), talk.app.store
    for adapter in (talk.adapter, elsewhere):
        assert en("broadcast.sending") in await talk.say(told.choices[0].command, OPERATOR)
        keeper = Keeper(store.leases, talk.clock, f"machine:1:{adapter.platform}")
        for job in jobs(talk.app, [adapter], tick, keeper):
            if job.name in {"desk", "notices", "broadcasts"}:
                await job.run(talk.clock.now())
        assert all(keeper.leases.values())
    assert "On its way: ready 3" in await talk.say(told.choices[0].command, OPERATOR)


async def test_what_no_process_can_send_for_days_is_dropped(talk: Conversation) -> None:
    await readers(talk, "ann")
    await send(talk)
    talk.clock.move(BULLETIN_LIFE + timedelta(seconds=1))
    assert await publish(talk) == 0
    assert await talk.app.store.broadcasts.unpublished() == ()


@pytest.mark.parametrize("text", ["status x", "status", "send", "Discard no.3"])
async def test_a_verb_without_its_number_is_no_word_to_all(talk: Conversation, text: str) -> None:
    await readers(talk, "ann")
    assert await talk.say(f"/broadcast {text}", OPERATOR) == en("broadcast.which")
    for word in ("Send us a word", "Status update", "Send feedback!"):
        assert en("broadcast.preview") in await talk.say(f"/broadcast {word}", OPERATOR)


async def test_what_can_not_be_sent_is_told(talk: Conversation) -> None:
    assert await talk.say(f"/broadcast {WORD}", OPERATOR) == en("broadcast.nobody")
    await readers(talk, "ann")
    told = await talk.say("/broadcast " + "x" * (MAX_TEXT + 1), OPERATOR)
    assert told == en("broadcast.too_long", n=MAX_TEXT, length=MAX_TEXT + 1)
    assert en("broadcast.preview") in await talk.say("/broadcast " + "x" * MAX_TEXT, OPERATOR)
    assert await talk.say(f"/broadcast {WORD}", "ann") == en("error.operators_only")
    assert await talk.say("/stats", "ann") == en("error.operators_only")


async def test_an_operator_is_forgotten_and_what_was_sent_is_not(talk: Conversation) -> None:
    await readers(talk, "ann")
    await send(talk)
    await talk.say("/forget yes", OPERATOR)
    (sent,) = await talk.app.store.broadcasts.confirmed(9)
    assert (sent.text, sent.by) == (WORD, None)


async def test_stats_tell_what_there_is(talk: Conversation) -> None:
    await readers(talk, "ann", "bob")
    told = await talk.say("/stats", OPERATOR)
    assert "3, of which 2 with a daily issue" in told
    talk.clock.move(timedelta(days=1))
    await talk.tick().run(talk.clock.now())
    told = await talk.say("/stats", OPERATOR)
    assert "sent 2" in told
    assert "2 issues; messages: about 2." in told
