"""The sample edition: enough of everything, true in form, in three languages."""

from collections import Counter

import pytest

from bot.digest.choose import DAILY_SECTIONS
from bot.digest.normalise import canonical_key
from bot.model import LANGUAGES, Item
from bot.sample import sample_items
from bot.topics import Taxonomy

ITEMS = sample_items()
TAXONOMY = Taxonomy.load()


def ids(items: tuple[Item, ...]) -> list[str]:
    return [item.title for item in items]


def test_there_are_enough_items_over_all_sections_and_topics() -> None:
    assert len(ITEMS) >= 60
    assert {item.section for item in ITEMS} == set(DAILY_SECTIONS)
    fields = Counter(TAXONOMY.root(match.id) for item in ITEMS for match in item.topics)
    assert sum(count >= 3 for count in fields.values()) >= 10


@pytest.mark.parametrize("topic", ["cv", "nlp"])
def test_each_section_has_something_for_the_great_topics(topic: str) -> None:
    of_topic = TAXONOMY.expand([topic])
    sections = {i.section for i in ITEMS if any(match.id in of_topic for match in i.topics)}
    assert sections == set(DAILY_SECTIONS)


@pytest.mark.parametrize("item", ITEMS, ids=ids(ITEMS))
def test_an_item_is_whole(item: Item) -> None:
    assert item.url.startswith("https://")
    assert item.key == canonical_key(item.url)
    assert item.authors
    assert item.published
    assert item.topics
    assert all(TAXONOMY.get(match.id) for match in item.topics)
    assert all(len(item.summary[language]) > 20 for language in LANGUAGES)
    assert all(url.startswith("https://") for url in item.code_urls)


def test_no_item_comes_twice() -> None:
    assert max(Counter(item.key for item in ITEMS).values()) == 1
