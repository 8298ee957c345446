"""What pressed buttons mean on every platform that has buttons. Pure."""

from collections.abc import Iterator

from adapters.signing import PART, Signer
from bot.commands.reply import Choice, Page, Reply, Text, Tone

TICK = "✓ "


def turns(page: Page) -> Iterator[Choice]:
    """The choices that lead to the pages before and after."""
    gap = "" if page.command.endswith(PART) else " "
    if page.number > 1:
        yield Choice(f"◀ {page.number - 1}", f"{page.command}{gap}{page.number - 1}")
    if page.number < page.total:
        yield Choice(f"{page.number + 1} ▶", f"{page.command}{gap}{page.number + 1}")


def without_room(reply: Reply, chat: str, signer: Signer) -> tuple[Choice, ...]:
    """The choices whose command finds no room in a button."""
    return tuple(each for each in reply.choices if signer.sign(chat, each.command) is None)


def opposite_of(command: str) -> str | None:
    """What unticks a ticked button; None for a command that ticks nothing."""
    word, _, topic = command.partition(" ")
    other = {"/subscribe": "/unsubscribe", "/unsubscribe": "/subscribe"}.get(word)
    return f"{other} {topic}" if other and topic else None


def turned_label(label: str, command: str) -> str:
    """The label of a button after ``command`` was pressed."""
    bare = label.removeprefix(TICK)
    return TICK + bare if command.startswith("/subscribe") else bare


def as_note(reply: Reply | None, limit: int) -> str | None:
    """The reply as a note of at most ``limit`` characters, empty where there is nothing to say.

    None where a note can't say all.
    """
    if reply is None:
        return ""
    words = [block.text for block in reply.blocks if isinstance(block, Text)]
    note = "\n".join(words)
    whole = len(words) == len(reply.blocks) and not reply.choices and not reply.page
    return note if whole and len(note) <= limit else None


def is_refusal(reply: Reply) -> bool:
    return any(isinstance(b, Text) and b.tone is Tone.REFUSAL for b in reply.blocks)
