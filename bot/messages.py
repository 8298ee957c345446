"""Words for people: one catalogue per language, placeholders, plurals, dates.

A catalogue is a TOML file in ``bot/locales``: words only, no markup. A message is a string with
``{placeholders}``, or a table with one string per CLDR plural category that is chosen by the
placeholder ``n``. Rules for plurals and dates are CLDR's, through Babel.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from importlib import resources

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list

from bot.errors import Refusal
from bot.model import LANGUAGES

_CLDR = {"en": "en", "zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW"}

Message = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Messages:
    """The catalogue of one language. Get it by ``messages(language)``."""

    language: str
    catalogue: Mapping[str, Message]
    locale: Locale

    def __call__(self, key: str, **values: object) -> str:
        """The message with its placeholders filled. An unknown key is a ``KeyError``: a bug."""
        message = self.catalogue[key]
        if not isinstance(message, str):
            message = message[self._plural(message, values["n"])]
        return message.format(**{name: self._shown(value) for name, value in values.items()})

    def refusal(self, refusal: Refusal) -> str:
        """What a refusal says; with its nearest suggestions where it has some."""
        suggestions = _sequence(refusal.values.get("suggestions"))
        key = refusal.key
        if suggestions is not None and not suggestions:
            key = f"{key}_plain"
        if suggestions:
            offered = format_list([str(each) for each in suggestions], "or", self.locale)
            return self(key, **{**refusal.values, "suggestions": offered})
        return self(key, **refusal.values)

    def day(self, day: date) -> str:
        """A date in full, with its weekday."""
        return format_date(day, "full", self.locale)

    def short_day(self, day: date) -> str:
        return format_date(day, "medium", self.locale)

    def moment(self, local: datetime) -> str:
        """A local date and time: weekday, day and minute."""
        return f"{format_date(local, 'EEE', self.locale)} {self.instant(local)}"

    def instant(self, local: datetime) -> str:
        return format_datetime(local, "yyyy-MM-dd HH:mm", locale=self.locale)

    def clock(self, moment: time) -> str:
        return format_time(moment, "HH:mm", locale=self.locale)

    def weekdays(self, days: Iterable[int]) -> str:
        """Names of ISO weekdays, in the order of the week."""
        names = self.locale.days["stand-alone"]["abbreviated"]
        return self.listing([names[day - 1] for day in sorted(days)])

    def listing(self, words: Iterable[str]) -> str:
        """``a, b and c`` in the way of the language."""
        return format_list(list(words), locale=self.locale)

    def published(self, iso: str) -> str:
        """A date of ISO 8601 as exact as it is given: a year, a month, a day, an instant."""
        parts = iso[:10].split("-")
        if len(parts) == 3:
            return format_date(date.fromisoformat(iso[:10]), "medium", self.locale)
        if len(parts) == 2:
            day = date(int(parts[0]), int(parts[1]), 1)
            return format_date(day, "MMMM y" if self.language == "en" else "y年M月", self.locale)
        return iso

    def _plural(self, message: Mapping[str, str], n: object) -> str:
        category = self.locale.plural_form(n) if isinstance(n, int) else "other"
        return category if category in message else "other"

    def _shown(self, value: object) -> object:
        if isinstance(value, tuple | list):
            return self.listing([str(part) for part in value])
        return value


def _sequence(value: object) -> tuple[object, ...] | None:
    return tuple(value) if isinstance(value, tuple | list) else None


def catalogue(language: str) -> dict[str, Message]:
    """The messages of a language by their dotted key, as the file has them."""
    text = resources.files("bot").joinpath("locales", f"{language}.toml").read_text("utf-8")
    return dict(_flatten("", tomllib.loads(text)))


@cache
def messages(language: str) -> Messages:
    """The catalogue of one of ``LANGUAGES``; any other language gets the first."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    return Messages(known, catalogue(known), Locale.parse(_CLDR[known]))


def _flatten(prefix: str, table: Mapping[str, object]) -> Iterable[tuple[str, Message]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, dict) and "other" in value:
            yield key, {str(form): str(text) for form, text in value.items()}
        elif isinstance(value, dict):
            yield from _flatten(f"{key}.", value)


def known_language(text: str) -> str | None:
    """One of ``LANGUAGES`` for what people and platforms call it; None if it is not spoken."""
    tag = text.strip().lower().replace("_", "-")
    while tag:
        if tag in _LANGUAGE_NAMES:
            return _LANGUAGE_NAMES[tag]
        # BCP 47 look-up (RFC 4647, 3.4): the last subtag goes, until the rest is known.
        tag = tag.rpartition("-")[0]
    return None


_LANGUAGE_NAMES = {
    "en": "en",
    "english": "en",
    "英语": "en",
    "英語": "en",
    "英文": "en",
    "zh": "zh-CN",
    "zh-cn": "zh-CN",
    "zh-sg": "zh-CN",
    "zh-hans": "zh-CN",
    "chinese": "zh-CN",
    "中文": "zh-CN",
    "简体": "zh-CN",
    "简中": "zh-CN",
    "簡體中文": "zh-CN",
    "简体中文": "zh-CN",
    "zh-tw": "zh-TW",
    "zh-hk": "zh-TW",
    "zh-mo": "zh-TW",
    "zh-hant": "zh-TW",
    "繁體": "zh-TW",
    "繁体": "zh-TW",
    "繁體中文": "zh-TW",
    "繁体中文": "zh-TW",
    "正體中文": "zh-TW",
    "正体中文": "zh-TW",
    "繁中": "zh-TW",
}
