"""Digests that were imported: the head of each, and references to its items in their order."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.imported import Digest, DigestEntry, Highlight, Pointer, Remark
from bot.model import Item, Link
from bot.ports import ItemStore
from bot.store.engine import Database
from bot.store.stories import ids_by_key
from bot.store.tables import digest_items, digests

_BATCH = 500
_WITHOUT = ("entries", "problems")  # of the head: references of their own, and about the file only


class SqlDigestStore:
    """``bot.ports.DigestStore`` in a database."""

    def __init__(self, database: Database, items: ItemStore) -> None:
        self._database = database
        self._items = items

    async def add(self, digest: Digest, file: str, now: datetime) -> bool:
        content = _to_json(digest)
        fingerprint = _fingerprint(digest, content)
        known = select(digests.c.id).where(digests.c.fingerprint == fingerprint)
        async with self._database.read() as connection:
            if await connection.scalar(known) is not None:
                return False
        insert = (
            self._database.insert(digests)
            .values(
                fingerprint=fingerprint,
                layout=digest.layout,
                language=digest.language,
                file=file,
                imported_at=now,
                content=content,
            )
            .on_conflict_do_nothing()
            .returning(digests.c.id)
        )
        async with self._database.write() as connection:
            digest_id: int | None = await connection.scalar(insert)
            if digest_id is not None:
                await self._insert_items(connection, digest_id, digest)
        return digest_id is not None

    async def _insert_items(
        self, connection: AsyncConnection, digest_id: int, digest: Digest
    ) -> None:
        keys = [entry.item.key for entry in digest.entries]
        ids: dict[str, int] = {}
        for start in range(0, len(keys), _BATCH):
            ids |= await ids_by_key(connection, keys[start : start + _BATCH])
        rows_to_insert = [
            {
                "digest_id": digest_id,
                "position": position,
                "item_id": ids[entry.item.key],
                "place": _place(entry),
            }
            for position, entry in enumerate(digest.entries)
            if entry.item.key in ids
        ]
        if rows_to_insert:
            await connection.execute(digest_items.insert(), rows_to_insert)

    async def load(self, digest_id: int) -> Digest | None:
        head = select(digests).where(digests.c.id == digest_id)
        references = (
            select(digest_items.c.item_id, digest_items.c.place)
            .where(digest_items.c.digest_id == digest_id)
            .order_by(digest_items.c.position)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(head)).one_or_none()
            if row is None:
                return None
            places = (await connection.execute(references)).all()
        stored = await self._items.load([item_id for item_id, _ in places])
        found = {each.id: each.item for each in stored}
        entries = tuple(_entry(found[item_id], place) for item_id, place in places)
        return _from_json(row.content, layout=row.layout, language=row.language, entries=entries)

    async def ids(self) -> tuple[int, ...]:
        async with self._database.read() as connection:
            found = await connection.execute(select(digests.c.id).order_by(digests.c.id))
            return tuple(found.scalars())

    async def count(self) -> int:
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(digests)) or 0


def _fingerprint(digest: Digest, content: Mapping[str, Any]) -> str:
    """The SHA-256, in hex, of the head and of what stood where: the same for the same digest."""
    entries = [(entry.item.key, _place(entry)) for entry in digest.entries]
    whole = json.dumps([digest.layout, digest.language, content, entries], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _to_json(digest: Digest) -> dict[str, Any]:
    # Entries are left out beforehand: they are many, and asdict would copy them all.
    head = {name: getattr(digest, name) for name in Digest.__slots__ if name not in _WITHOUT}
    nested = {"highlights", "navigation", "remarks", "links"}
    content = {
        name: [asdict(each) for each in value] if name in nested else value
        for name, value in head.items()
        if name not in {"layout", "language"}
    }
    return {name: list(v) if isinstance(v, tuple) else v for name, v in content.items()}


def _from_json(
    content: Mapping[str, Any], *, layout: str, language: str, entries: tuple[DigestEntry, ...]
) -> Digest:
    return Digest(
        **{
            **content,
            "layout": layout,
            "language": language,
            "entries": entries,
            "contents": tuple(content["contents"]),
            "images": tuple(content["images"]),
            "highlights": tuple(Highlight(**each) for each in content["highlights"]),
            "navigation": tuple(Pointer(**each) for each in content["navigation"]),
            "remarks": tuple(
                Remark(tuple(each["heading"]), each["text"]) for each in content["remarks"]
            ),
            "links": tuple(Link(**each) for each in content["links"]),
        }
    )


def _place(entry: DigestEntry) -> dict[str, Any]:
    return {
        "heading": list(entry.heading),
        "number": entry.number,
        "field": entry.field,
        "tasks": list(entry.tasks),
    }


def _entry(item: Item, place: Mapping[str, Any]) -> DigestEntry:
    return DigestEntry(
        item,
        heading=tuple(place["heading"]),
        number=place["number"],
        field=place["field"],
        tasks=tuple(place["tasks"]),
    )
