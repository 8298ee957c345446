"""`bot.zones`: what people type for a time zone, and how a zone is named to them."""

import subprocess
import sys
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import resources
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.zones import MAX_LENGTH, _key, _replaced_ids, known_zone, resolve_zone, zone_city

NOW = datetime(2026, 1, 15, tzinfo=UTC)
JULY = datetime(2026, 7, 15, tzinfo=UTC)
ZONES = sorted(available_timezones() - {"Factory", "localtime"})
CITIES = tomllib.loads((resources.files("bot") / "data/cities.toml").read_text("utf-8"))

# An id without an area is read as a place or abbreviation first: Japan means Asia/Tokyo. To people
# these two are the time of New York and an open question; to the IANA database, fixed offsets.
NOT_THEIR_ID = {"EST", "MST"}


def refused(text: str, now: datetime = NOW) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Refusal) as raised:
        resolve_zone(text, now)
    suggestions = raised.value.values["suggestions"]
    assert isinstance(suggestions, tuple)
    assert len(str(raised.value.values["text"])) <= MAX_LENGTH
    return raised.value.key, suggestions


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        # Ids, and parts of them.
        ("Asia/Shanghai", "Asia/Shanghai"),
        (" asia/shanghai ", "Asia/Shanghai"),
        ("AMERICA / NEW YORK", "America/New_York"),
        ("america/port au prince", "America/Port-au-Prince"),
        ("new_york", "America/New_York"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("knox", "America/Indiana/Knox"),
        ("Etc/GMT+8", "Etc/GMT+8"),
        ("CET", "CET"),
        # Deprecated ids stay; deprecated names lead to the current id.
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("us/pacific", "US/Pacific"),
        ("Calcutta", "Asia/Kolkata"),
        ("Saigon", "Asia/Ho_Chi_Minh"),
        ("Kiev", "Europe/Kyiv"),
        ("Japan", "Asia/Tokyo"),
        ("PRC", "Asia/Shanghai"),
        ("Singapore", "Asia/Singapore"),
        ("Jamaica", "America/Jamaica"),
        # Cities and countries in three languages.
        ("Beijing", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("臺北市", "Asia/Taipei"),
        ("Tokyo time", "Asia/Tokyo"),
        ("UTC 时间", "UTC"),
        ("ＴＯＫＹＯ", "Asia/Tokyo"),
        ("东京", "Asia/Tokyo"),
        ("東京", "Asia/Tokyo"),
        ("雪梨", "Australia/Sydney"),
        ("悉尼", "Australia/Sydney"),
        ("旧金山", "America/Los_Angeles"),
        ("舊金山", "America/Los_Angeles"),
        ("San  Francisco", "America/Los_Angeles"),
        ("Seattle", "America/Los_Angeles"),
        ("Bangalore", "Asia/Kolkata"),
        ("加尔各答", "Asia/Kolkata"),
        ("基輔", "Europe/Kyiv"),
        ("Zürich", "Europe/Zurich"),
        ("munchen", "Europe/Berlin"),
        ("são paulo", "America/Sao_Paulo"),
        ("St. John’s", "America/St_Johns"),
        ("Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
        ("Tel Aviv", "Asia/Jerusalem"),
        ("Taiwan", "Asia/Taipei"),
        ("台湾", "Asia/Taipei"),
        ("臺灣", "Asia/Taipei"),
        ("China", "Asia/Shanghai"),
        ("Germany", "Europe/Berlin"),
        ("UK", "Europe/London"),
        ("Tokyo\u200b", "Asia/Tokyo"),
        # Abbreviations.
        ("utc", "UTC"),
        ("GMT", "GMT"),
        ("JST", "Asia/Tokyo"),
        ("PT", "America/Los_Angeles"),
        ("pst", "America/Los_Angeles"),
        ("ET", "America/New_York"),
        ("EST", "America/New_York"),
        ("HKT", "Asia/Hong_Kong"),
        # Offsets. The sign of Etc zones is that of POSIX.
        ("+8", "Etc/GMT-8"),
        ("UTC+8", "Etc/GMT-8"),
        ("utc + 08:00", "Etc/GMT-8"),
        ("ＵＴＣ＋８", "Etc/GMT-8"),
        ("GMT+8", "Etc/GMT-8"),
        ("GMT-5", "Etc/GMT+5"),
        ("\N{MINUS SIGN}3", "Etc/GMT+3"),
        ("+14", "Etc/GMT-14"),
        ("-12", "Etc/GMT+12"),
        ("+0", "UTC"),
        ("UTC-00:00", "UTC"),
        ("+05:30", "Asia/Kolkata"),
        ("utc+0530", "Asia/Kolkata"),
        ("+530", "Asia/Kolkata"),
        ("-9:30", "Pacific/Marquesas"),
    ],
)
def test_what_people_type(text: str, zone: str) -> None:
    assert resolve_zone(text, NOW) == zone


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("CST", {"America/Chicago", "Asia/Shanghai"}),
        ("ist", {"Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"}),
        ("BST", {"Europe/London", "Asia/Dhaka"}),
        ("美国", {"America/New_York", "America/Los_Angeles"}),
    ],
)
def test_several_clocks_are_named_and_not_guessed(text: str, candidates: set[str]) -> None:
    key, suggestions = refused(text)
    assert key == "zone.ambiguous"
    assert candidates <= set(suggestions)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Shangai", "Asia/Shanghai"),
        ("Bejing", "Asia/Shanghai"),
        ("Asia/Shanghia", "Asia/Shanghai"),
        ("new yrok", "America/New_York"),
    ],
)
def test_a_misspelt_name_has_suggestions(text: str, first: str) -> None:
    key, suggestions = refused(text)
    assert (key, suggestions[0]) == ("zone.unknown", first)
    assert len(suggestions) == len(set(suggestions)) <= 3


