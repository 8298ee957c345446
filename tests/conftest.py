"""Fixtures that all tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conversation import Conversation, conversation


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test may read or write the settings or data of whoever runs it."""
    import os  # noqa: PLC0415

    for name in list(os.environ):
        if name.startswith("RIBAO_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """A Ribao of its own, with the sample edition."""
    async with conversation(tmp_path) as talking:
        yield talking
