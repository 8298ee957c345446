"""What the headers of requests and answers say, as values. Nothing here raises."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import metadata

from bot.model import FetchState

MAX_WAIT = 7 * 24 * 3600.0
"""Seconds. No server's wish to be left alone, or claim to be fresh, is believed for longer."""

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_FRESH = re.compile(r"no-(?:store|cache)", re.IGNORECASE)
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,500}")


def user_agent(contact: str = "") -> str:
    """``Ribao/<version> (+contact)``; white space and what no header may hold is left out."""
    try:
        version = metadata.version("ribao")
    except metadata.PackageNotFoundError:
        version = "0"
    contact = "".join(c for c in contact if c.isascii() and c.isprintable()).strip()
    return f"Ribao/{version} (+{contact})" if contact else f"Ribao/{version}"


def conditions(state: FetchState) -> dict[str, str]:
    """The headers of a conditional request, RFC 9110, section 13.1."""
    headers = {}
    if etag := validator(state.etag):
        headers["If-None-Match"] = etag
    if last_modified := validator(state.last_modified):
        headers["If-Modified-Since"] = last_modified
    return headers


def validator(value: str | None) -> str | None:
    """An ETag or date as the server sent it, if it can be sent back in a header."""
    return value if value and _VALIDATOR.fullmatch(value) else None


def max_age(cache_control: str) -> float | None:
    """Seconds for which ``Cache-Control`` calls the answer fresh, if it does."""
    if _NOT_FRESH.search(cache_control):
        return None
    match = _MAX_AGE.search(cache_control)
    return min(float(match[1]), MAX_WAIT) if match else None


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds to wait, from a number or a date (RFC 9110, section 10.2.3)."""
    if value.isascii() and value.isdigit():
        return min(float(value), MAX_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), MAX_WAIT)


def until(value: str, now: datetime) -> float | None:
    """Seconds to wait until an instant that is given in seconds since 1970."""
    if not (value.isascii() and value.isdigit()):
        return None
    return min(max(float(value) - now.timestamp(), 0.0), MAX_WAIT)
