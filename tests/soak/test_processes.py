"""Some `ribao run` on one PostgreSQL, before a Bot API server: ended, killed, stopped.

``pytest -m soak -rP tests/soak/test_processes.py`` tells the figures. What is waited for is a state
that can be seen; the deadlines are only there for what is broken.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from adapters.telegram.render import TelegramRenderer
from bot.app import send_lease
from bot.model import Bulletin, ChatAddress, DeliveryState
from bot.store import Store, open_store
from bot.store.tables import chats, deliveries
from tests.bot.store.builders import a_chat
from tests.command import RIBAO
from tests.databases import PostgresqlDatabases
from tests.loopback import free_port
from tests.telegram.server import BOT_ID, TOKEN, Fault, TelegramServer, telegram_server

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

ACCOUNT = ("telegram", str(BOT_ID))
PER_SECOND = 60
IN_FLIGHT = 8
LEASE_SECONDS = 10.0
PATIENCE = 120.0

CONFIG = """
[database]
url = "{database}"
[telegram]
token = "{token}"
base_url = "{server}"
[fetch]
default_sources = false
[delivery]
per_second = {{ telegram = {rate} }}
"""


@dataclass
class Cluster:
    """Processes on one database and before one server."""

    server: TelegramServer
    store: Store
    folder: Path
    running: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=dict)
    started: int = 0

    def start(self, host: str = "") -> None:
        """One more; with a ``host``, as if on a machine of that name."""
        self.started += 1
        command = [str(RIBAO), "-c", str(self.folder / "config.toml"), "run"]
        if host:
            command = ["unshare", "-u", "sh", "-c", f'hostname {host} && exec "$@"', "-", *command]
        port = free_port()
        log = (self.folder / f"log{self.started}").open("wb")
        with log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "RIBAO_DATA_DIR": str(self.folder / f"data{self.started}"),
                    "RIBAO_HTTP_PORT": str(port),
                },
            )
        self.running[process.pid] = process
        self.ports[process.pid] = port

    async def until_ready(self) -> None:
        """Until each process has asked for its leases, and so sends or stands by."""
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as client:
            for pid in self.running:
                while not await self._is_ready(client, self.ports[pid]):  # noqa: ASYNC110 - asked
                    await asyncio.sleep(0.1)

    async def _is_ready(self, client: httpx.AsyncClient, port: int) -> bool:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/readyz", timeout=20)).is_success
        except httpx.TransportError:
            return False

    async def holder(self) -> int:
        """The process that sends, once there is one."""
        async with asyncio.timeout(PATIENCE):
            while True:
                now = await self.store.leases.now(datetime.now(UTC))
                for lease, until in await self.store.leases.all(now):
                    pid = int(lease.owner.split(":")[-2])
                    if lease.name == send_lease(ACCOUNT) and until > now and pid in self.running:
                        return pid
                await asyncio.sleep(0.1)

    def arrived(self) -> list[float]:
        return [each.at for each in self.server.requests if each.method == "sendMessage"]

    async def until(self, condition: Callable[[], bool]) -> None:
        await self.server.until(condition, PATIENCE)

    async def until_further(self, messages: int) -> None:
        """Until so many more messages have arrived."""
        before = len(self.arrived())
        await self.until(lambda: len(self.arrived()) >= before + messages)

    async def counts(self) -> dict[DeliveryState, int]:
        return {k: n for k, n in (await self.store.ledger.counts()).items() if n}

    async def until_all_is_sent(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while set(await self.counts()) != {DeliveryState.SENT}:  # noqa: ASYNC110 - a database
                await asyncio.sleep(0.2)

    def received(self) -> Counter[int]:
        return Counter({chat: len(them) for chat, them in self.server.messages.items() if them})


@asynccontextmanager
async def cluster(
    databases: PostgresqlDatabases, folder: Path, readers: int
) -> AsyncIterator[Cluster]:
    url = await asyncio.to_thread(databases.bare)
    store = await open_store(url)
    async with telegram_server() as server:
        text = CONFIG.format(database=url, token=TOKEN, server=server.url, rate=PER_SECOND)
        (folder / "config.toml").write_text(text)
        found = Cluster(server, store, folder)
        await fill(found, readers)
        try:
            yield found
        finally:
            for process in found.running.values():
                process.kill()
                process.wait()
            await store.close()
    await asyncio.to_thread(databases.erase)


async def fill(cluster: Cluster, readers: int) -> None:
    now = datetime.now(UTC)
    due = {}
    for number in range(1, readers + 1):
        cluster.server.user(number)
        cluster.server.fail("sendMessage", Fault(seconds=0.1))
        chat = a_chat(address=ChatAddress(*ACCOUNT, str(number)), active_since=None)
        due[(await cluster.store.chats.add(chat, now)).id] = now
    word = Bulletin("word", TelegramRenderer().plain("A word to all."))
    await cluster.store.ledger.publish(word, due, now)


async def test_a_rolling_restart_loses_and_doubles_nothing(
    postgresql_databases: PostgresqlDatabases, tmp_path: Path
) -> None:
    async with cluster(postgresql_databases, tmp_path, readers := 3000) as three:
        for _ in range(3):
            three.start()
        took: list[float] = []
        for _ in range(5):
            await three.until_ready()
            await three.until_further(150)
            leaving = three.running.pop(await three.holder())
            three.start()
            start = time.monotonic()
            leaving.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(leaving.wait, PATIENCE) == 0
            took.append(time.monotonic() - start)
        await three.until_all_is_sent()
        assert three.received() == dict.fromkeys(range(1, readers + 1), 1)
        assert three.server.problems == []
    pauses = [later - sooner for sooner, later in pairwise(three.arrived())]
    print(
        f"{readers} deliveries, 5 restarts: lost 0, duplicates 0; a stop took up to "
        f"{max(took):.1f} s, the longest pause in sending {max(pauses):.1f} s"
    )


@pytest.mark.parametrize("machines", [1, 2])
async def test_when_the_sender_is_killed_another_goes_on(
    postgresql_databases: PostgresqlDatabases, tmp_path: Path, machines: int
) -> None:
    if machines > 1 and not can_rename():
        pytest.skip("a process can't be given another host's name here")
    async with cluster(postgresql_databases, tmp_path, readers := 2000) as several:
        waits: list[float] = []
        for number in range(machines + 1):
            several.start(f"machine{number % machines}" if machines > 1 else "")
        for _ in range(3):
            await several.until_ready()
            await several.until_further(100)
            pid = await several.holder()
            killed = several.running.pop(pid)
            at = time.monotonic()
            killed.kill()
            killed.wait()
            # What was on its way then may arrive a moment later.
            later = at + 0.3
            await several.until(lambda since=later: several.arrived()[-1] > since)  # type: ignore[misc]
            waits.append(next(t for t in several.arrived() if t > later) - at)
            several.start(f"machine{len(waits) % machines}" if machines > 1 else "")
        await several.until_all_is_sent()
        received = several.received()
        assert set(received) == set(range(1, readers + 1))
        assert received.total() - readers <= 3 * IN_FLIGHT
        assert max(received.values()) <= 4
    assert max(waits) <= 15
    told = ", ".join(f"{wait:.1f}" for wait in waits)
    print(
        f"{machines} machines, {readers} deliveries, 3 kills: lost 0, "
        f"duplicates {received.total() - readers}, next message after {told} s"
    )


def can_rename() -> bool:
    unshare = shutil.which("unshare")
    command = [unshare or "unshare", "-u", "hostname", "other"]
    return (
        bool(unshare) and subprocess.run(command, check=False, capture_output=True).returncode == 0
    )


async def message_ids(store: Store, owner: int | None = None) -> dict[int, str | None]:
    """By the number of the chat; only of what a process has in hand, if one is given."""
    query = select(chats.c.address, deliveries.c.message_id).join(
        chats, chats.c.id == deliveries.c.chat_id
    )
    if owner is not None:
        query = query.where(
            deliveries.c.owner.contains(f":{owner}:"),
            deliveries.c.state == DeliveryState.SENDING.value,
        )
    async with store.database.read() as connection:
        return {int(row.address): row.message_id for row in await connection.execute(query)}


async def test_who_slept_through_two_leases_changes_nothing(
    postgresql_databases: PostgresqlDatabases, tmp_path: Path
) -> None:
    async with cluster(postgresql_databases, tmp_path, readers := 2000) as two:
        for _ in range(2):
            two.start()
        await two.until_ready()
        await two.until_further(100)
        pid = await two.holder()
        at = time.monotonic()
        os.kill(pid, signal.SIGSTOP)
        in_hand = set(await message_ids(two.store, pid))
        assert in_hand
        await two.until(lambda: two.arrived()[-1] > at + 1)
        wait = next(t for t in two.arrived() if t > at + 1) - at
        await asyncio.sleep(max(at + 2 * LEASE_SECONDS - time.monotonic(), 0))
        await two.until_all_is_sent()
        before = await message_ids(two.store)
        os.kill(pid, signal.SIGCONT)
        # It has noticed once it asks for the lease again, and is told that another has it.
        log = tmp_path / f"log{list(two.running).index(pid) + 1}"
        await until_written(log, "claim was over", "no answer within")
        assert await message_ids(two.store) == before
        assert set(await two.counts()) == {DeliveryState.SENT}
        received = two.received()
        twice = {chat for chat, times in received.items() if times > 1}
        assert set(received) == set(range(1, readers + 1))
        assert twice <= in_hand
        assert len(twice) <= IN_FLIGHT
        for chat in twice:
            assert before[chat] == str(two.server.messages[chat][-1]["message_id"])
    print(
        f"stopped for {2 * LEASE_SECONDS:.0f} s and more: {len(in_hand)} claimed, "
        f"{len(twice)} came twice, next message after {wait:.1f} s, no late acknowledgement taken"
    )


async def until_written(log: Path, *words: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not any(word in log.read_text() for word in words):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.1)
