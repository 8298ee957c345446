"""Platform adapters: each makes one chat platform look like the core's ``Adapter`` port.

A new platform is a package here with an ``adapter`` module, and a line in ``ADAPTERS``. An adapter
and its SDK are imported only when the platform is enabled.
"""

from importlib import import_module
from typing import Any

ADAPTERS = {
    "console": "adapters.console.adapter:ConsoleAdapter",
    "discord": "adapters.discord.adapter:DiscordAdapter",
    "telegram": "adapters.telegram.adapter:TelegramAdapter",
}


def adapter_class(platform: str) -> Any:
    """The class of a platform's adapter. Raises ``KeyError`` for a platform that is not there."""
    module, _, name = ADAPTERS[platform].partition(":")
    return getattr(import_module(module), name)
