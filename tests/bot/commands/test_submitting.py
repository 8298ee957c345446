"""Readers send something in, operators review it, and readers hear what became of it."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.app import open_look
from bot.commands.reply import Reply
from bot.curation.nouns import SUBMISSION_SOURCE, Status
from bot.errors import SourceError
from bot.messages import messages
from bot.model import PICK, ChatKind, Item, Section, StoredItem
from tests.bot.sources.server import LoopbackServer
from tests.conversation import Conversation, item, titles

pytestmark = pytest.mark.asyncio

say_en = messages("en")
OPERATOR = "me"
URL = "https://example.org/post"
KEY = "url:example.org/post"
DAY = timedelta(days=1)


async def stored(talk: Conversation, key: str = KEY) -> StoredItem | None:
    return await talk.app.store.items.find(key)


async def found(talk: Conversation, key: str = KEY) -> StoredItem:
    item_ = await stored(talk, key)
    assert item_ is not None
    return item_


async def look(talk: Conversation, **told: object) -> None:
    """The pages say this of themselves."""

    async def read(draft: Item, _: datetime) -> Item:
        return replace(draft, **told)  # type: ignore[arg-type]

    await talk.app.submissions.look(read, talk.clock.now())


def commands(reply: Reply) -> list[str]:
    return [choice.command for choice in reply.choices]


async def waiting(talk: Conversation) -> int:
    return await talk.app.submissions.count_pending()


# ------------------------------------------------------------------------------------ sending in


@pytest.mark.parametrize("command", ["/submit", "投稿", "/推薦", "投稿 "])
async def test_it_is_answered_at_once_and_kept(talk: Conversation, command: str) -> None:
    answer = await talk.say(f"{command} {URL} A good read")
    assert answer.startswith(f"{say_en('submit.thanks')}\n{say_en('submit.next')}\n\n")
    assert "  1  Thank me as “ann”  →  /submit #1 credit ann\n" in answer
    submission = await talk.app.submissions.waiting(1)
    assert (submission.item.url, submission.remark, submission.by) == (
        URL,
        "A good read",
        "console:ann",
    )
    assert await stored(talk) is None


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "ftp://example.org/x",
        "javascript:alert(1)",
        "https://",
        "file:///etc/passwd",
        "#x",
    ],
)
async def test_what_is_no_address_gets_a_sentence(talk: Conversation, address: str) -> None:
    assert await talk.say(f"/submit {address}") == say_en("submit.invalid")
    assert await waiting(talk) == 0


async def test_an_arxiv_paper_by_any_name_is_its_abstract_page(talk: Conversation) -> None:
    await talk.say("/submit 2403.01234v2")
    assert (await talk.app.submissions.waiting(1)).item.url == "https://arxiv.org/abs/2403.01234"
    assert "sent that in already" in await talk.say("/submit https://arxiv.org/pdf/2403.01234")


async def test_what_waits_already_is_not_filed_twice(talk: Conversation) -> None:
    await talk.say(f"/submit {URL}")
    assert "already" in await talk.say("/submit http://www.example.org/post/?utm_source=x")
    answer = await talk.ask(f"/submit {URL}", "bob")
    assert say_en("submit.waiting") in str(answer)
    assert answer.choices == ()
    assert await waiting(talk) == 1


async def test_what_is_known_is_shown_and_a_remark_goes_to_the_editors(talk: Conversation) -> None:
    await talk.fetch(item(KEY, "cv", title="Known", url=URL))
    answer = await talk.say(f"/submit {URL}")
    assert "Known" in answer
    assert say_en("submit.add_remark") in answer
    assert await waiting(talk) == 0
    await talk.say(f"/submit {URL} I wrote it")
    await talk.say("/queue 1 accept", OPERATOR)
    kept = (await found(talk)).item
    assert (kept.title, kept.source, kept.note) == ("Known", "test", "I wrote it")


async def test_the_sample_is_not_yet_in_the_paper(talk: Conversation) -> None:
    sample = (await talk.read()).sections[0].entries[0]
    assert say_en("submit.thanks") in await talk.say(f"/submit {sample.url}")


async def test_so_many_a_day_and_no_more(talk: Conversation) -> None:
    for number in range(10):
        await talk.say(f"/submit {URL}/{number}")
    refused = say_en("submit.too_many", n=10)
    assert await talk.say(f"/submit {URL}/10") == refused
    await talk.say("/submit #1 withdraw")
    assert await talk.say(f"/submit {URL}/10") == refused
    assert say_en("submit.thanks") in await talk.say(f"/submit {URL}/10", "bob")
    talk.clock.move(DAY)
    assert say_en("submit.thanks") in await talk.say(f"/submit {URL}/11")


async def test_a_hostile_remark_does_no_harm(talk: Conversation) -> None:
    hostile = "@everyone <@123> mail a@b.org \u202eevil\u2066 <b>\n\x1b[31m" + "x " * 3000
    await talk.say(f"/submit {URL} {hostile}")
    remark = (await talk.app.submissions.waiting(1)).remark
    assert remark.startswith("＠everyone <＠123> mail a@b.org evil <b> [31mx x")
    assert len(remark) <= 500
    await talk.say(f"/submit {URL}/2 {'@' * 4000}")
    assert "\u202e" not in await talk.say("/queue 1", OPERATOR)


# ----------------------------------------------------------------------------------- one's own


async def test_ones_own_are_listed_with_their_state(talk: Conversation) -> None:
    assert await talk.say("/submit") == say_en("submit.how")
    for number in range(4):
        await talk.say(f"/submit {URL}/{number}")
    await talk.say("/submit #1 withdraw")
    await talk.say("/queue 2 accept", OPERATOR)
    await talk.say("/queue 3 reject topic", OPERATOR)
    listed = await talk.say("/submit")
    for number, state in enumerate(("withdrawn", "accepted", "rejected", "pending"), 1):
        assert f"#{number} · {say_en(f'submission.{state}')}" in listed
    assert await talk.say("/submit", "bob") == say_en("submit.how")


async def test_only_ones_own_can_be_changed(talk: Conversation) -> None:
    await talk.say(f"/submit {URL}")
    for words in ("withdraw", "credit Bob"):
        answer = await talk.say(f"/submit #1 {words}", "bob")
        assert answer == say_en("submit.not_yours", number=1)
    assert (await talk.app.submissions.waiting(1)).credit == ""
    assert "/submit #1 credit NAME" in await talk.say("/submit #1")
    assert "does not wait" in await talk.say("/submit #99 withdraw")


async def test_nobody_is_named_unless_they_wish(talk: Conversation) -> None:
    for number in (1, 2, 3):
        await talk.say(f"/submit {URL}/{number} Remark")
    await talk.say("/submit #2 credit @Ann\u202e Lee")
    await talk.say("/submit #3 credit Ann")
    await talk.say("/submit #3 credit")
    for number in (1, 2, 3):
        await talk.say(f"/queue {number} accept", OPERATOR)
    notes = [(await found(talk, f"{KEY}/{number}")).item.note for number in (1, 2, 3)]
    assert notes == ["Remark", "Remark — Ann Lee", "Remark"]


async def test_in_a_group_anyone_may_send_in_and_the_group_hears(talk: Conversation) -> None:
    talk.adapter.administrators = {}
    answer = await talk.ask(f"/submit {URL}", "ann", chat="group", kind=ChatKind.GROUP)
    assert commands(answer) == ["/submit #1 withdraw"]
    await talk.say("/queue 1 accept", OPERATOR)
    assert +await talk.tell() == {"sent": 1}
    assert len(await talk.inbox("group")) == 1


# ------------------------------------------------------------------------------------- reviewing


@pytest.mark.parametrize("words", ["", "1", "1 accept", "1 reject no", "1 title X", "page 2"])
async def test_strangers_review_nothing(talk: Conversation, words: str) -> None:
    await talk.say(f"/submit {URL}")
    assert await talk.say(f"/queue {words}", "eve") == say_en("error.operators_only")
    assert await talk.say(f"审稿 {words}", "ann") == say_en("error.operators_only")
    assert (await talk.app.submissions.waiting(1)).status is Status.PENDING


async def test_the_right_is_checked_each_time(talk: Conversation) -> None:
    await talk.say(f"/submit {URL}")
    buttons = commands(await talk.ask("/queue 1", OPERATOR))
    talk.dispatcher._services = replace(talk.dispatcher._services, operators=frozenset())
    for button in buttons:
        assert await talk.say(button, OPERATOR) == say_en("error.operators_only")


async def test_the_queue_is_paged_the_longest_waiting_first(talk: Conversation) -> None:
    assert await talk.say("/queue", OPERATOR) == say_en("queue.empty")
    for number in range(9):
        await talk.say(f"/submit {URL}/{number}")
    first = await talk.ask("/queue", OPERATOR)
    assert commands(first) == [f"/queue {number}" for number in range(1, 9)]
    assert first.page is not None
    assert first.page.total == 2
    second = await talk.ask(f"{first.page.command} 2", OPERATOR)
    assert commands(second) == ["/queue 9"]
    assert commands(await talk.ask("/queue page 99", OPERATOR)) == ["/queue 9"]


async def test_accepting_puts_it_into_the_paper_classified(talk: Conversation) -> None:
    await talk.say(f"/submit {URL} Nice")
    await look(talk, title="Object detection with transformers", summary={"en": "It detects."})
    reply = await talk.ask("/queue 1", OPERATOR)
    assert commands(reply) == ["/queue 1 accept", "/queue 1 pick", "/queue 1 reject"]
    await talk.say("/queue 1 accept", OPERATOR)
    kept = (await found(talk)).item
    assert kept.source == SUBMISSION_SOURCE
    assert "detection" in {topic.id for topic in kept.topics}
    assert kept.note == "Nice"
    assert titles(await talk.read()) == ["Object detection with transformers"]
    for words in ("accept", "reject no", "title X", ""):
        assert "does not wait" in await talk.say(f"/queue 1 {words}", OPERATOR)


async def test_a_pick_is_accepted_as_such(talk: Conversation) -> None:
    await talk.say(f"/submit {URL}")
    await talk.say("/queue 1 pick", OPERATOR)
    assert (await found(talk)).item.signals == {PICK: 1.0}


async def test_what_the_reviewer_edits_stands_whatever_the_page_says(talk: Conversation) -> None:
    await talk.say(f"/submit {URL} Their remark")
    await talk.say("/queue 1 title Mine", OPERATOR)
    await talk.say("/queue 1 topics nlp", OPERATOR)
    await look(talk, title="The page's", section=Section.TOOLS, summary={"en": "The page's."})
    await talk.say("/queue 1 note My note", OPERATOR)
    shown = await talk.say("/queue 1", OPERATOR)
    assert all(word in shown for word in ("Mine", "The page's.", "My note", "tools"))
    await talk.say("/queue 1 accept", OPERATOR)
    kept = (await found(talk)).item
    assert (kept.title, kept.section, kept.note) == ("Mine", Section.TOOLS, "My note")
    assert [topic.id for topic in kept.topics] == ["nlp"]


async def test_wrong_words_explain_the_desk(talk: Conversation) -> None:
    await talk.say(f"/submit {URL}")
    for words in ("x", "1 frobnicate", "1 title", "-1", "9" * 30):
        assert await talk.say(f"/queue {words}", OPERATOR) == say_en("queue.how")


async def test_a_page_that_cant_be_read_leaves_the_address(talk: Conversation) -> None:
    async def fail(_: Item, __: datetime) -> Item:
        raise SourceError("example.org: did not answer within 20 s")

    await talk.say(f"/submit {URL}")
    assert say_en("queue.unread") in await talk.say("/queue 1", OPERATOR)
    looks = 0
    for _ in range(400):
        looks += await talk.app.submissions.look(fail, talk.clock.now())
        talk.clock.move(timedelta(minutes=1))
    assert looks == 4
    assert "did not answer within 20 s" in await talk.say("/queue 1", OPERATOR)
    await talk.say("/queue 1 accept", OPERATOR)
    assert (await found(talk)).item.title == "example.org/post"


async def test_a_fault_in_one_page_leaves_the_others(talk: Conversation) -> None:
    async def read(draft: Item, _: datetime) -> Item:
        if draft.url.endswith("/bad"):
            raise ValueError("a mistake of ours")
        return replace(draft, title="Good")

    await talk.say(f"/submit {URL}/bad")
    await talk.say(f"/submit {URL}/good")
    await talk.app.submissions.look(read, talk.clock.now())
    assert "ValueError" in (await talk.app.submissions.waiting(1)).trouble
    assert (await talk.app.submissions.waiting(2)).item.title == "Good"


# --------------------------------------------------------------------------- history and removal


async def test_an_acceptance_is_a_revision_that_can_be_undone(talk: Conversation) -> None:
    await talk.say(f"/submit {URL}")
    await talk.say("/queue 1 accept", OPERATOR)
    assert "example.org/post" in titles(await talk.read())
    assert say_en("revision.accept") in await talk.say(f"/history {URL}")
    await talk.say("/undo", OPERATOR)
    assert titles(await talk.read()) == []
    await talk.say("/undo", OPERATOR)
    assert titles(await talk.read()) == ["example.org/post"]


async def test_what_was_removed_can_be_sent_in_again(talk: Conversation) -> None:
    await talk.fetch(item(KEY, "cv", url=URL))
    await talk.say(f"/remove {URL}", OPERATOR)
    assert say_en("submit.thanks") in await talk.say(f"/submit {URL}")
    await talk.say("/queue 1 accept", OPERATOR)
    assert not (await found(talk)).removed


# --------------------------------------------------------------------------------- being told


async def test_the_reader_hears_the_verdict_once_in_their_language(talk: Conversation) -> None:
    await talk.say("/language zh-CN", "bob")
    for who in ("ann", "bob"):
        await talk.say(f"/submit {URL}/{who}", who)
    await talk.say("/queue 1 accept", OPERATOR)
    await talk.say("/queue 2 reject advert", OPERATOR)
    assert +await talk.tell() == {"sent": 2}
    assert +await talk.tell() == {}
    (ann,), (bob,) = await talk.inbox("ann"), await talk.inbox("bob")
    assert ann == say_en("told.accepted", title="example.org/post/ann", url=f"{URL}/ann")
    assert messages("zh-CN")("reason.advert") in bob


async def test_a_reason_is_asked_for_and_may_be_ones_own(talk: Conversation) -> None:
    await talk.say(f"/submit {URL}")
    asked = await talk.ask("/queue 1 reject", OPERATOR)
    assert "/queue 1 reject advert" in commands(asked)
    await talk.say("/queue 1 reject Too long, @ann.", OPERATOR)
    await talk.tell()
    assert "Too long, ＠ann." in (await talk.inbox("ann"))[0]


# ------------------------------------------------------------------------------ export, forget


async def test_the_export_holds_what_one_sent_in_and_changed(talk: Conversation) -> None:
    await talk.say(f"/submit {URL} Remark", OPERATOR)
    await talk.say("/queue 1 accept", OPERATOR)
    exported = await talk.say("/export", OPERATOR)
    content = json.loads(exported[exported.index("{") :])
    (submission,) = content["submissions"]
    assert (submission["url"], submission["remark"], submission["status"]) == (
        URL,
        "Remark",
        "accepted",
    )
    (revision,) = content["revisions"]
    assert revision["changes"]["note"] == [None, "Remark"]
    other = await talk.say("/export", "bob")
    assert json.loads(other[other.index("{") :])["submissions"] == []


async def test_who_is_forgotten_is_named_nowhere(talk: Conversation) -> None:
    for number in (1, 2, 3):
        await talk.say(f"/submit {URL}/{number} Remark")
        await talk.say(f"/submit #{number} credit Ann Lee")
    await talk.say("/queue 1 accept", OPERATOR)
    await talk.say("/queue 2 reject topic", OPERATOR)
    await talk.say("/forget yes")
    assert (await found(talk, f"{KEY}/1")).item.note == "Remark"
    assert await waiting(talk) == 0
    assert +await talk.tell() == {}
    assert await talk.say("/submit") == say_en("submit.how")
    history = await talk.app.store.revisions.of_item((await found(talk, f"{KEY}/1")).id, 9)
    assert "Ann" not in str(history)
    with closing(sqlite3.connect(talk.app.settings.data_dir / "ribao.db")) as database:
        assert not [
            line for line in database.iterdump() if "Ann Lee" in line or "console:ann" in line
        ]


async def test_forgetting_a_group_forgets_what_came_from_it_only(talk: Conversation) -> None:
    await talk.say(f"/submit {URL}/own")
    await talk.say(f"/submit {URL}/group", chat="group", kind=ChatKind.GROUP)
    await talk.say("/forget yes", chat="group", kind=ChatKind.GROUP)
    assert [s.item.url for s in await talk.app.submissions.pending(limit=9)] == [f"{URL}/own"]


async def test_an_operator_who_is_forgotten_leaves_the_changes(talk: Conversation) -> None:
    await talk.fetch(item(KEY, "cv", url=URL))
    await talk.say(f"/submit {URL}/2")
    await talk.say(f"/edit {URL} title New", OPERATOR)
    await talk.say("/queue 1 accept", OPERATOR)
    await talk.say("/forget yes", OPERATOR)
    assert (await found(talk)).item.title == "New"
    assert say_en("history.nobody") in await talk.say(f"/history {URL}", OPERATOR)
    assert +await talk.tell() == {"sent": 1}


async def test_what_leads_to_this_machine_is_never_asked(talk: Conversation) -> None:
    server = LoopbackServer()
    await server.start()
    try:
        await talk.say(f"/submit {server.url('/x')}")
        await talk.say(f"/submit {server.url('/y', 'localhost')}")
        async with open_look(talk.app) as look_at:
            assert await talk.app.submissions.look(look_at, talk.clock.now()) == 2
    finally:
        await server.stop()
    assert server.connections == 0
    for number in (1, 2):
        assert "private" in (await talk.app.submissions.waiting(number)).trouble
