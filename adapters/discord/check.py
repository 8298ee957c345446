"""What Discord says of the bot account, and the link that invites it."""

from urllib.parse import urlencode

from adapters.discord.account import Client, Watch, account_of, introduce, point_at
from adapters.discord.places import (
    ATTACH_FILES,
    EMBED_LINKS,
    SEND_IN_THREADS,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from bot.config import DiscordSettings

NEEDED = VIEW_CHANNEL | SEND_MESSAGES | SEND_IN_THREADS | EMBED_LINKS | ATTACH_FILES
"""What a server's administrator is asked to allow, and no more."""


def invite_link(application: int) -> str:
    """Where a server's administrator lets the bot in."""
    query = {
        "client_id": application,
        "scope": "bot applications.commands",
        "permissions": NEEDED,
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"


async def check(token: str, settings: DiscordSettings) -> tuple[str, ...]:
    """Sentences for the operator. Raises ``ConfigError`` if the token is refused.

    A Discord that can't be reached is told as well; the configuration may be right all the same.
    """
    account_of(token)
    point_at(settings)
    async with Client(Watch()) as client:
        if not await introduce(client, token):
            return ("can't be reached right now, so the token is not verified",)
        return (
            f"{client.user}",
            f"invite it with {invite_link(client.application_id or 0)}",
        )
