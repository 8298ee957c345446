"""Configuration: the example is true, every fault is named, secrets stay unsaid."""

import re
import tomllib
from datetime import time
from pathlib import Path

import pytest

from bot.config import Settings, load
from bot.errors import ConfigError
from bot.source_kinds import KINDS, SourceSettings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def write(path: Path, text: str) -> Path:
    file = path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold() -> None:
    settings = load()
    assert settings.readers.language == "en"
    assert settings.database_url.startswith("sqlite+aiosqlite:///")
    assert settings.sources == ()


def test_the_example_is_the_defaults() -> None:
    assert load(EXAMPLE) == load()


def test_the_example_with_every_comment_taken_off_is_right_and_names_every_key(
    tmp_path: Path,
) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    bare = [re.sub(r"^# (?=\[|[a-z_]+ = )", "", line) for line in lines]
    file = write(tmp_path, "\n".join(bare))
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    settings = load(file)
    assert set(table) == set(Settings.model_fields)
    for name, model in (
        ("database", settings.database),
        ("readers", settings.readers),
        ("issue", settings.issue),
        ("fetch", settings.fetch),
        ("console", settings.console),
        ("github", settings.github),
    ):
        assert set(table[name]) == set(type(model).model_fields)
    assert {key for one in table["sources"] for key in one} == set(SourceSettings.model_fields)
    assert {one["kind"] for one in table["sources"]} == set(KINDS)
    assert set(table["channels"][0]) == set(type(settings.channels[0]).model_fields)


@pytest.mark.parametrize(
    ("folder", "served"), [("ribao", True), (".", True), ("ribao/site", False), ("site", False)]
)
def test_the_database_does_not_lie_in_the_folder_that_is_served(
    tmp_path: Path, folder: str, *, served: bool
) -> None:
    table = f'data_dir = "{tmp_path}/ribao"\n[web]\nfolder = "{tmp_path}/{folder}"\n'
    file = write(tmp_path, table)
    if not served:
        assert load(file).web_folder == tmp_path / folder
        return
    with pytest.raises(ConfigError, match="web: folder holds data_dir"):
        load(file)
    # What `ribao site build` is told to fill is asked the same.
    own = load(write(tmp_path, f'data_dir = "{tmp_path}/ribao"\n'))
    assert own.has_data_in(tmp_path / folder)
    assert not own.has_data_in(tmp_path / "site")


def test_every_fault_is_named_with_its_key(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        databse = 1
        [database]
        url = "mysql://u:canary@db/x"
        [readers]
        time = "25:00"
        timezone = "Mars"
        language = "tlh"
        [fetch]
        interval_minutes = 1
        [[sources]]
        name = "a"
        url = "ftp://a"
        knid = "feed"
        [[channels]]
        platform = "console"
        """,
    )
    with pytest.raises(ConfigError) as error:
        load(file)
    said = [problem.removeprefix(f"{file}: ") for problem in error.value.problems]
    for expected in (
        "databse: there is no such key (did you mean database?)",
        "database.url: The database URL begins with mysql:, which is not supported",
        "readers.time: '25:00' is no time of day",
        "readers.timezone: 'Mars' is no IANA time zone",
        "readers.language: 'tlh' is not one of en, zh-CN, zh-TW",
        "fetch.interval_minutes:",
        "sources.0.kind: this key is missing",
        "sources.0.url: 'ftp://a' is no http(s) address",
        "sources.0.knid: there is no such key (did you mean kind?)",
        "channels.0.chat: this key is missing",
    ):
        assert any(line.startswith(expected) for line in said), expected
    assert len(said) == 10


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    source = '[[sources]]\nname = "a"\nkind = "feed"\nurl = "https://a.example"\n'
    with pytest.raises(ConfigError, match="used twice: a"):
        load(write(tmp_path, source * 2))


def test_a_channel_of_the_console_begins_with_a_hash(tmp_path: Path) -> None:
    file = write(tmp_path, '[[channels]]\nplatform = "console"\nchat = "ai"\n')
    with pytest.raises(ConfigError, match=r"'ai' is no channel of the console \(write #name\)"):
        load(file)


@pytest.mark.parametrize("content", [b"= 1", b"\xff\xfe", b"[a\n"])
def test_a_file_that_is_no_toml_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load(file)
    assert len(error.value.problems) == 1
    assert str(file) in str(error.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "none.toml")


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, '[database]\nurl = "sqlite:///file.db"\n[readers]\ntime = "07:00"\n')
    monkeypatch.setenv("RIBAO_DATABASE_URL", "sqlite:///environment.db")
    monkeypatch.setenv("RIBAO_CONFIG", str(file))
    settings = load()
    assert settings.database_url == "sqlite:///environment.db"
    assert settings.readers.time == time(7, 0)


def test_settings_can_not_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().readers.language = "en"
