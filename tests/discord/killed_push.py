"""A push through Discord in a process of its own, which is killed from outside.

Run as a program: DATA_DIR API_URL GATEWAY_URL INSTANT.
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from bot.app import open_adapters, open_app
from bot.config import DiscordSettings, Settings
from tests.conversation import SetClock
from tests.discord.server import TOKEN


async def main(folder: Path, api_url: str, gateway_url: str, at: datetime) -> None:
    discord = DiscordSettings(api_url=api_url, gateway_url=gateway_url, token=SecretStr(TOKEN))
    settings = Settings(data_dir=folder, discord=discord)
    async with open_app(settings, SetClock(at)) as app, open_adapters(app) as adapters:
        await app.tick(adapters).run(at)


if __name__ == "__main__":
    data_dir, api, gateway, instant = sys.argv[1:]
    asyncio.run(main(Path(data_dir), api, gateway, datetime.fromisoformat(instant)))
