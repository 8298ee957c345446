"""The real command with a person at it, on a terminal of its own."""

import asyncio
import os
import pty
import select
import signal
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.console.mailbox import Mailbox
from bot.messages import messages
from tests.forked import Forked, nursery

COMMAND = [str(Path(sys.executable).with_name("ribao")), "run"]
SECONDS = 30
CTRL_C, CTRL_D = "\x03", "\x04"

say_en = messages("en")


class Terminal:
    """A terminal with the command in it."""

    def __init__(self, master: int, process: Forked) -> None:
        self.process = process
        self._master = master
        self._seen = ""

    def write(self, text: str) -> None:
        os.write(self._master, text.encode("utf-8", "surrogateescape"))

    def read_until(self, words: str) -> None:
        """Wait for the words to appear after those waited for last."""
        while words not in self._seen:
            ready, _, _ = select.select([self._master], [], [], SECONDS)
            assert ready, f"{words!r} is not in {self._seen!r}"
            self._seen += os.read(self._master, 65_536).decode("utf-8", "replace")
        self._seen = self._seen.partition(words)[2]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    config = tmp_path / "config.toml"
    config.write_text("[fetch]\ndefault_sources = false\n")
    env = {
        **os.environ,
        "RIBAO_CONFIG": str(config),
        "RIBAO_DATA_DIR": str(tmp_path / "data"),
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",  # this terminal does not tell where its cursor is
    }
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (50, 250))  # no answer below is broken over two lines
    process = nursery().start("bot", "run", env=env, files=(slave, slave, slave))
    os.close(slave)
    try:
        terminal = Terminal(master, process)
        terminal.read_until("@me ›")
        yield terminal
    finally:
        process.close()
        os.close(master)


def test_a_person_converses_is_told_of_news_and_leaves(terminal: Terminal, tmp_path: Path) -> None:
    terminal.write("/list\r")
    terminal.read_until(say_en("list.empty"))
    terminal.write("\udcff\udcfe /lis\x00\r")  # bytes that are no UTF-8, and a control character
    terminal.read_until("/help")
    terminal.write("@bob\r")
    terminal.read_until("@bob ›")
    asyncio.run(deliver(tmp_path, "bob", "📰 \x1b[41mNews"))
    terminal.read_until("📰 [41mNews")
    terminal.write("/quit\r")
    assert terminal.process.wait(SECONDS) == 0
    history = tmp_path / "data" / "console_history"
    assert "/list" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


async def deliver(data_dir: Path, chat: str, text: str) -> None:
    async with Mailbox.open(data_dir / "data" / "console.db") as mailbox:
        await mailbox.put(chat, text, key="k", silent=False)


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_a_key_is_enough_to_leave(terminal: Terminal, key: str) -> None:
    terminal.write(key)
    assert terminal.process.wait(SECONDS) == 0


def test_sigterm_ends_it(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.process.wait(SECONDS) == 0
