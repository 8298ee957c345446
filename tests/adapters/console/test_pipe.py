"""The real command in a pipe: one message a line in, answers out."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bot.messages import messages
from tests.forked import Forked, nursery

COMMAND = [str(Path(sys.executable).with_name("ribao")), "run"]
SECONDS = 60

say_en = messages("en")

Process = Forked | subprocess.Popen[bytes]
Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the command on a data folder of its own, with no source to fetch from."""
    config = tmp_path / "config.toml"
    config.write_text("[fetch]\ndefault_sources = false\n")
    own = {"RIBAO_CONFIG": str(config), "RIBAO_DATA_DIR": str(tmp_path / "data")}
    started: list[Process] = []

    def start(**environment: str) -> Process:
        pipe = subprocess.PIPE
        env: Mapping[str, str] = {**os.environ, **own, **environment}
        # What the interpreter itself reads of it, only a new one can read.
        if any(not name.startswith("RIBAO_") for name in environment):
            started.append(subprocess.Popen(COMMAND, env=env, stdin=pipe, stdout=pipe, stderr=pipe))
        else:
            started.append(nursery().start("bot", "run", env=env))
        return started[-1]

    yield start
    for process in started:
        if isinstance(process, Forked):
            process.close()
            continue
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


def converse(process: Process, *lines: bytes) -> str:
    """All that is answered to the lines; it ends well and complains of nothing."""
    out, err = process.communicate(b"\n".join(lines), timeout=SECONDS)
    assert (process.returncode, err.decode()) == (0, "")
    return out.decode()


def test_a_conversation_and_another_that_remembers_it(start: Start) -> None:
    first = converse(start(), b"/subscribe cv", b"/time 07:15", b"/today", b"@bob /list", b"/quit")
    expected = [
        say_en("subscribe.done", topics="Computer vision"),
        say_en("time.done", time="07:15"),
        f"📰 {say_en('issue.title')}",
        say_en("issue.topics", topics="Computer vision"),
        say_en("issue.sample"),
        say_en("list.empty"),
    ]
    places = [first.index(words) for words in expected]
    assert places == sorted(places)
    second = converse(start(), b"/settings", b"/issue")
    assert "Computer vision" in second
    assert "07:15" in second
    assert say_en("issue.list", n=1) in second


def test_odd_input_is_answered_and_ends_nothing(start: Start) -> None:
    lines = [
        b"/today \xff\xfe",
        b"\xed\xa0\x80",
        b"\0\x1b[2J",
        b"9" * 9999,
        b"@a " * 9999,
        b"x" * 10**6,
    ]
    out = converse(start(), *lines, b"", b"/privacy")
    assert out.count(say_en("error.not_a_command")) == 4
    assert say_en("privacy.commands") in out
    assert "\x1b" not in out


def test_nothing_in_nothing_out(start: Start) -> None:
    assert converse(start()) == ""


def test_without_any_input_at_all_it_ends(tmp_path: Path) -> None:
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND]
    env = {**os.environ, "RIBAO_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(closed, env=env, capture_output=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_who_stops_reading_ends_it_quietly(start: Start) -> None:
    process = start()
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.write(b"/help time\n" * 50)
    process.stdin.flush()  # as `| head -1` does, but the input stays open
    assert process.stdout.readline().decode() == say_en("usage.time") + "\n"
    process.stdout.close()
    assert process.wait(SECONDS) == 0
    assert process.stderr.read() == b""


def test_sigterm_ends_it_although_the_input_stays_open(start: Start) -> None:
    process = start()
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"/privacy\n")
    process.stdin.flush()
    assert process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 0
    _, err = process.communicate(timeout=SECONDS)
    assert err == b""


def test_it_speaks_the_language_of_the_environment_in_utf_8_whatever_the_encoding(
    start: Start,
) -> None:
    out = converse(
        start(LC_ALL="zh_TW.Big5", PYTHONIOENCODING="ascii"), b"/settings", "今天".encode()
    )
    assert messages("zh-TW")("settings.title") in out
    assert f"📰 {messages('zh-TW')('issue.title')}" in out


def test_the_same_issue_byte_for_byte_whatever_the_order_of_sets(
    start: Start, tmp_path: Path
) -> None:
    outputs = set()
    for seed in ("1", "2"):
        process = start(PYTHONHASHSEED=seed, RIBAO_DATA_DIR=str(tmp_path / seed))
        title, _dateline, rest = converse(process, b"/subscribe cv nlp -medical", b"/today").split(
            "\n", 2
        )
        outputs.add((title, rest.partition("📰")[2].partition("\n")[2].partition("\n")[2]))
    assert len(outputs) == 1


def test_a_data_folder_that_can_not_be_made_is_one_sentence(start: Start) -> None:
    process = start(RIBAO_DATA_DIR="/dev/null/ribao")
    out, err = process.communicate(b"/today\n", timeout=SECONDS)
    assert (process.returncode, out) == (1, b"")
    assert len(err.decode().splitlines()) == 1
    assert err.decode().startswith("ribao: ")
