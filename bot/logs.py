"""How Ribao logs: to stderr, as text for people or as JSON lines for what collects them.

Ribao's own records say of readers and chats no more than opaque ids. What libraries log below a
warning is left out whatever the level, as there they tell addresses with tokens, statements with
their values, and what people write. JSON lines, which leave the machine, are stricter still: of an
exception they tell its type and where it came from, but not its message.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING

from bot.correlation import current_delivery

if TYPE_CHECKING:
    from bot.config import LogSettings

OWN = frozenset({"bot", "adapters", "scheduler"})
"""The packages whose records are written at the level that is asked for."""

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up(settings: "LogSettings", *, verbose: bool = False) -> None:
    """Log as it is configured; ``verbose`` shows at least what is of level info."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    if verbose:
        level = min(level, logging.INFO)
    as_json = settings.format == "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_is_shown)
    handler.setFormatter(JsonFormatter() if as_json else logging.Formatter(_TEXT))
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    logging.captureWarnings(as_json)
    for name in OWN:
        logging.getLogger(name).setLevel(level)
    # The timer warns of each pass that it leaves out because the one before still runs, which is
    # as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _is_own(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OWN


def _is_shown(record: logging.LogRecord) -> bool:
    """Libraries set levels of their loggers themselves, so it is asked of each record."""
    return record.levelno >= logging.WARNING or _is_own(record)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message; delivery and exception if there are.

    Written here because what such libraries are for, to add whatever a record carries, is what
    must not happen.
    """

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # asyncio goes on with a line for each object that was involved, and what it holds.
            "message": message if _is_own(record) else message.partition("\n")[0],
        }
        if key := current_delivery():
            line["delivery"] = key
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name that logging calls
        """Types and lines of code, the cause first."""
        parts = [_where(error) for error in _chain(ei[1])]
        return "\nwhich led to:\n".join(reversed(parts))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _where(error: BaseException) -> str:
    kind = type(error)
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{frames}{kind.__module__}.{kind.__qualname__}"
