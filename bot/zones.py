"""Time zones as people name them: `resolve_zone` reads such a name, `zone_city` writes one.

A name is looked up, in this order, among the project's own (``data/cities.toml``), the cities that
CLDR gives each zone in every language of the interface, the ids of the IANA database, and names
that a zone had formerly. The tables are built when they are first needed.

An id is kept as it was typed, also a deprecated one (``Asia/Calcutta``): it stays valid, and its
link follows the zone that replaced it.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import Refusal
from bot.model import LANGUAGES

MAX_LENGTH = 100
"""Longer input names no zone; it is refused before any work is spent on it."""

_CLDR_LOCALES = {"en": "en", "zh-CN": "zh_Hans", "zh-TW": "zh_Hant"}

_NO_PLACES = frozenset({"Factory", "localtime"})
"""`zoneinfo` lists them, but the one is a placeholder, the other whatever the host is set to."""

_AREAS_OF_OLD_NAMES = frozenset(
    ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Europe", "Indian", "Pacific")
)
"""Not those whose former names are compass points: Australia/North, Brazil/West, US/Central."""

_FRACTIONAL_ZONES = (
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Yangon", "Asia/Kabul", "Asia/Tehran",
    "Australia/Darwin", "Australia/Eucla", "Pacific/Marquesas",
    "America/St_Johns", "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Chatham",
)  # fmt: skip
"""Where the offset is no whole hour; the last four have daylight saving time and are but hints."""

_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII | re.IGNORECASE)
_FIXED_ZONE = re.compile(r"Etc/GMT([+-])([1-9]\d?)")
_DASHES = str.maketrans("\N{MINUS SIGN}\N{EN DASH}", "--")
_DROPPED = re.compile(r"[.,'’·\u200b-\u200f\ufeff]")
_SPACING = re.compile(r"_|\s+|(?<=[^\W\d])-(?=[^\W\d])")
_SUFFIX = re.compile(r"( time| ?时间| ?時間|市)$")


def known_zone(zone_id: str) -> bool:
    """Whether ``zone_id``, exactly as it is written, is a zone that people may choose."""
    return zone_id in _zones()


def resolve_zone(text: str, now: datetime) -> str:
    """The id of the zone that a person means by ``text``: an id, a city, an offset from UTC.

    Raises `Refusal`: ``zone.ambiguous`` with the candidates or ``zone.unknown`` with up to three
    near hits, either as ``suggestions``. ``now`` matters to offsets such as +05:30 alone.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise Refusal("zone.unknown", text=text[:MAX_LENGTH], suggestions=())
    compact = "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
    if offset := _OFFSET.fullmatch(compact):
        return _zone_of_offset(text, offset, now)
    key = _key(text)
    candidates = _index().get(key) or _index().get(_SUFFIX.sub("", key), ())
    if not candidates:
        raise Refusal("zone.unknown", text=text, suggestions=_nearest(key))
    if len(candidates) > 1:
        raise Refusal("zone.ambiguous", text=text, suggestions=candidates)
    return candidates[0]


def zone_city(zone_id: str, language: str) -> str:
    """The city of a zone in a language of the interface: "Shanghai", 上海; for an offset "UTC+8".

    Where CLDR knows none it is the last part of the id.
    """
    if fixed := _FIXED_ZONE.fullmatch(zone_id):
        return f"UTC{'+' if fixed[1] == '-' else '-'}{fixed[2]}"
    return _cldr_city(zone_id, language) or zone_id.rpartition("/")[2].replace("_", " ")


def _zone_of_offset(text: str, offset: re.Match[str], now: datetime) -> str:
    sign, hours, minutes = offset[1], int(offset[2]), int(offset[3] or 0)
    if minutes:
        ahead = timedelta(hours=hours, minutes=minutes) * (1 if sign == "+" else -1)
        return _fractional_zone(text, ahead, now)
    # POSIX counts west of Greenwich as positive, so Etc/GMT-8 is eight hours ahead of UTC.
    zone = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"
    if not known_zone(zone):
        raise Refusal("zone.unknown", text=text, suggestions=())
    return zone


