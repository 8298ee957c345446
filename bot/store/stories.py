"""Stories: loading those that a batch may belong to, writing what became of them, parting them.

What is one story decides ``bot.digest.stories``; who joins whom, ``bot.digest.gather``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import product

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digest.gather import Gathering, Name, Story, marks_of
from bot.digest.stories import Traits, key_mark
from bot.model import Item, Sighting, StoredItem
from bot.store import itemrows, search
from bot.store.bulk import execute_many
from bot.store.codec import row_to_sighting, sighting_to_row
from bot.store.engine import Database, Queue, retried
from bot.store.tables import item_marks, items, merged_items, partings, sightings


async def gathering_for(connection: AsyncConnection, batch: Sequence[Traits]) -> Gathering:
    """The stories that the items of a batch may belong to."""
    ids = await _near(connection, batch)
    if not ids:
        return Gathering(())
    stored = await itemrows.load(connection, items.c.id.in_(ids), lock=True)
    edited = await itemrows.edited_fields(connection, ids)
    told_by = await _sightings(connection, ids)
    stories = [_story(each, told_by.get(each.id), edited.get(each.id)) for each in stored]
    return Gathering(stories, await _parted(connection))


async def _near(connection: AsyncConnection, batch: Sequence[Traits]) -> list[int]:
    """The ids of items with a key or mark of one of the batch; of merged ones, what they are in."""
    keys = {key for traits in batch for key in traits.all_keys}
    marks = {mark for traits in batch for mark in traits.marks}
    by_key = select(items.c.id).where(items.c.key.in_(list(keys)))
    by_mark = select(item_marks.c.item_id).where(item_marks.c.mark.in_(list(marks)))
    found = {*(await connection.scalars(by_key)), *(await connection.scalars(by_mark))}
    return sorted(set((await roots(connection, found)).values()))


async def roots(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, int]:
    """The items that these are or are part of, by their ids."""
    known = list(ids)
    query = select(merged_items).where(merged_items.c.item_id.in_(known))
    rows = await connection.execute(query) if known else ()
    merged = {row.item_id: row.into_id for row in rows}
    return {item_id: merged.get(item_id, item_id) for item_id in known}


async def ids_by_key(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, int]:
    """The items with these canonical keys, or whose story has a sighting with them."""
    told = select(sightings.c.key, sightings.c.item_id).where(sightings.c.key.in_(keys))
    own = select(items.c.key, items.c.id).where(items.c.key.in_(keys))
    found: dict[str, int] = {}
    for query in (told, own):
        found |= {row.key: row[1] for row in await connection.execute(query)}
    merged = await roots(connection, found.values())
    return {key: merged[item_id] for key, item_id in found.items()}


def _story(
    stored: StoredItem, sightings: list[Sighting] | None, edited: frozenset[str] | None
) -> Story:
    return Story(
        row=stored.id,
        first_seen=stored.first_seen,
        sightings=sightings or [Sighting(stored.item, stored.first_seen)],
        before=stored.item,
        keep=partial(itemrows.kept, edited) if edited else None,
        closed=stored.removed,
    )


async def _sightings(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[Sighting]]:
    query = (
        select(sightings)
        .where(sightings.c.item_id.in_(ids))
        .order_by(sightings.c.match_kind.is_not(None), sightings.c.seen_at, sightings.c.id)
    )
    found: dict[int, list[Sighting]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.item_id, []).append(row_to_sighting(row))
    return found


async def _parted(connection: AsyncConnection) -> list[frozenset[Name]]:
    """All pairs: somebody takes a story apart now and then, so they are few."""
    columns = select(
        partings.c.source, partings.c.key, partings.c.other_source, partings.c.other_key
    )
    return [
        frozenset(((source, key), (other_source, other_key)))
        for source, key, other_source, other_key in await connection.execute(columns)
    ]


async def store_gathering(
    database: Database, connection: AsyncConnection, gathering: Gathering
) -> None:
    """Write what became of the stories; of those that nothing was added to, nothing."""
    new = [(story.item, story) for story in gathering.stories if story.row is None]
    ids = await itemrows.insert(database, connection, [(i, s.first_seen) for i, s in new])
    changed = [(s.row, s.item, s) for s in gathering.stories if s.row is not None and s.touched]
    for row_id, _, story in changed:
        await _absorb(database, connection, row_id, story)
    await itemrows.rewrite(database, connection, [(n, i, s.first_seen) for n, i, s in changed])
    written = [*((ids[item.key], item, story) for item, story in new), *changed]
    for row_id, _, story in written:
        await _store_sightings(connection, row_id, story.sightings)
    await _store_marks(database, connection, written)


async def _absorb(
    database: Database, connection: AsyncConnection, row_id: int, story: Story
) -> None:
    if not story.absorbed:
        return
    await itemrows.withdraw(connection, story.absorbed)
    await search.drop(database, connection, story.absorbed)
    earlier = update(merged_items).where(merged_items.c.into_id.in_(story.absorbed))
    await connection.execute(earlier.values(into_id=row_id))
    rows = [{"item_id": item_id, "into_id": row_id} for item_id in story.absorbed]
    await connection.execute(database.insert(merged_items).on_conflict_do_nothing(), rows)


async def _store_sightings(
    connection: AsyncConnection, row_id: int, told_by: Sequence[Sighting]
) -> None:
    """A story that was told once needs none: it is what its item says."""
    if len(told_by) == 1 and told_by[0].id is None:
        return
    new = [sighting_to_row(row_id, each) for each in told_by if each.id is None]
    old = [{"row_id": s.id, **sighting_to_row(row_id, s)} for s in told_by if s.id is not None]
    if new:
        await connection.execute(insert(sightings), new)
    if old:
        await connection.execute(
            update(sightings).where(sightings.c.id == bindparam("row_id")), old
        )


async def _store_marks(
    database: Database, connection: AsyncConnection, written: Iterable[tuple[int, Item, Story]]
) -> None:
    """But for that of the item's own key, which has an index of its own."""
    rows = [
        {"mark": number, "item_id": row_id}
        for row_id, item, story in written
        for number in marks_of(story) - {key_mark(item.key)}
    ]
    await execute_many(connection, database.insert(item_marks).on_conflict_do_nothing(), rows)


