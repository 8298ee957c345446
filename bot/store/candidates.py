"""Finding the best items that a reader may want, fast: light columns, driven by indexes."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    cast,
    exists,
    extract,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digest.rank import PER_DAY, bounds
from bot.model import SAMPLE_SOURCE, Candidate, Section, TopicFilter
from bot.store.codec import search_text
from bot.store.tables import is_one_of, item_topics, items, not_removed, standings

LEAST_REACH = 16_000
"""Items that are cheap enough to look through at once."""

_AT_ONCE = 1000
"""Rows that are read before the event loop comes round: some 10 ms."""

_SECTIONS = {section.value: section for section in Section}


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of ``ItemStore.candidates``; see there."""

    wanted: TopicFilter
    since: datetime
    until: datetime
    sample: bool
    limit: int
    sections: frozenset[Section] | None = None
    timeless: bool = False


async def find(connection: AsyncConnection, search: Search) -> tuple[Candidate, ...]:
    """The candidates, those of the highest standing first.

    For topics the database collects all items of the span first. So in a span of very many only
    the newest are looked at first, and then as many as their yield calls for.
    """
    if _is_by_topics(search):
        reach = max(16 * search.limit, LEAST_REACH)
        while start := await connection.scalar(_nth_newest(search, reach)):
            found = await _fetch(connection, search, start)
            if len(found) == search.limit:
                return found
            reach *= 2 * search.limit // (len(found) + 1)
    return await _fetch(connection, search, search.since)


def _is_by_topics(search: Search) -> bool:
    wanted = search.wanted
    of_all = wanted.everything or wanted.keywords or search.sample or search.timeless
    return bool(wanted.topics) and not of_all


async def _fetch(
    connection: AsyncConnection, search: Search, since: datetime
) -> tuple[Candidate, ...]:
    query = _query(search, since, connection.dialect.name)
    found: list[Candidate] = []
    for rows in (await connection.execute(query)).partitions(_AT_ONCE):
        found += map(_candidate, rows)
        await asyncio.sleep(0)
    return tuple(found)


def _nth_newest(search: Search, number: int) -> Select[datetime]:
    return (
        select(items.c.first_seen)
        .where(items.c.first_seen > search.since, items.c.first_seen <= search.until)
        .order_by(items.c.first_seen.desc())
        .offset(number)
        .limit(1)
    )


def _freshness(dialect: str) -> ColumnElement[Any]:
    """What an item is worth for when it was first seen; see ``bot.digest.rank.freshness``."""
    if dialect == "sqlite":  # see ``bot.store.tables.Instant``
        days = type_coerce(items.c.first_seen, BigInteger) / literal_column("86400000000.0")
    else:
        days = extract("epoch", items.c.first_seen) / literal_column("86400.0")
    return days * PER_DAY


def _query(search: Search, since: datetime, dialect: str = "sqlite") -> Select[*tuple[Any, ...]]:
    score: ColumnElement[Any] = standings.c.standing
    if search.timeless:
        score = score - _freshness(dialect)
    query = (
        select(*_columns(search.wanted, score))
        .join_from(standings, items, items.c.id == standings.c.item_id)
        .order_by(score.desc(), standings.c.item_id.desc())
        .limit(search.limit)
    )
    if search.sample:
        query = query.where(is_one_of(items.c.source, SAMPLE_SOURCE))
    else:
        query = query.where(
            items.c.source != SAMPLE_SOURCE,
            items.c.first_seen > since,
            items.c.first_seen <= search.until,
        )
        if not search.timeless:
            # What follows from the span, so that the index on the standing is read just there.
            query = query.where(standings.c.standing.between(*bounds(since, search.until)))
    query = query.where(not_removed())
    if search.sections is not None:
        query = query.where(items.c.section.in_(sorted(search.sections)))
    if not search.wanted.everything:
        query = query.where(_may_want(search, since))
    if search.wanted.excluded_topics:
        query = query.where(~_has_one_of(search.wanted.excluded_topics))
    return query


def _columns(wanted: TopicFilter, score: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    with_text = wanted.keywords or wanted.excluded_keywords
    return [
        items.c.id,
        items.c.key,
        items.c.section,
        items.c.source,
        cast(items.c.topics, Text),
        score,
        standings.c.origins,
        items.c.text if with_text else literal(""),
    ]


def _may_want(search: Search, since: datetime) -> ColumnElement[bool]:
    of_topics = select(item_topics.c.item_id).where(
        item_topics.c.topic_id.in_(sorted(search.wanted.topics))
    )
    if not search.sample:
        of_topics = of_topics.where(
            item_topics.c.first_seen > since, item_topics.c.first_seen <= search.until
        )
    words = [search_text([keyword]) for keyword in search.wanted.keywords]
    # Adding nought keeps SQLite from looking up all items of the topics to sort them afterwards;
    # it goes down by standing instead, checks each id against the set, and stops at the limit.
    of_topic = (standings.c.item_id + 0).in_(of_topics)
    return or_(
        *([of_topic] if search.wanted.topics else []),
        *(items.c.text.contains(word, autoescape=True) for word in words),
    )


def _has_one_of(topics: Iterable[str]) -> ColumnElement[bool]:
    return exists().where(
        item_topics.c.item_id == items.c.id, item_topics.c.topic_id.in_(sorted(topics))
    )


def _candidate(row: Row[*tuple[Any, ...]]) -> Candidate:
    row_id, key, section, source, topics, standing, origins, text = row
    return Candidate(
        row_id,
        key,
        _SECTIONS[section],
        source,
        _topics(topics),
        standing,
        tuple(origins.split("\n")) if origins else (),
        text,
    )


# Decoding JSON would be a third of the time of a search; the same texts come again with each.
@lru_cache(maxsize=2**16)
def _topics(text: str) -> Mapping[str, float]:
    return {topic: confidence for topic, confidence, _ in orjson.loads(text)}
