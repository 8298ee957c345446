"""Copies of items' images on the site: what is asked for, how often, and what is shown of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from bot.model import FetchState
from bot.sources.http import Fetcher
from bot.sources.politeness import Politeness
from bot.web.build import Builder, Report
from bot.web.copying import Copier, Get, Tally
from bot.web.pictures import ASK_AGAIN, copyable
from bot.web.shrink import HEIGHT, WIDTH, Shrunk, shrunk
from bot.web.site import Site
from tests.bot.sources.server import (
    LoopbackServer,
    answer,
    endless,
    half_and_stalled,
    redirect,
    stalled,
)
from tests.bot.web.newsroom import ONE_DAY, Newsroom, newsroom
from tests.bot.web.test_site import Page
from tests.conversation import item

SITE = Site(UUID(int=7))
SECRET = b"where it was taken"


def image(kind: str = "PNG", size: tuple[int, int] = (1200, 300), **more: Any) -> bytes:
    out = BytesIO()
    Image.new(more.pop("mode", "RGB"), size, more.pop("color", "red")).save(out, kind, **more)
    return out.getvalue()


def bomb() -> bytes:
    """A few kilobytes that would be 10,000 x 10,000 pixels."""
    return image(mode="1", size=(10_000, 10_000), color=1)


@asynccontextmanager
async def within_reach(patience: float) -> AsyncIterator[Get]:
    """Every address counts as configured, so that a server on the loopback can be asked."""
    async with Fetcher(
        seconds=patience, max_bytes=200_000, politeness=Politeness(gap=0)
    ) as fetcher:

        async def get(url: str, now: datetime) -> bytes:
            return (await fetcher.get(url, FetchState(), now)).body

        yield get


async def build(
    room: Newsroom,
    *,
    site: Site = SITE,
    copies: bool = True,
    seconds: float = 20,
    publish: bool = True,
    patience: float = 10,
) -> Report:
    app = room.talk.app
    builder = Builder(
        site,
        app.editions(),
        app.store.issues,
        taxonomy=app.taxonomy,
        folder=room.folder,
        default_language="en",
        copier=Copier(app.editions(), partial(within_reach, patience), seconds) if copies else None,
    )
    return await builder.build(room.talk.clock.now(), publish=publish)


async def published(room: Newsroom, *images: str, key: str = "a", patience: float = 10) -> Report:
    """A day whose only item has these images."""
    await room.talk.fetch(item(key, "cv", images=images))
    room.talk.clock.move(ONE_DAY)
    return await build(room, patience=patience)


def item_page(room: Newsroom, title: str = "Title of a", language: str = "en") -> str:
    pages = room.files(f"{language}/items/**/*.html").values()
    return next(text for body, _ in pages if f"<h1>{title}</h1>" in (text := body.decode()))


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with newsroom(tmp_path) as open_room:
        yield open_room


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    server = LoopbackServer()
    await server.start()
    yield server
    await server.stop()


async def test_a_page_shows_the_copy_and_a_second_build_asks_for_nothing(
    room: Newsroom, server: LoopbackServer
) -> None:
    urls = [server.on(f"/{n}.png", answer(image())) for n in range(4)]
    report = await published(room, *urls)
    assert report.images == Tally(copied=3)
    assert len(server.requests) == 3  # for all three languages together
    copies = room.files("pictures/**/*")
    assert len(copies) == 3
    for language in ("en", "zh-CN", "zh-TW"):
        page = item_page(room, language=language)
        loaded = [each for each in Page(page).loaded if "pictures/" in each]
        assert [each.replace("../", "") in copies for each in loaded] == [True] * 3
        assert f'href="{urls[3]}" rel="external noopener">' in page
    assert 'width="960" height="240" alt="Image 1: Title of a" loading="lazy"' in item_page(room)
    assert "<img" not in room.page("en/issues/2026-11-17.html")

    before = room.files()
    again = await build(room)
    assert (again.built, again.written, again.removed, again.images) == (0, 0, 0, Tally())
    assert (len(server.requests), room.files()) == (3, before)


async def test_pages_that_gain_an_image_are_written_again_and_no_others(
    room: Newsroom, server: LoopbackServer
) -> None:
    await published(room, server.on("/early.png", answer(b"", "503 Later")))
    await published(room, key="b")
    await published(room, key="c")
    assert "<img" not in item_page(room)
    server.on("/early.png", answer(image()))
    before = room.files()
    room.talk.clock.move(ASK_AGAIN)
    report = await build(room, publish=False)
    assert report.images == Tally(copied=1)
    assert report.built == 3
    after = room.files()
    assert "<img" in item_page(room)
    assert after["en/issues/2026-11-19.html"] == before["en/issues/2026-11-19.html"]


async def test_what_cannot_be_had_stays_a_link_for_a_day(
    room: Newsroom, server: LoopbackServer
) -> None:
    url = server.on("/a.png", answer(b"", "404 Not Found"))
    report = await published(room, url)
    assert report.images == Tally(failed=1)
    assert f'<a href="{url}" rel="external noopener">Image 1</a>' in item_page(room)
    room.talk.clock.move(ASK_AGAIN - timedelta(minutes=1))
    assert (await build(room)).images == Tally(failed=1)
    assert len(server.requests) == 1
    server.on("/a.png", answer(image("WEBP")))
    room.talk.clock.move(timedelta(minutes=2))
    assert (await build(room)).images == Tally(copied=1)
    assert "<img" in item_page(room)


@pytest.mark.parametrize(
    "replies",
    [
        # Three each: after so many failures the host is left alone.
        (lambda: answer(bomb()), lambda: answer(b"<html>no image</html>"), lambda: stalled),
        (lambda: half_and_stalled, lambda: endless, lambda: answer(b"x" * 200_001)),
    ],
)
async def test_an_image_that_is_none_stays_a_link(
    room: Newsroom, server: LoopbackServer, replies: Any
) -> None:
    urls = [server.on(f"/{n}", reply()) for n, reply in enumerate(replies)]
    report = await published(room, *urls, patience=0.3)
    assert report.images == Tally(failed=3)
    assert len(server.requests) == 3
    assert "<img" not in item_page(room)
    assert not room.files("pictures/**/*")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>no image</html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>',
        image("BMP"),
        image("TIFF"),
        image(size=(1, 1)),
        image()[:-40],
        image("JPEG")[:200],
        image("WEBP")[:60],
        bomb(),
    ],
)
def test_what_is_no_image_to_be_shown(data: bytes) -> None:
    assert shrunk(data) is None


async def test_nothing_at_a_private_address_is_asked(
    tmp_path: Path, server: LoopbackServer
) -> None:
    urls = (server.on("/a.png", answer(image())), server.url("/a.png", "localhost"))
    async with newsroom(tmp_path, images="copy") as room:
        report = await room.next_day(item("a", "cv", images=urls))
        assert report.images == Tally(failed=2)
        assert "<img" not in item_page(room)
    assert server.connections == 0


async def test_a_redirect_to_a_private_address_is_not_followed(
    room: Newsroom, server: LoopbackServer
) -> None:
    hidden = LoopbackServer()
    await hidden.start()
    target = hidden.on("/a.png", answer(image()))
    assert (await published(room, server.on("/a.png", redirect(target)))).images == Tally(failed=1)
    assert hidden.connections == 0
    await hidden.stop()


async def test_a_host_is_left_alone_that_fails_or_asks_for_it(
    room: Newsroom, server: LoopbackServer
) -> None:
    for n in range(5):
        await room.talk.fetch(item(f"a{n}", "cv", images=(server.url(f"/{n}.png"),)))
    room.talk.clock.move(ONE_DAY)
    assert (await build(room)).images == Tally(failed=3, waiting=2)
    server.replies = {f"/{n}.png": answer(b"", "429 Slow", retry_after="60") for n in range(5)}
    assert (await build(room)).images == Tally(failed=5)
    assert len(server.requests) == 4


async def test_a_build_ends_in_time_and_the_next_goes_on(
    room: Newsroom, server: LoopbackServer
) -> None:
    await room.talk.fetch(item("a", "cv", images=(server.on("/a.png", stalled),)))
    room.talk.clock.move(ONE_DAY)
    assert (await build(room, seconds=0.05)).images == Tally(waiting=1)
    server.on("/a.png", answer(image()))
    assert (await build(room)).images == Tally(copied=1)


async def test_the_image_of_a_removed_item_goes(room: Newsroom, server: LoopbackServer) -> None:
    await published(room, server.on("/a.png", answer(image())))
    await room.talk.fetch(item("b", "cv", images=(server.on("/b.png", answer(image())),)))
    await published(room, key="c")
    copies = room.files("pictures/**/*")
    assert len(copies) == 2
    stored = await room.talk.app.store.items.find("a")
    assert stored
    await room.talk.say(f"/remove #{stored.id}", who="me")
    await build(room)
    left = room.files("pictures/**/*")
    assert len(left) == 1
    assert left.items() < copies.items()
    assert next(iter(left)) in item_page(room, "Title of b")


async def test_with_links_again_all_copies_go(room: Newsroom, server: LoopbackServer) -> None:
    await published(room, server.on("/a.png", answer(image())))
    report = await build(room, copies=False)
    assert report.images is None
    assert not room.files("pictures/**/*")
    assert "<img" not in item_page(room)
    assert (await build(room)).images == Tally(copied=1)
    assert room.files("pictures/**/*")


def test_what_is_seen_is_kept_and_nothing_else() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010E] = SECRET.decode()
    for made in (
        image("JPEG", (1500, 1000), exif=exif, comment=SECRET, icc_profile=SECRET),
        image("WEBP", (1500, 1000), exif=exif, xmp=SECRET, icc_profile=SECRET),
    ):
        assert SECRET in made
        small = shrunk(made)
        assert small
        assert (small.width, small.height) == (960, 1440)
        assert SECRET not in small.content
        with Image.open(BytesIO(small.content)) as picture:
            assert (picture.format, picture.size) == ("WEBP", (960, 1440))
            assert not picture.getexif()
            assert "icc_profile" not in picture.info


@pytest.mark.parametrize(
    ("made", "size"),
    [
        (partial(image, size=(100, 50)), (100, 50)),  # never larger than it was
        (partial(image, size=(100, 20_000)), (19, HEIGHT)),
        (partial(image, "GIF", save_all=True, append_images=[Image.new("RGB", (1200, 300))]), 0),
        (partial(image, mode="L", size=(8000, 5000), color=9), (WIDTH, 600)),
        (partial(image, mode="L", size=(8000, 5001), color=9), None),
    ],
)
def test_sizes(made: Any, size: Any) -> None:
    small = shrunk(made())
    expected = (WIDTH, 240) if size == 0 else size
    assert (small and (small.width, small.height)) == expected


def test_greys_and_palettes_keep_their_tones() -> None:
    grey = shrunk(image(mode="I;16", color=0x8000))
    coloured = Image.new("P", (1200, 300), 1)
    coloured.putpalette([0, 0, 0, 0, 0, 255])
    out = BytesIO()
    coloured.save(out, "PNG", transparency=0)
    for small, expected in ((grey, (128, 128, 128)), (shrunk(out.getvalue()), (0, 0, 255))):
        assert small
        with Image.open(BytesIO(small.content)) as picture:
            seen = picture.convert("RGB").getpixel((9, 9))
        assert isinstance(seen, tuple)
        assert all(abs(one - other) < 6 for one, other in zip(seen, expected, strict=True))


@pytest.mark.parametrize("data", [b"", b"junk", b"\0" * 99, b"\0\0\x08\0" * 2 + b"RIFF    WEBP"])
def test_what_the_process_writes_is_a_picture_or_nothing(data: bytes) -> None:
    assert Shrunk.from_bytes(data) is None
    made = shrunk(image())
    assert made
    assert Shrunk.from_bytes(made.to_bytes()) == made


def test_what_lets_light_through_lies_on_white() -> None:
    small = shrunk(image(mode="RGBA", color=(0, 0, 0, 0)))
    assert small
    with Image.open(BytesIO(small.content)) as picture:
        assert picture.convert("RGB").getpixel((9, 9)) == (255, 255, 255)


def test_only_addresses_of_the_web_are_copied_and_none_of_svg() -> None:
    odd = ("javascript:x", "data:image/png;base64,x", "file:///etc/x.png", "http://[x/a.png", "")
    svg = "https://example.org/a.SVG?x=1"
    good = "https://example.org/a.png"
    assert copyable((*odd, svg, good)) == [good]
