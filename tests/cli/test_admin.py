"""stats, check-config and db, through the installed command; and what goes wrong."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sources.opml import parse_opml
from tests.command import Command


def test_help_names_every_command(ribao: Command) -> None:
    outcome = ribao("--help")
    assert outcome.status == 0
    names = (
        "run fetch push import classify preview search topics sources stats queue check-config db"
    )
    assert all(name in outcome.stdout for name in names.split())


def test_wrong_usage_ends_with_2(ribao: Command) -> None:
    assert ribao("nonsense").status == 2
    assert ribao("import").status == 2


def test_stats_counts(ribao: Command) -> None:
    ribao("run", stdin="/subscribe cv\n@bob /today\n")
    (stats,) = ribao("stats", "--json").objects
    assert (stats["chats"], stats["scheduled"]) == (2, 1)
    assert stats["items"] >= 60
    assert "2 (1 with a daily issue)" in ribao("stats").stdout


def test_stats_forecast_the_next_day(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[delivery.per_second]\nconsole = 1\n")
    ribao = Command(tmp_path / "data", config)
    ribao("run", stdin="/subscribe cv\n")
    # At half past: the reader above has an issue at a full hour.
    in_two_hours = datetime.now(UTC).replace(minute=30, second=0, microsecond=0) + timedelta(
        hours=2
    )
    crowd = (
        "INSERT INTO chats (platform, account, address, thread, kind, title, language, send_at,"
        " zone, days, status, active_since, next_due, layout, created_at) "
        "SELECT platform, account, ?, thread, kind, title, language, send_at,"
        " zone, days, status, active_since, ?, layout, created_at FROM chats WHERE address = 'me'"
    )
    due = int(in_two_hours.timestamp() * 1_000_000)
    with closing(sqlite3.connect(tmp_path / "data" / "ribao.db")) as database, database:
        database.executemany(crowd, [(f"reader{n}", due) for n in range(480)])
    (stats,) = ribao("stats", "--json").objects
    (forecast,) = stats["forecast"]
    assert (forecast["account"], forecast["planned_per_second"]) == ("console:console", 0.8)
    assert forecast["busiest"][0]["issues"] == 480
    assert forecast["busiest"][0]["wait_minutes"] == 10
    assert not forecast["fits"]
    text = ribao("stats").stdout
    assert "480, the last by" in text
    assert "the last 10 minutes after their hour: see docs/growing.md" in text


def test_sources_are_listed_and_exported(ribao: Command, tmp_path: Path) -> None:
    listed = ribao("sources", "--json").objects
    assert any(one["name"] == "OpenAI" and one["kind"] == "feed" for one in listed)
    exported = ribao("sources", "--opml")
    feeds = parse_opml(exported.stdout.encode()).feeds
    kinds = {one["name"]: one["kind"] for one in listed}
    assert {feed.name for feed in feeds} == {
        name for name, kind in kinds.items() if kind in {"feed", "arxiv"}
    }
    assert "are no feeds (arxiv-api, github, hackernews, huggingface)" in exported.stderr
    file = tmp_path / "feeds.opml"
    file.write_text(exported.stdout, encoding="utf-8")
    config = tmp_path / "config.toml"
    config.write_text(f'[[sources]]\nname = "mine"\nkind = "opml"\npath = "{file}"\n')
    assert Command(tmp_path / "data", config)("check-config").status == 0


def test_check_config_lists_every_fault(ribao: Command, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    source = '[[sources]]\nname = "a"\nkind = "feed"\nurl = "https://a.example"\n'
    file.write_text(source + 'topics = ["visoin", "cv"]\n', encoding="utf-8")
    file.write_text(
        file.read_text() + '[[channels]]\nplatform = "console"\nchat = "#a"\ntopics = ["nlpp"]\n',
        encoding="utf-8",
    )
    outcome = Command(tmp_path / "data", file)("check-config")
    assert outcome.status == 2
    assert "source a: there is no topic 'visoin'" in outcome.stderr
    assert "channels: #a: there is no topic 'nlpp'" in outcome.stderr
    assert ribao("check-config").status == 0


def test_check_config_shows_no_password(ribao: Command) -> None:
    url = "postgresql+asyncpg://ribao:canary-password@db.example/ribao"
    outcome = ribao("check-config", RIBAO_DATABASE_URL=url)
    assert outcome.status == 0
    assert "canary-password" not in outcome.stdout + outcome.stderr


def test_a_database_url_that_can_not_be_read_is_not_repeated(ribao: Command) -> None:
    outcome = ribao("check-config", RIBAO_DATABASE_URL="postgresql://u:canary@127.0.0.1:canary/x")
    assert outcome.status == 2
    assert "canary" not in outcome.stdout + outcome.stderr
    assert outcome.stderr.startswith("ribao: database.url: ")
    assert len(outcome.stderr.splitlines()) == 1


def test_a_missing_configuration_file_ends_with_2(tmp_path: Path) -> None:
    outcome = Command(tmp_path, tmp_path / "none.toml")("run")
    assert outcome.status == 2
    assert "there is no such file" in outcome.stderr


def test_the_database_can_be_copied_checked_and_read_again(ribao: Command, tmp_path: Path) -> None:
    ribao("run", stdin="/subscribe cv\n")
    copy = tmp_path / "copy.db"
    assert ribao("db", "check").status == 0
    assert ribao("db", "backup", copy).status == 0
    assert ribao("db", "backup", copy).status == 1  # never replaces a file
    listed = ribao("run", stdin="/list\n", RIBAO_DATABASE_URL=f"sqlite:///{copy}")
    assert "Computer vision" in listed.stdout
    assert ribao("db", "upgrade").status == 0


def test_there_is_nothing_to_check_before_the_first_start(ribao: Command) -> None:
    assert ribao("db", "check").status == 1


def fill_with_noise(file: Path) -> None:
    file.write_bytes(b"this is not a database" * 1000)


def put_a_folder_there(file: Path) -> None:
    file.mkdir()


def make_it_newer(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.close()


@pytest.mark.parametrize("spoil", [fill_with_noise, put_a_folder_there, make_it_newer])
@pytest.mark.parametrize("command", [("run",), ("push",), ("stats",), ("db", "check")])
def test_a_database_that_can_not_be_used_is_one_sentence(
    ribao: Command, spoil: Callable[[Path], None], command: tuple[str, ...]
) -> None:
    ribao.data_dir.mkdir()
    file = ribao.data_dir / "ribao.db"
    spoil(file)
    before = file.read_bytes() if file.is_file() else None
    outcome = ribao(*command, stdin="/today\n")
    assert outcome.status == 1
    assert len(outcome.stderr.splitlines()) == 1
    assert outcome.stderr.startswith("ribao: ")
    assert (file.read_bytes() if file.is_file() else None) == before


def test_deliveries_are_listed_and_only_dead_ones_sent_again(ribao: Command) -> None:
    ribao("run", stdin="/subscribe cv\n")
    ribao("push", "--at", "2027-03-01T08:00")
    (sent,) = ribao("deliveries", "--json").objects
    assert (sent["chat"], sent["day"], sent["state"]) == ("console:me", "2027-03-01", "sent")
    assert ribao("deliveries", "--state", "dead", "--json").objects == []
    assert "console:me" in ribao("deliveries").stdout
    outcome = ribao("deliveries", "resend", str(sent["id"]))
    assert outcome.status == 1
    assert "not dead" in outcome.stderr
