"""What the console's chats received: a file that several processes write."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.console.mailbox import Mailbox
from bot.errors import RetryLater, StoreError


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    async with Mailbox.open(tmp_path / "console.db") as opened:
        yield opened


async def texts(mailbox: Mailbox, chat: str, limit: int = 100) -> list[str]:
    return [message.text for message in await mailbox.last(chat, limit)]


async def test_messages_are_kept_by_chat_in_the_order_of_arrival(mailbox: Mailbox) -> None:
    await mailbox.put("ann", "one", key="1", silent=False)
    await mailbox.put("bob", "other", key="1", silent=False)
    await mailbox.put("ann", "two", key="2", silent=True)
    assert [(m.text, m.silent) for m in await mailbox.last("ann", 9)] == [
        ("one", False),
        ("two", True),
    ]
    assert await texts(mailbox, "bob") == ["other"]
    assert (await mailbox.count("ann"), await mailbox.count("nobody")) == (2, 0)


async def test_last_gives_the_newest_oldest_of_them_first(mailbox: Mailbox) -> None:
    for number in range(5):
        await mailbox.put("ann", str(number), key=str(number), silent=False)
    assert await texts(mailbox, "ann", 2) == ["3", "4"]


async def test_the_same_key_is_stored_once_and_gives_the_same_id(mailbox: Mailbox) -> None:
    first = await mailbox.put("ann", "text", key="k", silent=False)
    again = await mailbox.put("ann", "another text", key="k", silent=True)
    assert first == again
    assert await texts(mailbox, "ann") == ["text"]


async def test_a_key_belongs_to_its_chat(mailbox: Mailbox) -> None:
    ids = {await mailbox.put(chat, "text", key="k", silent=False) for chat in ("ann", "bob")}
    assert len(ids) == 2


async def test_it_remembers_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "console.db"
    for _ in range(2):
        async with Mailbox.open(path) as mailbox:
            await mailbox.put("ann", "text", key="k", silent=False)
    async with Mailbox.open(path) as mailbox:
        assert await texts(mailbox, "ann") == ["text"]


async def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "console.db"
    async with Mailbox.open(path):
        assert path.stat().st_mode & 0o077 == 0


WRITER = """
import asyncio, sys
from pathlib import Path
from adapters.console.mailbox import Mailbox

async def main(path, name):
    async with Mailbox.open(Path(path)) as mailbox:
        for number in range(40):
            await mailbox.put("ann", f"{name} {number}", key=f"{name} {number}", silent=False)
            await mailbox.put("ann", f"both {number}", key=f"both {number}", silent=False)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_write_at_once_and_lose_nothing(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "console.db")]
    writers = [await asyncio.create_subprocess_exec(*command, name) for name in ("a", "b")]
    assert [await writer.wait() for writer in writers] == [0, 0]
    arrived = await texts(mailbox, "ann", 1000)
    assert len(arrived) == len(set(arrived)) == 3 * 40
    for name in ("a", "b", "both"):
        own = [text for text in arrived if text.startswith(f"{name} ")]
        assert own == [f"{name} {number}" for number in range(40)]


async def test_what_can_not_be_stored_may_be_sent_again_later(mailbox: Mailbox) -> None:
    await mailbox._connection.execute("PRAGMA query_only = ON")  # as on a disk gone read-only
    with pytest.raises(RetryLater, match="readonly"):
        await mailbox.put("ann", "text", key="k", silent=False)
    await mailbox._connection.execute("PRAGMA query_only = OFF")
    await mailbox.put("ann", "text", key="k", silent=False)
    assert await texts(mailbox, "ann") == ["text"]


async def test_a_locked_file_may_be_written_later(mailbox: Mailbox, tmp_path: Path) -> None:
    await mailbox._connection.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(tmp_path / "console.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RetryLater, match="locked"):
        await mailbox.put("ann", "text", key="k", silent=False)
    other.execute("ROLLBACK")
    other.close()
    await mailbox.put("ann", "text", key="k", silent=False)
    assert await mailbox.count("ann") == 1


@pytest.mark.parametrize("content", [b"no database at all" * 99, None])
async def test_a_file_that_can_not_be_used_is_one_clear_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "console.db"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(StoreError, match=r"The console's mailbox .*console\.db can't be used: "):
        async with Mailbox.open(path):
            pass


def test_a_killed_writer_leaves_a_usable_file(tmp_path: Path) -> None:
    path = tmp_path / "console.db"
    killed = WRITER.replace(
        "silent=False)\n", "silent=False)\n            import os; os._exit(9)\n", 1
    )
    done = subprocess.run([sys.executable, "-c", killed, str(path), "a"], check=False)
    assert done.returncode == 9
    subprocess.run([sys.executable, "-c", WRITER, str(path), "a"], check=True)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (80,)
    connection.close()
