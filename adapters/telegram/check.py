"""What Telegram says of the bot account, and which settings at @BotFather would help."""

from telegram import User

from adapters.telegram.account import introduce, open_bot
from bot.config import TelegramSettings


async def check(token: str, settings: TelegramSettings) -> tuple[str, ...]:
    """Sentences for the operator. Raises ``ConfigError`` if the token is refused.

    A server that can't be reached is told as well; the configuration may be right all the same.
    """
    async with open_bot(token, settings) as bot:
        if not await introduce(bot):
            return ("can't be reached right now, so the token is not verified",)
        return (f"@{bot.username}, https://t.me/{bot.username}", *_advice(bot.bot))


def _advice(me: User) -> tuple[str, ...]:
    advice = []
    if not me.can_join_groups:
        advice.append("it can't be added to groups; /setjoingroups at @BotFather allows it")
    if not me.supports_inline_queries:
        advice.append(
            "inline mode is off; with /setinline at @BotFather readers can share items by"
            f" @{me.username} cv in any chat"
        )
    if not me.can_read_all_group_messages:
        advice.append(
            "in groups it hears only commands, which is enough for all but keywords such as 日报;"
            " for those choose Disable with /setprivacy at @BotFather"
        )
    return tuple(advice)
