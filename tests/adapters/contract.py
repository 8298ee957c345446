"""What every platform adapter must do.

A platform joins with a subclass of ``AdapterContract`` that has one fixture, ``subject``: its
adapter against a server of its own, and a look at what arrived there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import pytest

from bot.commands.context import Incoming
from bot.commands.reply import Reply
from bot.messages import messages
from bot.model import LANGUAGES, ChatAddress, ChatKind, Entry, Issue, IssueSection, Link, Section
from bot.platform import Adapter

PAPER = Entry(
    number=1,
    title="A paper on cats",
    url="https://arxiv.org/abs/2611.00001",
    section=Section.PAPERS,
    published="Nov 17, 2026",
    field="Computer vision",
    tasks=("Object detection", "Diffusion models"),
    authors=("Ada Lovelace", "Alan Turing"),
    authors_more=False,
    venue="CVPR 2027",
    introduction="Cats, in short.",
    abstract="Cats, at length.",
    code_urls=("https://github.com/ada/cats",),
    links=(Link("Demo", "https://example.org/demo"),),
    images=(),
)
TOOL = replace(
    PAPER, title="A tool for dogs", url="https://example.org/dogs", section=Section.TOOLS, venue=""
)


def an_issue(*entries: Entry, language: str = "en") -> Issue:
    """An issue with all that an issue can have; ``entries`` are numbered, sections follow them."""
    say = messages(language)
    numbered = [replace(entry, number=n) for n, entry in enumerate(entries, 1)]
    sections = tuple(
        IssueSection(
            section=section,
            icon="⚡",
            title=say(f"section.{section}"),
            entries=tuple(entry for entry in numbered if entry.section is section),
            left_out=2,
        )
        for section in dict.fromkeys(entry.section for entry in numbered)
    )
    day = date(2026, 11, 18)
    return Issue(
        title=say("issue.title"),
        day=day,
        dateline=say.day(day),
        number=7,
        language=language,
        layout="daily",
        topics=("Computer vision", "−Medicine & health"),
        sections=sections,
        notices=(say("absence.nothing"),),
        previous=date(2026, 11, 17),
        next=date(2026, 11, 19),
    )


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as the platform has it: what a reader sees of it, and whether it made no sound."""

    visible: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter under test.

    ``visible`` gives what a reader sees of a payload, ``fits`` says whether the platform takes
    it. ``chat`` may be sent to. ``channel`` is what people call a channel, ``manager`` one who
    may manage it. ``idempotent``: the platform knows a repeated key.
    """

    adapter: Adapter
    chat: ChatAddress
    channel: str
    manager: str
    idempotent: bool
    visible: Callable[[str], str]
    fits: Callable[[str], bool]
    arrived: Callable[[ChatAddress], Awaitable[list[Arrived]]]

    def read(self, issue: Issue) -> str:
        """What a reader sees of a whole issue."""
        return "\n".join(map(self.visible, self.adapter.renderer.render(issue)))

    async def send(self, payload: str, key: str, *, silent: bool = False) -> str:
        return await self.adapter.send(self.chat, payload, key=key, silent=silent)

    async def say(self, text: str, key: str, *, silent: bool = False) -> str:
        """Send a message that says just ``text``."""
        payload = self.adapter.renderer.plain(text)
        return await self.send(payload, key, silent=silent)


async def unused(_: Incoming) -> Reply | None:
    """Answers nobody."""
    return None


class AdapterContract:
    """The suite. Subclasses are named ``Test...`` and have the fixture ``subject``."""

    # Rendering

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_head_is_visible(self, subject: Subject, language: str) -> None:
        issue = an_issue(TOOL, PAPER, language=language)
        say = messages(language)
        seen = subject.read(issue)
        number, count = say("issue.number", number=7), say("issue.count", n=2)
        for words in (issue.title, issue.dateline, *issue.topics, *issue.notices, number, count):
            assert words in seen

    def test_every_title_is_visible_and_all_are_in_order(self, subject: Subject) -> None:
        entries = [replace(TOOL, title=f"Tool number {n:03}") for n in range(60)]
        seen = subject.read(an_issue(*entries))
        places = [seen.find(entry.title) for entry in entries]
        assert min(places) >= 0
        assert all(before < after for before, after in pairwise(places))

    def test_what_is_known_of_a_paper_is_visible(self, subject: Subject) -> None:
        seen = subject.read(an_issue(PAPER))
        for words in (PAPER.title, PAPER.published, PAPER.venue, PAPER.field, *PAPER.tasks):
            assert words in seen
        for words in (*PAPER.authors, PAPER.introduction, PAPER.abstract):
            assert words in seen

    def test_what_found_no_room_is_counted(self, subject: Subject) -> None:
        assert messages("en")("issue.left_out", n=2) in subject.read(an_issue(TOOL))

    def test_rendering_is_deterministic(self, subject: Subject) -> None:
        render = subject.adapter.renderer.render
        assert render(an_issue(TOOL, PAPER)) == render(an_issue(TOOL, PAPER))

    def test_an_issue_without_entries_is_a_message_too(self, subject: Subject) -> None:
        (payload,) = subject.adapter.renderer.render(an_issue())
        assert messages("en")("absence.nothing") in subject.visible(payload)

    def test_a_long_issue_becomes_several_messages_that_the_platform_takes(
        self, subject: Subject
    ) -> None:
        wordy = replace(PAPER, abstract="Long words 长句子 🚀 " * 200)
        payloads = subject.adapter.renderer.render(an_issue(*[wordy] * 30))
        assert len(payloads) > 1
        assert all(payload and subject.fits(payload) for payload in payloads)

    def test_an_entry_too_long_for_one_message_is_still_taken(self, subject: Subject) -> None:
        endless = replace(PAPER, title="Endless", abstract="字🚀<&>" * 20_000)
        payloads = subject.adapter.renderer.render(an_issue(endless, TOOL))
        assert all(subject.fits(payload) for payload in payloads)
        seen = subject.read(an_issue(endless, TOOL))
        assert "Endless" in seen
        assert TOOL.title in seen

    @pytest.mark.parametrize("title", ["<b>&amp; a < b", "*_~`[x](y)|>#", "@everyone", "『日报』"])
    def test_a_title_is_text_and_never_markup(self, subject: Subject, title: str) -> None:
        assert title in subject.read(an_issue(replace(PAPER, title=title)))

    def test_control_characters_reach_nobody(self, subject: Subject) -> None:
        evil = "\x1b[2J\x07\x9b31m\u202egnp\x00"
        entry = replace(PAPER, title=f"Cats{evil}", abstract=evil, authors=(evil,))
        seen = subject.read(an_issue(entry))
        assert "Cats" in seen
        assert not set("\x1b\x07\x9b\u202e\x00").intersection(seen)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_late_issue_says_so_and_is_all_there(self, subject: Subject, language: str) -> None:
        renderer = subject.adapter.renderer
        payload = renderer.render(an_issue(PAPER, language=language))[0]
        late = subject.visible(renderer.mark_late(payload, language))
        assert messages(language)("issue.late") in late
        assert messages(language)("issue.late") not in subject.visible(payload)
        assert PAPER.title in late

    def test_a_message_that_is_full_still_has_room_to_say_that_it_is_late(
        self, subject: Subject
    ) -> None:
        renderer = subject.adapter.renderer
        for length in range(0, 300, 10):  # so that some first message has hardly any room left
            first = replace(TOOL, introduction="x" * length)
            payloads = renderer.render(an_issue(first, *[TOOL] * 150))
            assert len(payloads) > 1
            assert subject.fits(renderer.mark_late(payloads[0], "en"))

    def test_plain_words_stay_plain(self, subject: Subject) -> None:
        text = "<b>Not</b> *bold* & [no](https://example.org) link\nhttps://example.org/a_b_c"
        payload = subject.adapter.renderer.plain(text)
        assert subject.visible(payload) == text
        assert subject.fits(payload)

    # Sending

    async def test_a_message_arrives_and_has_an_id(self, subject: Subject) -> None:
        first = subject.adapter.renderer.render(an_issue(PAPER))[0]
        ids = {await subject.send(first, "k1"), await subject.say("second", "k2")}
        assert len(ids) == 2
        assert all(ids)
        arrived = await subject.arrived(subject.chat)
        assert [message.visible for message in arrived] == [subject.visible(first), "second"]

    async def test_messages_arrive_in_the_order_in_which_they_are_sent(
        self, subject: Subject
    ) -> None:
        texts = [f"message {n}" for n in range(12)]
        for text in texts:
            await subject.say(text, f"key of {text}")
        assert [message.visible for message in await subject.arrived(subject.chat)] == texts

    async def test_a_repeated_key_arrives_once(self, subject: Subject) -> None:
        if not subject.idempotent:
            pytest.skip("this platform does not know repeated messages")
        first, again = await subject.say("text", "key"), await subject.say("text", "key")
        assert first == again
        assert len(await subject.arrived(subject.chat)) == 1

    async def test_a_silent_message_makes_no_sound(self, subject: Subject) -> None:
        await subject.say("quiet", "k1", silent=True)
        await subject.say("loud", "k2", silent=False)
        assert [message.silent for message in await subject.arrived(subject.chat)] == [True, False]

    # Rights

    async def test_a_channel_is_found_by_its_name(self, subject: Subject) -> None:
        found = await subject.adapter.resolve(subject.channel, subject.manager)
        assert found is not None
        address, kind, title = found
        adapter = subject.adapter
        assert (address.platform, address.account) == (adapter.platform, adapter.account)
        assert kind is ChatKind.CHANNEL
        assert title
        assert await subject.adapter.may_manage(subject.manager, address)

    @pytest.mark.parametrize("text", ["", " ", "@", "#", "no such place!", "\0", "x" * 5000])
    async def test_what_names_no_chat_is_none(self, subject: Subject, text: str) -> None:
        assert await subject.adapter.resolve(text, subject.manager) is None

    # Conversing

    async def test_it_converses_until_it_is_cancelled(self, subject: Subject) -> None:
        running = asyncio.create_task(subject.adapter.run(unused))
        await asyncio.wait([running], timeout=0.05)
        assert not running.done()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(running, timeout=30)
        assert running.done()
