"""The layouts by their names."""

from collections.abc import Callable, Mapping

from bot.layouts import daily, newsletter, reading_list, weekly
from bot.layouts.document import Document
from bot.layouts.sheet import Sheet

LAYOUTS: Mapping[str, Callable[[Sheet], Document]] = {
    "daily": daily.lay_out,
    "weekly": weekly.lay_out,
    "newsletter": newsletter.lay_out,
    "reading-list": reading_list.lay_out,
}
"""What each is for: docs/layouts.md."""


def lay_out(sheet: Sheet) -> Document:
    """The sheet in its layout. Raises ``KeyError`` for one that is not in ``LAYOUTS``."""
    return LAYOUTS[sheet.layout](sheet)
