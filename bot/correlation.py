"""Which delivery is being worked on, so that each log record of that work can say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_delivery: ContextVar[str] = ContextVar("delivery", default="")


@contextmanager
def delivery(key: str) -> Iterator[None]:
    """Within this block, and in the tasks that it starts, the work is on the delivery ``key``."""
    token = _delivery.set(key)
    try:
        yield
    finally:
        _delivery.reset(token)


def current_delivery() -> str:
    """The key of the delivery that is being worked on, empty where there is none."""
    return _delivery.get()
