"""Inline mode: ``@bot cv`` in any chat offers today's items, each ready to be sent there. Pure.

https://core.telegram.org/bots/api#answerinlinequery: at most 50 results.
"""

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode

from adapters.telegram.render import entry_message
from adapters.telegram.rich import to_html
from adapters.telegram.updates import PLATFORM
from bot.commands.context import Incoming
from bot.commands.reply import IssueBlock, Reply
from bot.messages import known_language, messages
from bot.model import ChatAddress, ChatKind, Entry

MAX_RESULTS = 50
CACHE_SECONDS = 300
_MAX_SHOWN = 200


def incoming_inline(query: InlineQuery, account: str) -> Incoming:
    """What is asked for, as if the person had asked for today's issue on it in private."""
    user = query.from_user
    return Incoming(
        chat=ChatAddress(PLATFORM, account, str(user.id)),
        kind=ChatKind.PRIVATE,
        title=user.full_name,
        sender_id=str(user.id),
        text=f"/today {query.query.strip() or 'all'}",
        language=user.language_code,
    )


def results(reply: Reply | None) -> list[InlineQueryResultArticle]:
    """The items of the issue in a reply; none where it is a refusal."""
    issues = (
        [block.issue for block in reply.blocks if isinstance(block, IssueBlock)] if reply else []
    )
    return [
        _article(entry, issue.language)
        for issue in issues
        for section in issue.sections
        for entry in section.entries
    ][:MAX_RESULTS]


def to_the_bot(language: str | None) -> InlineQueryResultsButton:
    """The button that leads to the bot itself, where all topics are."""
    speak = messages(known_language(language or "") or "en")
    return InlineQueryResultsButton(speak("button.all_topics"), start_parameter="topics")


def _article(entry: Entry, language: str) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        id=str(entry.number),
        title=entry.title[:_MAX_SHOWN],
        description=(entry.introduction or entry.abstract)[:_MAX_SHOWN],
        input_message_content=InputTextMessageContent(
            to_html(entry_message(entry, language)),
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
    )
