"""Waiting for what nothing can tell us of."""

import asyncio
from collections.abc import Callable


async def become(holds: Callable[[], object], seconds: float = 10.0) -> None:
    """Look every now and then whether it is so. Raises ``TimeoutError``."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)
