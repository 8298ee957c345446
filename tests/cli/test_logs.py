"""What the command logs: JSON lines in which no reader and no secret is found."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import Command

PRIVATE = ("quokka", "#wombat", "numbat", "bilby", "1234567:canary")


def lines(stderr: str) -> list[dict[str, Any]]:
    """Fails if there is anything but JSON lines."""
    return [json.loads(line) for line in stderr.splitlines()]


@pytest.fixture
def chatty(tmp_path: Path) -> Command:
    """Logs all there is; its only source can't be read."""
    file = tmp_path / "config.toml"
    file.write_text(
        '[log]\nformat = "json"\nlevel = "debug"\n[github]\ntoken = "1234567:canary"\n'
        '[[sources]]\nname = "shut"\nkind = "feed"\nurl = "http://127.0.0.1:1/?key=1234567:canary"\n'
    )
    return Command(tmp_path / "data", file)


def test_a_delivery_can_be_followed_and_no_person_or_secret_is_told(chatty: Command) -> None:
    said = '@quokka /subscribe cv "numbat"\n/today\nbilby\n#wombat\n/subscribe nlp\n'
    talk = chatty("run", stdin=said)
    assert "numbat" in talk.stdout
    pushed = chatty("push", "--at", "2027-03-01T08:00")
    assert "sent 1" in pushed.stdout
    fetched = chatty("fetch", "shut", "--json")
    assert fetched.status == 1
    logged = talk.stderr + pushed.stderr
    assert {line["logger"].partition(".")[0] for line in lines(logged)} == {"bot"}
    assert [text for text in PRIVATE if text in logged + fetched.stderr] == []
    (sent,) = (line for line in lines(pushed.stderr) if "delivery" in line)
    assert sent["delivery"].endswith(".270301.1")
    assert sent["message"] == f"delivery {sent['delivery']}: sent at attempt 1"
