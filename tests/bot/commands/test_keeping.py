"""Commands by which a person keeps and judges items."""

from bot.messages import messages
from bot.model import VOTES, ChatKind
from tests.conversation import Conversation, item

en = messages("en")


async def test_an_item_of_the_issue_is_shown_in_full_and_saved(talk: Conversation) -> None:
    await talk.fetch(item("one", "cv", abstract={"en": "All of it."}))
    await talk.read()
    card = await talk.ask("/item 1")
    assert "All of it." in await talk.say("/item 1")
    (button,) = [choice for choice in card.choices if choice.label == en("button.save")]
    assert await talk.say(button.command) == en("keep.saved", title="Title of one")
    assert await talk.say(button.command) == en("keep.already", title="Title of one")
    again = await talk.ask("/item 1")
    assert en("button.unsave") in [choice.label for choice in again.choices]


async def test_what_is_saved_in_a_group_is_there_in_private(talk: Conversation) -> None:
    await talk.fetch(item("one", "cv"), item("two", "cv"))
    await talk.say("/today", chat="club", kind=ChatKind.GROUP)
    await talk.say("/save 2", chat="club", kind=ChatKind.GROUP)
    kept = await talk.ask("/saved")
    assert kept.private
    assert [choice.command[:7] for choice in kept.choices] == ["/item #"]
    assert await talk.say("/saved", who="eve") == en("keep.none")
    await talk.say("/unsave " + kept.choices[0].command.split()[1])
    assert await talk.say("/saved") == en("keep.none")


async def test_saved_items_come_by_page(talk: Conversation) -> None:
    await talk.fetch(*(item(f"k{n}", "cv") for n in range(10)))
    await talk.fetch(item("last", "cv"))
    for key in (*(f"k{n}" for n in range(10)), "last"):
        found = await talk.app.store.items.find(key)
        assert found is not None
        await talk.say(f"/save #{found.id}")
    page = (await talk.ask("/saved 2")).page
    assert page is not None
    assert (page.number, page.total) == (2, 2)


async def test_thumbs_are_counted_once_a_person(talk: Conversation) -> None:
    await talk.fetch(item("one", "cv"))
    await talk.read()
    for text, votes in (("/like 1", 1), ("👍 1", 1), ("/dislike 1", -1)):
        await talk.say(text)
        found = await talk.app.store.items.find("one")
        assert found is not None
        assert found.item.signals[VOTES] == votes


async def test_forgetting_forgets_what_was_kept(talk: Conversation) -> None:
    await talk.fetch(item("one", "cv"))
    await talk.read()
    await talk.say("/save 1")
    await talk.say("/forget yes")
    assert await talk.say("/saved") == en("keep.none")


async def test_a_number_without_an_issue_is_refused(talk: Conversation) -> None:
    for command in ("save", "unsave", "like", "dislike", "item"):
        assert await talk.say(f"/{command} 1") == en("reference.no_issue")
        assert await talk.say(f"/{command}") == en("reference.how")