@pytest.mark.parametrize("text", ["+15", "-13", "+99", "UTC+14:30", "+4:90", "GMT+24"])
def test_offsets_out_of_range(text: str) -> None:
    assert refused(text) == ("zone.unknown", ())


def test_an_offset_that_only_daylight_saving_keeps_is_refused() -> None:
    assert refused("-3:30", NOW) == ("zone.unknown", ("America/St_Johns",))
    assert refused("-2:30", JULY) == ("zone.unknown", ("America/St_Johns",))
    assert refused("+10:30", JULY) == ("zone.unknown", ("Australia/Lord_Howe",))
    assert resolve_zone("+9:30", JULY) == "Australia/Darwin"


def test_each_steady_fractional_offset_of_the_world_is_found() -> None:
    for zone in map(ZoneInfo, ZONES):
        january, july = NOW.astimezone(zone).utcoffset(), JULY.astimezone(zone).utcoffset()
        assert january is not None
        if january == july and january % timedelta(hours=1):
            sign, size = ("-", -january) if january < timedelta() else ("+", january)
            found = resolve_zone(f"{sign}{str(size)[:-3]}", NOW)
            assert NOW.astimezone(ZoneInfo(found)).utcoffset() == january


@given(st.sampled_from(ZONES), st.randoms(use_true_random=False), st.sampled_from("_ "))
def test_an_id_is_found_in_any_case(zone: str, random: Random, space: str) -> None:
    cased = "".join(random.choice((c.lower(), c.upper())) for c in zone).replace("_", space)
    if "/" in zone:
        assert resolve_zone(cased, NOW) == zone
    elif zone not in NOT_THEIR_ID:
        found = ZoneInfo(resolve_zone(cased, NOW))
        for moment in (NOW, JULY):
            offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
            assert moment.astimezone(found).utcoffset() == offset


def test_every_id_is_found() -> None:
    assert [zone for zone in ZONES if "/" in zone and resolve_zone(zone.upper(), NOW) != zone] == []


@pytest.mark.parametrize("zone", sorted(CITIES["zones"]))
def test_names_of_our_own(zone: str) -> None:
    assert known_zone(zone)
    assert {resolve_zone(name, NOW) for name in CITIES["zones"][zone]} == {zone}


