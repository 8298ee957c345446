"""Each sample digest, published in its own layout and imported again, is the same digest.

The samples are other people's text and are read where they are, beside the project.
"""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from bot.formats.recognise import read_digest, recognise
from bot.imported import Digest
from bot.layouts.catalogue import lay_out
from bot.layouts.markdown import to_markdown
from bot.layouts.sheet import sheet_of_digest
from tests.command import SHARED

OWN = sorted((Path(__file__).parents[2] / "data" / "digests").glob("*.md"))


def published(digest: Digest) -> str:
    return to_markdown(lay_out(sheet_of_digest(digest)))


def read_again(digest: Digest) -> Digest:
    text = published(digest)
    assert recognise(text) == digest.layout
    again = read_digest(text)
    assert again is not None
    return again


def _read(path: Path) -> Digest:
    digest = read_digest(path.read_text(encoding="utf-8"))
    assert digest is not None
    return digest


@pytest.mark.parametrize(
    ("number", "items", "images", "code_urls"),
    [
        ("000", 16, 32, 6),
        ("001", 11, 8, None),
        ("002", 23, 0, None),
        ("003", 15, 9, None),
        ("004", 55, 66, 50),
    ],
)
def test_a_published_sample_is_read_as_the_same(
    number: str, items: int, images: int, code_urls: int | None
) -> None:
    found = sorted((SHARED / "seeds").glob(f"{number}_*.txt"))
    if not found:
        pytest.skip("the sample digests (../shared/seeds) are not here")
    digest = _read(found[0])
    again = read_again(digest)
    for field in fields(Digest):
        if field.name not in {"problems", "entries"}:
            assert getattr(again, field.name) == getattr(digest, field.name), field.name
    for entry, same in zip(digest.entries, again.entries, strict=True):
        assert same == entry
    assert len(again.entries) == items
    assert sum(len(e.item.images) for e in again.entries) + len(again.images) == images
    if code_urls is not None:
        assert sum(len(e.item.code_urls) for e in again.entries) == code_urls


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_published_example_has_the_same_items(path: Path) -> None:
    digest = _read(path)
    again = read_again(digest)
    assert again.entries == digest.entries
    head = replace(digest, entries=(), problems=(), remarks=(), closing="")
    assert replace(again, entries=(), problems=(), remarks=(), closing="") == head
