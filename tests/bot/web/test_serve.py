"""The site over HTTP, on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.errors import ConfigError
from bot.jobs import jobs
from bot.keeper import Keeper
from bot.owners import own_name
from bot.web.serve import serving
from tests.bot.web.newsroom import MONDAY, newsroom
from tests.conversation import item

HOST = "127.0.0.1"


@asynccontextmanager
async def serve(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the site in the folder."""
    async with (
        serving(folder, HOST, 0, "en") as port,
        httpx.AsyncClient(base_url=f"http://{HOST}:{port}") as browser,
    ):
        yield browser


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that no test changes."""

    async def build() -> Path:
        async with newsroom(tmp_path_factory.mktemp("built")) as room:
            await room.next_day(item("a", "cv"))
            return room.folder

    return asyncio.run(build())


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(built) as browser:
        yield browser


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("de, zh-TW;q=0.5, zh;q=0.8", "zh-CN"),
        ("zh-Hant-TW,en;q=0.9", "zh-TW"),
        ("fr", "en"),
        ("zh;q=0, en", "en"),
        ("zh;q=x", "en"),
    ],
)
async def test_the_root_leads_to_the_readers_language(
    client: httpx.AsyncClient, asked: str, language: str
) -> None:
    answer = await client.get("/", headers={"Accept-Language": asked})
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/{language}/index.html"
    assert answer.headers["vary"] == "Accept-Language"


async def test_what_did_not_change_is_not_sent_again(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as room, serve(room.folder) as client:
        await room.next_day(item("a", "cv"))
        first = await client.get("/en/feed.xml")
        assert first.status_code == 200
        assert first.headers["content-type"] == "application/atom+xml; charset=utf-8"
        known = {"If-None-Match": first.headers["etag"]}
        dated = {"If-Modified-Since": first.headers["last-modified"]}
        for headers in (known, dated):
            assert (await client.get("/en/feed.xml", headers=headers)).status_code == 304
        (room.folder / ".ribao" / "site.json").unlink()
        await room.build()
        assert (await client.get("/en/feed.xml", headers=known)).status_code == 304
        await room.next_day(item("b", "nlp"))
        assert (await client.get("/en/feed.xml", headers=known)).status_code == 200


@pytest.mark.parametrize(
    ("place", "media_type"),
    [
        ("en/index.html", "text/html; charset=utf-8"),
        ("en/feed.json", "application/feed+json; charset=utf-8"),
        ("en/topics/cv.json", "application/feed+json; charset=utf-8"),
        ("en/search/months.json", "application/json"),
        ("feeds.opml", "text/x-opml; charset=utf-8"),
        ("en/issues/2026-11-17.png", "image/png"),
    ],
)
async def test_everything_has_its_type_and_a_policy(
    client: httpx.AsyncClient, place: str, media_type: str
) -> None:
    answer = await client.get(f"/{place}")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    ["/.ribao/site.json", "/en/../.ribao/site.json", "/en/%2e%2e/.ribao/site.json", "/en/nothing"],
)
async def test_what_is_not_a_page_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"web.port: can't listen on {HOST}:{port}"):
            async with serving(tmp_path, HOST, port, "en"):
                pass


async def test_a_run_builds_what_it_serves_and_publishes_at_the_hour(tmp_path: Path) -> None:
    async with newsroom(tmp_path, port=1, folder=tmp_path / "site") as room:
        talk, clock = room.talk, room.talk.clock
        clock.set(MONDAY.replace(hour=7))
        keeper = Keeper(talk.app.store.leases, clock, own_name())
        (job,) = (j for j in jobs(talk.app, [], talk.tick(), keeper) if j.name == "web")
        await talk.fetch(item("a"))

        async def issues() -> list[str]:
            await job.run(clock.now())
            return sorted(path.stem for path in (tmp_path / "site/en/issues").glob("*.html"))

        assert await issues() == ["2026-11-16"]  # the very first, at once
        clock.move(timedelta(days=1))
        assert await issues() == ["2026-11-16"]
        clock.move(timedelta(hours=1))
        assert await issues() == ["2026-11-16", "2026-11-17"]
