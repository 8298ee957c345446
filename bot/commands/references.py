"""How people refer to an item: by its number in what was last shown, ``#id``, or address."""

import unicodedata

from bot.commands.arguments import shown
from bot.commands.context import Context
from bot.digest.normalise import canonical_key
from bot.errors import Refusal
from bot.model import StoredItem

_MAX_ID = 2**63 - 1
"""The largest id that a database holds."""


def split_reference(text: str) -> tuple[str, str]:
    """The reference that a text begins with, and the rest: ``("3", "title New")``. Pure."""
    reference, rest = (*text.split(maxsplit=1), "", "")[:2]
    return reference, rest.strip()


async def item_named(context: Context, reference: str) -> StoredItem:
    """The item that ``reference`` names; one that was removed only operators can name.

    ``3`` is the third of the issue or search results last shown to the chat, ``#812`` the item
    with that id; all else is an address or arXiv identifier. Raises ``Refusal``.
    """
    if not reference:
        raise Refusal("reference.how")
    found = await _found(context, reference)
    if found is None or (found.removed and not context.from_operator):
        raise Refusal("reference.unknown", text=shown(reference))
    return found


async def _found(context: Context, reference: str) -> StoredItem | None:
    plain = unicodedata.normalize("NFKC", reference)
    if plain.isascii() and plain.isdigit():
        return await _by_id(context, await _numbered(context, int(plain)))
    number = plain.removeprefix("#")
    if plain.startswith("#") and number.isascii() and number.isdigit():
        return await _by_id(context, min(int(number), _MAX_ID))
    key = canonical_key(reference) or canonical_key(f"https://{reference}")
    return await context.services.items.find(key) if key else None


async def _numbered(context: Context, number: int) -> int:
    ids = context.services.results.last(context.chat.id, context.now)
    ids = ids or await context.services.issues.last_items(context.chat.id)
    if not ids:
        raise Refusal("reference.no_issue")
    if not 1 <= number <= len(ids):
        raise Refusal("reference.no_number", n=len(ids), number=shown(str(number)))
    return ids[number - 1]


async def _by_id(context: Context, item_id: int) -> StoredItem | None:
    return next(iter(await context.services.items.load([item_id])), None)