def _fractional_zone(text: str, ahead: timedelta, now: datetime) -> str:
    """A zone that keeps the offset all year, as the id of a fixed one does not exist."""
    fitting = [zone for zone in _FRACTIONAL_ZONES if _offset_at(zone, now) == ahead]
    year = [now + timedelta(days=30 * n) for n in range(13)]
    for zone in fitting:
        if all(_offset_at(zone, moment) == ahead for moment in year):
            return zone
    raise Refusal("zone.unknown", text=text, suggestions=tuple(fitting))


def _offset_at(zone: str, moment: datetime) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def _key(name: str) -> str:
    """A name without what people vary in it: case, accents, width, punctuation, spacing."""
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    spaced = _SPACING.sub(" ", _DROPPED.sub("", plain))
    return "/".join(part.strip() for part in spaced.split("/"))


def _nearest(key: str) -> tuple[str, ...]:
    hits = get_close_matches(key, _index(), n=10, cutoff=0.7)
    return tuple(dict.fromkeys(zone for hit in hits for zone in _index()[hit]))[:3]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)


@cache
def _index() -> Mapping[str, tuple[str, ...]]:
    """What each name may mean. A name's meaning is that of the first table which has it."""
    index: dict[str, tuple[str, ...]] = {}
    for table in (_own_names(), _cities(), _ids(), _old_names()):
        meanings: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for name, zone in table:
            meanings[_key(name)][zone] = None
        index = {key: tuple(zones) for key, zones in meanings.items()} | index
    return index


def _own_names() -> Iterator[tuple[str, str]]:
    data = tomllib.loads((resources.files("bot") / "data/cities.toml").read_text("utf-8"))
    for zone, names in data["zones"].items():
        yield from ((name, zone) for name in names)
    for group in data["ambiguous"]:
        yield from ((name, zone) for name in group["names"] for zone in group["zones"])


def _cities() -> Iterator[tuple[str, str]]:
    replaced = _replaced_ids()
    for zone in sorted(_zones()):
        area, _, city = zone.rpartition("/")
        if area and area != "Etc" and zone not in replaced:
            yield city, zone
            yield from ((zone_city(zone, language), zone) for language in LANGUAGES)


def _ids() -> Iterator[tuple[str, str]]:
    return ((zone, zone) for zone in _zones())


def _old_names() -> Iterator[tuple[str, str]]:
    for old, zone in _replaced_ids().items():
        area, _, name = old.rpartition("/")
        if area in _AREAS_OF_OLD_NAMES:
            yield name, zone


def _cldr_city(zone_id: str, language: str) -> str | None:
    """CLDR keeps a zone under the id that it had first (Asia/Calcutta), so all ids are tried."""
    if "/" not in zone_id:  # CET is in Brussels for CLDR; in Berlin that would be odd to read
        return None
    from babel import Locale  # noqa: PLC0415 - slow to import, and seldom needed

    cities = Locale.parse(_CLDR_LOCALES.get(language, "en")).time_zones
    current = _replaced_ids().get(zone_id, zone_id)
    ids = (zone_id, current, *_ids_before().get(current, ()))
    return next((cities[id_]["city"] for id_ in ids if "city" in cities.get(id_, {})), None)


def _replaced_ids() -> Mapping[str, str]:
    """The current id of each that was replaced."""
    from babel.core import get_global  # noqa: PLC0415 - slow to import, and seldom needed

    return get_global("zone_aliases")


@cache
def _ids_before() -> Mapping[str, list[str]]:
    before: defaultdict[str, list[str]] = defaultdict(list)
    for old, current in _replaced_ids().items():
        before[current].append(old)
    return before


def suggest_zones(text: str, limit: int) -> tuple[str, ...]:
    """Zones whose id, city or other name begins with ``text``, else those with a near name."""
    key = _key(text[:MAX_LENGTH])
    begun = [zone for name, zones in _index().items() if name.startswith(key) for zone in zones]
    return tuple(dict.fromkeys(begun))[:limit] or _nearest(key)