class SqlStoryStore:
    """``bot.ports.StoryStore`` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sightings(self, item_id: int) -> tuple[Sighting, ...]:
        async with self._database.read() as connection:
            story = await _load_story(connection, item_id)
        return tuple(story.sightings) if story else ()

    async def root(self, item_id: int) -> int:
        async with self._database.read() as connection:
            return (await roots(connection, [item_id]))[item_id]

    @retried
    async def part(self, item_id: int, number: int, now: datetime) -> int | None:
        async with self._database.write() as connection:
            await self._database.queue(connection, Queue.ITEMS)
            story = await _load_story(connection, item_id)
            if story is None or not 1 <= number <= len(story.sightings):
                return None
            gone, rest = _apart(story.sightings, story.sightings[number - 1])
            if not rest:
                return None
            restored = await self._restore(connection, gone)
            await self._leave(connection, story.row or item_id, story, rest)
            await self._remember(connection, gone, rest, now)
        return restored

    async def _restore(self, connection: AsyncConnection, gone: list[Sighting]) -> int:
        """Make the sightings an item by themselves, the one that they were before if there was."""
        alone = [replace(sighting, origin=None) for sighting in gone]
        parted = Story(None, gone[0].seen_at, [replace(alone[0], match=None), *alone[1:]])
        item, row_id = parted.item, gone[0].origin
        if row_id is not None:
            (was,) = await itemrows.load(connection, items.c.id == row_id)
            await connection.execute(delete(merged_items).filter_by(item_id=row_id))
            item = replace(item, key=was.item.key)
            await itemrows.rewrite(self._database, connection, [(row_id, item, was.first_seen)])
        else:
            if await connection.scalar(select(items.c.id).where(items.c.key == item.key)):
                item = replace(item, key=f"{item.key}#{gone[0].id}")
            ids = await itemrows.insert(self._database, connection, [(item, parted.first_seen)])
            row_id = ids[item.key]
        await _store_sightings(connection, row_id, parted.sightings)
        await _store_marks(self._database, connection, [(row_id, item, parted)])
        return row_id

    async def _leave(
        self, connection: AsyncConnection, row_id: int, story: Story, rest: list[Sighting]
    ) -> None:
        """Let the story tell just what the other sightings do."""
        left = replace(story, sightings=[replace(rest[0], match=None), *rest[1:]], traits=[])
        placed = [(row_id, left.item, story.first_seen)]
        await itemrows.rewrite(self._database, connection, placed)
        await _store_sightings(connection, row_id, left.sightings)

    async def _remember(
        self,
        connection: AsyncConnection,
        gone: Iterable[Sighting],
        rest: Iterable[Sighting],
        now: datetime,
    ) -> None:
        rows = []
        for one, other in product(gone, rest):
            first, second = sorted((one.name, other.name))
            rows.append(
                {
                    "source": first[0],
                    "key": first[1],
                    "other_source": second[0],
                    "other_key": second[1],
                    "parted_at": now,
                }
            )
        await connection.execute(self._database.insert(partings).on_conflict_do_nothing(), rows)


def _apart(told_by: Sequence[Sighting], chosen: Sighting) -> tuple[list[Sighting], list[Sighting]]:
    """The sightings that go with the chosen one, and the others.

    Those go that were one item with it before it was merged into this story.
    """
    together = [s for s in told_by if s is chosen or (s.origin and s.origin == chosen.origin)]
    return together, [s for s in told_by if s not in together]


async def _load_story(connection: AsyncConnection, item_id: int) -> Story | None:
    """The story that the item is, or is part of."""
    root = (await roots(connection, [item_id]))[item_id]
    stored = await itemrows.load(connection, items.c.id == root)
    if not stored:
        return None
    edited = await itemrows.edited_fields(connection, [root])
    told_by = await _sightings(connection, [root])
    return _story(stored[0], told_by.get(root), edited.get(root))
