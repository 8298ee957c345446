"""Every adapter keeps the contract. A new one joins with a class and its fixture."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.console.adapter import ConsoleAdapter
from adapters.console.render import MAX_MESSAGE
from adapters.console.session import address_of
from bot.model import ChatAddress
from tests.adapters.contract import AdapterContract, Arrived, Subject


class TestConsole(AdapterContract):
    @pytest.fixture
    async def subject(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[Subject]:
        reading, writing = os.pipe()
        with os.fdopen(reading) as stdin, os.fdopen(writing, "w"):
            monkeypatch.setattr("sys.stdin", stdin)
            async with ConsoleAdapter.open(tmp_path, "ann") as adapter:

                async def arrived(chat: ChatAddress) -> list[Arrived]:
                    found = await adapter.mailbox.last(chat.id, 100)
                    return [Arrived(message.text, message.silent) for message in found]

                yield Subject(
                    adapter=adapter,
                    chat=address_of("ann"),
                    channel="#news",
                    manager="ann",
                    idempotent=True,
                    visible=str,
                    fits=lambda payload: len(payload) <= MAX_MESSAGE,
                    arrived=arrived,
                )
