"""What persons keep: saved items and thumbs."""

from datetime import timedelta

from bot.model import VOTES
from bot.store import Store
from tests.bot.store.builders import NOW, an_item

ANN, EVE = "console:ann", "console:eve"


async def _items(store: Store, *keys: str) -> list[int]:
    await store.items.add([an_item(key) for key in keys], NOW)
    found = [await store.items.find(key) for key in keys]
    return [each.id for each in found if each]


async def test_an_item_is_saved_once_for_one_person(store: Store) -> None:
    (item,) = await _items(store, "a")
    assert await store.shelf.save(ANN, item, NOW)
    assert not await store.shelf.save(ANN, item, NOW + timedelta(1))
    assert await store.shelf.is_saved(ANN, item)
    assert not await store.shelf.is_saved(EVE, item)
    assert await store.shelf.unsave(ANN, item)
    assert not await store.shelf.unsave(ANN, item)
    assert await store.shelf.count_saved(ANN) == 0


async def test_the_latest_saved_come_first_by_page(store: Store) -> None:
    ids = await _items(store, "a", "b", "c")
    for hours, item in enumerate(ids):
        await store.shelf.save(ANN, item, NOW + timedelta(hours=hours))
    assert [kept.item_id for kept in await store.shelf.saved(ANN, 2)] == ids[:0:-1]
    assert [kept.item_id for kept in await store.shelf.saved(ANN, 2, 2)] == ids[:1]
    assert await store.shelf.count_saved(ANN) == 3


async def test_thumbs_add_up_in_the_signal_of_the_item(store: Store) -> None:
    (item,) = await _items(store, "a")

    async def votes() -> float | None:
        (stored,) = await store.items.load([item])
        return stored.item.signals.get(VOTES)

    before = (await store.items.load([item]))[0].item.signals
    await store.shelf.vote(ANN, item, 1, NOW)
    await store.shelf.vote(ANN, item, 1, NOW)
    assert await votes() == 1
    await store.shelf.vote(EVE, item, 1, NOW)
    assert await votes() == 2
    await store.shelf.vote(ANN, item, -1, NOW)
    assert await votes() == 0
    await store.shelf.vote(ANN, item, 0, NOW)
    assert await votes() == 1
    after = (await store.items.load([item]))[0].item.signals
    assert {name: value for name, value in after.items() if name != VOTES} == dict(before)
    assert [kept.vote for kept in await store.shelf.votes(EVE)] == [1]
    assert await store.shelf.votes(ANN) == ()


async def test_who_is_forgotten_keeps_nothing(store: Store) -> None:
    (item,) = await _items(store, "a")
    for person in (ANN, EVE):
        await store.shelf.save(person, item, NOW)
        await store.shelf.vote(person, item, 1, NOW)
    await store.shelf.forget(ANN)
    assert await store.shelf.saved(ANN, 9) == await store.shelf.votes(ANN) == ()
    assert len(await store.shelf.saved(EVE, 9)) == len(await store.shelf.votes(EVE)) == 1