def test_ambiguous_names_of_our_own() -> None:
    for group in CITIES["ambiguous"]:
        assert all(map(known_zone, group["zones"]))
        for name in group["names"]:
            assert refused(name) == ("zone.ambiguous", tuple(group["zones"]))


def test_no_name_of_our_own_stands_twice() -> None:
    names = [name for names in CITIES["zones"].values() for name in names]
    names += [name for group in CITIES["ambiguous"] for name in group["names"]]
    assert [key for key, count in Counter(map(_key, names)).items() if count > 1] == []


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_each_city_that_we_show_is_understood(language: str) -> None:
    current = [zone for zone in ZONES if "/" in zone and zone not in _replaced_ids()]
    assert len(current) > 400
    for zone in current:
        assert zone.startswith("Etc/") or resolve_zone(zone_city(zone, language), NOW) == zone


@pytest.mark.parametrize(
    ("zone", "english", "simplified", "traditional"),
    [
        ("Asia/Shanghai", "Shanghai", "上海", "上海"),
        ("Asia/Tokyo", "Tokyo", "东京", "東京"),
        ("America/New_York", "New York", "纽约", "紐約"),
        ("Europe/Kyiv", "Kyiv", "基辅", "基輔"),
        ("Asia/Kolkata", "Kolkata", "加尔各答", "加爾各答"),
        ("Asia/Calcutta", "Kolkata", "加尔各答", "加爾各答"),
        ("America/Indiana/Indianapolis", "Indianapolis", "印第安纳波利斯", "印第安那波里斯"),
        ("America/Coyhaique", "Coyhaique", "Coyhaique", "Coyhaique"),
        ("UTC", "UTC", "UTC", "UTC"),
        ("CET", "CET", "CET", "CET"),
        ("Etc/GMT-8", "UTC+8", "UTC+8", "UTC+8"),
        ("Etc/GMT+12", "UTC-12", "UTC-12", "UTC-12"),
        ("Nowhere/At_All", "At All", "At All", "At All"),
    ],
)
def test_display_names(zone: str, english: str, simplified: str, traditional: str) -> None:
    shown = tuple(zone_city(zone, language) for language in ("en", "zh-CN", "zh-TW"))
    assert shown == (english, simplified, traditional)
    assert zone_city(zone, "tlh") == english


def test_known_zone_is_exact() -> None:
    assert all(map(known_zone, ZONES))
    for unknown in ("", "asia/shanghai", "Factory", "localtime", "../../etc/passwd", "Asia"):
        assert not known_zone(unknown)


@given(st.text(max_size=120) | st.text("/.+-:0123456789utcgm _市 ", max_size=12))
def test_any_input_gives_a_zone_or_a_refusal(text: str) -> None:
    try:
        zone = resolve_zone(text, NOW)
    except Refusal:
        key, suggestions = refused(text)
        assert key in {"zone.unknown", "zone.ambiguous"}
        assert all(map(known_zone, suggestions))
    else:
        assert known_zone(zone)


@pytest.mark.parametrize(
    "text",
    ["", " ", "/", "../../etc/passwd", "Asia/../Asia/Tokyo", "\x00", "\ud800", "localtime",
     "Factory", "North", "+", "+٨", "UTC+8; DROP", "Tokyo" * 10**6, "\ufdfa" * MAX_LENGTH],
)  # fmt: skip
def test_hostile_input_is_unknown(text: str) -> None:
    assert refused(text)[0] == "zone.unknown"


def test_the_bound_on_the_length() -> None:
    assert resolve_zone(f"{' ' * 200}Tokyo{' ' * 200}", NOW) == "Asia/Tokyo"
    assert resolve_zone(f"Tokyo{'.' * (MAX_LENGTH - 5)}", NOW) == "Asia/Tokyo"
    assert refused(f"Tokyo{'.' * (MAX_LENGTH - 4)}") == ("zone.unknown", ())


def test_importing_is_cheap() -> None:
    code = (
        "import sys; from bot import zones;"
        "sys.exit('babel' in sys.modules or zones._index.cache_info().misses)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
