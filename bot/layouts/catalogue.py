"""The layouts by their names."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.layouts.document import Document
    from bot.layouts.sheet import Sheet

LAYOUTS = ("daily", "weekly", "newsletter", "reading-list")
"""What each is for: docs/layouts.md. A module of its name has its ``lay_out``."""


def lay_out(sheet: "Sheet") -> "Document":
    """The sheet in its layout. Raises ``KeyError`` for one that is not in ``LAYOUTS``.

    The layouts, and the formats that they are written by, are loaded for the first that is laid
    out: most of what Ribao does names them only.
    """
    if sheet.layout not in LAYOUTS:
        raise KeyError(sheet.layout)
    module = import_module(f"bot.layouts.{sheet.layout.replace('-', '_')}")
    document: Document = module.lay_out(sheet)
    return document
