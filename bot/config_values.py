"""What single values of a configuration may be: zones, hours, languages, addresses, persons.

Each type refuses a wrong value with a sentence that says what would be right.
"""

import re
from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator

from bot.messages import known_language


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no IANA time zone (try Europe/Berlin)") from None


def _language(name: str) -> str:
    language = known_language(name)
    if language is None:
        raise ValueError(f"{name!r} is not one of en, zh-CN, zh-TW")
    return language


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0, tzinfo=None)
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", str(value))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f'{value!r} is no time of day (write it as "08:30")')
    return time(int(match[1]), int(match[2]))


def _http(value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+\S*", value):
        raise ValueError(f"{value!r} is no http(s) address")
    return value


def _websocket(value: str) -> str:
    if not re.fullmatch(r"wss?://[^/\s]+\S*", value):
        raise ValueError(f"{value!r} is no ws(s) address")
    return value


def _database_url(value: str) -> str:
    from bot.database_url import parse_url  # noqa: PLC0415 - only where one is given

    parse_url(value)
    return value


_PERSON = re.compile(r"[a-z]+:\S{1,64}")


def _person(value: str) -> str:
    if not _PERSON.fullmatch(value):
        raise ValueError(f'{value!r} names nobody (write platform:id, as in "telegram:12345")')
    return value


Person = Annotated[str, AfterValidator(_person)]
HttpUrl = Annotated[str, AfterValidator(_http)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
WebSocketUrl = Annotated[str, AfterValidator(_websocket)]
Zone = Annotated[str, AfterValidator(_zone)]
LanguageTag = Annotated[str, AfterValidator(_language)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
