"""Copies the images of items into the site, so that readers see them and ask nobody else for them.

Politely: few hosts at once, each image once, and for a limited time in each build; the next build
goes on. What can't be had stays a link.
"""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import SourceError
from bot.web.editions import Edition, Editions
from bot.web.folder import Folder
from bot.web.pictures import Album, Picture, Removed, images_of, place_of
from bot.web.shrink import Shrunk

SECONDS = 30.0
"""For so long a build asks for images. The pages of the day wait for it."""

HOSTS_AT_ONCE = 4

DECODING_SECONDS = 20.0
"""For one image, on the clock; its processor time has a limit of its own."""

IN_VAIN = 3
"""After so many failures in a row a host is left alone until the next build."""

STATE = "pictures"

_READ_AT_ONCE = 20  # editions

Get = Callable[[str, datetime], Awaitable[bytes]]
"""Gives what is at an address of the open internet. Raises ``SourceError``."""

OpenGet = Callable[[], AbstractAsyncContextManager[Get]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tally:
    """Images that were copied, that can't be had for now, and that are left for the next build."""

    copied: int = 0
    failed: int = 0
    waiting: int = 0


@dataclass(slots=True)
class _Found:
    """What a round brought. Failed are also those that a host was not asked for any more."""

    copies: dict[str, Shrunk] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)


class Copier:
    """Keeps the copies that the published editions need."""

    def __init__(self, editions: Editions, open_get: OpenGet, seconds: float = SECONDS) -> None:
        """``open_get`` is called only if there is something to be asked for."""
        self._editions = editions
        self._open_get = open_get
        self._seconds = seconds
        self._decoding = asyncio.Lock()  # one at a time: a large image takes much memory

    async def copy(
        self, folder: Folder, editions: Sequence[Edition], removed: Removed, now: datetime
    ) -> tuple[Album, Tally]:
        """Copy what is wanted and not there; what there is then. Raises ``SiteError``."""
        before = folder.recall(STATE)
        album = Album.from_json(before)
        album.forget_gone(editions, removed)
        await self._read_new(album, editions)
        wanted = album.wanted(editions, removed, now)
        found = await self._round(wanted, now) if wanted else _Found()
        for url, each in found.copies.items():
            folder.write(place_of(url), each.content)
            album.copies[url] = Picture(place_of(url), each.width, each.height)
            album.failed.pop(url, None)
        album.failed |= dict.fromkeys(sorted(found.failed), now)
        if album != Album.from_json(before):
            folder.remember(STATE, album.to_json())
        waiting = sum(map(len, wanted.values())) - len(found.copies) - len(found.failed)
        return album, Tally(len(found.copies), len(album.failed), waiting)

    async def _read_new(self, album: Album, editions: Sequence[Edition]) -> None:
        new = [e for e in editions if e.issue_id and e.issue_id not in album.issues]
        for start in range(0, len(new), _READ_AT_ONCE):
            for printed in await self._editions.read(new[start : start + _READ_AT_ONCE]):
                album.issues[printed.edition.issue_id] = images_of(printed)

    async def _round(self, wanted: dict[str, list[str]], now: datetime) -> _Found:
        """Ask each host for its images, until the time is over."""
        found, few = _Found(), asyncio.Semaphore(HOSTS_AT_ONCE)
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._open_get() as get,
                asyncio.TaskGroup() as tasks,
            ):
                for urls in wanted.values():
                    tasks.create_task(self._from_host(urls, get, few, now, found))
        except TimeoutError:
            log.info("web: the time for images is over")
        return found

    async def _from_host(
        self, urls: Sequence[str], get: Get, few: asyncio.Semaphore, now: datetime, found: _Found
    ) -> None:
        async with few:
            in_vain = 0
            for at, url in enumerate(urls):
                try:
                    picture = await self._shrunk(await get(url, now))
                except SourceError as error:
                    log.info("web: an image stays a link: %s", error)
                    picture = None
                    if error.retry_after is not None:  # it asks to be left alone: for a day
                        found.failed.update(urls[at:])
                        return
                if picture is not None:
                    found.copies[url] = picture
                    in_vain = 0
                    continue
                found.failed.add(url)
                in_vain += 1
                if in_vain == IN_VAIN:
                    return

    async def _shrunk(self, data: bytes) -> Shrunk | None:
        async with self._decoding:
            return await shrunk_apart(data)


async def shrunk_apart(data: bytes) -> Shrunk | None:
    """The image, made small by a process of its own; None where that can't be done.

    What is hostile in it then meets neither the memory nor the secrets of this process.
    """
    env = {name: text for name, text in os.environ.items() if not name.startswith("RIBAO_")}
    command = (sys.executable, "-m", "bot.web.shrink")
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=env
        )
    except OSError as error:
        log.warning("web: no process for an image: %s", error)
        return None
    try:
        async with asyncio.timeout(DECODING_SECONDS):
            made, _ = await process.communicate(data)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Shrunk.from_bytes(made)


def forget(folder: Folder) -> None:
    """Remember nothing of copies that a site without them had. Raises ``SiteError``."""
    if folder.recall(STATE):
        folder.remember(STATE, None)
