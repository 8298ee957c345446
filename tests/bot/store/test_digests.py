"""Imported digests: kept whole, once, with references to the items of the store."""

from dataclasses import replace

from bot.imported import Digest, DigestEntry, Highlight, Pointer, Problem, Remark
from bot.model import Link
from bot.store import Store
from tests.bot.store.builders import NOW, an_item

ENTRIES = (
    DigestEntry(an_item("a"), ("1. Papers", "Vision"), "1.1", "Computer vision", ("Gait", "步态")),
    DigestEntry(an_item("b"), ("2. Tools",)),
)
DIGEST = Digest(
    layout="newsletter",
    title="A newsletter #7",
    language="en",
    entries=ENTRIES,
    number=7,
    date="2022-06",
    week="2022-W23",
    source_url="https://example.org/7",
    contents=("1. Papers", "1.1 A"),
    highlights=(Highlight("a pick", "https://example.org/a", "because"),),
    navigation=(Pointer("June", "https://example.org/june", "month"),),
    introduction="Hello",
    closing="Bye",
    remarks=(Remark(("2. Tools",), "There are few."),),
    images=("https://example.org/cover.png",),
    links=(Link("home", "https://example.org/"),),
)


async def test_a_digest_comes_back_as_it_was(store: Store) -> None:
    await store.items.add([entry.item for entry in ENTRIES], NOW)
    assert await store.digests.add(DIGEST, "a.md", NOW)
    (digest_id,) = await store.digests.ids()
    assert await store.digests.load(digest_id) == DIGEST
    assert await store.digests.load(digest_id + 1) is None


async def test_the_same_digest_is_stored_once(store: Store) -> None:
    await store.items.add([entry.item for entry in ENTRIES], NOW)
    assert await store.digests.add(DIGEST, "a.md", NOW)
    noticed = replace(DIGEST, problems=(Problem(3, "odd"),))
    assert not await store.digests.add(noticed, "renamed.md", NOW)
    assert await store.digests.count() == 1


async def test_an_edited_digest_is_another_one(store: Store) -> None:
    await store.items.add([entry.item for entry in ENTRIES], NOW)
    assert await store.digests.add(DIGEST, "a.md", NOW)
    reordered = replace(DIGEST, entries=ENTRIES[::-1])
    retitled = replace(DIGEST, title="A newsletter #8")
    renumbered = replace(DIGEST, entries=(replace(ENTRIES[0], number="1.2"), ENTRIES[1]))
    for other in (reordered, retitled, renumbered):
        assert await store.digests.add(other, "a.md", NOW)
    assert await store.digests.load((await store.digests.ids())[1]) == reordered


async def test_a_digest_shows_its_items_as_they_are_known_now(store: Store) -> None:
    await store.items.add([entry.item for entry in ENTRIES], NOW)
    await store.digests.add(DIGEST, "a.md", NOW)
    known = replace(ENTRIES[0].item, code_urls=("https://example.org/new-code",))
    await store.items.add([known], NOW)
    loaded = await store.digests.load((await store.digests.ids())[0])
    assert loaded is not None
    assert "https://example.org/new-code" in loaded.entries[0].item.code_urls
    assert loaded.entries[0].heading == ENTRIES[0].heading


async def test_a_story_that_stands_twice_is_referred_to_twice(store: Store) -> None:
    await store.items.add([ENTRIES[0].item], NOW)
    twice = replace(DIGEST, entries=(ENTRIES[0], replace(ENTRIES[0], number="3.1")))
    await store.digests.add(twice, "a.md", NOW)
    loaded = await store.digests.load((await store.digests.ids())[0])
    assert loaded is not None
    assert [entry.number for entry in loaded.entries] == ["1.1", "3.1"]
