"""A push that kills itself: before or after its n-th step that leaves the process.

Run as a program by tests: DATA_DIR INSTANT STEP [BOT_API_SERVER]. Even steps die before call
STEP/2, odd ones after it. Ends with status 0 if the push was over before that step. Without
arguments the lines of its input are such, each for a process of its own, whose status is told.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app import open_adapters, open_app
from bot.config import Settings
from tests.conversation import SetClock


class Fuse:
    """Counts steps, and kills the process at one of them. SIGKILL: no cleaning up."""

    def __init__(self, step: int) -> None:
        self._step = step
        self._passed = 0

    def wrap(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def fused(*args: Any, **kwargs: Any) -> Any:
            self._burn()
            result = await call(*args, **kwargs)
            self._burn()
            return result

        return fused

    def _burn(self) -> None:
        if self._passed == self._step:
            os.kill(os.getpid(), signal.SIGKILL)
        self._passed += 1


def fuse_all(target: object, names: tuple[str, ...], fuse: Fuse) -> None:
    for name in names:
        setattr(target, name, fuse.wrap(getattr(target, name)))


LEDGER = (
    "plan_ahead",
    "plan_due",
    "planned",
    "ready",
    "claim",
    "settle",
    "reclaim",
    "settle_uncertain",
    "expire",
)


async def main(data_dir: Path, at: datetime, step: int, server: str = "") -> None:
    fuse = Fuse(step)
    settings = Settings(data_dir=data_dir, **(on_telegram(server) if server else {}))
    # At the instant of the push by the clock, too: claims are timed by it.
    async with open_app(settings, SetClock(at)) as app, open_adapters(app) as adapters:
        fuse_all(app.store.ledger, LEDGER, fuse)
        fuse_all(app.store.issues, ("save_all",), fuse)
        fuse_all(adapters[0], ("send",), fuse)
        await app.tick(adapters).run(at)


def on_telegram(server: str) -> dict[str, Any]:
    """The setting of a bot on that server."""
    return {"telegram": {"token": os.environ["BOT_TOKEN"], "base_url": server}}


def die(folder: str, at: str, step: str) -> int:
    """The status of a push in a process of its own."""
    # A fork has all that is imported, which takes longer than to push.
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    asyncio.run(main(Path(folder), datetime.fromisoformat(at), int(step)))
    os._exit(0)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        for line in sys.stdin:
            print(die(*line.split()), flush=True)  # noqa: T201
    else:
        folder, instant, number, *servers = sys.argv[1:]
        asyncio.run(main(Path(folder), datetime.fromisoformat(instant), int(number), *servers))
